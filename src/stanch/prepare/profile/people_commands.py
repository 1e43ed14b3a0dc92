"""Everybody: who signs in, who is invited, who can be reached how; inviting, roles, and taking access away."""

from typing import Annotated

import msgspec

from stanch.kernel.answers import Moment
from stanch.kernel.command import Done, command
from stanch.kernel.errors import Conflict, Denied, NotFound
from stanch.prepare.oncall.people import contact_key
from stanch.prepare.profile.answers import standing
from stanch.prepare.reachability import shown
from stanch.timeline.unit_of_work import UnitOfWork

Person = Annotated[str, msgspec.Meta(min_length=1, max_length=200, description="The name they sign in with.")]


class ShowPeople(msgspec.Struct):
    """Everybody who signs in, is invited or is a contact, and whether and how each can be reached."""


class PersonRow(msgspec.Struct, frozen=True):
    """``signs_in``: False for a contact of the catalog alone, and while an invitation waits.

    ``by``: addresses for admins, of a web address the host; the means for others. ``invited_until``: an invitation waits to be used until then.
    ``reached``: a sentence; ``relied_on``: whether it is good.
    """

    person: str
    name: str
    signs_in: bool
    admin: bool
    invited_until: Moment | None
    relied_on: bool
    reached: str
    by: list[str]

    def line(self) -> str:
        """For chat."""
        return f"{self.person}: {self.reached}"


@command("people", ShowPeople, reading=True, example="stanch people")
def show_people(uow: UnitOfWork, _asked: ShowPeople) -> list[PersonRow]:
    """R8: who signs in first, then contacts who do not; vendors stand in 'contacts'."""
    from stanch.identity import credentials, people, profiles

    contacts = uow.policy.contacts
    invited = credentials.invitations(uow.tx)
    called = {profile.person: profile.shown for profile in profiles.profiles(uow.tx)}
    signing = {contact_key(contacts, p.name) or p.name: p for p in people.everybody_in(uow.tx)}
    others = [key for key, contact in contacts.items() if key not in signing and contact.kind != "vendor"]
    rows = []
    for key in [*signing, *sorted(others)]:
        contact, person = contacts.get(key), signing.get(key)
        name = (person and called.get(person.name)) or (contact.name if contact else key)
        relied_on, reached = standing(uow, key, name, contact)
        methods = contact.methods() if contact else []
        by = [shown(method.to) if uow.actor.admin else method.to.partition(":")[0] for method in methods]
        until = invited.get(person.name) if person else None
        rows.append(
            PersonRow(
                person.name if person else key, name, person is not None and until is None, bool(person and person.admin), until, relied_on,
                reached, list(dict.fromkeys(by)),
            )
        )  # fmt: skip
    return rows


class InvitePerson(msgspec.Struct):
    """Invite a person to sign in; the answer holds the link to send them. Again for a new link."""

    name: Person
    admin: Annotated[bool, msgspec.Meta(description="May see private incidents and manage people.")] = False


@command("invite-person", InvitePerson, positional=("name",), example="stanch invite-person ben", secret=True)
def invite_person(uow: UnitOfWork, asked: InvitePerson) -> Done:
    """The link works once within a week, and ends the one before. Whoever has signed in already needs none."""
    from stanch.identity import credentials, people

    _admins_only(uow)
    name = people.checked(asked.name)
    known = name in people.names(uow.tx)
    if known and name not in credentials.invitations(uow.tx):
        raise Conflict(
            f"There is a person '{name}' already.",
            field="name",
            hint=f"They sign in already. Whoever runs the server makes a new link: stanch user link {name}",
        )
    people.insert(uow.tx, name, uow.now, admin=asked.admin)
    code = credentials.invite(uow.tx, name, uow.now)
    link = credentials.link_address(uow.application.installation.url, code)
    return Done(f"{name} is invited. Send them this link, which works once within a week: {link}", id=link)


class WithdrawInvitation(msgspec.Struct):
    """Take an invitation back that has not been used: its link ends, and the name is free again."""

    person: Person


@command("withdraw-invitation", WithdrawInvitation, positional=("person",), example="stanch withdraw-invitation ben")
def withdraw_invitation(uow: UnitOfWork, asked: WithdrawInvitation) -> Done:
    """Whoever has signed in is removed by 'remove-person'."""
    from stanch.identity import credentials, people

    _admins_only(uow)
    if asked.person not in credentials.invitations(uow.tx):
        raise NotFound(f"No invitation of '{asked.person}' waits.", field="person", hint="'stanch people' shows them.")
    people.remove_in(uow.tx, asked.person)
    return Done(f"{asked.person} is not invited any more.")


class SetPersonRole(msgspec.Struct):
    """Make a person an administrator, or not one any more."""

    person: Person
    admin: bool


@command("person-role", SetPersonRole, positional=("person",), example="stanch person-role ben --admin")
def person_role(uow: UnitOfWork, asked: SetPersonRole) -> Done:
    """Somebody must be an administrator."""
    from stanch.identity import people

    _admins_only(uow)
    _known(uow, asked.person)
    if not asked.admin:
        _keep_one(uow, asked.person)
    people.set_admin(uow.tx, asked.person, asked.admin)
    return Done(f"{asked.person} is {'an administrator now' if asked.admin else 'no administrator any more'}.")


class RemovePerson(msgspec.Struct):
    """Take a person's access away at once: sessions, links, tokens and own contact methods end; what they wrote stays."""

    person: Person


@command("remove-person", RemovePerson, positional=("person",), example="stanch remove-person ben")
def remove_person(uow: UnitOfWork, asked: RemovePerson) -> Done:
    """R8. A contact of the catalog stays in its files, and is paged as they say; the answer names that."""
    from stanch.identity import people

    _admins_only(uow)
    _known(uow, asked.person)
    _keep_one(uow, asked.person)
    people.remove_in(uow.tx, asked.person)
    uow.forget_policy()
    left = uow.policy.contacts.get(contact_key(uow.policy.contacts, asked.person))
    still = " The catalog's files still name them as a contact, who is paged." if left else ""
    return Done(f"{asked.person} can no longer sign in.{still}")


def _admins_only(uow: UnitOfWork) -> None:
    if not uow.actor.admin:
        raise Denied("Only administrators manage people.", hint="'stanch people' shows who is one.")


def _known(uow: UnitOfWork, person: str) -> None:
    from stanch.identity import people

    if person not in people.names(uow.tx):
        raise people.unknown(person)


def _keep_one(uow: UnitOfWork, person: str) -> None:
    """Raises ``Conflict`` where nobody who can sign in would be an administrator."""
    from stanch.identity import credentials, people

    invited = credentials.invitations(uow.tx)
    admins = [p.name for p in people.everybody_in(uow.tx) if p.admin and p.name not in invited]
    if admins == [person]:
        raise Conflict(f"{person} is the only administrator.", field="person", hint="Make somebody else one first.")
