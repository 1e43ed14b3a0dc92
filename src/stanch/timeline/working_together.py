"""Who works with whom: requests for a role, handoffs, people that were proposed, the bridge (R25-R29, R34, R35)."""

from typing import Literal

import msgspec


class RoleRequest(msgspec.Struct):
    """Somebody asks the holder of a role for it."""

    person: str
    at: int


class Handoff(msgspec.Struct):
    """A role that is offered with a summary; it moves when the other one acknowledges (R35)."""

    handoff: str
    role: str
    outgoing: str
    to: str
    summary: str
    at: int
    standing: Literal["offered", "acknowledged", "declined", "withdrawn", "over"] = "offered"
    word: str = ""


class PeopleProposal(msgspec.Struct):
    """Who could take a role, asked of the schedules at ``at``, and why one is needed. ``people``: none may be free."""

    role: str
    people: list[str]
    reason: str
    at: int
    holder: str = ""


class Bridge(msgspec.Struct):
    """A call. ``people``: who is in it."""

    link: str
    opened_at: int
    people: list[str] = msgspec.field(default_factory=list)
