"""What leaves the product: rows of the outbox, and what the handler of one kind of effect does with them."""

from typing import Any, Protocol

import msgspec

from stanch.timeline.unit_of_work import UnitOfWork


class Effect(msgspec.Struct, frozen=True):
    """A row of the outbox. ``attempts`` counts this one."""

    key: str
    kind: str
    incident: str
    payload: dict[str, Any]
    due_at: int
    attempts: int


class EffectHandler(Protocol):
    """Four moments of an effect, each in the right place to do it.

    ``wanted`` in the leasing transaction: a page that has been acknowledged meanwhile is dropped there.
    ``perform`` outside any transaction: the I/O. It may raise; whatever it raises is handed to ``settle``.
    ``settle`` in a transaction: record the answer; a moment as the answer means "again then", None means done.
    ``urgent``: it wakes people or changes systems, and never waits behind what only looks.
    ``lost`` in a transaction, only where ``at_most_once``: a crash came between; nobody knows whether it happened.
    """

    kind: str
    at_most_once: bool
    urgent: bool
    lease_seconds: float

    def wanted(self, uow: UnitOfWork, effect: Effect) -> bool: ...

    def perform(self, effect: Effect) -> Any: ...

    def settle(self, uow: UnitOfWork, effect: Effect, answer: Any) -> int | None: ...

    def lost(self, uow: UnitOfWork, effect: Effect) -> None: ...
