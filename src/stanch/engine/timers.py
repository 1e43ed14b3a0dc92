"""Runs due timers. A timer only triggers the clocks of an incident; what is due is derived from the record."""

from collections.abc import Mapping

from stanch.kernel.clock import SECOND
from stanch.kernel.contained import contained
from stanch.kernel.errors import NotFound
from stanch.kernel.logs import log
from stanch.timeline.feature import Timer
from stanch.timeline.record import Record
from stanch.timeline.unit_of_work import Application, UnitOfWork

PUT_OFF = 10 * SECOND


class Timers:
    """``wake:INC-1`` timers run the incident's clocks; other keys have a handler of their own."""

    def __init__(self, application: Application, handlers: Mapping[str, Timer]) -> None:
        self.application = application
        self.handlers = handlers

    def run_due(self, limit: int = 200) -> int:
        """Run timers whose moment has come, each in a transaction of its own; answers with how many."""
        rows = self.application.database.select(
            "SELECT key FROM timers WHERE due_at <= :now ORDER BY due_at LIMIT :limit",
            now=self.application.clock.now(),
            limit=limit,
        )
        for row in rows:
            self._run_steadily(str(row["key"]))
        return len(rows)

    def _run_steadily(self, key: str) -> None:
        """Contain a failing timer: it is put off, and the timers of other incidents run (P2)."""
        with contained("a timer failed and is put off", key=key) as running:
            self._run(key)
        if running.error:
            now = self.application.clock.now()
            with self.application.database.transaction() as tx:
                tx.execute(
                    "UPDATE timers SET due_at = :later WHERE key = :key AND due_at <= :now",
                    key=key,
                    now=now,
                    later=now + PUT_OFF,
                )

    def _run(self, key: str) -> None:
        """Lock the incident (or the signals) first and the timer last, in the order of every writer, to avoid deadlocks.

        The timer is read again under the lock: another replica may have run it meanwhile.
        """
        if key.startswith("wake:"):
            self.application.long_records.prepare(self.application.database, key.removeprefix("wake:"))
        handler = self.handlers.get(key.split(":", 1)[0])
        if handler and handler.ahead:
            handler.ahead(self.application)
        with self.application.uow() as uow:
            if handler:
                if handler.lock:
                    uow.tx.one_at_a_time(handler.lock)
                if _due(uow, key):
                    handler.run(uow)
            elif key.startswith("wake:"):
                self._wake(uow, key.removeprefix("wake:"))
            else:
                log.error("a timer that nobody handles", key=key)
                uow.timer(key, None)

    def _wake(self, uow: UnitOfWork, incident: str) -> None:
        try:
            record = uow.record(incident)
        except NotFound:
            uow.timer(f"wake:{incident}", None)
            return
        if _due(uow, f"wake:{incident}"):
            run_clocks(uow, record)


def _due(uow: UnitOfWork, key: str) -> bool:
    row = uow.tx.one("SELECT 1 AS yes FROM timers WHERE key = :key AND due_at <= :now", key=key, now=uow.now)
    return row is not None


def run_clocks(uow: UnitOfWork, record: Record) -> None:
    """Do everything that is due for an incident, until nothing is.

    A clock whose act leaves it due would spin forever: after 100 rounds it is put off for a minute and logged.
    """
    incident = record.id
    done: set[str] = set()
    for _ in range(100):
        due = [d for d in uow.dues(record) if d.at <= uow.now and d.key not in done]
        if not due:
            break
        due[0].act(uow, record)
        done.add(due[0].key)
    upcoming = uow.dues(record)
    stuck = [d for d in upcoming if d.at <= uow.now]
    for each in stuck:
        log.error("a clock stays due after it acted", incident=incident, clock=each.key)
    moments = [d.at if d.at > uow.now else uow.now + 60 * SECOND for d in upcoming]
    uow.timer(f"wake:{incident}", min(moments, default=None))
