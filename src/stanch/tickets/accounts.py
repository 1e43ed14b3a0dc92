"""Who a person is in a tracker: contacts name accounts as ``github:ana``, or by an e-mail address where the tracker knows those."""

from stanch.kernel.contacts import Contact
from stanch.kernel.policy import Policy
from stanch.ports.tracker import Tracker
from stanch.prepare.oncall.people import contact_key


def account_of(policy: Policy, tracker: Tracker, person: str) -> str:
    """The account of a person; empty where no contact says it."""
    contact = policy.contacts.get(contact_key(policy.contacts, person))
    found = _accounts(contact, tracker) if contact else []
    return found[0] if found else ""


def person_of(policy: Policy, tracker: Tracker, names: tuple[str, ...]) -> str:
    """The key of the one contact with one of these accounts; empty for none and for several."""
    wanted = {name.casefold() for name in names if name}
    found = [
        key
        for key, contact in policy.contacts.items()
        if wanted & {account.casefold() for account in _accounts(contact, tracker)}
    ]
    return found[0] if len(found) == 1 else ""


def _accounts(contact: Contact, tracker: Tracker) -> list[str]:
    named = [name.partition(":")[2].strip() for name in contact.names if name.partition(":")[0] == tracker.prefix]
    mails = [name for name in contact.names if "@" in name and ":" not in name] if tracker.by_mail else []
    return [account for account in (*named, *mails) if account]
