"""An action item and its ticket: what it says here, and what follows from what was changed there (R47, R48)."""

from typing import Any

from stanch.kernel.clock import DAY, SECOND, day, parse_moment
from stanch.kernel.errors import punctuated
from stanch.learn.action_items.asking import approver_of_drop, told
from stanch.ports.tracker import Field, Ticket
from stanch.prepare.known_people import as_signed_in
from stanch.tickets import rows
from stanch.tickets.accounts import account_of, person_of
from stanch.tickets.following import TicketHandler
from stanch.tickets.rows import TicketRow
from stanch.tickets.rules import Ours
from stanch.timeline.facts.learn import ActionItemChanged, DropProposed
from stanch.timeline.facts.tickets import (
    ActionItemReopened,
    TicketAgreed,
    TicketClosed,
    TicketDiffers,
    TicketFiled,
    TicketGone,
    TicketMoved,
    TicketNoted,
    TicketReopened,
)
from stanch.timeline.record import ActionItem, Record
from stanch.timeline.unit_of_work import UnitOfWork

KIND = "item_ticket"
# Behind an @ it mentions nobody.
NOBODY = "\u200b"


def state_here(item: ActionItem) -> str:
    """``done`` and ``dropped`` by what was said here; an open item whose ticket was closed there says what that says."""
    if item.done_at is not None:
        return "dropped" if item.dropped else "done"
    return (item.ticket.closed if item.ticket else "") or "open"


class ItemTickets(TicketHandler):
    """The effect ``item_ticket``."""

    kind = KIND

    def ours(self, uow: UnitOfWork, row: TicketRow) -> Ours | None:
        item = uow.record(row.incident).action_items.get(row.subject)
        tracker = uow.application.world.trackers.get(row.tracker)
        if item is None or tracker is None:
            return None
        account = account_of(uow.policy, tracker, item.owner)
        return Ours(item.title, state_here(item), item.owner, account, day(item.due_at))

    def text(self, uow: UnitOfWork, row: TicketRow) -> str:
        """By default the link alone: a project may be read by others than the incident (formats/12, 12.4)."""
        record = uow.record(row.incident)
        item = record.action_items[row.subject]
        address = uow.application.installation.link(f"/incidents/{record.id}/postmortem#actions")
        link = f"Action item, kept in stanch: {address}" if address else "Action item, kept in stanch."
        if not row.details or record.private:
            return link
        said = f"Done when: {item.test or 'no test was written'}\n\nOf {record.id}: {record.title}"
        return f"{said.replace('@', '@' + NOBODY)}\n\n{link}"

    def note(self, uow: UnitOfWork, row: TicketRow, state: str) -> str:
        item = uow.record(row.incident).action_items[row.subject]
        if state == "open":
            return "Reopened in stanch."
        if not row.details or uow.record(row.incident).private:
            return f"{'Done' if state == 'done' else 'Dropped'} in stanch."
        said = "; ".join(text for text in (item.note, item.evidence) if text)
        return f"{'Done' if state == 'done' else 'Dropped'} in stanch" + (f": {said}" if said else ".")

    def made(self, uow: UnitOfWork, row: TicketRow, ticket: Ticket) -> None:
        title, text = rows.title_of(uow, row.tracker), "; ".join(ticket.dropped)
        record, tracker = uow.record(row.incident), uow.application.world.trackers[row.tracker]
        item = record.action_items[row.subject]
        if not account_of(uow.policy, tracker, item.owner):
            text = f"it is assigned to nobody: {item.owner} has no account '{tracker.prefix}:...' in the contacts"
        self._say(uow, row, TicketFiled(row.subject, title, ticket.place, ticket.key, ticket.url, text))

    def refused(self, uow: UnitOfWork, row: TicketRow, words: str) -> None:
        self._say(uow, row, TicketNoted(row.subject, rows.title_of(uow, row.tracker), row.ticket, words))

    def moved(self, uow: UnitOfWork, row: TicketRow, before: str) -> None:
        title = rows.title_of(uow, row.tracker)
        self._say(uow, row, TicketMoved(row.subject, title, row.place, row.ticket, row.url, before))

    def gone(self, uow: UnitOfWork, row: TicketRow, detail: str) -> None:
        title, record = rows.title_of(uow, row.tracker), uow.record(row.incident)
        self._say(uow, row, TicketGone(row.subject, title, row.ticket, detail))
        item = record.action_items[row.subject]
        if item.done_at is None:
            text = f"{row.ticket}, the ticket of '{item.title}', is gone from {title}: {detail}. The item stays open in stanch."
            self._tell(uow, record, item, f"[{record.id}] The ticket of {item.item} is gone", text)

    def take(self, uow: UnitOfWork, row: TicketRow, field: Field, ticket: Ticket) -> None:
        record = uow.record(row.incident)
        take(uow, row, record, record.action_items[row.subject], field, ticket)

    def differs(self, uow: UnitOfWork, row: TicketRow, field: Field, ours: Ours, ticket: Ticket) -> None:
        title = rows.title_of(uow, row.tracker)
        theirs = _owner_words(uow, row, ticket) if field == "owner" else str(getattr(ticket, field) or "")
        fact = TicketDiffers(row.subject, title, row.ticket, field, ours.value(field), theirs)
        self._say(uow, row, fact)
        record = uow.record(row.incident)
        item = record.action_items[row.subject]
        self._tell(uow, record, item, f"[{record.id}] {item.item} and {row.ticket} differ", fact.sentence())

    def agreed(self, uow: UnitOfWork, row: TicketRow, field: Field) -> None:
        self._say(uow, row, TicketAgreed(row.subject, rows.title_of(uow, row.tracker), row.ticket, field, "same"))

    @staticmethod
    def _say(uow: UnitOfWork, row: TicketRow, facts: Any) -> None:
        say(uow, row, facts)

    @staticmethod
    def _tell(uow: UnitOfWork, record: Record, item: ActionItem, title: str, text: str) -> None:
        told(uow, record, f"ticket:{record.id}:{item.item}:{record.entries}", item.owner, title, text, item.item)


def say(uow: UnitOfWork, row: TicketRow, facts: Any) -> None:
    """An entry by the tracker: who did it there we are not told."""
    uow.append(row.incident, facts, author=rows.title_of(uow, row.tracker), source="machine")


def take(uow: UnitOfWork, row: TicketRow, record: Record, item: ActionItem, field: Field, ticket: Ticket) -> None:
    """What was changed in the tracker, and not here, holds here too, as far as it can be said here."""
    if field == "state":
        _take_state(uow, row, record, item, ticket)
        return
    title, now = rows.title_of(uow, row.tracker), _as_it_is(item)
    if field == "title" and ticket.title.strip():
        now["title"] = ticket.title.strip()
    elif field == "due" and ticket.due:
        now["due_at"] = parse_moment(ticket.due) + DAY - SECOND
    elif field == "owner" and (person := _person(uow, row, ticket)):
        now["owner"] = person
    else:
        said = {
            "owner": _owner_words(uow, row, ticket),
            "due": "it has no date there",
            "title": "it has no title there",
        }[field]
        say(uow, row, TicketNoted(row.subject, title, row.ticket, f"{said}; {field} stays as it is here"))
        return
    changed = ActionItemChanged(item.item, **now)
    if changes := changed.changes(item):
        say(uow, row, ActionItemChanged(item.item, **now, text=f"{', '.join(changes)} (changed in {title})"))


def _as_it_is(item: ActionItem) -> dict[str, Any]:
    names = ("title", "owner", "due_at", "test", "priority", "purpose")
    return {name: getattr(item, name) for name in names}


def _take_state(uow: UnitOfWork, row: TicketRow, record: Record, item: ActionItem, ticket: Ticket) -> None:
    """R48: closed there is not done here: somebody shows what it did, or drops it with a reason and the lead's yes."""
    title = rows.title_of(uow, row.tracker)
    if ticket.state == "open":
        if item.done_at is not None:
            say(uow, row, ActionItemReopened(item.item, f"{row.ticket} was reopened in {title}"))
        else:
            say(uow, row, TicketReopened(item.item, title, row.ticket))
        return
    if item.done_at is not None:
        say(uow, row, TicketNoted(item.item, title, row.ticket, f"it says '{ticket.words or ticket.state}' now"))
        return
    say(uow, row, TicketClosed(item.item, title, row.ticket, ticket.state, ticket.words))
    key = f"closed-there:{record.id}:{item.item}:{record.entries}"
    if ticket.state == "done":
        text = f"{row.ticket} was closed in {title}. What shows that '{item.title}' is done? Done when: {item.test or 'no test was written'}"
        told(uow, record, key, item.owner, f"[{record.id}] What shows that {item.item} is done?", text, item.item)
        return
    reason = f"{row.ticket} was closed in {title}: {ticket.words or 'not to be done'}"
    lead = approver_of_drop(uow, record, item)
    if lead and item.drop is None:
        say(uow, row, DropProposed(item.item, reason, lead))
    text = punctuated(f"{reason}. May '{item.title}' be dropped?")
    told(uow, record, key, lead or item.owner, f"[{record.id}] May {item.item} be dropped?", text, item.item)


def _person(uow: UnitOfWork, row: TicketRow, ticket: Ticket) -> str:
    """Whom it is assigned to, by the name that one signs in with; empty for nobody whom we know."""
    tracker = uow.application.world.trackers[row.tracker]
    key = person_of(uow.policy, tracker, (ticket.owner, *ticket.known_as)) if ticket.owner else ""
    return as_signed_in(uow, [key])[0] if key else ""


def _owner_words(uow: UnitOfWork, row: TicketRow, ticket: Ticket) -> str:
    if not ticket.owner:
        return "it is assigned to nobody there"
    return _person(uow, row, ticket) or f"it is assigned to {ticket.owner} there, whom no contact names"
