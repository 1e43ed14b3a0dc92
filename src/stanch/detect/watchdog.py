"""Monitoring of stanch itself: while its engine works, it calls another stanch's heartbeat, or any heartbeat service (R13).

The call is an effect like any other, so it leaves only when timers, outbox, database and digester all do their work.
"""

from stanch.kernel.clock import SECOND
from stanch.kernel.policy import Probe
from stanch.ports import Failed, ProbeAnswer
from stanch.timeline.effects import Effect, EffectHandler
from stanch.timeline.unit_of_work import UnitOfWork

KEY = "watchdog"
TIMEOUT_SECONDS = 10.0


def seed(uow: UnitOfWork) -> None:
    """At start: the call is due, if there is an address."""
    if uow.application.installation.watchdog_url:
        uow.effect(KEY, WatchdogHandler.kind, "", {}, again=True)


class WatchdogHandler(EffectHandler):
    """The effect ``watchdog``. The address is a secret: it is read from the settings and never written to the outbox or the log."""

    kind = "watchdog"

    def wanted(self, uow: UnitOfWork, effect: Effect) -> bool:
        return bool(self.application.installation.watchdog_url)

    def perform(self, effect: Effect) -> ProbeAnswer:
        if not self.application.liveness.healthy():
            raise Failed("a thread of the engine makes no progress, so the heartbeat is not sent", again=True)
        url = self.application.installation.watchdog_url
        answer = self.application.world.probers["http"].check(Probe(KEY, url, timeout=TIMEOUT_SECONDS))
        if not answer.ok:
            raise Failed(answer.detail.replace(url, "the watchdog's address"), again=True)
        return answer

    def settle(self, uow: UnitOfWork, effect: Effect, answer: object) -> int | None:
        return uow.now + int(self.application.installation.watchdog_every * SECOND)
