"""Filing an action item by hand, deciding what holds where it and its ticket differ, and the list of tickets (R47)."""

from typing import Annotated, Any, Literal

import msgspec

from stanch.kernel.clock import DAY, SECOND, day, parse_moment
from stanch.kernel.command import Done, command
from stanch.kernel.errors import Conflict, Invalid
from stanch.kernel.filing import Filing
from stanch.learn.action_items.rules import item_of
from stanch.learn.action_items.ticket_filing import file_item, filing_of
from stanch.learn.action_items.ticket_sync import KIND, state_here
from stanch.learn.action_items.ticket_views import TicketView, shown
from stanch.prepare.known_people import known_person
from stanch.tickets import rows
from stanch.tickets.rules import digest
from stanch.timeline.facts.learn import ActionItemChanged
from stanch.timeline.facts.tickets import ActionItemReopened, TicketAgreed, TicketClosed, TicketReopened
from stanch.timeline.record import ActionItem, Record
from stanch.timeline.unit_of_work import UnitOfWork

Item = Annotated[str, msgspec.Meta(max_length=20, description="The action item, such as A1.")]


class FileItem(msgspec.Struct):
    """File an action item as a ticket in a tracker, or try one again that could not be filed."""

    incident: str
    item: Item
    tracker: Annotated[
        str, msgspec.Meta(max_length=100, description="The integration; by default what the policy says.")
    ] = ""
    place: Annotated[
        str, msgspec.Meta(max_length=300, description="The project there; by default what the policy says.")
    ] = ""


@command("file-item", FileItem, noun="tickets", positional=("item",), example="stanch file-item INC-1 A1")
def file(uow: UnitOfWork, asked: FileItem) -> Done:
    """R47: once; a second time while it waits only tries again now."""
    record = uow.record(asked.incident)
    item = item_of(record, asked.item)
    if row := rows.live(uow, KIND, record.id, item.item):
        if row.state == "linked" and not row.problem:
            raise Conflict(f"{item.item} is filed already: {row.ticket}.", hint=row.url)
        effect = f"{row.kind}:{row.id}"
        uow.effect(effect, row.kind, record.id, {"ticket": row.id}, again=True, lane=f"tracker {row.tracker}")
        return Done(
            f"{item.item} of {record.id}: {rows.title_of(uow, row.tracker)} is asked again now.", record.id, item.item
        )
    if item.done_at is not None:
        raise Conflict(f"{item.item} is {'dropped' if item.dropped else 'done'} already.")
    filing = _filing(uow, record, asked)
    file_item(uow, record, item, filing)
    where = f"{rows.title_of(uow, filing.tracker)} ({filing.place})"
    return Done(f"{item.item} of {record.id}: its ticket follows in {where}.", record.id, item.item)


def _filing(uow: UnitOfWork, record: Record, asked: FileItem) -> Filing:
    known = uow.application.world.trackers
    if not known:
        raise Conflict("No tracker is configured.", hint="Configure one under 'integrations': docs/how-to/trackers.md.")
    policy = filing_of(uow, record)
    if record.private and policy is None:
        raise Conflict(
            f"Items of private incidents are filed nowhere, and {record.id} is private.",
            hint="A rule under 'filing' of the policy may say 'private: true'.",
        )
    if not asked.tracker and not asked.place and policy:
        return policy
    tracker = asked.tracker or (policy.tracker if policy else "")
    if tracker not in known:
        hint = f"Configured: {', '.join(sorted(known))}."
        raise Invalid(
            f"No tracker is called '{tracker}'." if tracker else "Name a tracker.", field="tracker", hint=hint
        )
    place = asked.place.strip() or (policy.place if policy and policy.tracker == tracker else "")
    if not place:
        raise Invalid(
            "Name a project.", field="place", hint="Such as owner/repository, group/project, or a key such as OPS."
        )
    if record.private and policy and (policy.tracker, policy.place) != (tracker, place):
        raise Conflict(f"Items of {record.id} may go to {policy.place} only: it is private.", field="place")
    return Filing(tracker, place)


class SettleTicket(msgspec.Struct):
    """Decide what holds where an action item and its ticket were both changed; or say that one closed there is not done."""

    incident: str
    item: Item
    field: Annotated[Literal["title", "owner", "due", "state"], msgspec.Meta(description="What differs.")]
    keep: Annotated[
        Literal["ours", "theirs"], msgspec.Meta(description="Ours: what it says here. Theirs: what the ticket says.")
    ]


@command(
    "settle-ticket", SettleTicket, noun="settled-tickets", positional=("item", "field", "keep"),
    example="stanch settle-ticket INC-1 A1 due ours",
)  # fmt: skip
def settle(uow: UnitOfWork, asked: SettleTicket) -> Done:
    """R47: nothing is overwritten silently: a person says which."""
    record = uow.record(asked.incident)
    item = item_of(record, asked.item)
    row, ticket = rows.live(uow, KIND, record.id, item.item), item.ticket
    if row is None or ticket is None:
        raise Conflict(f"{item.item} has no ticket.")
    if asked.field == "state" and asked.field not in ticket.conflicts and ticket.closed:
        return _closed_there(uow, record, item, row, asked.keep)
    found = ticket.conflicts.get(asked.field)
    if found is None:
        raise Conflict(f"{item.item} and {ticket.key} do not differ in {asked.field}.")
    theirs = row.conflicts.pop(asked.field, "")
    if asked.keep == "theirs":
        _take(uow, record, item, asked.field, found.theirs)
    row.theirs[asked.field] = theirs
    row.ours[asked.field] = (
        "" if asked.keep == "ours" else digest(row.id, _value(record.action_items[item.item], asked.field))
    )
    rows.save(uow, row)
    uow.append(record.id, TicketAgreed(item.item, ticket.tracker, ticket.key, asked.field, asked.keep))
    rows.see_to(uow, row.kind, row.tracker, record.id, row.id)
    what = "what it says here" if asked.keep == "ours" else f"what {ticket.key} says"
    return Done(f"{item.item} of {record.id}, {asked.field}: {what} holds.", record.id, item.item)


def _closed_there(uow: UnitOfWork, record: Record, item: ActionItem, row: rows.TicketRow, keep: str) -> Done:
    assert item.ticket is not None
    if keep == "theirs":
        hint = f"'stanch action {record.id} --item {item.item} --done --evidence ...', or drop it with a note."
        raise Conflict(
            f"{item.ticket.key} is closed; what shows that {item.item} is done is still to be said.", hint=hint
        )
    uow.append(record.id, TicketReopened(item.item, item.ticket.tracker, item.ticket.key, here=True))
    rows.see_to(uow, row.kind, row.tracker, record.id, row.id)
    return Done(f"{item.item} of {record.id} is not done: {item.ticket.key} is to be reopened.", record.id, item.item)


def _take(uow: UnitOfWork, record: Record, item: ActionItem, about: str, theirs: str) -> None:
    """What the ticket said when the conflict began. Raises ``Invalid`` where that cannot be said here."""
    if about == "state":
        _take_state(uow, record, item, theirs)
        return
    now: dict[str, Any] = {
        name: getattr(item, name) for name in ("title", "owner", "due_at", "test", "priority", "purpose")
    }
    if about == "title":
        now["title"] = theirs
    elif about == "owner":
        now["owner"] = known_person(uow, theirs, "keep")
    elif not theirs:
        raise Invalid("The ticket has no date, and an action item needs one.", field="keep", hint="Keep ours.")
    else:
        now["due_at"] = parse_moment(theirs) + DAY - SECOND
    changed = ActionItemChanged(item.item, **now)
    if changes := changed.changes(item):
        uow.append(record.id, ActionItemChanged(item.item, **now, text=", ".join(changes)))


def _take_state(uow: UnitOfWork, record: Record, item: ActionItem, theirs: str) -> None:
    assert item.ticket is not None
    if theirs == "open" or item.done_at is not None:
        uow.append(record.id, ActionItemReopened(item.item, f"{item.ticket.key} says '{theirs}'"))
    if theirs in ("done", "dropped"):
        outcome: Literal["done", "dropped"] = "done" if theirs == "done" else "dropped"
        uow.append(record.id, TicketClosed(item.item, item.ticket.tracker, item.ticket.key, outcome))


def _value(item: ActionItem, about: str) -> str:
    if about == "state":
        return state_here(item)
    return day(item.due_at) if about == "due" else str(getattr(item, about))


class Tickets(msgspec.Struct):
    """The tickets of action items: where each stands, what differs, and which tracker does not answer."""

    limit: Annotated[int, msgspec.Meta(ge=1, le=1000, description="How many, newest first.")] = 100
    problems: Annotated[bool, msgspec.Meta(description="Only those about which there is something to do.")] = False


@command("tickets", Tickets, reading=True, example="stanch tickets --problems")
def tickets(uow: UnitOfWork, asked: Tickets) -> list[TicketView]:
    """R47: nothing disappears while a tracker is away. Those of private incidents one may not see are left out (P6)."""
    found = rows.newest(
        uow, KIND, asked.limit, problems=asked.problems, all_private=uow.actor.admin, person=uow.actor.name
    )
    return shown(uow, found)
