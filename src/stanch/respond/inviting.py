"""Who may see a private incident: people are invited, and uninvited again (P6)."""

from typing import Annotated

import msgspec

from stanch.kernel.command import Done, command
from stanch.kernel.errors import Conflict, Invalid, NotFound
from stanch.respond.commands import IncidentId
from stanch.timeline.facts.respond import Said
from stanch.timeline.unit_of_work import UnitOfWork

Person = Annotated[str, msgspec.Meta(min_length=1, max_length=200, description="A person who signs in.")]


class Invite(msgspec.Struct):
    """Let a person see a private incident."""

    incident: IncidentId
    person: Person


@command("invite", Invite, noun="invitations", positional=("person",), example="stanch invite INC-1 ben")
def invite(uow: UnitOfWork, asked: Invite) -> Done:
    """P6: whoever may see it may invite."""
    _private(uow, asked.incident)
    if uow.tx.one("SELECT 1 AS yes FROM people WHERE name = :name", name=asked.person) is None:
        raise NotFound(f"There is no person '{asked.person}'.", hint="'stanch user list' shows who there is.")
    uow.admit(asked.incident, asked.person)
    uow.append(asked.incident, Said(f"{asked.person} is invited"))
    return Done(f"{asked.person} may see {asked.incident} now.", asked.incident)


class Uninvite(msgspec.Struct):
    """Take a person's sight of a private incident away; open pages of it end within seconds."""

    incident: IncidentId
    person: Person


@command("uninvite", Uninvite, noun="uninvitations", positional=("person",), example="stanch uninvite INC-1 ben")
def uninvite(uow: UnitOfWork, asked: Uninvite) -> Done:
    """P6. Administrators see every incident, and whoever is paged for it is invited again."""
    _private(uow, asked.incident)
    if asked.person == uow.actor.name:
        raise Invalid(
            "You would not see the incident any more.", field="person", hint="Somebody else can take you out."
        )
    taken = uow.tx.execute(
        "DELETE FROM members WHERE incident = :incident AND person = :person",
        incident=asked.incident,
        person=asked.person,
    )
    if not taken:
        raise NotFound(f"{asked.person} is not invited to {asked.incident}.")
    uow.append(asked.incident, Said(f"{asked.person} is not invited any more"))
    return Done(f"{asked.person} does not see {asked.incident} any more, unless as an administrator.", asked.incident)


def _private(uow: UnitOfWork, incident: str) -> None:
    if uow.record(incident).drill is not None:
        raise Conflict("Nobody is brought into a drill.", hint=f"People say yes with 'stanch join-drill {incident}'.")
    row = uow.tx.one("SELECT private FROM incidents WHERE id = :id", id=incident)
    if row is None or not row["private"]:
        raise Conflict(f"{incident} is not private: everybody who signs in sees it.")
