"""Asks after open action items: a reminder before the date, the three-week question after closing (R48)."""

from collections.abc import Callable

import msgspec

from stanch.kernel.clock import day
from stanch.learn.action_items.answer_link import answer_url
from stanch.learn.action_items.rules import LINK_DAYS, Question, lead_of, question, reminder_due
from stanch.prepare.oncall.people import contact_key
from stanch.prepare.reachability import reach_problem
from stanch.respond.message_effect import tell
from stanch.respond.recipients import may_be_told
from stanch.timeline.facts.learn import ActionItemReminded, ReviewAsked
from stanch.timeline.record import ActionItem, Record
from stanch.timeline.unit_of_work import Due, UnitOfWork


def review_clock(uow: UnitOfWork, record: Record) -> list[Due]:
    """The next three-week question of every open action item, and a reminder before its date."""
    found = []
    for item in record.action_items.values():
        if asked := question(item, record, uow.policy):
            found.append(Due(f"review:{item.item}:{len(item.asked)}", asked.due, _asking(asked)))
        if (moment := reminder_due(item, uow.policy)) is not None:
            found.append(Due(f"remind:{item.item}:{item.due_at}", moment, _reminding(item)))
    return found


def told(uow: UnitOfWork, record: Record, key: str, person: str, title: str, text: str, item: str) -> bool:
    """Tell a person by every contact method they have, with a link to answer; False: nobody was told (see ``unreached``)."""
    if unreached(uow, record, person):
        return False
    contact = contact_key(uow.policy.contacts, person)
    installation = uow.application.installation
    link = answer_url(installation.url, installation.secret_key, record.id, item, contact)
    tell(
        uow,
        record.id,
        key,
        contact,
        title,
        f"{text}\nThe link is good for {LINK_DAYS} days, while the item is open. Answer here: {link}",
    )
    return True


def unreached(uow: UnitOfWork, record: Record, person: str) -> str:
    """Why a person cannot be told; empty when they can. Of a private incident only those hear who may see it (P6)."""
    contact = contact_key(uow.policy.contacts, person)
    if not contact:
        return f"{person} has no contact method"
    if problem := reach_problem(uow.policy.contacts[contact], frozenset(uow.application.world.notifiers), sure=False):
        return f"{person} {problem}"
    return "" if may_be_told(uow, record, contact) else f"{person} may not see this private incident"


def approver_of_drop(uow: UnitOfWork, record: Record, item: ActionItem) -> str:
    """The lead whose yes a drop needs; empty where none is named, or none who may see the incident."""
    lead = lead_of(item.owner, uow.policy)
    return lead if lead and may_be_told(uow, record, lead) else ""


def _asking(question: Question) -> Callable[[UnitOfWork, Record], None]:
    def ask(uow: UnitOfWork, record: Record) -> None:
        item = record.action_items[question.item]
        asked = question
        if asked.person != item.owner and not may_be_told(uow, record, contact_key(uow.policy.contacts, asked.person)):
            # Instead of an uninvited lead, the owner again.
            asked = msgspec.structs.replace(asked, person=item.owner)
        title = f"[{record.id}] Is {item.item} done?"
        key = f"review:{record.id}:{item.item}:{len(item.asked)}"
        reached = told(uow, record, key, asked.person, title, asked.text, item.item)
        problem = "" if reached else unreached(uow, record, asked.person)
        uow.append(record.id, ReviewAsked(item.item, asked.person, asked.text, problem))

    return ask


def _reminding(item: ActionItem) -> Callable[[UnitOfWork, Record], None]:
    def remind(uow: UnitOfWork, record: Record) -> None:
        text = f"'{item.title}' is due on {day(item.due_at)}. Done when: {item.test or 'no test was written'}"
        key = f"remind:{record.id}:{item.item}:{item.due_at}"
        reached = told(uow, record, key, item.owner, f"[{record.id}] {item.item} is due soon", text, item.item)
        problem = "" if reached else unreached(uow, record, item.owner)
        uow.append(record.id, ActionItemReminded(item.item, item.owner, item.due_at, problem))

    return remind
