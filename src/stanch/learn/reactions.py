"""Closing decides on the postmortem (R43)."""

from stanch.kernel.clock import DAY
from stanch.learn.rules import nothing_fired, triggers
from stanch.timeline import store
from stanch.timeline.entries import Entry
from stanch.timeline.facts.learn import ActionItemAdded, PostmortemDecided
from stanch.timeline.record import Record
from stanch.timeline.unit_of_work import UnitOfWork


def decide(uow: UnitOfWork, entry: Entry, record: Record) -> None:
    """At close: a full postmortem or a short review, with the reasons; an unknown cause leaves a follow-up (R15). A false alarm owes nothing."""
    if record.false_alarm or record.drill is not None:
        return
    fired = triggers(record, uow.policy)
    fired += [reason for reason in _asked(uow, record) if reason not in fired]
    uow.append(
        record.id,
        PostmortemDecided("postmortem" if fired else "review", fired or [nothing_fired(record)]),
        author="stanch",
        source="machine",
    )
    if not record.cause_known and not _cause_sought(uow, record):
        owner = record.holder("operations_lead") or record.holder("incident_commander") or entry.author
        uow.append(
            record.id,
            ActionItemAdded(
                f"A{len(record.action_items) + 1}",
                f"Find the cause of '{record.title}'",
                owner,
                uow.now + 14 * DAY,
                "The cause is written into the postmortem",
                finds_cause=True,
            ),
            author="stanch",
            source="machine",
        )


def _asked(uow: UnitOfWork, record: Record) -> list[str]:
    """Why people asked for a full postmortem, before the incident was over or when it was closed before (R43)."""
    decided = store.read_kind(uow.tx, record.id, "postmortem_decided")
    if not decided or decided[-1].source == "machine":
        return []
    facts = [each.facts for each in decided if isinstance(each.facts, PostmortemDecided)]
    if facts[-1].form != "postmortem":
        return []
    own = {
        reason
        for each in decided
        if each.source == "machine" and isinstance(each.facts, PostmortemDecided)
        for reason in each.facts.reasons
    }
    return [reason for reason in facts[-1].reasons if reason not in own]


def _cause_sought(uow: UnitOfWork, record: Record) -> bool:
    """Whether an action item to find the cause is there already, from an earlier close."""
    added = store.read_kind(uow.tx, record.id, "action_item_added")
    return any(isinstance(each.facts, ActionItemAdded) and each.facts.finds_cause for each in added)
