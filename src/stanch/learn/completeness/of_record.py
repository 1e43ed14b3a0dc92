"""The gaps of an incident's postmortem, with the people who are known now."""

from collections.abc import Callable

from stanch.communicate.wording.vocabulary import of_policy
from stanch.learn.completeness.check import gaps
from stanch.learn.completeness.gap import Gap
from stanch.prepare.known_people import known_names
from stanch.prepare.oncall.people import contact_key
from stanch.timeline.record import Record
from stanch.timeline.unit_of_work import UnitOfWork


def gaps_of(uow: UnitOfWork, record: Record) -> list[Gap]:
    """What keeps this postmortem from being published (R46)."""
    return gaps(record, of_policy(uow.policy), one_person(uow), uow.now)


def one_person(uow: UnitOfWork) -> Callable[[str], bool]:
    """Whether a name means one person: somebody who may sign in, or a contact that is a person; never a team or a vendor."""
    contacts, names = uow.policy.contacts, {name.casefold() for name in known_names(uow)}

    def known(name: str) -> bool:
        key = contact_key(contacts, name)
        return contacts[key].kind == "person" if key else name.strip().casefold() in names

    return known
