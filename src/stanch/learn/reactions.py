"""Closing decides on the postmortem; three weeks later the product asks (R43, R48)."""

from typing import Any

import msgspec

from stanch.kernel.clock import DAY
from stanch.learn.rules import Question, nothing_fired, question, triggers
from stanch.respond.telling import tell
from stanch.timeline import store
from stanch.timeline.entries import Entry
from stanch.timeline.facts.learn import ActionItemAdded, PostmortemDecided, ReviewAsked
from stanch.timeline.record import Record
from stanch.timeline.unit_of_work import Due, UnitOfWork


def decide(uow: UnitOfWork, entry: Entry, record: Record) -> None:
    """At close: a full postmortem or a short review, with the reasons; an unknown cause leaves a follow-up (R15). A false alarm owes nothing."""
    if record.false_alarm:
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


def review_clock(uow: UnitOfWork, record: Record) -> list[Due]:
    """The next three-week question of every open action item."""
    questions = [question(item, record, uow.policy) for item in record.action_items.values()]
    return [Due(f"review:{q.item}:{len(record.action_items[q.item].asked)}", q.due, _asking(q)) for q in questions if q]


def _for_those_invited(uow: UnitOfWork, record: Record, asked: Question) -> Question:
    """Of a private incident only those who may see it are asked (P6): instead of an uninvited lead, the owner again."""
    owner = record.action_items[asked.item].owner
    if not record.private or asked.person == owner or uow.is_member(record.id, asked.person):
        return asked
    return msgspec.structs.replace(asked, person=owner)


def _asking(question: Question) -> Any:
    def ask(uow: UnitOfWork, record: Record) -> None:
        round_ = len(record.action_items[question.item].asked)
        asked = _for_those_invited(uow, record, question)
        uow.append(record.id, ReviewAsked(asked.item, asked.person, asked.text))
        title = f"[{record.id}] Is {asked.item} done?"
        tell(uow, record.id, f"review:{record.id}:{asked.item}:{round_}", asked.person, title, asked.text)

    return ask
