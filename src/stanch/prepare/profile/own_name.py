"""What a person may not call themselves: the name of another, or a word that stands for something else. Pure (P6)."""

from collections.abc import Iterable, Iterator

from stanch.kernel.names import folded, outline
from stanch.kernel.policy import ROLE_TITLES, Policy
from stanch.kernel.spelling import ROLES

# Words that the product itself says where a person could stand, or reads as one.
WORDS = ("me", "stanch", "nobody", "somebody", "everybody", "everyone", "no one", "unknown", "on call", "on-call", "admin", "administrator")  # fmt: skip


def whose(policy: Policy, name: str, key: str, others: Iterable[str]) -> str:
    """Whose name it is, as the end of a sentence; empty when it is free.

    ``key``: the contact of whoever asks. ``others``: how other people sign in and are shown. Names that look alike are the same.
    """
    wanted = {folded(name), outline(name)}

    def taken(names: Iterable[str]) -> bool:
        return any(wanted & {folded(each), outline(each)} for each in names)

    if taken(others) or taken(_of_contacts(policy, key)):
        return "another person's name"
    mine = policy.contacts.get(key)
    if mine and folded(name) in {folded(each) for each in (key, mine.given(), *mine.names)}:
        return ""
    if taken(
        [*ROLE_TITLES, *ROLE_TITLES.values(), *ROLES, *(role for c in policy.contacts.values() for role in c.roles)]
    ):
        return "the name of a role"
    if taken([*policy.schedules, *(f"schedule:{schedule}" for schedule in policy.schedules)]):
        return "the name of a schedule"
    if taken(policy.escalation):
        return "the name of an escalation policy"
    if taken(service.team for service in policy.services.values() if service.team):
        return "the name of a team"
    return "a word that stands for nobody or for others" if taken(WORDS) else ""


def _of_contacts(policy: Policy, key: str) -> Iterator[str]:
    """Every name and address of the other contacts, an address also without the means."""
    for other, contact in policy.contacts.items():
        if other != key:
            methods = [*contact.names, *(method.to for method in contact.methods())]
            yield from (other, contact.name, contact.given(), *methods)
            yield from (to.partition(":")[2] for to in methods if ":" in to)
