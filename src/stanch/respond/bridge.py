"""A bridge call (R34): opened, joined, left, closed. The text stays the record; whoever joins is caught up."""

import re
from typing import Annotated, Literal

import msgspec

from stanch.kernel.command import Done, command
from stanch.kernel.errors import Conflict, Invalid
from stanch.kernel.ids import new_id
from stanch.prepare.known_people import same_person
from stanch.respond.catching_up import caught_up
from stanch.respond.commands import IncidentId
from stanch.timeline.facts.roles import BridgeClosed, BridgeJoined, BridgeLeft, BridgeOpened
from stanch.timeline.record import Record
from stanch.timeline.unit_of_work import UnitOfWork
from stanch.timeline.working_together import Bridge

ADDRESS = re.compile(r"https?://[^\s<>\"']+")


class OpenBridge(msgspec.Struct):
    """Open, join, leave or close the call of an incident."""

    incident: IncidentId
    step: Literal["open", "join", "leave", "close"] = "join"
    link: Annotated[
        str, msgspec.Meta(max_length=500, description="With open: its address, else made from the policy's template.")
    ] = ""


@command(
    "bridge",
    OpenBridge,
    group="communicate",
    noun="bridge",
    positional=("step", "link"),
    example="stanch bridge INC-1 open",
)
def bridge(uow: UnitOfWork, asked: OpenBridge) -> Done:
    """R34: a bridge is an entry; joining gives a summary of the current state."""
    record = uow.live(asked.incident)
    if asked.step == "open":
        return _open(uow, record, asked.link.strip())
    if record.bridge is None:
        raise Conflict(f"No bridge of {record.id} is open.", hint="Open one.")
    if asked.step == "join":
        return _join(uow, record, record.bridge)
    if asked.step == "leave":
        mine = next((p for p in record.bridge.people if same_person(uow, p, uow.actor.name)), None)
        if mine is None:
            raise Conflict("You are not in the bridge.")
        uow.append(record.id, BridgeLeft(mine))
        return Done("You have left the bridge.", record.id)
    uow.append(record.id, BridgeClosed())
    return Done(f"The bridge of {record.id} is closed.", record.id)


def _open(uow: UnitOfWork, record: Record, link: str) -> Done:
    if record.bridge:
        raise Conflict(f"A bridge is open already: {record.bridge.link}", hint="Join it.")
    template = uow.policy.responding.bridge
    made = link or template.replace("{incident}", record.id).replace("{word}", new_id("call").removeprefix("call-"))
    if not ADDRESS.fullmatch(made):
        hint = (
            "Such as https://meet.example.org/INC-1." if made else "Give one, or set responding.bridge in the policy."
        )
        raise Invalid("The link of a bridge is an http or https address.", field="link", hint=hint)
    uow.append(record.id, BridgeOpened(made))
    return Done(f"The bridge is open: {made}", record.id)


def _join(uow: UnitOfWork, record: Record, open_bridge: Bridge) -> Done:
    if not any(same_person(uow, person, uow.actor.name) for person in open_bridge.people):
        uow.append(record.id, BridgeJoined(uow.actor.name))
    lines = caught_up(uow, record, uow.entries(record.id), 0).lines
    return Done("\n".join([f"Join at {open_bridge.link}", *lines]), record.id)
