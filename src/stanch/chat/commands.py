"""Marking a line of the timeline, on every face (R27, R37)."""

from typing import Annotated

import msgspec

from stanch.kernel.command import Done, command
from stanch.kernel.errors import Conflict
from stanch.respond.commands import IncidentId
from stanch.respond.correcting import numbered
from stanch.timeline.facts.chat import LinePinned, PinnedAs
from stanch.timeline.unit_of_work import UnitOfWork


class Pin(msgspec.Struct):
    """Mark a line of the timeline as a decision, an action or evidence, so that it is found again."""

    incident: IncidentId
    entry: Annotated[int, msgspec.Meta(ge=1, description="The number of the entry.")]
    pinned_as: Annotated[PinnedAs, msgspec.Meta(description="What it is: decision, action or evidence.")] = "evidence"


@command(
    "pin", Pin, group="respond", noun="pins", positional=("entry", "pinned_as"), example="stanch pin INC-1 12 decision"
)
def pin(uow: UnitOfWork, asked: Pin) -> Done:
    """R27: the line stays where it is; the mark is an entry of its own."""
    record = uow.record(asked.incident)
    line = numbered(uow, record, asked.entry, "entry")
    if f"{asked.entry}:{asked.pinned_as}" in record.pins:
        raise Conflict(f"Entry {asked.entry} is marked as {asked.pinned_as} already.")
    uow.append(asked.incident, LinePinned(asked.entry, asked.pinned_as, line.facts.sentence()))
    return Done(f"Entry {asked.entry} is marked as {asked.pinned_as}.", asked.incident)
