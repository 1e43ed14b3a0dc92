"""Resolves names to contacts: people are written differently in schedules, calendars and sign-ins."""

import difflib
from collections.abc import Iterable, Mapping

from stanch.kernel.contacts import Contact
from stanch.kernel.names import folded


def contact_key(contacts: Mapping[str, Contact], text: str) -> str:
    """The key of the contact that is called so: by key, name, e-mail or user name, in any case; empty when nobody is.

    How people call themselves on their profile counts for nothing here.
    """
    text = text.strip()
    if text in contacts:
        return text
    return names_of(contacts).get(folded(text), "")


def names_of(contacts: Mapping[str, Contact]) -> dict[str, str]:
    """Every name of every contact (in lower case) and the key it leads to. A key beats a name, a name beats other names.

    A name that two contacts share is ambiguous and resolves to nobody.
    """
    found: dict[str, str] = {}
    rounds = ([(k, [k]) for k in contacts], [(k, [c.given()]) for k, c in contacts.items()])
    for pairs in (*rounds, [(k, c.names) for k, c in contacts.items()]):
        now: dict[str, str] = {}
        for key, names in pairs:
            for name in {folded(name) for name in names if name.strip()} - found.keys():
                now[name] = "" if now.get(name, key) != key else key
        found |= now
    return found


def same_contact(contacts: Mapping[str, Contact], one: str, other: str) -> bool:
    """Whether two names mean the same person."""
    return (contact_key(contacts, one) or folded(one)) == (contact_key(contacts, other) or folded(other))


def shown_name(contacts: Mapping[str, Contact], key: str) -> str:
    """What people call someone."""
    return contacts[key].name if key in contacts else key


def meant(text: str, known: Iterable[str], near_enough: float = 0.6) -> str:
    """``Did you mean 'primary'?``, or an empty text when nothing is near. ``near_enough``: the share of letters in common."""
    near = difflib.get_close_matches(text, sorted(known), n=1, cutoff=near_enough)
    return f"Did you mean '{near[0]}'?" if near else ""
