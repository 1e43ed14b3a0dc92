"""Is a postmortem due, is it complete, and who is asked what in three weeks? Pure, with named reasons."""

import re

import msgspec

from stanch.kernel.clock import DAY, SECOND, day, spell
from stanch.kernel.policy import Policy
from stanch.timeline.record import ActionItem, Record


def triggers(record: Record, policy: Policy) -> list[str]:
    """Every trigger of a full postmortem that fired (R43); none: a short review is enough."""
    limits, found = policy.postmortem, []
    end = record.resolved_at or record.closed_at
    if policy.severity(record.severity_name()).postmortem:
        found.append(f"{record.severity_name() or 'the assumed severity'} requires one")
    began = record.began_at or record.declared_at
    if end and record.last_update("public") and end - began > limits.user_visible_over * SECOND:
        found.append(f"customers were affected for {spell(end - began)}")
    if end and end - record.declared_at > limits.resolution_over * SECOND:
        found.append(f"it took {spell(end - record.declared_at)} to resolve")
    if (
        record.began_at
        and record.detected_at
        and record.detected_at - record.began_at > limits.undetected_over * SECOND
    ):
        found.append(f"nobody noticed for {spell(record.detected_at - record.began_at)}")
    ran = [r.title for r in record.runs.values() if r.applied_at and not r.undo_of]
    if limits.mitigation_ran and ran:
        found.append(f"on-call had to intervene ({', '.join(ran)})")
    return found


def missing(record: Record) -> list[str]:
    """What keeps a postmortem from being published (R46). A short review needs a summary and nothing more."""
    found = [] if record.parts.get("summary", "").strip() else ["the summary is empty"]
    if record.postmortem_form == "review":
        return found
    impact = record.parts.get("impact", "")
    if not re.search(r"\d", impact):
        found.append("the impact has no number: how many, how long, how much?")
    factors = [line for line in record.parts.get("factors", "").splitlines() if line.strip(" -*")]
    if len(factors) < 2:
        found.append("contributing factors are plural: name at least two")
    whys = [line for line in record.parts.get("whys", "").splitlines() if line.strip(" -*")]
    if len(whys) < 2:
        found.append("the why-chain is too short: ask again until a structure of the system answers")
    elif re.search(
        r"\b(engineer|developer|operator|he|she|they|someone|human error|mistake)\b[^.]*$", whys[-1], re.IGNORECASE
    ):
        found.append("the why-chain ends at a person: ask why the system allowed it")
    if not record.action_items:
        found.append("there is no action item")
    found += [
        f"{i.item} has no test that says when it is done" for i in record.action_items.values() if not i.test.strip()
    ]
    return found


class Question(msgspec.Struct, frozen=True):
    """The three-week question: to whom, about what, from when on (R48)."""

    item: str
    person: str
    text: str
    due: int


def question(item: ActionItem, record: Record, policy: Policy) -> Question | None:
    """The next question about an open item: its owner three weeks after closing, then the owner's lead, then weekly."""
    if item.done_at is not None or record.closed_at is None:
        return None
    first = max(record.closed_at, item.added_at) + int(policy.review_after_days * DAY)
    contact = policy.contacts.get(item.owner)
    text = f"{record.id}, three weeks on: is {item.item} done? '{item.title}', due {day(item.due_at)}. Done when: {item.test or 'no test was written'}"
    if not item.asked or item.asked_at is None:
        return Question(item.item, item.owner, text, first)
    if item.answered_at is not None and item.answered_at > item.asked_at:
        return Question(item.item, item.owner, text, item.answered_at + 7 * DAY)
    lead = contact.lead if contact and contact.lead else item.owner
    wait = int(policy.lead_after_days * DAY) if len(item.asked) == 1 else 7 * DAY
    return Question(
        item.item, lead, text + f" {item.owner} has not answered." * (lead != item.owner), item.asked_at + wait
    )
