"""A tracker in memory, with people at it: it remembers its tickets, and can be away, lose an answer, or refuse."""

from collections.abc import Mapping
from typing import Any

import msgspec

from stanch.kernel.clock import Clock
from stanch.ports import Failed, Gone
from stanch.ports.tracker import Delivery, NewTicket, Ticket, TicketChange, TicketReference, Unsigned
from tests.scenarios.house import House


class Desk:
    """Keys are ``DESK-1`` and up. ``lost``: the next answer never comes, although it was done."""

    title, prefix, by_mail = "Desk", "desk", False

    def __init__(self, clock: Clock) -> None:
        self.name = "desk"
        self.clock = clock
        self.tickets: dict[str, Ticket] = {}
        self.marks: dict[str, str] = {}
        self.texts: dict[str, str] = {}
        self.notes: list[tuple[str, str]] = []
        self.asked = 0
        self.down = self.lost = self.refuses = self.blind = False

    def _here(self) -> None:
        self.asked += 1
        if self.down:
            raise Failed("no answer within 10 s", again=True)
        if self.refuses:
            raise Failed("403: the token needs more", again=False)

    def _lose(self) -> None:
        if self.lost:
            self.lost = False
            raise Failed("the answer was lost", again=True)

    def create(self, wanted: NewTicket) -> Ticket:
        self._here()
        if wanted.tried_at:
            for identity, mark in self.marks.items():
                if mark == wanted.mark:
                    return msgspec.structs.replace(self.tickets[identity], found=True)
        identity = str(len(self.tickets) + 1)
        ticket = Ticket(
            identity, f"DESK-{identity}", wanted.place, f"https://desk.example/{identity}", wanted.title, "open", self.clock.now(),
            wanted.owner, due=wanted.due, words="To do",
        )  # fmt: skip
        self.tickets[identity], self.marks[identity], self.texts[identity] = ticket, wanted.mark, wanted.text
        self._lose()
        return ticket

    def read(self, reference: TicketReference) -> Ticket:
        self._here()
        if reference.id not in self.tickets or self.blind:
            raise Gone("it was deleted")
        return self.tickets[reference.id]

    def change(self, reference: TicketReference, change: TicketChange) -> Ticket:
        now = self.read(reference)
        values = {
            name: value for name in ("title", "owner", "due", "state") if (value := getattr(change, name)) is not None
        }
        if change.note:
            self.notes.append((now.key, change.note))
        self.edit(now.id, **values)
        self._lose()
        return self.tickets[now.id]

    def changed(self, place: str, since: int) -> list[Ticket]:
        self._here()
        found = [each for each in self.tickets.values() if each.place == place and each.updated_at >= since]
        return sorted(found, key=lambda each: each.updated_at)

    def delivery(self, headers: Mapping[str, str], body: bytes, now: int) -> Delivery:
        if headers.get("signed") != "yes":
            raise Unsigned("it says so itself")
        return Delivery(headers.get("delivery", ""), (body.decode(),))

    def check(self, places: list[str]) -> str:
        self._here()
        if self.blind:
            raise Failed("the project is not there, or the token may not see it", again=False)
        return "the desk is open"

    def edit(self, identity: str, **values: Any) -> None:
        """Somebody changes a ticket there."""
        if "state" in values:
            values["words"] = {"open": "To do", "done": "Done", "dropped": "Won't do"}[values["state"]]
        self.tickets[identity] = msgspec.structs.replace(self.tickets[identity], updated_at=self.clock.now(), **values)


def open_desk(house: House, **rule: Any) -> Desk:
    """The house with a desk, into which the items of every incident are filed as soon as they are added."""
    house.application.database.close()
    contacts = {
        key: contact | {"names": [f"desk:{key}-at-desk"]}
        for key, contact in house.policy["contacts"].items()
        if key != "grace"
    }
    filing = {"tracker": "desk", "place": "OPS", "when": "added"} | rule
    house.policy = house.policy | {"contacts": house.policy["contacts"] | contacts, "filing": [filing]}
    desk = Desk(house.clock)
    house.trackers["desk"] = desk
    house.open()
    return desk
