"""What happened between an action item and its ticket in a tracker (R47)."""

from typing import ClassVar, Literal

from stanch.timeline.facts.statement import Statement
from stanch.timeline.record import ActionItem, Line, Record
from stanch.timeline.ticket import ItemTicket, TicketConflict

About = Literal["title", "owner", "due", "state"]


def ticket_of(record: Record, item: str) -> ItemTicket:
    """The ticket of an item that has one."""
    found = record.action_items[item].ticket
    assert found is not None
    return found


class AboutTicket(Statement, frozen=True):
    """Which tracker and project stay when its texts are redacted: they are names of the configuration."""

    KEPT: ClassVar[tuple[str, ...]] = ("tracker", "place")


class AboutFiledTicket(AboutTicket, frozen=True):
    """Of which item, in which tracker, under which key."""

    item: str
    tracker: str
    key: str


class TicketWanted(AboutTicket, frozen=True, tag="ticket_wanted"):
    """A ticket is to be filed; it follows as soon as the tracker takes it."""

    item: str
    tracker: str
    place: str

    def sentence(self) -> str:
        return f"A ticket for {self.item} is to be filed in {self.tracker} ({self.place})"

    def apply(self, record: Record, entry: Line) -> None:
        record.action_items[self.item].ticket = ItemTicket(self.tracker, self.place)


class TicketFiled(AboutTicket, frozen=True, tag="ticket_filed"):
    """The ticket is there. ``text``: what of it the tracker did not take."""

    item: str
    tracker: str
    place: str
    key: str
    url: str
    text: str = ""

    def sentence(self) -> str:
        return f"{self.item} is filed as {self.key} in {self.tracker}" + (f"; {self.text}" if self.text else "")

    def apply(self, record: Record, entry: Line) -> None:
        record.action_items[self.item].ticket = ItemTicket(self.tracker, self.place, self.key, self.url)


class TicketClosed(AboutTicket, frozen=True, tag="ticket_closed"):
    """It was closed in the tracker. The item stays open here until somebody shows that it is done, or it is dropped (R48)."""

    item: str
    tracker: str
    key: str
    outcome: Literal["done", "dropped"]
    text: str = ""

    def sentence(self) -> str:
        said = f" ({self.text})" if self.text else ""
        missing = (
            "what shows it is still to be said here"
            if self.outcome == "done"
            else "here it stays open until it is dropped with a reason"
        )
        return f"{self.key} was closed in {self.tracker} as {self.outcome}{said}: {self.item}, {missing}"

    def apply(self, record: Record, entry: Line) -> None:
        ticket = ticket_of(record, self.item)
        ticket.closed, ticket.closed_at = self.outcome, entry.happened_at


class TicketReopened(AboutTicket, frozen=True, tag="ticket_reopened"):
    """It is open again there. ``here``: by us, since the item is not done."""

    item: str
    tracker: str
    key: str
    here: bool = False

    def sentence(self) -> str:
        if self.here:
            return f"{self.item} is not done: {self.key} is to be reopened in {self.tracker}"
        return f"{self.key} was reopened in {self.tracker}: {self.item} is open"

    def apply(self, record: Record, entry: Line) -> None:
        ticket_of(record, self.item).closed = ""


class TicketMoved(AboutTicket, frozen=True, tag="ticket_moved"):
    """The same ticket has another key now, and was followed."""

    item: str
    tracker: str
    place: str
    key: str
    url: str
    before: str

    def sentence(self) -> str:
        return f"{self.before} was moved in {self.tracker}: {self.item} is {self.key} now"

    def apply(self, record: Record, entry: Line) -> None:
        ticket = ticket_of(record, self.item)
        ticket.place, ticket.key, ticket.url = self.place, self.key, self.url


class TicketGone(AboutFiledTicket, frozen=True, tag="ticket_gone"):
    """The ticket was deleted; the item stays open here, and can be filed again."""

    text: str

    def sentence(self) -> str:
        return f"{self.key} is gone from {self.tracker}: {self.text}. {self.item} stays here"

    def apply(self, record: Record, entry: Line) -> None:
        ticket = ticket_of(record, self.item)
        ticket.gone, ticket.conflicts = True, {}


class TicketNoted(AboutFiledTicket, frozen=True, tag="ticket_noted"):
    """Something of the ticket that was not taken over here, and why."""

    text: str

    def sentence(self) -> str:
        return f"{self.key} ({self.item}) in {self.tracker}: {self.text}"


class TicketDiffers(AboutFiledTicket, frozen=True, tag="ticket_differs"):
    """The item and its ticket were both changed since they last agreed: neither is overwritten, a person decides.

    ``ours`` and ``theirs``: what stands here and in the tracker, as text.
    """

    about: About
    ours: str
    theirs: str

    def sentence(self) -> str:
        return f"{self.item} and {self.key} were both changed: {self.about} is '{self.ours}' here and '{self.theirs}' in {self.tracker}. Which one holds?"

    def apply(self, record: Record, entry: Line) -> None:
        found = TicketConflict(self.ours, self.theirs, entry.happened_at)
        ticket_of(record, self.item).conflicts[self.about] = found


class TicketAgreed(AboutFiledTicket, frozen=True, tag="ticket_agreed"):
    """Somebody has decided which one holds; ``same``: both sides came to say the same by themselves."""

    about: About
    keep: Literal["ours", "theirs", "same"]

    def sentence(self) -> str:
        if self.keep == "same":
            return f"{self.item} and {self.key} say the same of the {self.about} again"
        holds = "what it says here" if self.keep == "ours" else f"what {self.key} says in {self.tracker}"
        return f"{self.item}, {self.about}: {holds} holds"

    def apply(self, record: Record, entry: Line) -> None:
        ticket_of(record, self.item).conflicts.pop(self.about, None)


class ActionItemReopened(Statement, frozen=True, tag="action_item_reopened"):
    """It was done or dropped, and is open again; the three-week question is asked anew (R48)."""

    item: str
    text: str

    def sentence(self) -> str:
        return f"Action item {self.item} is open again: {self.text}"

    def apply(self, record: Record, entry: Line) -> None:
        reopen(record.action_items[self.item], entry.happened_at)


def reopen(item: ActionItem, at: int) -> None:
    """As if it had never ended; what was asked and answered before stays in the timeline."""
    item.done_at, item.dropped, item.note, item.evidence = None, False, "", ""
    item.asked, item.asked_at, item.answered_at, item.reopened_at = [], None, None, at
    if item.ticket:
        item.ticket.closed = ""


Facts = (
    TicketWanted
    | TicketFiled
    | TicketClosed
    | TicketReopened
    | TicketMoved
    | TicketGone
    | TicketNoted
    | TicketDiffers
    | TicketAgreed
    | ActionItemReopened
)
