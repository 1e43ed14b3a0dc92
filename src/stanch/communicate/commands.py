"""Posting updates, inside and outside."""

from typing import Annotated, Any, Literal

import msgspec

from stanch.communicate.rules import BLANK, draft_internal, draft_public, next_moment, wording
from stanch.kernel.clock import hour_minute
from stanch.kernel.command import Done, command
from stanch.kernel.errors import Conflict, Invalid
from stanch.timeline.desk import Desk
from stanch.timeline.entries import UpdatePosted


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


@command("update", Update, group="communicate", noun="updates", positional=("text",))
def update(desk: Desk, asked: Update) -> Done:
    """R31: status, just tried, trying next, next update time."""
    record = desk.record(asked.incident)
    text = asked.text.strip() or draft_internal(record, desk.policy, desk.now).replace(BLANK, "not known yet")
    nxt = next_moment(record, desk.policy, desk.now, asked.next_in)
    desk.append(asked.incident, UpdatePosted("internal", text, "", nxt))
    return Done("Posted." + (f" The next is promised for {hour_minute(nxt)} UTC." if nxt else ""), asked.incident)


class Status(msgspec.Struct):
    """Post to the public status page: one post for each state."""

    incident: str
    state: Literal["investigating", "identified", "monitoring", "resolved"]
    text: Annotated[
        str, msgspec.Meta(max_length=5_000, description="In words that customers can check; a draft when left out.")
    ] = ""
    unchecked: Annotated[bool, msgspec.Meta(description="Post although the wording check objects.")] = False


@command("status", Status, group="communicate", noun="status", positional=("state", "text"))
def status(desk: Desk, asked: Status) -> Done:
    """R33. The wording check stops internal names, jargon and speculation; private incidents are never posted (P6)."""
    record = desk.record(asked.incident)
    if record.private:
        raise Conflict(f"{asked.incident} is private, so nothing about it goes to the public status page.")
    text = asked.text.strip() or draft_public(record, desk.policy)
    objections = wording(text, desk.policy)
    if objections and not asked.unchecked:
        raise Invalid(
            f"Customers would stumble: {'; '.join(objections)}.", field="text", hint="Reword it, or post it unchecked."
        )
    desk.append(asked.incident, UpdatePosted("public", text, asked.state))
    return Done(f"Posted to the status page: {asked.state}.", asked.incident)


class Drafts(msgspec.Struct):
    """Drafts of the next update for each audience, filled from the record."""

    incident: str


@command("drafts", Drafts, group="communicate", noun="drafts", reading=True)
def drafts(desk: Desk, asked: Drafts) -> dict[str, Any]:
    """R32: one set of facts, drafted side by side."""
    record = desk.record(asked.incident)
    return {"internal": draft_internal(record, desk.policy, desk.now), "public": draft_public(record, desk.policy)}
