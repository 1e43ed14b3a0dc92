"""What leaves the product: rows of the outbox, and what the handler of one kind of effect does with them."""

from abc import ABC, abstractmethod
from typing import Any, ClassVar, Literal

import msgspec

from stanch.timeline.unit_of_work import Application, UnitOfWork

# What an effect of a drill reaches (R40): nothing, the drill's own room, people who take part, those of them who agreed to be woken.
DrillReach = Literal["never", "room", "told", "woken"]


class Effect(msgspec.Struct, frozen=True):
    """A row of the outbox. ``attempts`` counts this one."""

    key: str
    kind: str
    incident: str
    payload: dict[str, Any]
    due_at: int
    attempts: int


class EffectHandler(ABC):
    """Four moments of an effect, each in the right place to do it.

    ``at_most_once``: it is never performed again after a crash; then ``lost`` must be written.
    ``urgent``: it wakes people or changes systems, and never waits behind what only looks.
    ``patient``: it waits for seconds on purpose, and never keeps a look waiting behind it.
    ``in_drill``: whom it may reach in a drill; a kind that says nothing leaves none.
    """

    kind: ClassVar[str]
    at_most_once: ClassVar[bool] = False
    urgent: ClassVar[bool] = False
    patient: ClassVar[bool] = False
    in_drill: ClassVar[DrillReach] = "never"
    lease_seconds: ClassVar[float] = 15.0

    def __init__(self, application: Application) -> None:
        self.application = application

    def wanted(self, uow: UnitOfWork, effect: Effect) -> bool:
        """In the leasing transaction: a page that has been acknowledged meanwhile is dropped there."""
        return True

    @abstractmethod
    def perform(self, effect: Effect) -> Any:
        """Outside any transaction: the I/O. It may raise; whatever it raises is handed to ``settle``."""

    @abstractmethod
    def settle(self, uow: UnitOfWork, effect: Effect, answer: Any) -> int | None:
        """In a transaction: record the answer; a moment as the answer means "again then", None means done."""

    def lost(self, uow: UnitOfWork, effect: Effect) -> None:
        """In a transaction, only where ``at_most_once``: a crash came between; nobody knows whether it happened."""
        raise TypeError(f"effects of kind '{self.kind}' may be performed again, so none is ever lost")


def arm(uow: UnitOfWork, key: str, kind: str, incident: str, payload: Any, *, lane: str) -> None:
    """One effect that goes on as long as there is something to do: it is written where it rests.

    What is under way looks again when it ends, under the incident's lock as whoever arms it.
    """
    row = uow.tx.one("SELECT state FROM outbox WHERE key = :key", key=key)
    if row is None or row["state"] not in ("waiting", "running"):
        uow.effect(key, kind, incident, payload, again=True, lane=lane)
