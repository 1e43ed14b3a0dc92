"""A contact method that a person added themselves, and whether it is confirmed. Pure."""

from stanch.kernel.policy import Reach


class OwnReach(Reach, frozen=True):
    """A way that a person added themselves. Until they have said that a test page arrived, nobody knows that it does."""

    confirmed: bool = False


def unconfirmed(way: Reach) -> bool:
    """Whether nobody has said yet that anything arrives there. What stands in the catalog is taken as it stands."""
    return isinstance(way, OwnReach) and not way.confirmed
