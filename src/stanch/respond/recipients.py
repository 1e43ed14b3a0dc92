"""Who is told of a prompt (R11, R31, R33): whom it is for, else the Incident Commander, else who acknowledged, else the on-call."""

from collections.abc import Iterator

import msgspec

from stanch.kernel.policy import ROLE_TITLES
from stanch.prepare.contact_methods import prompt_methods
from stanch.prepare.oncall.people import contact_key, shown_name
from stanch.respond.escalation import escalation_of, waits_until
from stanch.respond.targets import reached
from stanch.timeline.prompt import Prompt
from stanch.timeline.record import Record
from stanch.timeline.unit_of_work import UnitOfWork

LEADERSHIP = "leadership"
# To whom a prompt is for that is for no one in particular.
ANYBODY = ("everyone", "on-call")


class Recipients(msgspec.Struct):
    """The methods of each person who is told, and a sentence for each one who cannot be. ``missed``: why, by those who were meant first."""

    methods: dict[str, list[str]]
    problems: list[str]
    missed: dict[str, str] = {}


def recipients(uow: UnitOfWork, record: Record, prompt: Prompt) -> Recipients:
    """Whom the next round of a prompt tells. Each round of one that escalates tells one target more."""
    asked = record.prompted.get(prompt.key)
    targets = [*(prompt.tell or (prompt.to,)), *prompt.escalates[: asked.round + 1 if asked else 0]]
    found = Recipients({}, [], {})
    for place, names in enumerate(_in_order(uow, record, targets)):
        for name in dict.fromkeys(names):
            _add(uow, record, name, found)
            if place == 0 and (why := why_untold(uow, record, name)):
                found.missed[shown_name(uow.policy.contacts, name)] = why
        if found.methods:
            return found
    if not found.problems:
        found.problems.append("nobody holds a role, has acknowledged or is on call")
    return found


def as_read_by(uow: UnitOfWork, record: Record, prompt: Prompt, person: str) -> str:
    """The text of a prompt for one of those who are told: where it asks somebody else, it says whom. ``person``: the key of a contact."""
    contacts = uow.policy.contacts
    asked = [name for name in _named(uow, record, prompt.to) if name] if prompt.to not in ANYBODY else []
    names = [name for each in asked for name in each.split(", ")]
    if not names or person in {contact_key(contacts, name) for name in names}:
        return prompt.text
    return f"For {', '.join(shown_name(contacts, name) for name in names)}: {prompt.text}"


def may_be_told(uow: UnitOfWork, record: Record, person: str) -> bool:
    """Of a private incident only those hear who may see it (P6). ``person``: the key of a contact."""
    if not record.private:
        return True
    rows = uow.tx.all("SELECT person FROM members WHERE incident = :incident", incident=record.id)
    return person in {contact_key(uow.policy.contacts, row["person"]) for row in rows}


def _in_order(uow: UnitOfWork, record: Record, targets: list[str]) -> Iterator[list[str]]:
    yield [name for target in targets for name in _named(uow, record, target)]
    yield [record.holder("incident_commander")]
    yield [name for page in reversed(record.pages.values()) for name in page.acknowledgers]
    yield _on_call(uow, record)


def _named(uow: UnitOfWork, record: Record, target: str) -> list[str]:
    if target in ROLE_TITLES:
        return [record.holder(target)]
    if target == LEADERSHIP:
        return [key for key, contact in uow.policy.contacts.items() if LEADERSHIP in contact.roles]
    return [target]


def _on_call(uow: UnitOfWork, record: Record) -> list[str]:
    """The first step of the service's escalation policy that reaches somebody."""
    for step in escalation_of(uow.policy, uow.policy.service(record.service).escalation).steps:
        if people := reached(uow, step.notify).people:
            return people
    return []


def why_untold(uow: UnitOfWork, record: Record, name: str) -> str:
    """Why a person would hear of nothing that is asked of them, as the end of a sentence; empty when they would, or for nobody."""
    return _methods(uow, record, name)[1] if name else ""


def _methods(uow: UnitOfWork, record: Record, name: str) -> tuple[list[str], str]:
    key, severity = contact_key(uow.policy.contacts, name), record.severity_name()
    if not key:
        return [], "is not one of the contacts"
    if not may_be_told(uow, record, key):
        return [], "may not see this private incident" if record.drill is None else "does not take part in the drill"
    may_wake = uow.policy.severity(severity).pages and waits_until(uow.policy, severity, uow.now) is None
    may_wake = may_wake and record.drill is None
    return prompt_methods(uow.policy.contacts[key], uow.application.world.notifiers, may_wake=may_wake)


def _add(uow: UnitOfWork, record: Record, name: str, found: Recipients) -> None:
    if not name:
        return
    key = contact_key(uow.policy.contacts, name)
    methods, why = _methods(uow, record, name)
    if methods:
        found.methods[key] = methods
    else:
        found.problems.append(f"{shown_name(uow.policy.contacts, key) if key else repr(name)} {why}")
