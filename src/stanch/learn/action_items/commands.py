"""One command for everything that is said about an action item."""

import re
from typing import Annotated

import msgspec

from stanch.kernel.clock import DAY, SECOND, day
from stanch.kernel.command import Done, command
from stanch.kernel.errors import Conflict, Invalid, punctuated
from stanch.kernel.moments import given_moment
from stanch.learn.action_items.asking import approver_of_drop, told, unreached
from stanch.learn.action_items.rules import item_number, item_of
from stanch.prepare.known_people import known_person, same_person
from stanch.timeline.facts.learn import (
    ActionItemAdded,
    ActionItemChanged,
    ActionItemDone,
    DropProposed,
    DropRefused,
    ReviewAnswered,
)
from stanch.timeline.facts.tickets import ActionItemReopened
from stanch.timeline.record import ActionItem, Priority, Purpose, Record
from stanch.timeline.unit_of_work import UnitOfWork

Short = Annotated[str, msgspec.Meta(max_length=2_000)]


class EditActionItem(msgspec.Struct):
    """Add an action item, change one, or say of one that it is done, dropped, or where it stands."""

    incident: str
    title: Short = ""
    owner: Annotated[str, msgspec.Meta(max_length=200, description="One person.")] = ""
    due: Annotated[str, msgspec.Meta(description="A date such as 2026-06-04; in two weeks by default.")] = ""
    test: Annotated[str, msgspec.Meta(max_length=2_000, description="How one sees that it is done.")] = ""
    priority: Annotated[Priority | None, msgspec.Meta(description="Normal by default.")] = None
    purpose: Annotated[Purpose | None, msgspec.Meta(description="What it does about the next incident.")] = None
    item: Annotated[str, msgspec.Meta(description="An earlier item, such as A1.")] = ""
    done: bool = False
    evidence: Annotated[
        str, msgspec.Meta(max_length=2_000, description="What shows that it is done: a link, a result.")
    ] = ""
    dropped: Annotated[
        bool, msgspec.Meta(description="Deliberately not done; needs a note, and the yes of the owner's lead.")
    ] = False
    keep: Annotated[bool, msgspec.Meta(description="No: an item that somebody proposed to drop stays.")] = False
    answer: Annotated[str, msgspec.Meta(max_length=2_000, description="The answer to the three-week question.")] = ""
    note: Short = ""
    reopen: Annotated[bool, msgspec.Meta(description="It was done or dropped, and is not; needs a note.")] = False


@command(
    "action",
    EditActionItem,
    noun="actions",
    positional=("title",),
    example="stanch action INC-1 'Add a canary step' --owner ben --test 'A broken release stops in zone-a'",
)
def action(uow: UnitOfWork, asked: EditActionItem) -> Done:
    """R46: one owner and a due date. R48: the answer is kept, nothing is dropped silently."""
    record = uow.record(asked.incident)
    if not asked.item:
        return _add(uow, record, asked)
    item = item_of(record, asked.item)
    if asked.reopen:
        return _reopened(uow, record, item, asked)
    if item.done_at is not None and not asked.answer:
        raise Conflict(f"{item.item} is {'dropped' if item.dropped else 'done'} already.")
    said = [
        *([_changed(uow, record, item, asked)] if _names_a_change(asked) else []),
        *([_answered(uow, record, item, asked)] if asked.answer else []),
        *([_kept(uow, record, item, asked)] if asked.keep else []),
        *([_done(uow, record, item, asked)] if asked.done else []),
        *([_dropped(uow, record, item, asked)] if asked.dropped else []),
    ]
    if not said:
        hint = "done, dropped with a note, an answer, or what changes (owner, due, title, test, priority, purpose)."
        raise Invalid(f"Say what is with {item.item}.", field="done", hint=hint)
    return Done(f"{item.item} of {record.id}: {'; '.join(said)}.", record.id, item.item)


def _reopened(uow: UnitOfWork, record: Record, item: ActionItem, asked: EditActionItem) -> Done:
    if item.done_at is None:
        raise Conflict(f"{item.item} is open.")
    if not asked.note.strip():
        raise Invalid("Reopening an action item needs a note.", field="note", hint="Say what is missing.")
    uow.append(record.id, ActionItemReopened(item.item, asked.note.strip()))
    return Done(f"{item.item} of {record.id} is open again.", record.id, item.item)


def _add(uow: UnitOfWork, record: Record, asked: EditActionItem) -> Done:
    if not asked.title.strip():
        raise Invalid(
            "The action item needs a title.", field="title", hint="Say what changes, so that one can test it."
        )
    if item_number(asked.title) in record.action_items:
        hint = f"To say something of it, give it as the item: --item {item_number(asked.title)}."
        raise Invalid(f"'{asked.title.strip()}' is the number of an action item.", field="title", hint=hint)
    owner = known_person(uow, asked.owner, "owner")
    due = _moment(asked.due) if asked.due else uow.now + 14 * DAY
    item = f"A{len(record.action_items) + 1}"
    title, test = asked.title.strip(), asked.test.strip()
    uow.append(
        record.id,
        ActionItemAdded(
            item, title, owner, due, test, priority=asked.priority or "normal", purpose=asked.purpose or ""
        ),
    )
    return Done(f"{item} of {record.id}: {owner}, due {day(due)}.", record.id, item)


def _moment(text: str) -> int:
    """A date means the end of that day: an item is not late on the day that it is due."""
    moment = given_moment(text, "due")
    return moment + DAY - SECOND if re.fullmatch(r"\s*\d{4}-\d{2}-\d{2}\s*", text) else moment


def _names_a_change(asked: EditActionItem) -> bool:
    return bool(asked.title or asked.owner or asked.due or asked.test or asked.priority or asked.purpose is not None)


def _changed(uow: UnitOfWork, record: Record, item: ActionItem, asked: EditActionItem) -> str:
    now = ActionItemChanged(
        item.item,
        asked.title.strip() or item.title,
        known_person(uow, asked.owner, "owner") if asked.owner else item.owner,
        _moment(asked.due) if asked.due and asked.due.strip() != day(item.due_at) else item.due_at,
        asked.test.strip() or item.test,
        asked.priority or item.priority,
        item.purpose if asked.purpose is None else asked.purpose,
    )
    changes = now.changes(item)
    if not changes:
        return "nothing to change"
    uow.append(record.id, msgspec.structs.replace(now, text=", ".join(changes)))
    return ", ".join(changes)


def _answered(uow: UnitOfWork, record: Record, item: ActionItem, asked: EditActionItem) -> str:
    uow.append(record.id, ReviewAnswered(item.item, asked.answer))
    return "answer kept"


def _done(uow: UnitOfWork, record: Record, item: ActionItem, asked: EditActionItem) -> str:
    if asked.dropped:
        raise Invalid("An item is done or dropped, not both.", field="dropped", hint="Say one of them.")
    uow.append(record.id, ActionItemDone(item.item, False, asked.note, asked.evidence.strip()))
    return "done" if asked.evidence.strip() else "done, without evidence"


def _dropped(uow: UnitOfWork, record: Record, item: ActionItem, asked: EditActionItem) -> str:
    """R48: a reason, and the yes of the owner's lead where one is named."""
    reason = asked.note.strip() or (item.drop.value if item.drop else "")
    if not reason:
        raise Invalid("Dropping an action item needs a note.", field="note", hint="Say why it is not done.")
    lead = approver_of_drop(uow, record, item)
    if not lead or same_person(uow, uow.actor.name, lead):
        uow.append(record.id, ActionItemDone(item.item, True, reason))
        return "dropped" if lead else "dropped; the owner has no lead who could be asked"
    uow.append(record.id, DropProposed(item.item, reason, lead))
    text = punctuated(f"{uow.actor.name} proposes to drop '{item.title}': {reason}. May it be dropped?")
    key = f"drop:{record.id}:{item.item}:{record.entries}"
    if told(uow, record, key, lead, f"[{record.id}] May {item.item} be dropped?", text, item.item):
        return f"{lead} is told, and decides whether it may be dropped"
    return f"{lead} decides whether it may be dropped, but nobody could tell them: {unreached(uow, record, lead)}"


def _kept(uow: UnitOfWork, record: Record, item: ActionItem, asked: EditActionItem) -> str:
    if item.drop is None:
        raise Conflict(f"Nobody has proposed to drop {item.item}.")
    uow.append(record.id, DropRefused(item.item, asked.note.strip()))
    return "it stays"
