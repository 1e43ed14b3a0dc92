"""``python -m bench.find [incidents] [database URL]``: how long finding takes among 20,000 incidents of 40 entries each.

The goal is a 95th percentile below 100 ms. Without an address a SQLite file in a temporary folder.
"""

import random
import sys
import tempfile
import time
from pathlib import Path

import msgspec

from stanch.db.migrate import migrate
from stanch.find.commands import Find, find
from stanch.kernel.actor import Actor
from stanch.kernel.clock import DAY, SECOND
from stanch.main import open_stanch
from stanch.prepare.settings import Settings
from stanch.timeline import words
from stanch.timeline.facts.detect import Declared
from stanch.timeline.facts.respond import Said

GOAL_MS, ENTRIES, BATCH = 100, 40, 200
# As in prose: the second word is half as common as the first, the third a third.
VOCABULARY = [
    f"{a}{b}{c}"
    for c in ("", "s", "ing", "time")
    for a in ("pay", "check", "cart", "search", "queue", "disk", "node", "cache")
    for b in range(150)
]
WEIGHTS = [1 / place for place in range(1, len(VOCABULARY) + 1)]
QUERIES = [
    "payment",
    "checkout error",
    "zone",
    "dis",
    "queueing timed release",
    "error rate 31",
    "INC-777",
    "nothingofthekind",
    "a",
    "rollback helped",
]


def sentence(at: int) -> str:
    """Eleven words, two of them in every sentence: the worst case of a common word."""
    return f"error in zone-{at % 3} " + " ".join(random.choices(VOCABULARY, WEIGHTS, k=9))


def fill(stanch, incidents: int) -> None:  # type: ignore[no-untyped-def]
    """Rows as the product writes them, without the rest of an incident."""
    for first in range(1, incidents + 1, BATCH):
        with stanch.application.uow(Actor("ada", admin=True), "page") as uow:
            for number in range(first, min(first + BATCH, incidents + 1)):
                _incident(uow, number)


def _incident(uow, number: int) -> None:  # type: ignore[no-untyped-def]
    name, at = f"INC-{number}", 1_700_000_000 * SECOND + number * DAY // 50
    title = sentence(number)
    uow.tx.execute(
        "INSERT INTO incidents (number, id, title, service, status, severity, phase, private, opened_at, changed_at, position) "
        "VALUES (:number, :id, :title, '', 'closed', 'SEV-3', 'learn', :private, :at, :at, :position)",
        number=number, id=name, title=title, private=int(number % 50 == 0), at=at, position=ENTRIES,
    )  # fmt: skip
    texts = [(position, title if position == 1 else sentence(position)) for position in range(1, ENTRIES + 1)]
    facts = [msgspec.json.encode(Declared(t) if position == 1 else Said(t)).decode() for position, t in texts]
    uow.tx.many(
        "INSERT INTO entries (incident, position, kind, happened_at, recorded_at, author, source, facts, hash) "
        "VALUES (:incident, :position, :kind, :at, :at, 'ben', 'page', :facts, '')",
        [{"incident": name, "position": p, "kind": "declared" if p == 1 else "said", "at": at + p, "facts": f} for (p, _), f in zip(texts, facts, strict=True)],
    )  # fmt: skip
    words.fill(uow.tx, name, title, texts)


def main(incidents: int = 20_000, url: str = "") -> int:
    """Answers with the exit code: 1 when the goal is missed."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data=Path(folder), database_url=url or f"sqlite:///{folder}/find.db", secret_key="bench")
        stanch = open_stanch(settings=settings)
        migrate(stanch.application.database)
        began = time.perf_counter()
        fill(stanch, incidents)
        print(f"{incidents} incidents, {incidents * ENTRIES} entries in {time.perf_counter() - began:.0f} s")
        times = [_timed(stanch, query, person) for query in QUERIES * 8 for person in (True, False)]
        times.sort()
        p95 = times[int(len(times) * 0.95)]
        print(
            f"median {times[len(times) // 2]:.1f} ms, p95 {p95:.1f} ms, worst {times[-1]:.1f} ms (goal: p95 below {GOAL_MS} ms)"
        )
        return int(p95 > GOAL_MS)


def _timed(stanch, query: str, admin: bool) -> float:  # type: ignore[no-untyped-def]
    began = time.perf_counter()
    with stanch.application.reading(Actor("ada", admin=admin)) as uow:
        find(uow, Find(query))
    return (time.perf_counter() - began) * 1000


if __name__ == "__main__":
    sys.exit(main(*(int(a) if a.isdecimal() else a for a in sys.argv[1:])))  # type: ignore[arg-type]
