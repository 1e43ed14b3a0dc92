"""Whom the updates for an audience are sent to, and by what (R8, R31). Pure."""

from collections.abc import Callable, Container, Iterator
from urllib.parse import urlsplit

import msgspec

from stanch.kernel.audiences import AUDIENCES, Audience
from stanch.kernel.policy import Policy
from stanch.prepare.contact_methods import prompt_methods
from stanch.prepare.oncall.people import contact_key, shown_name

ROLE = "role:"
# Each of them is a message and a line of the record.
MOST = 50


class Recipient(msgspec.Struct, frozen=True):
    """``key``: of a contact, or the address itself. ``methods``: the first one first; none: ``problem`` says why.

    ``name``: what people call them; of an address never what could be a secret.
    """

    key: str
    name: str
    methods: list[str] = []
    problem: str = ""


def recipients(
    policy: Policy, audience: Audience, notifiers: Container[str], may_see: Callable[[str], bool]
) -> list[Recipient]:
    """Everybody once. ``may_see``: whether the contact of a key may hear of the incident; an address hears of none that is private (P6)."""
    found: dict[str, Recipient] = {}
    for target in policy.audiences.of(audience).to:
        for each in _meant(policy, target, notifiers, may_see):
            found.setdefault(each.key, each)
    taken: dict[str, int] = {}
    told = [_told_apart(each, taken) for each in list(found.values())[:MOST]]
    if (left := len(found) - MOST) > 0:
        told.append(
            Recipient(
                "", f"{left} more", [], f"are left out: one audience has {MOST} recipients at most, so use a mail list"
            )
        )
    return told


def _told_apart(each: Recipient, taken: dict[str, int]) -> Recipient:
    """Two of the same name are told apart by a number."""
    count = taken[each.name] = taken.get(each.name, 0) + 1
    return each if count == 1 else msgspec.structs.replace(each, name=f"{each.name} ({count})")


def _meant(
    policy: Policy, target: str, notifiers: Container[str], may_see: Callable[[str], bool]
) -> Iterator[Recipient]:
    keys = _keys(policy, target)
    for key in keys:
        name = shown_name(policy.contacts, key)
        if not may_see(key):
            yield Recipient(key, name, [], "may not see this private incident")
            continue
        methods, problem = prompt_methods(policy.contacts[key], notifiers, may_wake=False)
        yield Recipient(key, name, methods, problem)
    if keys:
        return
    kind, _, address = target.partition(":")
    if target.startswith(ROLE):
        yield Recipient(target, f"The role '{address}'", [], "is held by no contact")
    elif not address:
        yield Recipient(target, target, [], "is not one of the contacts")
    elif not may_see(""):
        yield Recipient(target, shown_address(target), [], "hears of no private incident")
    elif kind not in notifiers:
        yield Recipient(target, shown_address(target), [], f"would be told by {kind}, which is not configured")
    else:
        yield Recipient(target, shown_address(target), [target])


def _keys(policy: Policy, target: str) -> list[str]:
    if target.startswith(ROLE):
        return [key for key, contact in policy.contacts.items() if target.removeprefix(ROLE) in contact.roles]
    key = contact_key(policy.contacts, target)
    return [key] if key else []


def shown_address(target: str) -> str:
    """A mail list or a room as it is; of a web address only its host, since the rest may be its secret."""
    address = target.partition(":")[2]
    if "://" not in address:
        return address
    try:
        return urlsplit(address).hostname or "a web address"
    except ValueError:
        return "a web address"


def shown_target(policy: Policy, target: str) -> str:
    """What people call a recipient of the policy, before anybody is looked for."""
    keys = _keys(policy, target)
    if target.startswith(ROLE) or not keys:
        return target if target.startswith(ROLE) or ":" not in target else shown_address(target)
    return shown_name(policy.contacts, keys[0])


def audience_problems(policy: Policy) -> list[str]:
    """What the policy says of audiences that cannot be."""
    found = []
    for audience in AUDIENCES:
        its = policy.audiences.of(audience)
        found += [
            f"The audience {audience} has a cadence for '{name}', which is no severity."
            for name in its.every
            if name not in policy.severities
        ]
        for target in its.to:
            if target.startswith(ROLE) and not _keys(policy, target):
                found.append(f"The audience {audience} is told by '{target}', a role that no contact has.")
            elif not _keys(policy, target) and not all(target.partition(":")):
                found.append(
                    f"The audience {audience} tells '{target}', who is not among the contacts; "
                    "write a contact, role:NAME or an address like smtp:leads@example.org."
                )
    return found
