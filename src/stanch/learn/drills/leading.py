"""Leading a drill while it goes on: injects by hand, and standing still (R40). Only its facilitator, or an administrator."""

from typing import Annotated

import msgspec

from stanch.kernel.command import Done, command
from stanch.kernel.drill_script import InjectKind
from stanch.kernel.errors import Conflict, Denied, Invalid, NotFound
from stanch.learn.drills.commands import IncidentId
from stanch.timeline.drill import PLAYER, Drill
from stanch.timeline.facts.drill import DrillPaused, InjectGiven
from stanch.timeline.record import Record
from stanch.timeline.unit_of_work import UnitOfWork

# Injects by hand are numbered from here on: no script has so many.
BY_HAND = 100_000


class GiveInject(msgspec.Struct):
    """Let something happen in a drill now: in your own words, or without words what the script has next."""

    incident: IncidentId
    text: Annotated[str, msgspec.Meta(max_length=2000, description="What reaches the team.")] = ""
    kind: Annotated[
        InjectKind,
        msgspec.Meta(
            description="What it is: a customer's report, an alert, ...; 'metric' and 'leaving' stand in scripts only."
        ),
    ] = "event"
    sender: Annotated[
        str,
        msgspec.Meta(
            max_length=200,
            description="Who says it, such as A journalist; by default as the kind says, for an event nobody.",
        ),
    ] = ""


@command(
    "inject",
    GiveInject,
    noun="injects",
    positional=("text",),
    example="stanch inject INC-4 'The app store shows one-star reviews'",
)
def inject(uow: UnitOfWork, asked: GiveInject) -> Done:
    """R40: a facilitator sees that the team waits, or is too quick for the script."""
    record, drill = _led(uow, asked.incident)
    if asked.text.strip():
        if asked.kind in ("metric", "leaving"):
            raise Invalid(f"'{asked.kind}' moves what only a script knows.", field="kind", hint="Use another kind.")
        number = BY_HAND + sum(int(given) >= BY_HAND for given in drill.given)
        facts = InjectGiven(number, asked.kind, asked.text.strip(), asked.sender.strip())
    else:
        facts = _next(uow, record)
    uow.append(record.id, facts, author=PLAYER, source="machine")
    return Done(f"Given: {facts.sentence()}", record.id)


def _next(uow: UnitOfWork, record: Record) -> InjectGiven:
    """What the script has next, whenever that would be. Raises ``Conflict`` when there is nothing."""
    # Imported late: the help of a command needs no play.
    from stanch.learn.drills.clock import script_of
    from stanch.learn.drills.play import injects_due

    script = script_of(uow, record.id)
    due = injects_due(script, record) if script else []
    if not due:
        raise Conflict(f"The script of {record.id} has nothing more.", hint="Give an inject in your own words.")
    _, number, found = min(due, key=lambda each: each[:2])
    return InjectGiven(number, found.kind, found.text, found.sender, found.role)


class PauseDrill(msgspec.Struct):
    """Let a drill stand still, or go on: meanwhile nothing happens by the script, and the time is judged nowhere."""

    incident: IncidentId
    resume: Annotated[bool, msgspec.Meta(description="It goes on.")] = False


@command("pause-drill", PauseDrill, noun="pause", example="stanch pause-drill INC-4")
def pause(uow: UnitOfWork, asked: PauseDrill) -> Done:
    """R40: somebody explains something, or a real page came."""
    record, drill = _led(uow, asked.incident, paused_too=True)
    if drill.paused() is not asked.resume:
        raise Conflict(f"The drill {record.id} {'goes on' if asked.resume else 'stands still'} already.")
    uow.append(record.id, DrillPaused(not asked.resume))
    return Done(f"The drill {record.id} {'goes on' if asked.resume else 'stands still'}.", record.id)


def _led(uow: UnitOfWork, incident: str, *, paused_too: bool = False) -> tuple[Record, Drill]:
    """A drill that goes on and that whoever asks leads. Raises ``NotFound``, ``Denied``, ``Conflict``."""
    record = uow.record(incident)
    drill = record.drill
    if drill is None:
        raise NotFound(f"{record.id} is no drill.", hint="'stanch drills' lists them.")
    if not (uow.actor.admin or uow.actor.name == drill.facilitator):
        raise Denied(f"{drill.facilitator} leads the drill {record.id}.", hint=f"Ask {drill.facilitator}.")
    if record.status == "closed":
        raise Conflict(f"The drill {record.id} is over.", hint="'stanch drill' starts another one.")
    if drill.paused() and not paused_too:
        raise Conflict(
            f"The drill {record.id} stands still.", hint=f"'stanch pause-drill {record.id} --resume' lets it go on."
        )
    return record, drill
