"""What was told to whom."""

from typing import Literal, Self

import msgspec

from stanch.kernel.clock import hour_minute
from stanch.kernel.status_page import ComponentState, PublicImpact
from stanch.timeline.facts.statement import Statement
from stanch.timeline.kept import ProposedPost, Update
from stanch.timeline.record import Line, Record

PostState = Literal["investigating", "identified", "monitoring", "resolved", "postmortem"]
# What customers read in the place of a public post that was redacted.
WITHDRAWN = "This post was withdrawn."


class PublicProposed(Statement, frozen=True, tag="public_proposed"):
    """A public post that waits for the word of somebody who may give it (R8).

    ``at``: when it counts for readers; None: when it is approved. The other fields are those of ``UpdatePosted``.
    """

    proposal: str
    text: str
    state: PostState
    title: str = ""
    components: dict[str, ComponentState] = {}
    impact: PublicImpact | None = None
    began_at: int | None = None
    link: str = ""
    at: int | None = None

    def sentence(self) -> str:
        return f"Proposed for the public ({self.state}), waiting for approval: {self.text}"

    def apply(self, record: Record, entry: Line) -> None:
        record.proposals[self.proposal] = (
            entry.happened_at,
            entry.author,
            ProposedPost(**msgspec.structs.asdict(self)),
        )


class UpdatePosted(Statement, frozen=True, tag="update_posted"):
    """An update for an audience (R31, R32). ``state`` is the public state of the status page.

    ``proposal``: the proposed post that its author has approved by posting it (R8). Of a public post ``title`` is what the
    page calls the incident, ``components``: service -> state, ``impact`` as its author sees it, ``began_at``: since when
    customers have been affected, ``link``: where the postmortem can be read.
    """

    audience: Literal["internal", "public"]
    text: str
    state: Literal["", PostState] = ""
    next_at: int | None = None
    proposal: str = ""
    title: str = ""
    components: dict[str, ComponentState] = {}
    impact: PublicImpact | None = None
    began_at: int | None = None
    link: str = ""

    def sentence(self) -> str:
        nxt = f" Next update at {hour_minute(self.next_at)}." if self.next_at else ""
        where = f"Public post ({self.state})" if self.audience == "public" else "Internal update"
        return f"{where}: {self.text}{nxt}"

    def redact(self) -> Self:
        found = super().redact()
        return msgspec.structs.replace(found, text=WITHDRAWN, title="", link="") if self.audience == "public" else found

    def apply(self, record: Record, entry: Line) -> None:
        record.updates.append((entry.happened_at, entry.author, Update(**msgspec.structs.asdict(self))))
        record.proposals.pop(self.proposal, None)


Facts = PublicProposed | UpdatePosted
