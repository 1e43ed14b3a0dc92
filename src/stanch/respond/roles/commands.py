"""Taking, giving, acknowledging and giving back roles (R25-R29). One transaction each."""

from typing import Annotated

import msgspec

from stanch.kernel.clock import hour_minute
from stanch.kernel.command import Done, command
from stanch.kernel.errors import Conflict, Denied
from stanch.kernel.policy import ROLE_TITLES
from stanch.kernel.severities import Role
from stanch.prepare.known_people import known_person, same_person
from stanch.respond.commands import IncidentId, Line
from stanch.respond.message_effect import notify
from stanch.respond.roles.handoff import offer, take, tell_them
from stanch.respond.roles.rules import being_handed, combinations, open_at
from stanch.timeline.drill import PLAYER
from stanch.timeline.facts.roles import RoleAcknowledged, RoleGivenBack, RoleRequestDeclined, RoleRequested
from stanch.timeline.record import Record
from stanch.timeline.unit_of_work import UnitOfWork
from stanch.timeline.working_together import RoleRequest


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
    given = not same_person(uow, person, uow.actor.name)
    if record.private:
        uow.admit(record.id, person)
    take(uow, record, role, person, given=given)
    alone = tell_them(uow, record, person) if given and record.live() else ""
    warned = [f" {found.text}." for found in combinations(record, uow.policy) if found.text not in before]
    return Done(f"{person} is {ROLE_TITLES[role]} of {record.id}.{''.join(warned)}{alone}", record.id)


def _may_take(uow: UnitOfWork, record: Record, role: Role, person: str) -> bool:
    """Whoever gave a role that was not acknowledged may give it to another; an unanswered request is enough as well.

    What the product plays in a drill is anybody's.
    """
    if record.holder(role) == PLAYER:
        return True
    giver, request = record.given.get(role, ""), _request_of(uow, record, role, person)
    if giver and same_person(uow, giver, uow.actor.name):
        return True
    return request is not None and not being_handed(record, role) and uow.now >= open_at(request, uow.policy)


def _request_of(uow: UnitOfWork, record: Record, role: Role, person: str) -> RoleRequest | None:
    return next((r for r in record.requests.get(role, []) if same_person(uow, r.person, person)), None)


def _request(uow: UnitOfWork, record: Record, asked: TakeRole, person: str) -> Done:
    """R35: its holder decides. Whether and by what they were told is in the record."""
    holder, title = record.holder(asked.role), ROLE_TITLES[asked.role]
    if not asked.instead_of:
        raise Conflict(
            f"{holder} is {title}.", field="instead_of", hint=f"To ask them for it, add --instead-of {holder}."
        )
    if not same_person(uow, person, uow.actor.name):
        raise Conflict(f"{holder} is {title}.", field="person", hint="Ask for it yourself, or let them hand it over.")
    if _request_of(uow, record, asked.role, person) is None:
        uow.live(record.id)
        uow.append(record.id, RoleRequested(asked.role, person, holder))
        if record.private:
            uow.admit(record.id, person)
    mine = _request_of(uow, record, asked.role, person)
    others = [r.person for r in record.requests[asked.role] if r is not mine]
    also = f" {', '.join(others)} {'asks' if len(others) == 1 else 'ask'} for it, too." if others else ""
    until = f"With no answer by {hour_minute(open_at(mine, uow.policy))} UTC you may take over." if mine else ""
    if being_handed(record, asked.role):
        until = "It is offered to somebody already: until they have answered nobody may take over."
    return Done(f"{holder} is {title} and decides. {until}{also}{tell_them(uow, record, holder)}", record.id)


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
    requests = list(record.requests.get(asked.role, []))
    if not requests:
        raise Conflict(f"Nobody asks for the role of {ROLE_TITLES[asked.role]}.", field="refuse")
    for request in requests:
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
