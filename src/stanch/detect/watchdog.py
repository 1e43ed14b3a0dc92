"""stanch is watched in turn: while its engine works, it calls another stanch's heartbeat, or any heartbeat service (R13).

The call is an effect like any other, so it leaves only when timers, outbox, database and digester all do their work.
"""

from collections.abc import Callable

from stanch.kernel.clock import SECOND
from stanch.kernel.policy import Probe
from stanch.ports import Failed, ProbeAnswer, Prober
from stanch.timeline.effects import Effect
from stanch.timeline.unit_of_work import UnitOfWork

KEY = "watchdog"
TIMEOUT_SECONDS = 10.0


class WatchdogHandler:
    """The effect ``watchdog``. The address is a secret: it stays in the settings, and out of outbox and log."""

    kind = "watchdog"
    at_most_once = False
    urgent = False
    lease_seconds = 15.0

    def __init__(self, prober: Prober, url: str, every: float, healthy: Callable[[], bool]) -> None:
        self.prober = prober
        self.url = url
        self.every = every
        self.healthy = healthy

    def seed(self, uow: UnitOfWork) -> None:
        """At start: the call is due, if there is an address."""
        if self.url:
            uow.effect(KEY, self.kind, "", {}, again=True)

    def wanted(self, uow: UnitOfWork, effect: Effect) -> bool:
        return bool(self.url)

    def perform(self, effect: Effect) -> ProbeAnswer:
        if not self.healthy():
            raise Failed("a part of the engine does not move, so no sign of life is given", again=True)
        answer = self.prober.check(Probe(KEY, self.url, timeout=TIMEOUT_SECONDS))
        if not answer.ok:
            raise Failed(answer.detail.replace(self.url, "the watchdog's address"), again=True)
        return answer

    def settle(self, uow: UnitOfWork, effect: Effect, answer: object) -> int | None:
        return uow.now + int(self.every * SECOND)

    def lost(self, uow: UnitOfWork, effect: Effect) -> None:
        raise TypeError("a sign of life may be given twice")
