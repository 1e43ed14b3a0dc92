"""Is a postmortem due, and who is asked what in three weeks? Pure, with named reasons."""

import msgspec

from stanch.kernel.clock import DAY, SECOND, day, spell
from stanch.kernel.policy import Policy
from stanch.timeline.record import ActionItem, Record


def triggers(record: Record, policy: Policy) -> list[str]:
    """Every trigger of a full postmortem that fired (R43); none: a short review is enough."""
    limits, found = policy.postmortem, ["data was at risk"] if record.data_was_at_risk else []
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


def nothing_fired(record: Record) -> str:
    """Why a short review is enough: that no trigger fired, and what is known of each; nothing that was not measured."""
    share, began, detected = record.impact_facts.users_share, record.began_at, record.detected_at
    known = [
        f"{share * 100:.3g} % of users were hit" if share is not None
        else "nobody has counted how many customers were hit",
        "" if any(r.applied_at and not r.undo_of for r in record.runs.values()) else "no mitigation ran",
        f"it was noticed after {spell(detected - began)}" if began and detected and detected >= began else "",
    ]  # fmt: skip
    return f"no trigger of a full postmortem fired ({'; '.join(k for k in known if k)})"


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
