"""Contacts from another tool's users, and from references to unknown users."""

from collections.abc import Iterable

from stanch.kernel.contacts import Contact, ContactMethod
from stanch.prepare.importers.imported import Imported
from stanch.prepare.importers.naming import Keys

UNREACHABLE = "Add a 'reach' in the imported file, or take them out of it."


class People:
    """The users of a dump by the old tool's id."""

    def __init__(self, imported: Imported) -> None:
        self._imported = imported
        self._keys = Keys()
        self._also: dict[str, str] = {}

    def add(self, identity: str, name: str, email: str, contact: Contact, also: str = "") -> str:
        """Take someone; answers with their key. ``also``: another name by which the dump refers to them."""
        key = self._keys.give(identity, name, email.partition("@")[0])
        self._imported.contacts[key] = contact
        if also:
            self._also.setdefault(also.casefold(), key)
        return key

    def find(self, identity: str) -> str:
        """The key of someone who was taken, or an empty text."""
        return self._keys.find(identity) or self._also.get(identity.casefold(), "")

    def meant(self, identity: str, name: str) -> str:
        """The key of a person who is referred to. A person who is not among the users becomes a contact without contact methods."""
        if found := self._keys.find(identity):
            return found
        called = name or identity
        self._imported.note(
            "user", f"'{called}' ({identity})", "is referred to, but not among the users of the dump: nobody can be reached so.",
            UNREACHABLE,
        )  # fmt: skip
        return self.add(identity, called, "", Contact(called))


def reaches(methods: Iterable[tuple[str, float]]) -> list[str | ContactMethod]:
    """Contact methods in order, each address at its earliest; those without a delay in the short form."""
    found: dict[str, float] = {}
    for to, after in methods:
        found[to] = min(after, found.get(to, after))
    return [
        ContactMethod(to, after) if after else to for to, after in sorted(found.items(), key=lambda method: method[1])
    ]


def phone(country_code: str, number: str) -> str:
    """A telephone number in international format; empty when the text has none."""
    digits = "".join(filter(str.isdecimal, number)) if number.isascii() else ""
    code = "".join(filter(str.isdecimal, country_code)) if country_code.isascii() else ""
    if number.strip().startswith("+"):
        code = ""
    return f"+{code}{digits}" if digits else ""
