"""Contains a handler's exceptions, so that one failing effect neither rolls back the batch nor repeats every few seconds."""

from collections import Counter
from typing import Any

from stanch.kernel.clock import MINUTE
from stanch.kernel.contained import contained
from stanch.kernel.errors import Problem
from stanch.timeline.effects import Effect, EffectHandler
from stanch.timeline.unit_of_work import UnitOfWork

LONGEST_DOUBLINGS = 6


class ContainedHandler:
    """An effect handler whose exceptions are contained. Every other attribute is the wrapped handler's."""

    def __init__(self, handler: EffectHandler) -> None:
        self._handler = handler
        self._stumbles: Counter[str] = Counter()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._handler, name)

    def wanted(self, uow: UnitOfWork, effect: Effect) -> bool:
        """Whether to perform it. When the handler fails to say: a page is sent (P2), a mitigation is not run (P4)."""
        wanted = not self._handler.at_most_once
        with contained("nobody can tell whether an effect is wanted", key=effect.key):
            wanted = self._handler.wanted(uow, effect)
        return wanted

    def settle(self, uow: UnitOfWork, effect: Effect, answer: Any) -> int | None:
        """Record the answer. When that fails it is repeated with growing pauses, since what was sent must not be sent endlessly.

        An effect that runs at most once is not repeated: its outcome is recorded as unknown.
        """
        sentence = "what became of an effect could not be recorded"
        with contained(sentence, passing=Problem, key=effect.key) as recording, uow.attempt():
            again = self._handler.settle(uow, effect, answer)
        if recording.error:
            if self._handler.at_most_once:
                self.lost(uow, effect)
                return None
            self._stumbles[effect.key] += 1
            return uow.now + (MINUTE << min(self._stumbles[effect.key] - 1, LONGEST_DOUBLINGS))
        self._stumbles.pop(effect.key, None)
        return again

    def lost(self, uow: UnitOfWork, effect: Effect) -> None:
        """Record the effect as lost; a failure to record it is logged."""
        with contained("a lost effect could not be recorded", key=effect.key), uow.attempt():
            self._handler.lost(uow, effect)
