"""The contacts of the catalog joined with what people added themselves: the one source for paging, prompts and every list (R2, R8)."""

from collections.abc import Iterable

import msgspec

from stanch.db.transaction import Transaction
from stanch.identity import profiles
from stanch.identity.profiles import Confirmation, Method, Profile
from stanch.kernel.contacts import Contact, ShownContact
from stanch.kernel.policy import Policy
from stanch.prepare.called import JoinedPolicy
from stanch.prepare.oncall.people import contact_key
from stanch.prepare.own_contact_methods import OwnContactMethod


class OwnContacts:
    """Joins, and keeps the newest result: it is asked for in each transaction."""

    def __init__(self) -> None:
        self._kept: tuple[Policy, str, Policy] | None = None

    def __call__(self, policy: Policy, tx: Transaction) -> Policy:
        version = profiles.version(tx)
        kept = self._kept
        if kept and kept[0] is policy and kept[1] == version:
            return kept[2]
        found = joined(policy, profiles.methods(tx), profiles.profiles(tx), profiles.confirmations(tx))
        self._kept = (policy, version, found)
        return found

    def latest(self, policy: Policy) -> Policy:
        """The newest join without a query, for readers of names inside another transaction."""
        kept = self._kept
        return kept[2] if kept and kept[0] is policy else policy


def joined(
    policy: Policy, methods: Iterable[Method], every: Iterable[Profile], known: Iterable[Confirmation]
) -> Policy:
    """Pure. Whoever has a method of their own is a contact: that of the catalog which is called so, else one of that name.

    Whoever only says how they are called is no contact, and is called so.
    """
    arrived = {(one.person, one.reach) for one in known if one.confirmed_at is not None}
    shown = {profile.person: profile.shown for profile in every if profile.shown}
    own: dict[str, list[Method]] = {}
    for method in methods:
        own.setdefault(method.person, []).append(method)
    contacts, called = dict(policy.contacts), dict[str, str]()
    for person in sorted({*own, *shown}):
        key = contact_key(policy.contacts, person) or person
        before = contacts.get(key) or (Contact(person) if person in own else None)
        if before is not None:
            contacts[key] = _with(before, own.get(person, []), shown.get(person, ""), key, arrived)
        else:
            called[person] = shown[person]
    if not own and not shown:
        return policy
    fields = {name: getattr(policy, name) for name in policy.__struct_fields__}
    return JoinedPolicy(**fields | {"contacts": contacts, "called": called})


def _with(contact: Contact, own: list[Method], shown: str, key: str, arrived: set[tuple[str, str]]) -> Contact:
    there = {method.to for method in contact.methods()}
    methods = [OwnContactMethod(m.reach, m.after, (key, m.reach) in arrived) for m in own if m.reach not in there]
    joined = msgspec.structs.replace(
        contact,
        reach=[*contact.reach, *methods],
        prompts=[*(m.reach for m in own if m.prompts), *contact.prompts],
    )
    if not shown:
        return joined
    return ShownContact(**msgspec.structs.asdict(joined) | {"name": shown}, formal=contact.name)
