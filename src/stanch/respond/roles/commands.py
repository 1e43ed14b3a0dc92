"""Taking, giving, acknowledging and giving back roles (R25-R29). One transaction each."""

from typing import Annotated

import msgspec

from stanch.kernel.clock import SECOND, hour_minute
from stanch.kernel.command import Done, command
from stanch.kernel.errors import Conflict, Denied
from stanch.kernel.policy import ROLE_TITLES
from stanch.kernel.severities import Role
from stanch.prepare.known_people import known_person, same_person
from stanch.respond.commands import IncidentId, Line
from stanch.respond.roles.handoff import offer
from stanch.respond.roles.rules import combinations
from stanch.respond.telling import notify
from stanch.timeline.facts.roles import RoleAcknowledged, RoleGivenBack, RoleRequestDeclined, RoleRequested, RoleTaken
from stanch.timeline.record import Record
from stanch.timeline.unit_of_work import UnitOfWork


class TakeRole(msgspec.Struct):
    """Take a role, or give it to someone; it is announced. A held role is asked for; its holder hands it over."""

    incident: IncidentId
    role: Role
    person: Annotated[str, msgspec.Meta(max_length=200, description="Who; you by default.")] = ""
    instead_of: Annotated[
        str, msgspec.Meta(max_length=200, description="Who holds the role now; needed to ask them for it.")
    ] = ""
    acknowledge: Annotated[bool, msgspec.Meta(description="You were given the role, and have it.")] = False
    give_back: Annotated[bool, msgspec.Meta(description="You do not have the role any more.")] = False
    refuse: Annotated[Line, msgspec.Meta(description="Why you keep a role that somebody asks for.")] = ""
    because: Annotated[Line, msgspec.Meta(description="Why you give it back.")] = ""


@command("role", TakeRole, noun="roles", positional=("role", "person"), example="stanch role INC-1 ic ben")
def role(uow: UnitOfWork, asked: TakeRole) -> Done:
    """R25: declared explicitly, and never taken from somebody unasked. Whoever holds a role of a private incident may see it."""
    record = uow.record(asked.incident)
    if asked.acknowledge:
        return _acknowledge(uow, record, asked.role)
    if asked.give_back:
        return _give_back(uow, record, asked)
    if asked.refuse.strip():
        return _refuse(uow, record, asked)
    person = known_person(uow, asked.person, "person")
    holder = record.holder(asked.role)
    if holder and same_person(uow, holder, person):
        raise Conflict(f"{person} is {ROLE_TITLES[asked.role]} already.")
    if asked.instead_of and not (holder and same_person(uow, holder, asked.instead_of)):
        standing = f"{holder} is" if holder else "Nobody is"
        raise Conflict(f"{standing} {ROLE_TITLES[asked.role]} now.", field="instead_of", hint="Look again.")
    if holder and same_person(uow, holder, uow.actor.name) and record.live():
        return offer(uow, record, asked.role, person, "")
    if holder and not _may_take(uow, record, asked.role, person):
        return _request(uow, record, asked, person)
    return assign(uow, record, asked.role, person)


def assign(uow: UnitOfWork, record: Record, role: Role, person: str) -> Done:
    """The person has the role from now on; of one that was given it, it is said until they acknowledge it."""
    before = {found.text for found in combinations(record, uow.policy)}
    uow.append(record.id, RoleTaken(role, person, given=not same_person(uow, person, uow.actor.name)))
    if record.private:
        uow.admit(record.id, person)
    warned = [f" {found.text}." for found in combinations(record, uow.policy) if found.text not in before]
    return Done(f"{person} is {ROLE_TITLES[role]} of {record.id}.{''.join(warned)}", record.id)


def _may_take(uow: UnitOfWork, record: Record, role: Role, person: str) -> bool:
    """Whoever gave a role that was not acknowledged may give it to another; an unanswered request is enough as well."""
    giver, request = record.given.get(role, ""), record.requests.get(role)
    if giver and same_person(uow, giver, uow.actor.name):
        return True
    open_at = request.at + int(uow.policy.responding.answer_within * SECOND) if request else 0
    return request is not None and same_person(uow, request.person, person) and uow.now >= open_at


def _request(uow: UnitOfWork, record: Record, asked: TakeRole, person: str) -> Done:
    """R35: its holder decides. Whether and by what they were told is in the record."""
    holder, title = record.holder(asked.role), ROLE_TITLES[asked.role]
    if not asked.instead_of:
        raise Conflict(
            f"{holder} is {title}.", field="instead_of", hint=f"To ask them for it, name them as instead_of: {holder}."
        )
    if not same_person(uow, person, uow.actor.name):
        raise Conflict(f"{holder} is {title}.", field="person", hint="Ask for it yourself, or let them hand it over.")
    known = record.requests.get(asked.role)
    if known is None or not same_person(uow, known.person, person):
        uow.live(record.id)
        uow.append(record.id, RoleRequested(asked.role, person, holder))
        if record.private:
            uow.admit(record.id, person)
    at = record.requests[asked.role].at + int(uow.policy.responding.answer_within * SECOND)
    return Done(
        f"{holder} is {title} and decides. With no answer by {hour_minute(at)} UTC you may take over.", record.id
    )


def _acknowledge(uow: UnitOfWork, record: Record, role: Role) -> Done:
    holder = _mine(uow, record, role)
    if role in record.given:
        uow.append(record.id, RoleAcknowledged(role, holder))
    return Done(f"You are {ROLE_TITLES[role]} of {record.id}.", record.id)


def _give_back(uow: UnitOfWork, record: Record, asked: TakeRole) -> Done:
    holder = _mine(uow, record, asked.role)
    uow.append(record.id, RoleGivenBack(asked.role, holder, asked.because.strip()))
    return Done(f"Nobody is {ROLE_TITLES[asked.role]} of {record.id} now.", record.id)


def _refuse(uow: UnitOfWork, record: Record, asked: TakeRole) -> Done:
    _mine(uow, record, asked.role)
    request = record.requests.get(asked.role)
    if request is None:
        raise Conflict(f"Nobody asks for the role of {ROLE_TITLES[asked.role]}.", field="refuse")
    declined = uow.append(record.id, RoleRequestDeclined(asked.role, request.person, asked.refuse.strip()))
    notify(uow, record, f"request-declined:{declined.position}", request.person, declined.facts.sentence())
    return Done(f"You stay {ROLE_TITLES[asked.role]} of {record.id}.", record.id)


def _mine(uow: UnitOfWork, record: Record, role: Role) -> str:
    """The holder, who is whoever acts. Raises ``Denied``."""
    holder = record.holder(role)
    if not holder or not same_person(uow, holder, uow.actor.name):
        raise Denied(
            f"{holder or 'Nobody'} is {ROLE_TITLES[role]} of {record.id}, not you.", hint="Only the holder can do that."
        )
    return holder
