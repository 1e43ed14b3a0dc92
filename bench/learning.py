"""Figures, action items and postmortem lists at 20,000 incidents (R49): ``python -m bench.learning [postgresql://...]``.

The records are written as the projection writes them; without an address a SQLite file in a temporary folder is used.
"""

import random
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from stanch.kernel.actor import Actor
from stanch.kernel.clock import DAY, HOUR, MINUTE
from stanch.kernel.command import REGISTRY
from stanch.kernel.filling import fill as filled
from stanch.learn.figures import kept
from stanch.learn.figures.kept import new_change
from stanch.learn.figures.of_record import COUNTS, PHASE_SPANS, SPANS
from stanch.learn.figures.projection import TABLES, VERSION
from stanch.main import Stanch, open_stanch
from stanch.prepare.settings import Settings

INCIDENTS, ROUNDS = 20_000, 60
ASKED = {
    "learning": {}, "learning after a change": {}, "learning by a new process": {}, "learning of one service": {"service": "service-7"},
    "action-items": {}, "postmortems": {"state": "due"},
    "figure": {"figure": "resolve"},
}  # fmt: skip


def fill(stanch: Stanch, rng: random.Random) -> None:
    """A year: two items, every span, two factors and one mitigation for each incident; every fiftieth is private."""
    now = stanch.application.clock.now()
    step = 364 * DAY // INCIDENTS
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in ("incidents", *TABLES)}
    for number in range(1, INCIDENTS + 1):
        at, service = now - (INCIDENTS - number) * step - HOUR, f"service-{rng.randrange(200)}"
        own = {"incident": f"INC-{number}", "service": service, "private": int(number % 50 == 0)}
        rows["incidents"].append({
            "number": number, "id": own["incident"], "title": "It failed", "service": service, "status": "closed", "severity": "SEV-2",
            "phase": "learn", "private": own["private"], "opened_at": at, "resolved_at": at, "changed_at": at, "position": 1,
        })  # fmt: skip
        rows["learning_incidents"].append({
            **own, "number": number, "version": VERSION, "digest": "", "change": new_change(), "title": "It failed", "severity": "SEV-2", "declared_at": at,
            "ended_at": at, "form": "postmortem", "stage": "draft", "facilitator": "", "due_at": at + 7 * DAY,
            "published_at": at + DAY if number % 4 else None,
            **{name: rng.randrange(90 * MINUTE) for name in (*SPANS, *PHASE_SPANS)}, **dict.fromkeys(COUNTS, 3),
        })  # fmt: skip
        for item in range(2):
            done = at + DAY if rng.random() < 0.8 else None
            rows["learning_items"].append({
                **own, "number": number, "item": f"A{item}", "title": "Add a canary", "owner": f"person-{rng.randrange(40)}",
                "purpose": rng.choice(("prevent", "detect", "")), "priority": "normal", "added_at": at,
                "month": 202601 + (number - 1) * 12 // INCIDENTS, "due_at": at + 14 * DAY, "done_at": done,
                "completed": int(done is not None), "drop_reason": "",
            })  # fmt: skip
        kinds = rng.sample(("change", "capacity", "test", "retry"), 2)
        rows["learning_factors"] += [{**own, "factor": kind, "ended_at": at} for kind in kinds]
        rows["learning_runs"].append({
            **own, "run": f"r{number}", "mitigation": f"m{rng.randrange(5)}", "outcome": "helped", "effect_seconds": rng.random() * 600,
            "ended_at": at,
        })  # fmt: skip
    with stanch.application.database.transaction() as tx:
        for table, found in rows.items():
            names = ", ".join(found[0])
            tx.many(f"INSERT INTO {table} ({names}) VALUES ({', '.join(f':{name}' for name in found[0])})", found)
    with stanch.application.database.transaction() as tx:
        if tx.dialect == "postgresql":  # where autovacuum does it
            tx.driver("ANALYZE")


def change(stanch: Stanch) -> None:
    """One incident's rows are written: nothing that was kept counts any more."""
    with stanch.application.database.transaction() as tx:
        tx.execute("UPDATE learning_incidents SET change = :new WHERE incident = 'INC-7'", new=new_change())


def main() -> None:
    """Prints median, p95 and this process's own time in milliseconds, for a person who is no administrator."""
    with tempfile.TemporaryDirectory() as folder:
        url = sys.argv[1] if len(sys.argv) > 1 else f"sqlite:///{folder}/stanch.db"
        stanch = open_stanch(settings=Settings(data=Path(folder), database_url=url, secret_key="k" * 32))
        fill(stanch, random.Random(7))
        for words, values in ASKED.items():
            command, took, used = REGISTRY[words.split()[0]], [], time.process_time()
            for _ in range(ROUNDS):
                if words.endswith("change"):
                    change(stanch)
                if words.endswith("process"):
                    kept.forget(stanch.application.database)
                with stanch.application.reading(Actor("ben")) as uow:
                    began = time.perf_counter()
                    command.handle(uow, filled(command, values))
                    took.append((time.perf_counter() - began) * 1000)
            took.sort()
            own = (time.process_time() - used) * 1000 / ROUNDS
            print(
                f"{words}: median {took[ROUNDS // 2]:.1f} ms, p95 {took[int(ROUNDS * 0.95)]:.1f} ms, processor {own:.1f} ms",
                flush=True,
            )
        stanch.application.database.close()


if __name__ == "__main__":
    main()
