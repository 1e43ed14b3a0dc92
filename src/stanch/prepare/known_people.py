"""Resolves a typed name among the contacts of the catalog and everybody who may sign in."""

from stanch.kernel.errors import Invalid
from stanch.kernel.names import folded
from stanch.prepare.oncall.people import contact_key, meant, same_contact
from stanch.timeline.unit_of_work import UnitOfWork


def known_names(uow: UnitOfWork) -> list[str]:
    """Everybody who may sign in, and every contact."""
    # Imported late: the help of a command needs no database.
    from stanch.identity.people import names

    return sorted(uow.once("names of people", lambda: names(uow.tx)) | set(uow.policy.contacts))


def known_person(uow: UnitOfWork, text: str, field: str) -> str:
    """The one person that a typed name means; an empty text, or ``me``, is whoever acts.

    By sign-in, or by a contact's key, name or other name, in any case; else by how they call themselves on their profile.
    The answer is the name that they sign in with, else the contact's key. Raises ``Invalid`` for ``field`` when nobody is
    called so, or several are, naming them.
    """
    # Imported late: the help of a command needs no database.
    from stanch.identity.people import names

    wanted = folded(text)
    if not wanted or wanted in ("me", folded(uow.actor.name)):
        return uow.actor.name
    contacts, sign_ins = uow.policy.contacts, names(uow.tx)
    if text.strip() in contacts:
        found = {text.strip()}
    else:
        found = {
            key
            for key, contact in contacts.items()
            if wanted in {folded(name) for name in (key, contact.given(), *contact.names)}
        }
        found |= {contact_key(contacts, name) or name for name in sign_ins if folded(name) == wanted}
        found = found or {key for key, contact in contacts.items() if folded(contact.name) == wanted}
    if len(found) > 1:
        raise Invalid(
            f"Several are called '{_shown(text)}': {', '.join(sorted(found))}.", field=field, hint="Name one of them."
        )
    if not found:
        hint = meant(text.strip(), known_names(uow)) or "Known are the contacts of the catalog and who may sign in."
        raise Invalid(f"Nobody known is called '{_shown(text)}'.", field=field, hint=hint)
    return as_signed_in(uow, list(found))[0]


def as_signed_in(uow: UnitOfWork, keys: list[str]) -> list[str]:
    """People by the name that they sign in with, else the key of their contact."""
    from stanch.identity.people import names

    by_key = {contact_key(uow.policy.contacts, name): name for name in sorted(names(uow.tx), reverse=True)}
    return [by_key.get(key, key) if key else key for key in keys]


def same_person(uow: UnitOfWork, one: str, other: str) -> bool:
    """Whether two names mean the same person."""
    return same_contact(uow.policy.contacts, one, other)


def spellings(uow: UnitOfWork, person: str) -> list[str]:
    """Every name by which records may call a person: the contact's key and names, and those they sign in with."""
    from stanch.identity.people import names

    contacts = uow.policy.contacts
    key = contact_key(contacts, person)
    own = {key, contacts[key].given(), *contacts[key].names} if key else set()
    return sorted({person} | own | {name for name in names(uow.tx) if key and contact_key(contacts, name) == key})


def _shown(text: str) -> str:
    return " ".join(text.split())[:100]
