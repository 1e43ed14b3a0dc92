"""One line of the timeline. What it states is in ``timeline/facts``, a file for each phase."""

import msgspec

from stanch.timeline.facts import (
    chat,
    comments,
    communicate,
    deciding,
    detect,
    drill,
    learn,
    mitigate,
    paging,
    prompting,
    recover,
    respond,
    roles,
    tickets,
)

Facts = (
    detect.Facts
    | respond.Facts
    | roles.Facts
    | deciding.Facts
    | prompting.Facts
    | paging.Facts
    | mitigate.Facts
    | communicate.Facts
    | recover.Facts
    | learn.Facts
    | comments.Facts
    | chat.Facts
    | drill.Facts
    | tickets.Facts
)


class Redaction(msgspec.Struct, frozen=True):
    """What a redacted entry says of it: the entry that records it, who, when and why, and the digest of what stood there."""

    entry: int
    by: str
    at: int
    reason: str
    digest: str


class Entry(msgspec.Struct, frozen=True):
    """One line of the timeline. Moments in microseconds UTC."""

    incident: str
    position: int
    happened_at: int
    recorded_at: int
    author: str
    source: str
    facts: Facts
    hash: str
    redacted: Redaction | None = None

    @property
    def kind(self) -> str:
        """The tag of the facts, as stored."""
        return str(self.facts.__struct_config__.tag)
