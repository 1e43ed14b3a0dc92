"""A page, and the receipt of each attempt to deliver it: a part of the record."""

from collections.abc import Callable
from typing import Any

import msgspec

from stanch.kernel.contacts import without_address


def forget_address(sent: Any) -> None:
    """Leave of the address in ``reach`` its notifier, also in what earlier releases wrote of it: it may be a secret."""
    kind, _, address = sent.reach.partition(":")
    if address:
        key = getattr(sent, "key", "")
        msgspec.structs.force_setattr(sent, "reach", kind)
        if hasattr(sent, "result"):
            msgspec.structs.force_setattr(sent, "result", without_address(sent.result, address))
        if key:
            msgspec.structs.force_setattr(sent, "key", key.replace(f"{kind}:{address}", kind))


class Receipt(msgspec.Struct, frozen=True, tag="page_sent", tag_field="kind", omit_defaults=True):
    """How one attempt to reach somebody went. ``reach``: by which notifier; the address stands in no record."""

    page: str
    person: str
    reach: str
    ok: bool
    attempt: int
    result: str
    key: str = ""
    reference: str = ""

    def __post_init__(self) -> None:
        forget_address(self)

    def sentence(self) -> str:
        how = self.reach.split(":", 1)[0]
        return f"Page to {self.person} by {how}: {'sent' if self.ok else 'failed'} ({self.result})"

    def told(self, called: Callable[[str], str]) -> str:
        """The sentence with the person as others call them."""
        return msgspec.structs.replace(self, person=called(self.person)).sentence()


class Page(msgspec.Struct):
    """A page under way. ``ended_at``: the incident was over before anybody had acknowledged. ``source``: of who asked for it.

    ``person``: who was paged by name, in place of a policy. ``handed``: whom it went to by hand. ``refused``: who cannot take it.
    ``paged``: when each person was reached last; a page may be put off for days after it was requested.
    """

    page: str
    escalation: str
    requested_at: int
    reason: str
    step: int = -1
    next_at: int | None = None
    people: list[str] = msgspec.field(default_factory=list)
    all_must: bool = False
    acknowledgers: list[str] = msgspec.field(default_factory=list)
    acknowledged_at: int | None = None
    acknowledged_by: str = ""
    ended_at: int | None = None
    receipts: list[Receipt] = msgspec.field(default_factory=list)
    source: str = ""
    person: str = ""
    handed: list[str] = msgspec.field(default_factory=list)
    refused: list[str] = msgspec.field(default_factory=list)
    paged: dict[str, int] = msgspec.field(default_factory=dict)

    def paged_at(self, person: str) -> int:
        """When a person was paged last."""
        return self.paged.get(person, self.requested_at)

    def waiting(self) -> bool:
        """Whether it is neither acknowledged nor ended."""
        return self.acknowledged_at is None and self.ended_at is None
