"""A page, and the receipt of each attempt to deliver it: a part of the record."""

import msgspec


class Receipt(msgspec.Struct, frozen=True, tag="page_sent", tag_field="kind", omit_defaults=True):
    """How one attempt to reach somebody went."""

    page: str
    person: str
    reach: str
    ok: bool
    attempt: int
    result: str
    key: str = ""
    reference: str = ""

    def sentence(self) -> str:
        how = self.reach.split(":", 1)[0]
        return f"Page to {self.person} by {how}: {'sent' if self.ok else 'failed'} ({self.result})"


class Page(msgspec.Struct):
    """A page under way. ``ended_at``: the incident was over before anybody had acknowledged. ``source``: of who asked for it.

    ``person``: who was paged by name, in place of a policy. ``handed``: whom it went to by hand. ``refused``: who cannot take it.
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

    def waiting(self) -> bool:
        """Whether it is neither acknowledged nor ended."""
        return self.acknowledged_at is None and self.ended_at is None
