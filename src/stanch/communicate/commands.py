"""Updates for each audience, their drafts, the facts that these need beside the six, and the check of wording."""

from typing import Annotated, Literal

import msgspec

from stanch.communicate.audiences.drafts import draft, suggested_state
from stanch.communicate.audiences.posting import NextIn, check_text, post_inside, promised_in
from stanch.communicate.audiences.standing import Standing, standings
from stanch.communicate.posting import Status, status
from stanch.communicate.rules import suggestions, wording
from stanch.communicate.wording.blameless import check_blameless
from stanch.communicate.wording.engine import Finding
from stanch.communicate.wording.vocabulary import of_policy
from stanch.kernel.answers import Moment
from stanch.kernel.audiences import AUDIENCES, Audience
from stanch.kernel.command import Done, command
from stanch.kernel.errors import Conflict, Invalid
from stanch.timeline.audience_clock import OVER, audience_clock
from stanch.timeline.facts.communicate import STATEABLE, FactStated, PostState, Stateable
from stanch.timeline.record import Record
from stanch.timeline.unit_of_work import UnitOfWork

Text = Annotated[str, msgspec.Meta(max_length=10_000)]
State = Annotated[
    Literal["", PostState],
    msgspec.Meta(description="State of the public post; by default the one that the record suggests."),
]


class Update(msgspec.Struct):
    """Post an update for one or more audiences, engineers by default, and promise the next one."""

    incident: str
    text: Annotated[Text, msgspec.Meta(description="For engineers; a draft from the record when left out.")] = ""
    next_in: NextIn = None
    to: Annotated[
        list[Audience], msgspec.Meta(max_length=4, description="For whom; without a text of their own, by draft.")
    ] = []
    due: Annotated[bool, msgspec.Meta(description="For every audience whose update is due by now.")] = False
    leadership: Annotated[Text, msgspec.Meta(description="For leadership: business impact, and what is needed.")] = ""
    support: Annotated[Text, msgspec.Meta(description="For support: what they can answer.")] = ""
    customers: Annotated[
        str, msgspec.Meta(max_length=5_000, description="For customers, on the status page, in words they can check.")
    ] = ""
    state: State = ""
    unchecked: Annotated[
        bool, msgspec.Meta(description="Post although it holds a blank, or what customers should not read.")
    ] = False


@command(
    "update",
    Update,
    noun="updates",
    positional=("text",),
    example="stanch update INC-1 'The rollback is running' --next-in 15",
)
def update(uow: UnitOfWork, asked: Update) -> Done:
    """R31, R32: all audiences that are asked for, or none: what is wrong with one text keeps every one from being posted."""
    record = uow.record(asked.incident)
    wanted = _wanted(uow, record, asked)
    _refuse_text_of_others(asked, wanted)
    next_at = promised_in(uow.now, asked.next_in)
    inside = {
        each: _given(asked, each).strip() or draft(record, uow.policy, uow.now, each, next_at=next_at)
        for each in wanted
        if each != "customers"
    }
    for audience, text in inside.items():
        check_text(uow, record, audience, text, field=_field(audience), unchecked=asked.unchecked)
    posted = [
        post_inside(uow, record, audience, text, asked.next_in, drafted=not _given(asked, audience).strip())
        for audience, text in inside.items()
    ]
    if "customers" in wanted:
        posted.append(_post_outside(uow, record, asked, alone=not inside))
    return Done(
        " ".join(each.message for each in posted),
        asked.incident,
        hint=" ".join(each.hint for each in posted if each.hint),
    )


def _post_outside(uow: UnitOfWork, record: Record, asked: Update, *, alone: bool) -> Done:
    """To customers. A moment that is given for several audiences is none for those who are owed no further word."""
    state: PostState = asked.state or suggested_state(record)
    minutes = asked.next_in if alone or state not in OVER else None
    text = asked.customers.strip()
    posted: Done = status(uow, Status(asked.incident, state, text, unchecked=asked.unchecked, next_in=minutes))
    return posted


def _wanted(uow: UnitOfWork, record: Record, asked: Update) -> list[Audience]:
    """For whom: those who are named, else those whose update is due, else those who have a text, else engineers."""
    if asked.due:
        due = [a for a in AUDIENCES if (clock := audience_clock(record, uow.policy, a)) and clock.due <= uow.now]
        if not due and not asked.to:
            raise Conflict("No update is due by now.", hint="Name the audiences with --to, or write a text.")
        return [a for a in AUDIENCES if a in (*due, *asked.to)]
    if asked.to:
        return [a for a in AUDIENCES if a in asked.to]
    return [a for a in AUDIENCES if _given(asked, a).strip()] or ["engineers"]


def _refuse_text_of_others(asked: Update, wanted: list[Audience]) -> None:
    """Raises ``Invalid`` where a draft would be posted in place of words that were written, but for somebody else."""
    lost = [a for a in AUDIENCES if a not in wanted and _given(asked, a).strip()]
    without = [a for a in wanted if not _given(asked, a).strip()]
    if lost and without:
        raise Invalid(
            f"What is written is for {' and '.join(lost)}, who would not be told; {' and '.join(without)} would read a draft.",
            field=_field(lost[0]),
            hint=f"Write words for {without[0]}, too, or leave out those for {lost[0]} to post the draft.",
        )


def _field(audience: Audience) -> str:
    return "text" if audience == "engineers" else audience


def _given(asked: Update, audience: Audience) -> str:
    given: str = getattr(asked, _field(audience))
    return given


class Drafts(msgspec.Struct):
    """Drafts of the next update for each audience side by side, filled from the record, and when each is owed."""

    incident: str
    state: State = ""
    language: Annotated[
        str, msgspec.Meta(max_length=8, description="Of the templates, such as de; where there is one in it.")
    ] = ""


class Draft(msgspec.Struct, frozen=True):
    """The next update for one audience. ``to_reword``: what its readers should not read so. ``told``: who was told of the last one."""

    text: str
    due_at: Moment | None
    standing: str
    told: str
    to_reword: list[str]


class Drafted(msgspec.Struct, frozen=True):
    """The next update for each audience."""

    engineers: Draft
    leadership: Draft
    support: Draft
    customers: Draft

    def line(self) -> str:
        """For chat."""
        return "\n\n".join(
            f"{a.capitalize()} ({getattr(self, a).standing}): {getattr(self, a).text}" for a in AUDIENCES
        )


@command("drafts", Drafts, reading=True, example="stanch drafts INC-1")
def drafts(uow: UnitOfWork, asked: Drafts) -> Drafted:
    """R32: one set of facts, drafted side by side."""
    record = uow.record(asked.incident)
    return Drafted(*(_draft(uow, record, asked, each) for each in standings(record, uow.policy, uow.now)))


def _draft(uow: UnitOfWork, record: Record, asked: Drafts, standing: Standing) -> Draft:
    audience = standing.audience
    text = draft(record, uow.policy, uow.now, audience, asked.state, asked.language)
    to_reword = suggestions(wording(text, uow.policy, asked.state or suggested_state(record), audience))
    return Draft(text, standing.due_at, standing.sentence, standing.told, to_reword)


class StateFact(msgspec.Struct):
    """Say what updates are drafted from beside the six facts: what is tried next, what it costs, what is needed, what support can answer."""

    incident: str
    what: Stateable
    text: Annotated[str, msgspec.Meta(min_length=1, max_length=2_000)]


@command("fact", StateFact, noun="facts", positional=("what", "text"), example="stanch fact INC-1 trying_next 'Undo'")
def fact(uow: UnitOfWork, asked: StateFact) -> Done:
    """R31, R32: it stands in every draft from now on, until it is said anew."""
    uow.record(asked.incident)
    uow.append(asked.incident, FactStated(asked.what, asked.text.strip()))
    return Done(f"{STATEABLE[asked.what]}: noted for {asked.incident}.", asked.incident)


class Wording(msgspec.Struct):
    """What to reword in a public post or a postmortem, with the reason and better words. Nothing is posted."""

    text: Annotated[str, msgspec.Meta(max_length=10_000, description="The text to look at.")]
    kind: Annotated[
        Literal["public", "postmortem", "engineers", "leadership", "support"],
        msgspec.Meta(description="Who will read it."),
    ] = "public"
    state: Annotated[
        Literal["", PostState],
        msgspec.Meta(description="State of the public post."),
    ] = ""


@command("wording", Wording, positional=("text",), reading=True, example="stanch wording 'Payments fail.'")
def check_wording(uow: UnitOfWork, asked: Wording) -> list[Finding]:
    """R33, R44: the findings of the wording rules, in order of their place in the text."""
    if asked.kind == "postmortem":
        return check_blameless(asked.text, of_policy(uow.policy))
    return wording(asked.text, uow.policy, asked.state, "customers" if asked.kind == "public" else asked.kind)
