"""When an action item is filed as a ticket, and what makes its ticket be looked at again (R47)."""

from stanch.kernel.filing import Filing
from stanch.learn.action_items.ticket_sync import KIND
from stanch.tickets import rows
from stanch.timeline.entries import Entry
from stanch.timeline.facts.learn import ActionItemAdded, DropRefused, PostmortemPublished
from stanch.timeline.facts.tickets import TicketReopened, TicketWanted
from stanch.timeline.record import ActionItem, Record
from stanch.timeline.unit_of_work import UnitOfWork


def filing_of(uow: UnitOfWork, record: Record) -> Filing | None:
    """Where items of an incident go; of a private one only where the policy says so in so many words (P6)."""
    found = uow.policy.filing_of(record.service, private=record.private)
    return found if found and found.tracker in uow.application.world.trackers else None


def file_by_policy(uow: UnitOfWork, entry: Entry, record: Record) -> None:
    """The reaction to an item that was added, and to a postmortem that is published."""
    filing = filing_of(uow, record)
    if filing is None or filing.when == "asked" or record.drill is not None:
        return  # of a drill nothing leaves by itself
    facts = entry.facts
    if isinstance(facts, PostmortemPublished):
        items = list(record.action_items.values())
    elif isinstance(facts, ActionItemAdded) and (filing.when == "added" or record.published_at):
        items = [record.action_items[facts.item]]
    else:
        return
    for item in items:
        if item.done_at is None and item.ticket is None:
            file_item(uow, record, item, filing)


def file_item(uow: UnitOfWork, record: Record, item: ActionItem, filing: Filing) -> None:
    """Its ticket follows: in the record, and in a row of its own before anything leaves."""
    title = rows.title_of(uow, filing.tracker)
    uow.append(record.id, TicketWanted(item.item, title, filing.place))
    rows.want(uow, KIND, record.id, item.item, filing)


def keep_item(uow: UnitOfWork, entry: Entry, record: Record) -> None:
    """The reaction to a drop that is refused: a ticket that was closed as not to be done is reopened."""
    assert isinstance(entry.facts, DropRefused)
    ticket = record.action_items[entry.facts.item].ticket
    if ticket and ticket.closed == "dropped" and not ticket.gone:
        uow.append(record.id, TicketReopened(entry.facts.item, ticket.tracker, ticket.key, here=True))


def follow_item(uow: UnitOfWork, entry: Entry, record: Record) -> None:
    """The reaction to whatever changes an item: its ticket is told."""
    if not uow.application.world.trackers:
        return
    item = getattr(entry.facts, "item", "")
    if item and (row := rows.live(uow, KIND, record.id, item)):
        rows.see_to(uow, row.kind, row.tracker, record.id, row.id)
