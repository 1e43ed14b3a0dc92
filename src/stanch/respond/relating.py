"""Incidents that belong together are linked by hand, on both of them (R42, R50); and when an incident began (R13)."""

from typing import Annotated, Literal

import msgspec

from stanch.kernel.clock import day, hour_minute
from stanch.kernel.command import Done, command
from stanch.kernel.errors import Conflict, Invalid, NotFound
from stanch.kernel.filling import incident_id
from stanch.kernel.moments import past_moment
from stanch.respond.commands import IncidentId
from stanch.timeline.facts.detect import BeganSet
from stanch.timeline.facts.respond import Related
from stanch.timeline.unit_of_work import UnitOfWork

How = Literal["", "same_cause", "follow_up", "follows", "duplicate"]
# How the other one is related to this one, seen from there.
BACK: dict[str, How] = {
    "same_cause": "same_cause",
    "duplicate": "duplicate",
    "follow_up": "follows",
    "follows": "follow_up",
}


class Relate(msgspec.Struct):
    """Link another incident to this one, or take the link back."""

    incident: IncidentId
    other: Annotated[str, msgspec.Meta(min_length=1, max_length=40, description="The other incident, such as INC-1.")]
    how: Annotated[
        Literal["same_cause", "follow_up", "duplicate"],
        msgspec.Meta(description="The other one has the same cause, is a follow-up of this one, or is about the same."),
    ] = "same_cause"
    undo: Annotated[bool, msgspec.Meta(description="They are not related after all.")] = False


@command("relate", Relate, noun="related", positional=("other", "how"), example="stanch relate INC-2 INC-1 same_cause")
def relate(uow: UnitOfWork, asked: Relate) -> Done:
    """Both say it. A private incident is linked to none: the link would tell of it (P6)."""
    other = incident_id(asked.other)
    if other == asked.incident:
        raise Invalid("An incident is not related to itself.", field="other", hint="Name the other one.")
    for each in sorted((asked.incident, other)):
        uow.record(each)  # in one order, so that two who link the same pair do not wait for each other
    record, there = uow.record(asked.incident), uow.record(other)
    if record.private or there.private:
        raise Conflict("A private incident is not linked: the link would tell of it.", hint="Say it inside.")
    if asked.undo:
        if other not in record.related:
            raise NotFound(f"{record.id} and {other} are not linked.", field="other")
        uow.append(record.id, Related(other))
        uow.append(other, Related(record.id))
        return Done(f"{record.id} and {other} are not linked any more.", record.id)
    if record.related.get(other) == asked.how:
        raise Conflict(f"{record.id} and {other} are linked so already.", field="other")
    uow.append(record.id, Related(other, asked.how))
    uow.append(other, Related(record.id, BACK[asked.how]))
    return Done(f"{Related(other, asked.how).sentence()}. {other} says so too.", record.id)


class Began(msgspec.Struct):
    """Say when the harm began, also long after it was declared."""

    incident: IncidentId
    at: Annotated[
        str, msgspec.Meta(min_length=1, max_length=60, description="When it began, such as 2026-05-14T14:02Z.")
    ]


@command("began", Began, positional=("at",), example="stanch began INC-1 2026-05-14T14:02Z")
def began(uow: UnitOfWork, asked: Began) -> Done:
    """R13: times are kept apart; the beginning is often known last."""
    record = uow.record(asked.incident)
    at = past_moment(asked.at.strip(), uow.now)
    if at is None:
        raise Invalid("Say when it began.", field="at")
    over = record.resolved_at or record.closed_at
    if over and at > over:
        raise Invalid("That is after it was over.", field="at", hint="When did the harm begin?")
    uow.append(record.id, BeganSet(at))
    return Done(f"{record.id} began on {day(at)} at {hour_minute(at)} UTC.", record.id)
