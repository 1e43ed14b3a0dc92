"""A contact method that a person added themselves, and whether it is confirmed. Pure."""

from stanch.kernel.contacts import ContactMethod


class OwnContactMethod(ContactMethod, frozen=True):
    """A method that a person added themselves. Until they have said that a test page arrived, nobody knows that it does."""

    confirmed: bool = False


def unconfirmed(method: ContactMethod) -> bool:
    """Whether nobody has said yet that anything arrives there. What stands in the catalog is taken as it stands."""
    return isinstance(method, OwnContactMethod) and not method.confirmed
