"""Moments that people give to commands and pages. What is wrong with one is said beside its field."""

from zoneinfo import ZoneInfo

from stanch.kernel.clock import parse_moment
from stanch.kernel.errors import Invalid


def given_moment(text: str, field: str, zone: ZoneInfo | None = None) -> int:
    """The moment of a text; one without an offset is local time of ``zone``, or UTC. Raises ``Invalid``."""
    try:
        return parse_moment(text, zone)
    except (ValueError, OverflowError) as error:
        raise Invalid(f"{error}.", field=field) from None


def past_moment(text: str, now: int, field: str = "at") -> int | None:
    """As ``given_moment``; None when none was given. Raises ``Invalid`` for one that lies ahead."""
    if not text:
        return None
    at = given_moment(text, field)
    if at > now:
        raise Invalid(f"{text} is in the future.", field=field, hint="Leave it out if it happens now.")
    return at
