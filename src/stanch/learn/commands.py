"""Writing the postmortem, following action items through, and what was learned."""

from typing import Annotated, Literal

import msgspec

from stanch.kernel.clock import DAY, day, parse_moment
from stanch.kernel.command import Done, command
from stanch.kernel.errors import Conflict, Invalid, NotFound
from stanch.learn.completeness.gap import Gap
from stanch.learn.completeness.of_record import gaps_of
from stanch.learn.postmortem import PARTS
from stanch.learn.statistics import Learning, learning
from stanch.learn.writing import write
from stanch.prepare.known_people import known_person
from stanch.timeline.facts.learn import (
    ActionItemAdded,
    ActionItemDone,
    Part,
    PostmortemDecided,
    PostmortemPublished,
    ReviewAnswered,
)
from stanch.timeline.record import Record
from stanch.timeline.unit_of_work import UnitOfWork

Short = Annotated[str, msgspec.Meta(max_length=2_000)]
Whole = Annotated[str, msgspec.Meta(max_length=50_000)]
Entries = Annotated[list[Short], msgspec.Meta(max_length=100)]


class Postmortem(msgspec.Struct):
    """Write parts of the postmortem, ask for a full one, or publish it. 'stanch export INC-1' reads it."""

    incident: str
    part: Annotated[
        Literal["", "summary", "impact", "factors", "whys", "lessons"], msgspec.Meta(description="One part.")
    ] = ""
    text: Annotated[Whole, msgspec.Meta(description="Its text; of a list one entry a line.")] = ""
    summary: Whole | None = None
    impact: Whole | None = None
    factors: Annotated[Entries | None, msgspec.Meta(description="The contributing factors, all of them.")] = None
    whys: Annotated[Entries | None, msgspec.Meta(description="The why-chain, in its order.")] = None
    lessons: Whole | None = None
    confirm: Annotated[list[Part], msgspec.Meta(max_length=5, description="Parts that are right as drafted.")] = []
    seen: Annotated[
        list[Whole],
        msgspec.Meta(
            max_length=10, description="The texts that a form showed: a part that still reads so is left alone."
        ),
    ] = []
    publish: Annotated[bool, msgspec.Meta(description="Publish it; refused while it is incomplete.")] = False
    override: Annotated[
        str, msgspec.Meta(max_length=2_000, description="Publish it as it is, with this reason, which is kept.")
    ] = ""
    request: Annotated[
        str, msgspec.Meta(max_length=2_000, description="Ask for a full postmortem, with the reason.")
    ] = ""


@command(
    "postmortem",
    Postmortem,
    group="learn",
    noun="postmortem",
    positional=("part", "text"),
    example="stanch postmortem INC-1 summary 'Release v2 failed three of ten checkouts'",
)
def postmortem(uow: UnitOfWork, asked: Postmortem) -> Done:
    """R43, R46: anyone may ask for one; an incomplete one is not published."""
    record = uow.record(asked.incident)
    given = _given(asked)
    publish = asked.publish or bool(asked.override)
    if not (given or asked.confirm or publish or asked.request):
        found = gaps_of(uow, record)
        return Done(f"{asked.incident}: " + (f"missing: {_told(found)}" if found else "complete") + ".", asked.incident)
    if asked.request:
        uow.append(
            asked.incident,
            PostmortemDecided("postmortem", [*record.postmortem_reasons, f"{uow.actor.name} asked: {asked.request}"]),
        )
    written = write(uow, record, given, asked.confirm, asked.seen)
    if publish:
        _publish(uow, record, asked.override.strip())
    done = [*([f"{', '.join(written)} saved"] if written else []), *(["published"] if publish else [])]
    done += ["a full one is due"] if asked.request else []
    return Done(f"Postmortem of {asked.incident}: {'; '.join(done) or 'nothing new to save'}.", asked.incident)


def _publish(uow: UnitOfWork, record: Record, override: str) -> None:
    """R46: an incomplete one is published with a reason only, and the entry keeps what was missing."""
    if record.status != "closed":
        raise Conflict(f"{record.id} is {record.status}.", hint="Close it first.")
    found = gaps_of(uow, record)
    if found and not override:
        raise Conflict(
            f"Not complete: {_told(found)}.",
            hint="Write the rest, then publish; or publish it as it is with a reason (override).",
        )
    uow.append(record.id, PostmortemPublished(override if found else "", [gap.what for gap in found]))


def _told(found: list[Gap]) -> str:
    return "; ".join(f"{gap.what} ({gap.why})" for gap in found)


def _given(asked: Postmortem) -> dict[Part, str | list[str]]:
    """The parts that were given, by name. Raises ``Invalid`` for one without text."""
    given: dict[Part, str | list[str]] = {part: value for part in PARTS if (value := getattr(asked, part)) is not None}
    if asked.part:
        if not asked.text.strip() and asked.part not in asked.confirm:
            raise Invalid("The text is empty.", field="text", hint="Write it, or confirm the draft.")
        given[asked.part] = asked.text
    return given


class Action(msgspec.Struct):
    """Add an action item, or say of one that it is done, dropped, or where it stands."""

    incident: str
    title: Short = ""
    owner: Annotated[str, msgspec.Meta(max_length=200, description="One person.")] = ""
    due: Annotated[str, msgspec.Meta(description="A date such as 2026-06-04; in two weeks by default.")] = ""
    test: Annotated[str, msgspec.Meta(max_length=2_000, description="How one sees that it is done.")] = ""
    item: Annotated[str, msgspec.Meta(description="An earlier item, such as A1.")] = ""
    done: bool = False
    dropped: Annotated[bool, msgspec.Meta(description="Deliberately not done; needs a note.")] = False
    answer: Annotated[str, msgspec.Meta(max_length=2_000, description="The answer to the three-week question.")] = ""
    note: Short = ""


@command(
    "action",
    Action,
    group="learn",
    noun="actions",
    positional=("title",),
    example="stanch action INC-1 'Add a canary step' --owner ben --test 'A broken release stops in zone-a'",
)
def action(uow: UnitOfWork, asked: Action) -> Done:
    """R46: one owner and a due date. R48: the answer is kept, nothing is dropped silently."""
    record = uow.record(asked.incident)
    if asked.item:
        return _answer(uow, record, asked)
    if not asked.title.strip():
        raise Invalid(
            "The action item needs a title.", field="title", hint="Say what changes, so that one can test it."
        )
    owner = known_person(uow, asked.owner, "owner")
    try:
        due = parse_moment(asked.due) if asked.due else uow.now + 14 * DAY
    except ValueError as error:
        raise Invalid(str(error), field="due") from None
    item = f"A{len(record.action_items) + 1}"
    uow.append(asked.incident, ActionItemAdded(item, asked.title.strip(), owner, due, asked.test.strip()))
    return Done(f"{item} of {asked.incident}: {owner}, due {day(due)}.", asked.incident, item)


def _answer(uow: UnitOfWork, record: Record, asked: Action) -> Done:
    item = record.action_items.get(asked.item)
    if item is None:
        raise NotFound(f"{record.id} has no action item {asked.item}.")
    if asked.answer:
        uow.append(record.id, ReviewAnswered(asked.item, asked.answer))
    if asked.dropped and not asked.note.strip():
        raise Invalid("Dropping an action item needs a note.", field="note", hint="Say why it is not done.")
    if asked.done or asked.dropped:
        if item.done_at is not None:
            raise Conflict(f"{asked.item} is {'dropped' if item.dropped else 'done'} already.")
        uow.append(record.id, ActionItemDone(asked.item, asked.dropped, asked.note))
    elif not asked.answer:
        raise Invalid(f"Say what is with {asked.item}.", field="done", hint="done, dropped with a note, or an answer.")
    return Done(
        f"{asked.item} of {record.id}: {'dropped' if asked.dropped else 'done' if asked.done else 'answer kept'}.",
        record.id,
        asked.item,
    )


class AskLearning(msgspec.Struct):
    """Completion of action items first, then time for each phase."""


@command("learning", AskLearning, group="learn", noun="learning", reading=True, example="stanch learning")
def show_learning(uow: UnitOfWork, _asked: AskLearning) -> Learning:
    """R49: maturity is the share of items completed."""
    return learning(uow)
