"""A contact method that a person added themselves, and whether it is confirmed. Pure."""

from stanch.kernel.contacts import ContactMethod


class OwnContactMethod(ContactMethod, frozen=True):
    """A method that a person added themselves. It counts as reachable once they have confirmed a test page."""

    confirmed: bool = False


def unconfirmed(method: ContactMethod) -> bool:
    """Whether no test page has been confirmed there. Methods of the catalog never need a confirmation."""
    return isinstance(method, OwnContactMethod) and not method.confirmed
