"""How people call each other. Records hold the name that somebody signs in with, or a contact's key; whoever reads is shown this."""

from collections.abc import Callable, Iterable

from stanch.kernel.kept import Kept
from stanch.kernel.names import folded
from stanch.kernel.policy import Policy
from stanch.prepare.oncall.people import names_of


class Called:
    """Asked with one name of a person. Pure: a dictionary, no query.

    ``version``: the same for as long as everybody is called the same; what is drawn with these names is kept under it.
    """

    def __init__(self, policy: Policy) -> None:
        shown = {key: contact.name for key, contact in policy.contacts.items()}
        # A name that two contacts share says of neither how they are called.
        found = {name: shown[key] for name, key in names_of(policy.contacts).items() if key}
        self._names = {folded(name): called for name, called in policy_names(policy).items()} | found
        self._exactly = shown
        self.version = hash(frozenset((*self._names.items(), *self._exactly.items())))

    def __call__(self, name: str) -> str:
        """What others call them; a name that nobody is known by stays as it is."""
        return self._exactly.get(name) or self._names.get(folded(name)) or name

    def each(self, names: Iterable[str]) -> list[str]:
        """The same of several."""
        return [self(name) for name in names]


class JoinedPolicy(Policy, frozen=True):
    """With the contacts of the database; ``called``: how people call themselves who are no contact, by the name they sign in with."""

    called: dict[str, str] = {}


def policy_names(policy: Policy) -> dict[str, str]:
    """Of those who are no contact."""
    return policy.called if isinstance(policy, JoinedPolicy) else {}


# With the policy, which lives as long as its id is the key.
_KEPT: Kept[tuple[Called, Policy]] = Kept(8)


def called_by(policy: Policy) -> Called:
    """The names under a policy; worked out once for each."""
    return _KEPT.get(id(policy), lambda: (Called(policy), policy))[0]


class NamedPolicy(JoinedPolicy, frozen=True):
    """Under this one the rules of prompts say how people are called: for who reads them now. What is stored of them names people as records do."""


_NAMED: Kept[tuple[Policy, Policy]] = Kept(8)


def named(policy: Policy) -> Policy:
    """The same policy, under which prompts are read by people."""
    fields = {name: getattr(policy, name) for name in policy.__struct_fields__}
    return _NAMED.get(id(policy), lambda: (NamedPolicy(**fields), policy))[0]


def said_by(policy: Policy) -> Callable[[str], str]:
    """How the text of a prompt names a person."""
    return called_by(policy) if isinstance(policy, NamedPolicy) else str
