"""Taking and giving roles (R25-R29). One transaction each."""

from typing import Annotated

import msgspec

from stanch.kernel.command import Done, command
from stanch.kernel.errors import Conflict
from stanch.kernel.policy import ROLE_TITLES
from stanch.kernel.severities import Role
from stanch.prepare.known_people import known_person, same_person
from stanch.respond.commands import IncidentId
from stanch.timeline.facts.roles import RoleTaken
from stanch.timeline.unit_of_work import UnitOfWork


class TakeRole(msgspec.Struct):
    """Take a role, or give it to someone; it is announced."""

    incident: IncidentId
    role: Role
    person: Annotated[str, msgspec.Meta(max_length=200, description="Who; you by default.")] = ""
    instead_of: Annotated[
        str, msgspec.Meta(max_length=200, description="Who holds the role now; needed to take it from them.")
    ] = ""


@command("role", TakeRole, noun="roles", positional=("role", "person"), example="stanch role INC-1 ic ben")
def role(uow: UnitOfWork, asked: TakeRole) -> Done:
    """R25: declared explicitly, and never taken from somebody unasked. Whoever holds a role of a private incident may see it."""
    record = uow.record(asked.incident)
    person = known_person(uow, asked.person, "person")
    holder = record.holder(asked.role)
    if holder and same_person(uow, holder, person):
        raise Conflict(f"{person} is {ROLE_TITLES[asked.role]} already.")
    if asked.instead_of and not (holder and same_person(uow, holder, asked.instead_of)):
        standing = f"{holder} is" if holder else "Nobody is"
        raise Conflict(f"{standing} {ROLE_TITLES[asked.role]} now.", field="instead_of", hint="Look again.")
    if holder and not asked.instead_of and not same_person(uow, holder, uow.actor.name):
        raise Conflict(
            f"{holder} is {ROLE_TITLES[asked.role]}.", field="instead_of",
            hint=f"Ask them; to take over, name them as instead_of: {holder}.",
        )  # fmt: skip
    uow.append(asked.incident, RoleTaken(asked.role, person))
    if record.private:
        uow.admit(asked.incident, person)
    return Done(f"{person} is {ROLE_TITLES[asked.role]} of {asked.incident}.", asked.incident)
