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


def _cause_sought(uow: UnitOfWork, record: Record) -> bool:
    """Whether an action item to find the cause is there already, from an earlier close."""
    added = store.read_kind(uow.tx, record.id, "action_item_added")
    return any(isinstance(each.facts, ActionItemAdded) and each.facts.finds_cause for each in added)
