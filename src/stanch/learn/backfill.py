"""Writes the rows for learning of incidents from before an upgrade."""

from typing import Any

from stanch.learn.figures import projection as figures
from stanch.learn.figures import sums
from stanch.learn.memory import projection as memory
from stanch.timeline.effects import Effect, EffectHandler
from stanch.timeline.unit_of_work import UnitOfWork

AT_ONCE = 50
# Sums are made of rows that are there: no record is read for them.
SUMMED_AT_ONCE = 200
# The table that has a row for each incident, the version of its rows, and what writes them.
KEPT = (
    ("remembered", memory.VERSION, memory.remember),
    ("learning_incidents", figures.VERSION, figures.write),
)


def begin(uow: UnitOfWork) -> None:
    """At start: queues the work in the outbox, so that the start is not delayed."""
    if any(_missing(uow, table, version, 1) for table, version, _ in KEPT) or sums.missing(uow, 1):
        uow.effect("remember", "remember", "", {}, again=True)


def unfinished(uow: UnitOfWork) -> bool:
    """Whether incidents of an older release are still being counted."""
    sql = "SELECT 1 AS yes FROM outbox WHERE key = 'remember' AND state IN ('waiting', 'running')"
    return uow.tx.one(sql) is not None


def _missing(uow: UnitOfWork, table: str, version: int, most: int) -> list[str]:
    rows = uow.tx.all(
        f"SELECT i.id FROM incidents i LEFT JOIN {table} r ON r.incident = i.id "
        "WHERE r.incident IS NULL OR r.version < :version ORDER BY i.number DESC LIMIT :most",
        version=version,
        most=most,
    )
    return [row["id"] for row in rows]


class BackfillHandler(EffectHandler):
    """The effect ``remember``: some incidents at a time, the newest first."""

    kind = "remember"
    patient = True
    lease_seconds = 30.0

    def perform(self, effect: Effect) -> None:
        return None

    def settle(self, uow: UnitOfWork, effect: Effect, answer: Any) -> int | None:
        more = False
        for table, version, write in KEPT:
            missing = _missing(uow, table, version, AT_ONCE)
            more = more or len(missing) == AT_ONCE
            for incident in missing:
                uow.lock(incident)
                write(uow, uow.record(incident))
        unsummed = sums.missing(uow, SUMMED_AT_ONCE)
        for incident in unsummed:
            uow.lock(incident)
            sums.fill(uow, incident)
        return uow.now if more or len(unsummed) == SUMMED_AT_ONCE else None
