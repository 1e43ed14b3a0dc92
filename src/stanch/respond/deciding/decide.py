"""A decision is an entry of its own: what was chosen, what was not, and why (R37)."""

from typing import Annotated

import msgspec

from stanch.kernel.command import Done, command
from stanch.kernel.errors import Invalid
from stanch.respond.commands import IncidentId, Line
from stanch.respond.deciding.evidence import Which, which
from stanch.timeline.facts.deciding import DecisionMade
from stanch.timeline.unit_of_work import UnitOfWork


class Decide(msgspec.Struct):
    """Write a decision down: the option that is taken, those that are not, and why."""

    incident: IncidentId
    text: Annotated[Line, msgspec.Meta(description="What is done.")]
    rejected: Annotated[list[Line], msgspec.Meta(max_length=20, description="An option that is not taken.")] = []
    because: Line = ""
    hypothesis: Annotated[Which, msgspec.Meta(description="The hypothesis that it rests on, such as H1.")] = ""


@command(
    "decide",
    Decide,
    noun="decisions",
    positional=("text",),
    example="stanch decide INC-1 'Drain zone-b' --rejected 'Wait for the vendor' --because 'It can be undone at once'",
)
def decide(uow: UnitOfWork, asked: Decide) -> Done:
    """R37: later one sees what the record held at that moment."""
    record = uow.record(asked.incident)
    if not asked.text.strip():
        raise Invalid("What is decided?", field="text", hint="What is done, in a few words.")
    identity = f"D{len(record.decisions) + 1}"
    behind = which(record, asked.hypothesis) if asked.hypothesis else ""
    rejected = [option.strip() for option in asked.rejected if option.strip()]
    uow.append(record.id, DecisionMade(identity, asked.text.strip(), rejected, asked.because.strip(), behind))
    return Done(f"Decision {identity}: {asked.text.strip()}", record.id, identity)
