"""Figures, action items and postmortem lists at 20,000 incidents (R49): ``python -m bench.learning [postgresql://...]``.

The records are written as the projection writes them; without an address a SQLite file in a temporary folder is used.
"""

import gc
import random
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import msgspec

from stanch.kernel.actor import Actor
from stanch.kernel.clock import DAY, HOUR, MINUTE
from stanch.kernel.command import REGISTRY
from stanch.kernel.filling import fill as filled
from stanch.kernel.policy import Service
from stanch.learn.figures import sums
from stanch.learn.figures.of_record import COUNTS, PHASE_SPANS, SPANS
from stanch.learn.figures.projection import TABLES, VERSION
from stanch.main import Stanch, open_stanch
from stanch.prepare.settings import Settings

INCIDENTS, ROUNDS = 20_000, 60
ASKED = {
    "learning": {}, "learning after a change": {}, "learning of 90 days": {"days": 90}, "learning of one service": {"service": "service-7"},
    "learning of a team": {"team": "team-3"},
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
            **own, "number": number, "version": VERSION, "digest": "", "change": number, "title": "It failed", "severity": "SEV-2", "declared_at": at,
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
        by_incident: defaultdict[str, dict[str, list[Any]]] = defaultdict(lambda: {name: [] for name in TABLES})
        for table in TABLES:
            for row in rows[table]:
                by_incident[row["incident"]][table].append(row)
        for incident, own_rows in by_incident.items():
            sums.put(tx, incident, own_rows["learning_incidents"][0]["change"], own_rows)
    sums.add_up(stanch.application)
    if stanch.application.database.dialect == "postgresql":  # where autovacuum does it
        with stanch.application.database.engine.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql("VACUUM ANALYZE")


def change(stanch: Stanch, rng: random.Random) -> None:
    """One incident's rows are written, as when a record is corrected; what became of the sums is not added up yet."""
    incident = f"INC-{rng.randrange(1, INCIDENTS)}"
    with stanch.application.database.transaction() as tx:
        tx.execute(
            "UPDATE learning_incidents SET resolve = :new, change = change + 1 WHERE incident = :id",
            new=rng.randrange(90 * MINUTE),
            id=incident,
        )
        found = {table: tx.all(f"SELECT * FROM {table} WHERE incident = :id", id=incident) for table in TABLES}
        sums.put(tx, incident, int(found["learning_incidents"][0]["change"]), found)


def main() -> None:
    """Prints the first answer, median, p95 and this process's own time in milliseconds, for a person who is no administrator."""
    with tempfile.TemporaryDirectory() as folder:
        url = sys.argv[1] if len(sys.argv) > 1 else f"sqlite:///{folder}/stanch.db"
        stanch = open_stanch(settings=Settings(data=Path(folder), database_url=url, secret_key="k" * 32))
        rng = random.Random(7)
        fill(stanch, rng)
        services = {f"service-{n}": Service(f"service-{n}", team=f"team-{n // 40}") for n in range(200)}
        policy = msgspec.structs.replace(stanch.application.policy(), services=services)
        stanch.application.policy = lambda: policy
        gc.collect()
        gc.freeze()  # as the server does
        for words, values in ASKED.items():
            command, took, used = REGISTRY[words.split()[0]], [], time.process_time()
            for _ in range(ROUNDS):
                time.sleep(0.01)  # Linux holds up a process with real-time priority that never rests
                if words.endswith("change"):
                    change(stanch, rng)
                with stanch.application.reading(Actor("ben")) as uow:
                    began = time.perf_counter()
                    command.handle(uow, filled(command, values))
                    took.append((time.perf_counter() - began) * 1000)
            first = took[0]
            took.sort()
            own = (time.process_time() - used) * 1000 / ROUNDS
            print(
                f"{words}: first {first:.1f} ms, median {took[ROUNDS // 2]:.1f} ms, p95 {took[int(ROUNDS * 0.95)]:.1f} ms, processor {own:.1f} ms",
                flush=True,
            )
        stanch.application.database.close()


if __name__ == "__main__":
    main()
