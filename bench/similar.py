"""Similar incidents, measured: 20,000 remembered on a database of one's own, each asked for once (B7, R50).

``python -m bench.similar [postgresql://...]``; without an address a SQLite file in a temporary folder.
"""

import random
import sys
import tempfile
import time
from pathlib import Path

import msgspec

from stanch.kernel.clock import HOUR, MINUTE
from stanch.learn.memory.commands import similar_to
from stanch.learn.memory.projection import VERSION
from stanch.learn.memory.rules import Helped, Remembered
from stanch.main import open_stanch
from stanch.prepare.settings import Settings

INCIDENTS, ASKED = 20_000, 300


def fill(stanch: object, rng: random.Random) -> None:
    """Words as they are: a few that everybody says, many that few say."""
    words = [f"word{n}" for n in range(4_000)]
    weights = [1 / (n + 1) for n in range(4_000)]
    now = stanch.application.clock.now()  # type: ignore[attr-defined]
    rows, remembered, terms = [], [], []
    for number in range(1, INCIDENTS + 1):
        service, alert = f"service-{rng.randrange(200)}", f"Alert{rng.randrange(600)}"
        own = tuple(dict.fromkeys(rng.choices(words, weights, k=24)))
        began = now - (INCIDENTS - number) * HOUR
        it = Remembered(
            f"INC-{number}", f"{service} fails", service, "SEV-2", began, began, began + 40 * MINUTE, (alert,), own, (),
            "v1" if number % 3 == 0 else "", ("one factor",), ("factor",), (Helped("Roll back", 240.0),),
        )  # fmt: skip
        rows.append({"number": number, "id": it.incident, "title": it.title, "service": service, "at": began})
        remembered.append(
            {"id": it.incident, "number": number, "version": VERSION, "content": msgspec.json.encode(it).decode()}
        )
        terms += [{"term": term, "number": number} for term in dict.fromkeys(it.terms())]
    with stanch.application.database.transaction() as tx:  # type: ignore[attr-defined]
        tx.many(
            "INSERT INTO incidents (number, id, title, service, status, severity, phase, private, opened_at, changed_at, position) "
            "VALUES (:number, :id, :title, :service, 'closed', 'SEV-2', 'learn', 0, :at, :at, 1)", rows,
        )  # fmt: skip
        tx.many(
            "INSERT INTO remembered (incident, number, version, digest, content) VALUES (:id, :number, :version, '', :content)",
            remembered,
        )
        tx.many("INSERT INTO remembered_terms (term, number) VALUES (:term, :number)", terms)


def main() -> None:
    """Prints median and p95 in milliseconds."""
    rng = random.Random(7)
    with tempfile.TemporaryDirectory() as folder:
        url = sys.argv[1] if len(sys.argv) > 1 else f"sqlite:///{folder}/stanch.db"
        stanch = open_stanch(settings=Settings(data=Path(folder), database_url=url, secret_key="k" * 32))
        fill(stanch, rng)
        took = []
        for _ in range(ASKED):
            with stanch.application.reading() as uow:
                began = time.perf_counter()
                found = similar_to(uow, f"INC-{rng.randrange(INCIDENTS) + 1}")
                took.append((time.perf_counter() - began) * 1000)
                assert len(found) <= 5
        took.sort()
        print(
            f"{INCIDENTS} incidents, {ASKED} asked: median {took[ASKED // 2]:.1f} ms, p95 {took[int(ASKED * 0.95)]:.1f} ms"
        )
        stanch.application.database.close()


if __name__ == "__main__":
    main()
