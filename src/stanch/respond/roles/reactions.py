"""Reactions to changed roles and to an Incident Commander who runs a mitigation; clocks for the pace of writing and for long shifts."""

from typing import Any

from stanch.kernel.clock import spell
from stanch.kernel.policy import ROLE_TITLES
from stanch.kernel.severities import Role
from stanch.prepare.known_people import same_person
from stanch.respond.facts import stale_after
from stanch.respond.roles.free import free_people
from stanch.respond.roles.rules import combinations, pace, wants_scribe
from stanch.timeline.entries import Entry
from stanch.timeline.facts.mitigate import MitigationStarted
from stanch.timeline.facts.roles import CommanderActed, PeopleProposed, short
from stanch.timeline.record import Record
from stanch.timeline.unit_of_work import Due, UnitOfWork


def propose_better(uow: UnitOfWork, entry: Entry, record: Record) -> None:
    """R29: a bad combination is judged when it begins, and somebody better is named."""
    for found in combinations(record, uow.policy) if record.live() else []:
        known = record.people_proposed.get(found.give)
        if known is None or known.holder != found.person:
            _propose(uow, record, found.give, found.text, found.person)


def note_commander(uow: UnitOfWork, entry: Entry, record: Record) -> None:
    """R26: the Incident Commander has started a mitigation; it stands in the record, with who could take one of the two roles."""
    facts, holder = entry.facts, record.holder("incident_commander")
    assert isinstance(facts, MitigationStarted)
    if holder and same_person(uow, holder, entry.author):
        acted = CommanderActed(facts.run, holder, facts.title, free_people(uow, record))
        uow.append(record.id, acted, author="stanch", source="machine")


def pace_clock(uow: UnitOfWork, record: Record) -> list[Due]:
    """R28: people write faster than one can follow, and nobody is Scribe."""
    if not wants_scribe(record, uow.policy) or "scribe" in record.people_proposed:
        return []
    return [Due(f"pace:{record.entries}", record.spoke[-1], _propose_scribe)]


def _propose_scribe(uow: UnitOfWork, record: Record) -> None:
    _propose(uow, record, "scribe", f"{pace(record)} entries by people within five minutes, and nobody is Scribe", "")


def shift_clock(uow: UnitOfWork, record: Record) -> list[Due]:
    """R35: whoever has had a role for a whole shift should hand it over to somebody fresh."""
    if not record.live():
        return []
    long = stale_after(record, uow.policy, "incident_commander")
    return [
        Due(f"shift:{role}:{fact.at}", fact.at + long, _propose_fresh(role))
        for role, fact in record.roles.items()
        if not (role in record.people_proposed and record.people_proposed[role].at >= fact.at + long)
    ]


def _propose_fresh(role: str) -> Any:
    def propose(uow: UnitOfWork, record: Record) -> None:
        fact = record.roles[role]
        text = f"{fact.value} has been {short(role)} for {spell(uow.now - fact.at)}"
        _propose(uow, record, role, text, fact.value)  # type: ignore[arg-type]

    return propose


def _propose(uow: UnitOfWork, record: Record, role: Role, reason: str, holder: str) -> None:
    assert role in ROLE_TITLES
    proposed = PeopleProposed(role, free_people(uow, record), reason, holder, in_drill=record.drill is not None)
    uow.append(record.id, proposed, author="stanch", source="machine")
