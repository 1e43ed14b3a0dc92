"""When an incident is resolved its impact is measured outside of any write transaction, and kept as it was known then (R46)."""

from typing import Any

from stanch.kernel.clock import MINUTE
from stanch.learn.impact.measuring import Answer, measure
from stanch.learn.impact.public_words import public_words
from stanch.learn.impact.queries import Window, asks
from stanch.timeline.effects import Effect, EffectHandler
from stanch.timeline.entries import Entry
from stanch.timeline.facts.learn import ImpactMeasured
from stanch.timeline.record import Record
from stanch.timeline.unit_of_work import UnitOfWork

# The last samples of the incident are scraped by then.
AFTER = 2 * MINUTE
# A source that is away is asked so often, each time after twice as long.
TRIES = 5


def when_resolved(uow: UnitOfWork, entry: Entry, record: Record) -> None:
    """A reaction to ``Resolved``. A service that says nothing of how to measure asks nobody."""
    if record.drill is None and asks(uow.policy.service(record.service)):
        arm(uow, record, AFTER)


def arm(uow: UnitOfWork, record: Record, wait: int = 0) -> None:
    """Measure the impact soon; what was measured before stays in the record."""
    uow.effect(f"impact:{record.id}", "impact", record.id, {}, due_at=uow.now + wait, again=True)


class ImpactHandler(EffectHandler):
    """The effect ``impact``."""

    kind = "impact"
    patient = True
    lease_seconds = 90.0

    def wanted(self, uow: UnitOfWork, effect: Effect) -> bool:
        """Not of one that was reopened meanwhile: resolving it measures it then."""
        return window_of(uow.record(effect.incident)) is not None

    def perform(self, effect: Effect) -> tuple[Window, Answer] | None:
        with self.application.reading() as uow:
            record = uow.record(effect.incident)
            service = uow.policy.service(record.service)
        window = window_of(record)
        return None if window is None else (window, measure(self.application.world.metrics, service, window))

    def settle(self, uow: UnitOfWork, effect: Effect, answer: Any) -> int | None:
        if answer is None:
            return None
        if isinstance(answer, Exception):  # the outbox has logged it
            return uow.now + (MINUTE << (effect.attempts - 1)) if effect.attempts < TRIES else None
        window: Window
        found: Answer
        window, found = answer
        record = uow.record(effect.incident)
        if window_of(record) != window:  # reopened, or an end was corrected, while it was measured
            return None if window_of(record) is None else uow.now
        if found.again and effect.attempts < TRIES:
            return uow.now + (MINUTE << (effect.attempts - 1))
        facts = ImpactMeasured(window.since, window.until, [*found.amounts, *public_words(record, uow.policy)])
        uow.append(record.id, facts, author="stanch", source="machine")
        return None


def window_of(record: Record) -> Window | None:
    """From the onset to the end of the harm; None while it is not over."""
    return None if record.resolved_at is None else Window(record.onset(), max(record.resolved_at, record.onset()))
