"""What the catalog knows about names: internal ones with their public words, people, and words that are allowed. Pure."""

import re

import msgspec

from stanch.kernel.policy import Policy


class Vocabulary(msgspec.Struct, frozen=True, eq=False):
    """Each is equal to itself only.

    ``internal``: an internal name (lower case) -> what customers call it, or empty. ``people``: names of persons.

    ``allowed``: words and names (lower case) that customers know, such as product names; they are never found.
    """

    internal: dict[str, str] = {}
    people: frozenset[str] = frozenset()
    teams: frozenset[str] = frozenset()
    allowed: frozenset[str] = frozenset()

    def allows(self, words: str) -> bool:
        """Whether all of the words are product names or otherwise allowed."""
        return words.lower() in self.allowed


def of_policy(policy: Policy) -> Vocabulary:
    """The vocabulary of a catalog: services with their titles, zones and releases of mitigations, contacts, teams.

    That of the policy asked for last is kept: a page asks a dozen times for the same one.
    """
    global _newest
    known, vocabulary = _newest
    if known is not policy:
        vocabulary = _of_policy(policy)
        _newest = (policy, vocabulary)
    return vocabulary


_newest: tuple[Policy | None, Vocabulary] = (None, Vocabulary())


def _of_policy(policy: Policy) -> Vocabulary:
    internal: dict[str, str] = {}
    allowed: set[str] = {word.lower() for word in policy.public_words}
    for service in policy.services.values():
        public = service.public_name
        for part in [public, *re.findall(r"[\w-]{3,}", public)]:
            allowed.add(part.lower())
        for name in (service.name, service.title):
            if _tells_apart(name) and name.lower() not in allowed:
                internal[name.lower()] = public
        for mitigation in service.mitigations:
            for name in (mitigation.zone, mitigation.version):
                if _tells_apart(name):
                    internal.setdefault(name.lower(), "")
    contacts = policy.contacts.values()
    people = {
        word
        for contact in contacts
        if contact.kind == "person"
        for word in [contact.name, *contact.name.split()]
        if len(word) > 2
    }
    teams = {service.team for service in policy.services.values() if service.team}
    return Vocabulary(
        {name: public for name, public in internal.items() if name not in allowed},
        frozenset(people),
        frozenset(teams | {contact.name for contact in contacts if contact.kind == "team"}),
        frozenset(word for word in allowed if word),
    )


def _tells_apart(name: str) -> bool:
    """Whether a name is distinctive enough to be searched for in a text: 'b' or 'web' is not."""
    return len(name) > 3 or any(char.isdigit() or char in "-_." for char in name)
