"""Runs due timers. A timer says only *that* something is due; what it is, is derived from the record again."""

from collections.abc import Callable

import structlog

from stanch.kernel.clock import SECOND
from stanch.kernel.errors import NotFound
from stanch.timeline.desk import Desk, Office

log = structlog.get_logger()
TimerHandler = Callable[[Desk], None]


class Timers:
    """``wake:INC-1`` timers run the incident's clocks; other keys have a handler of their own."""

    def __init__(self, office: Office, handlers: dict[str, TimerHandler]) -> None:
        self.office = office
        self.handlers = handlers

    def run_due(self, limit: int = 200) -> int:
        """Run timers whose moment has come, each in a transaction of its own; answers with how many."""
        with self.office.database.reading() as tx:
            rows = tx.all(
                "SELECT key FROM timers WHERE due_at <= :now ORDER BY due_at LIMIT :limit",
                now=self.office.clock.now(),
                limit=limit,
            )
        for row in rows:
            self._run(str(row["key"]))
        return len(rows)

    def next_due(self) -> int | None:
        """When the next timer or effect is due."""
        with self.office.database.reading() as tx:
            row = tx.one(
                "SELECT MIN(due_at) AS due FROM (SELECT MIN(due_at) AS due_at FROM timers UNION ALL "
                "SELECT MIN(due_at) FROM outbox WHERE state = 'waiting') AS upcoming"
            )
        return int(row["due"]) if row and row["due"] is not None else None

    def _run(self, key: str) -> None:
        with self.office.desk() as desk:
            # The row is locked and looked at again: another replica may have run it meanwhile.
            row = desk.tx.one(
                f"SELECT due_at FROM timers WHERE key = :key AND due_at <= :now{desk.tx.skip_locked()}",
                key=key,
                now=desk.now,
            )
            if row is None:
                return
            handler = self.handlers.get(key.split(":", 1)[0])
            if handler:
                handler(desk)
            elif key.startswith("wake:"):
                run_clocks(desk, key.removeprefix("wake:"))
            else:
                log.error("a timer that nobody handles", key=key)
                desk.timer(key, None)


def run_clocks(desk: Desk, incident: str) -> None:
    """Do everything that is due for an incident, until nothing is.

    A clock whose act leaves it due would spin forever: after 100 rounds it is put off for a minute and logged.
    """
    try:
        record = desk.record(incident)
    except NotFound:
        desk.timer(f"wake:{incident}", None)
        return
    done: set[str] = set()
    for _ in range(100):
        due = [d for d in desk.dues(record) if d.at <= desk.now and d.key not in done]
        if not due:
            break
        due[0].act(desk, record)
        done.add(due[0].key)
    upcoming = desk.dues(record)
    stuck = [d for d in upcoming if d.at <= desk.now]
    for each in stuck:
        log.error("a clock stays due after it acted", incident=incident, clock=each.key)
    moments = [d.at if d.at > desk.now else desk.now + 60 * SECOND for d in upcoming]
    desk.timer(f"wake:{incident}", min(moments, default=None))
