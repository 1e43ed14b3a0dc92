"""Effects: rows of the outbox, and the interface of the handler of each kind."""

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
    """The handler of one kind of effect; each method says within which transaction it is called.

    ``at_most_once``: it is never performed again after a crash; then ``lost`` must be written.
    ``urgent``: it pages people or changes systems, and never waits behind reads.
    ``patient``: it blocks for seconds on purpose (a long poll), so it has a lane apart from reads.
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
        """In a transaction, only where ``at_most_once``: a crash came before the answer was recorded; the outcome is unknown."""
        raise TypeError(f"effects of kind '{self.kind}' may be performed again, so none is ever lost")


def arm(uow: UnitOfWork, key: str, kind: str, incident: str, payload: Any, *, lane: str) -> None:
    """Arm a repeating effect: written unless it is waiting or running already.

    A running one checks for new work when it ends, under the same lock on the incident.
    """
    row = uow.tx.one("SELECT state FROM outbox WHERE key = :key", key=key)
    if row is None or row["state"] not in ("waiting", "running"):
        uow.effect(key, kind, incident, payload, again=True, lane=lane)
