"""Anyone can raise a concern, under their name or not; it stays open until the Incident Commander answers it (R38)."""

from typing import Annotated

import msgspec

from stanch.kernel.command import Done, command
from stanch.kernel.errors import Conflict, Denied, Invalid, NotFound
from stanch.prepare.known_people import same_person
from stanch.respond.commands import IncidentId, Line
from stanch.respond.message_effect import notify
from stanch.timeline.decisions import UNNAMED
from stanch.timeline.facts.deciding import ConcernAnswered, ConcernRaised
from stanch.timeline.record import Record
from stanch.timeline.unit_of_work import UnitOfWork


class RaiseConcern(msgspec.Struct):
    """Raise a concern, under your name or not. With ``concern``: answer one."""

    incident: IncidentId
    text: Line = ""
    unnamed: Annotated[bool, msgspec.Meta(description="Your name is not kept anywhere.")] = False
    concern: Annotated[str, msgspec.Meta(max_length=40, description="One that is open, such as C1.")] = ""
    answer: Annotated[Line, msgspec.Meta(description="With --concern: the answer.")] = ""


@command(
    "concern",
    RaiseConcern,
    noun="concerns",
    positional=("text",),
    example="stanch concern INC-1 'Nobody has looked at the backups'",
)
def concern(uow: UnitOfWork, asked: RaiseConcern) -> Done:
    """R38: the author of an unnamed concern is stored nowhere; its moment is stored, as for every entry."""
    record = uow.record(asked.incident)
    if asked.concern:
        return _answer(uow, record, asked)
    if not asked.text.strip():
        raise Invalid("What worries you?", field="text", hint="One sentence is enough.")
    if asked.unnamed and uow.source == "chat":
        raise Invalid(
            "A line in a chat shows who wrote it.",
            field="unnamed",
            hint="Raise it on the page, or with 'stanch concern'.",
        )
    identity = f"C{len(record.concerns) + 1}"
    by, source = (UNNAMED, UNNAMED) if asked.unnamed else (uow.actor.name, uow.source)
    uow.append(record.id, ConcernRaised(identity, asked.text.strip()), author=by, source=source)
    return Done(f"Concern {identity} is open until it is answered.", record.id, identity)


def _answer(uow: UnitOfWork, record: Record, asked: RaiseConcern) -> Done:
    found = record.concerns.get(asked.concern.strip().upper())
    if found is None:
        known = ", ".join(record.concerns) or "none yet"
        raise NotFound(f"{record.id} has no concern '{asked.concern}'.", field="concern", hint=f"Known: {known}.")
    if found.answered_at is not None:
        raise Conflict(f"{found.concern} is answered: {found.answer}")
    if not asked.answer.strip():
        raise Invalid("The answer is empty.", field="answer", hint="What is done about it, or why nothing is.")
    commander = record.holder("incident_commander")
    if commander and not same_person(uow, commander, uow.actor.name):
        raise Denied(f"{commander} is Incident Commander, and answers concerns.", hint="Tell them what you know.")
    uow.append(record.id, ConcernAnswered(found.concern, asked.answer.strip()))
    if found.by != UNNAMED:
        text = f"Your concern “{found.text}” is answered by {uow.actor.name}: {asked.answer.strip()}"
        notify(uow, record, f"concern:{found.concern}", found.by, text)
    return Done(f"Concern {found.concern} is answered.", record.id, found.concern)
