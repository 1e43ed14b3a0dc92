"""Time-boxes (R39): "ten minutes on the database; no answer by 14:25, we shift traffic". At the end a decision is forced."""

from typing import Annotated

import msgspec

from stanch.kernel.clock import MINUTE, hour_minute
from stanch.kernel.command import Done, command
from stanch.kernel.errors import Conflict, Invalid, NotFound
from stanch.mitigate.rules import recipe
from stanch.mitigate.survey import digest, newest, tools
from stanch.mitigate.toolkit import named
from stanch.prepare.known_people import known_person
from stanch.respond.commands import IncidentId, Line
from stanch.timeline.decisions import Timebox
from stanch.timeline.facts.deciding import TimeboxEnded, TimeboxExtended, TimeboxFallbackRefused, TimeboxOpened
from stanch.timeline.record import Record
from stanch.timeline.unit_of_work import UnitOfWork

Minutes = Annotated[float, msgspec.Meta(gt=0, le=24 * 60, description="How long, in minutes.")]


class Box(msgspec.Struct):
    """Give a question so many minutes, with a fallback. With ``timebox``: answer, extend or end one that runs."""

    incident: IncidentId
    question: Line = ""
    minutes: Minutes = 10
    owner: Annotated[str, msgspec.Meta(max_length=100, description="Who looks; you by default.")] = ""
    fallback: Annotated[Line, msgspec.Meta(description="What is done when there is no answer, in words.")] = ""
    mitigation: Annotated[
        str, msgspec.Meta(max_length=200, description="The mitigation that is the fallback; one action starts it then.")
    ] = ""
    timebox: Annotated[str, msgspec.Meta(max_length=100, description="One that runs, such as TB1.")] = ""
    answer: Annotated[Line, msgspec.Meta(description="With --timebox: what was found.")] = ""
    extend: Annotated[Line, msgspec.Meta(description="With --timebox: why it gets --minutes more.")] = ""
    fall_back: Annotated[bool, msgspec.Meta(description="With --timebox: the fallback is taken, by hand.")] = False


@command(
    "timebox",
    Box,
    group="respond",
    noun="timeboxes",
    positional=("question",),
    example="stanch timebox INC-1 'Is it the cache?' --minutes 10 --fallback 'Roll back'",
)
def timebox(uow: UnitOfWork, asked: Box) -> Done:
    """R39: a question, an owner, an end and a fallback; at its end: extend with a reason, fall back, or answered."""
    record = uow.live(asked.incident)
    return _change(uow, record, asked) if asked.timebox else _open(uow, record, asked)


def _open(uow: UnitOfWork, record: Record, asked: Box) -> Done:
    if not asked.question.strip():
        raise Invalid("What is to be found out?", field="question", hint="One question that has an answer.")
    if not asked.fallback.strip() and not asked.mitigation:
        raise Invalid(
            "What is done when there is no answer?", field="fallback", hint="In words, or --mitigation with its name."
        )
    identity = f"TB{len(record.timeboxes) + 1}"
    ends = uow.now + int(asked.minutes * MINUTE)
    owner = known_person(uow, asked.owner, "owner")
    tool = named(uow, record, asked.mitigation) if asked.mitigation else None
    fallback = asked.fallback.strip() or (
        f"we start '{tool.mitigation.title}' on {tool.mitigation.target}" if tool else ""
    )
    uow.append(
        record.id,
        TimeboxOpened(
            identity, asked.question.strip(), owner, ends, fallback, tool.key() if tool else "",
            digest(tool.mitigation) if tool else "", tool.mitigation.title if tool else "",
        ),
    )  # fmt: skip
    return Done(f"{owner} has until {hour_minute(ends)} UTC. Otherwise: {fallback}", record.id, identity)


def _change(uow: UnitOfWork, record: Record, asked: Box) -> Done:
    box = _running(record, asked.timebox)
    if asked.answer.strip():
        uow.append(record.id, TimeboxEnded(box.timebox, asked.answer.strip()))
        return Done(f"{box.timebox} is answered.", record.id, box.timebox)
    if asked.fall_back:
        uow.append(record.id, TimeboxEnded(box.timebox))
        return Done(f"{box.timebox} is over: {box.fallback}", record.id, box.timebox)
    if asked.extend.strip():
        ends = max(uow.now, box.ends_at) + int(asked.minutes * MINUTE)
        uow.append(record.id, TimeboxExtended(box.timebox, ends, asked.extend.strip()))
        return Done(f"{box.timebox} now ends at {hour_minute(ends)} UTC.", record.id, box.timebox)
    raise Invalid("Say what is to happen.", field="extend", hint="Give an answer, a reason to extend, or fall back.")


def not_as_agreed(uow: UnitOfWork, record: Record, identity: str, name: str, seen: str) -> Done | None:
    """What is confirmed is what runs: a fallback that would do something else by now is refused, and the timeline says why.

    ``seen``: what whoever starts it has looked at since. None: it is what was agreed, or no fallback of a time-box.
    Raises ``Conflict`` for a time-box that has ended, such as of a button that was shown before.
    """
    box = _running(record, identity) if identity in record.timeboxes else None
    if box is None or not (agreed := seen or box.digest):
        return None
    at_hand = tools(record, uow.policy, newest(uow, record.id))
    tool = next((tool for tool in at_hand if tool.key() == box.mitigation), None)
    now = digest(tool.mitigation) if tool else ""
    if now == agreed or name not in (box.mitigation, tool.mitigation.name if tool else box.mitigation):
        return None
    does = f"by now it would do {recipe(tool.mitigation.run) or 'something else'}" if tool else ""
    other = "that is not what was shown" if seen else "that is not what was agreed"
    why = f"{does}, and {other}" if does else "it is offered no longer"
    title = box.title or (tool.mitigation.title if tool else box.mitigation)
    if box.refused_at is None or box.refused_digest != now:
        uow.append(record.id, TimeboxFallbackRefused(box.timebox, title, why, now))
    return Done(f"The fallback of {box.timebox}, '{title}', was not started: {why}.", record.id, box.timebox)


def _running(record: Record, identity: str) -> Timebox:
    box = record.timeboxes.get(identity)
    if box is None:
        known = ", ".join(record.timeboxes) or "none yet"
        raise NotFound(f"{record.id} has no time-box '{identity}'.", hint=f"Known: {known}.")
    if not box.running():
        raise Conflict(f"{identity} has ended: {box.answer or box.fallback}")
    return box
