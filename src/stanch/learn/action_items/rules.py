"""Who is asked what about an action item, and when. Pure."""

import msgspec

from stanch.kernel.clock import DAY, day
from stanch.kernel.errors import NotFound
from stanch.kernel.policy import Policy
from stanch.prepare.oncall.people import contact_key
from stanch.timeline.record import ActionItem, Record

# A link in a message about an action item is good for so long after the last one, and while the item is open.
LINK_DAYS = 30


class Question(msgspec.Struct, frozen=True):
    """The three-week question: to whom, about what, from when on (R48)."""

    item: str
    person: str
    text: str
    due: int


def item_number(text: str) -> str:
    """``1``, ``a1`` and ``A1`` are the same action item."""
    name = text.strip().upper()
    return f"A{name}" if name.isascii() and name.isdecimal() else name


def item_of(record: Record, text: str) -> ActionItem:
    """The action item that is called so. Raises ``NotFound``."""
    item = record.action_items.get(item_number(text))
    if item is None:
        known = ", ".join(list(record.action_items)[:20]) or "none"
        raise NotFound(f"{record.id} has no action item {text.strip()[:40]}.", field="item", hint=f"It has {known}.")
    return item


def lead_of(owner: str, policy: Policy) -> str:
    """The contact that is asked when an owner is silent and before an item is dropped; empty: none is named, or it is the owner."""
    contact = policy.contacts.get(contact_key(policy.contacts, owner))
    lead = contact_key(policy.contacts, contact.lead) if contact and contact.lead else ""
    return lead if lead != contact_key(policy.contacts, owner) else ""


def question(item: ActionItem, record: Record, policy: Policy) -> Question | None:
    """The next question about an open item: its owner three weeks after closing, then the owner's lead, then weekly."""
    if item.done_at is not None or record.closed_at is None:
        return None
    first = max(record.closed_at, item.added_at, item.reopened_at) + int(policy.review_after_days * DAY)
    there = f" {item.ticket.key} was closed in {item.ticket.tracker}." if item.ticket and item.ticket.closed else ""
    text = f"{record.id}, three weeks on: is {item.item} done? '{item.title}', due {day(item.due_at)}. Done when: {item.test or 'no test was written'}{there}"
    if not item.asked or item.asked_at is None:
        return Question(item.item, item.owner, text, first)
    if item.answered_at is not None and item.answered_at > item.asked_at:
        return Question(item.item, item.owner, text, item.answered_at + 7 * DAY)
    lead = lead_of(item.owner, policy) or item.owner
    wait = int(policy.lead_after_days * DAY) if len(item.asked) == 1 else 7 * DAY
    return Question(
        item.item, lead, text + f" {item.owner} has not answered." * (lead != item.owner), item.asked_at + wait
    )


def link_ends(item: ActionItem) -> int:
    """Until when the links in messages about an item are good: each message counts anew."""
    asked = (item.asked_at or 0, item.reminded_for or 0, item.drop.at if item.drop else 0)
    return max(item.added_at, *asked) + LINK_DAYS * DAY


def reminder_due(item: ActionItem, policy: Policy) -> int | None:
    """When the owner is reminded that an item is due soon; None: it is done or dropped, was reminded, or was added after that moment."""
    moment = item.due_at - int(policy.remind_before_days * DAY)
    if item.done_at is not None or item.reminded_for == item.due_at or moment <= max(item.added_at, item.changed_at):
        return None
    return moment
