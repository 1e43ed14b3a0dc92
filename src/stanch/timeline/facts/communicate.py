"""Facts about updates and public posts."""

from typing import ClassVar, Literal, Self

import msgspec

from stanch.kernel.audiences import AUDIENCE_OF, Audience, Stored
from stanch.kernel.clock import hour_minute
from stanch.kernel.status_page import ComponentState, PublicImpact
from stanch.timeline.delivery import Delivery
from stanch.timeline.facts.statement import Statement, stopped
from stanch.timeline.kept import ProposedPost, Update
from stanch.timeline.record import Fact, Line, Record

PostState = Literal["investigating", "identified", "monitoring", "resolved", "postmortem"]
# The text of a public post that was redacted.
WITHDRAWN = "This post was withdrawn."
# What drafts need beside the six facts (R31, R32), and what people call it.
Stateable = Literal["trying_next", "business_impact", "needed", "known_answer"]
STATEABLE: dict[str, str] = {
    "trying_next": "Trying next", "business_impact": "Business impact", "needed": "Needed from leadership",
    "known_answer": "What support can answer",
}  # fmt: skip


class PublicProposed(Statement, frozen=True, tag="public_proposed"):
    """A public post that waits for approval (R8).

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
    customers have been affected, ``link``: where the postmortem can be read. ``next_at``: when the next one is owed,
    ``promise``: the words of the text from which that was read.
    """

    audience: Stored
    text: str
    state: Literal["", PostState] = ""
    next_at: int | None = None
    proposal: str = ""
    title: str = ""
    components: dict[str, ComponentState] = {}
    impact: PublicImpact | None = None
    began_at: int | None = None
    link: str = ""
    promise: str = ""

    def sentence(self) -> str:
        said = self.next_at is None or hour_minute(self.next_at) in self.text
        if said or self.next_at is None:
            text = self.text
        else:
            text = f"{stopped(self.text)} Next update at {hour_minute(self.next_at)} UTC."
        where = {
            "public": f"Public post ({self.state})",
            "internal": "Internal update",
        }.get(self.audience, f"Update for {self.audience}")
        return f"{where}: {text}"

    def redact(self) -> Self:
        found = super().redact()
        return msgspec.structs.replace(found, text=WITHDRAWN, title="", link="") if self.audience == "public" else found

    def apply(self, record: Record, entry: Line) -> None:
        kept = Update(**msgspec.structs.asdict(self), position=entry.position)
        record.updates.append((entry.happened_at, entry.author, kept))
        record.proposals.pop(self.proposal, None)


class PromiseCorrected(Statement, frozen=True, tag="promise_corrected"):
    """A correction of a post promises the next one for another moment, or no longer promises one (``next_at`` None)."""

    position: int
    audience: Stored
    next_at: int | None = None
    promise: str = ""

    def sentence(self) -> str:
        whom = AUDIENCE_OF[self.audience]
        if self.next_at is None:
            return f"The correction promises {whom} no time for the next update"
        return f"The correction promises {whom} the next update at {hour_minute(self.next_at)} UTC"

    def apply(self, record: Record, entry: Line) -> None:
        record.updates = [
            (at, author, msgspec.structs.replace(each, next_at=self.next_at, promise=self.promise))
            if each.position == self.position
            else (at, author, each)
            for at, author, each in record.updates
        ]


class AudienceTold(Statement, frozen=True, tag="audience_told"):
    """Who was sent an update by what, or could not be (``ok``); without a person: nobody of the audience could be told (R31).

    ``position``: of the update. ``person``: a contact's name, or the mail list, chat room or webhook. ``again``: it is tried again.
    """

    PEOPLE: ClassVar[frozenset[str]] = frozenset()

    audience: Audience
    position: int
    person: str = ""
    by: str = ""
    ok: bool = True
    result: str = ""
    again: bool = False

    def sentence(self) -> str:
        if self.ok:
            return f"Told {self.person} by {self.by} (update for {self.audience})"
        return f"{self.problem()} (update for {self.audience})"

    def problem(self) -> str:
        """Why they could not be told, without a full stop."""
        if not self.person:
            return f"Nobody could be told: {self.result}"
        if not self.by:
            return f"{self.person} {self.result}, and could not be told"
        return f"{self.person} could not be told by {self.by}: {self.result}"

    def apply(self, record: Record, entry: Line) -> None:
        told = record.deliveries.setdefault(self.position, {})
        if self.ok:
            told.pop("", None)
        told[self.person] = Delivery(self.by, entry.happened_at, self.ok, "" if self.ok else self.problem(), self.again)


class FactStated(Statement, frozen=True, tag="fact_stated"):
    """What updates are drafted from, beside the six facts: what is tried next, what leadership and support need (R31, R32)."""

    about: Stateable
    text: str

    def sentence(self) -> str:
        return f"{STATEABLE[self.about]}: {self.text}"

    def apply(self, record: Record, entry: Line) -> None:
        record.stated[self.about] = Fact(self.text, entry.happened_at, entry.author)


Facts = PublicProposed | UpdatePosted | PromiseCorrected | AudienceTold | FactStated
