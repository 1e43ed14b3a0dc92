"""Maps chat accounts to people: contacts name accounts as ``matrix:@ada:example.org`` or ``slack:U0123``, in ``names`` or ``reach``."""

import msgspec

from stanch.kernel.actor import Actor
from stanch.kernel.contacts import Contact
from stanch.kernel.errors import Denied
from stanch.kernel.policy import Policy
from stanch.ports.chat import ChatEvent
from stanch.prepare.oncall.people import contact_key
from stanch.prepare.own_contact_methods import unconfirmed
from stanch.timeline.record import Record
from stanch.timeline.unit_of_work import UnitOfWork


class Speaker(msgspec.Struct, frozen=True):
    """Who said something. ``person`` is empty for an account that belongs to no contact, or to several."""

    author: str
    person: str


def accounts(contact: Contact, prefix: str) -> list[str]:
    """The accounts of a contact in one chat. An unconfirmed one may belong to somebody else and is left out."""
    named = [*contact.names, *(method.to for method in contact.methods() if not unconfirmed(method))]
    found = [name.partition(":")[2] for name in named if name.partition(":")[0] == prefix]
    return [name for name in dict.fromkeys(found) if name.startswith("@") or prefix != "matrix"]


def owner(policy: Policy, prefix: str, names: tuple[str, ...]) -> str:
    """The key of the one contact that has one of these accounts; empty for none and for several."""
    wanted = {name.casefold() for name in names if name}
    found = [
        key
        for key, contact in policy.contacts.items()
        if wanted & {account.casefold() for account in accounts(contact, prefix)}
    ]
    return found[0] if len(found) == 1 else ""


def speaker(policy: Policy, prefix: str, heard: ChatEvent) -> Speaker:
    """Who said it. One who is not known is named as such, and by the account: names can be chosen by anybody."""
    if person := owner(policy, prefix, (heard.author, *heard.known_as)):
        return Speaker(person, person)
    shown = f"{heard.author_name}, {heard.author}" if heard.author_name else heard.author
    return Speaker(f"{shown or 'somebody'} (not known to stanch)"[:200], "")


def acting(uow: UnitOfWork, person: str) -> Actor:
    """The person with the rights they have when they sign in."""
    row = uow.tx.one("SELECT admin FROM people WHERE name = :name", name=person)
    return Actor(person, admin=bool(row and row["admin"]))


def unknown(prefix: str, account: str) -> Denied:
    """What to say to an account that may do nothing."""
    return Denied(
        "stanch does not know who you are.",
        hint=f"Ask for '{prefix}:{account}' under 'names' of your contact in the configuration.",
    )


def invited(uow: UnitOfWork, record: Record, authors: set[str]) -> set[str]:
    """The contacts that belong into the room: who acts, holds a role or was paged; of a private incident its members only."""
    names = authors | {fact.value for fact in record.roles.values()}
    names |= {name for page in record.pages.values() for name in (*page.people, *page.acknowledgers)}
    if record.private:
        names = members(uow, record.id)
    return {key for name in names if (key := contact_key(uow.policy.contacts, name))}


def members(uow: UnitOfWork, incident: str) -> set[str]:
    """Who was let into a private incident."""
    rows = uow.tx.all("SELECT person FROM members WHERE incident = :incident", incident=incident)
    return {row["person"] for row in rows}
