"""Internal updates, drafts for each audience, and the check of wording."""

from typing import Annotated, Literal

import msgspec

from stanch.communicate.rules import BLANK, draft_internal, draft_public, next_moment, wording
from stanch.communicate.wording.blameless import check_blameless
from stanch.communicate.wording.engine import Finding
from stanch.communicate.wording.vocabulary import of_policy
from stanch.kernel.clock import hour_minute
from stanch.kernel.command import Done, command
from stanch.timeline.facts.communicate import PostState, UpdatePosted
from stanch.timeline.unit_of_work import UnitOfWork


class Update(msgspec.Struct):
    """Post an internal update and promise the next one."""

    incident: str
    text: Annotated[
        str, msgspec.Meta(max_length=10_000, description="The update; a draft from the record when left out.")
    ] = ""
    next_in: (
        Annotated[
            float, msgspec.Meta(ge=0, le=10_080, description="Minutes to the next; the severity's cadence by default.")
        ]
        | None
    ) = None


@command(
    "update",
    Update,
    noun="updates",
    positional=("text",),
    example="stanch update INC-1 'The rollback is running' --next-in 15",
)
def update(uow: UnitOfWork, asked: Update) -> Done:
    """R31: status, just tried, trying next, next update time."""
    record = uow.record(asked.incident)
    text = asked.text.strip() or draft_internal(record, uow.policy, uow.now).replace(BLANK, "not known yet")
    nxt = next_moment(record, uow.policy, uow.now, asked.next_in)
    uow.append(asked.incident, UpdatePosted("internal", text, "", nxt))
    return Done("Posted." + (f" The next is promised for {hour_minute(nxt)} UTC." if nxt else ""), asked.incident)


class Drafts(msgspec.Struct):
    """Drafts of the next update for each audience, filled from the record."""

    incident: str
    state: Annotated[
        Literal["", PostState],
        msgspec.Meta(description="State of the public post; by default the one that the record suggests."),
    ] = ""


class Drafted(msgspec.Struct, frozen=True):
    """The next update for each audience."""

    internal: str
    public: str

    def line(self) -> str:
        """For chat."""
        return f"Internal: {self.internal}\n\nPublic: {self.public}"


@command("drafts", Drafts, reading=True, example="stanch drafts INC-1")
def drafts(uow: UnitOfWork, asked: Drafts) -> Drafted:
    """R32: one set of facts, drafted side by side."""
    record = uow.record(asked.incident)
    return Drafted(draft_internal(record, uow.policy, uow.now), draft_public(record, uow.policy, asked.state))


class Wording(msgspec.Struct):
    """What to reword in a public post or a postmortem, with the reason and better words. Nothing is posted."""

    text: Annotated[str, msgspec.Meta(max_length=10_000, description="The text to look at.")]
    kind: Annotated[Literal["public", "postmortem"], msgspec.Meta(description="Who will read it.")] = "public"
    state: Annotated[
        Literal["", PostState],
        msgspec.Meta(description="State of the public post."),
    ] = ""


@command("wording", Wording, positional=("text",), reading=True, example="stanch wording 'Payments fail.'")
def check_wording(uow: UnitOfWork, asked: Wording) -> list[Finding]:
    """R33, R44: the findings of the wording rules, in order of their place in the text."""
    if asked.kind == "postmortem":
        return check_blameless(asked.text, of_policy(uow.policy))
    return wording(asked.text, uow.policy, asked.state)
