"""Working hours: when pages that may wait are sent (R2: SEV-3)."""

from datetime import date

from stanch.kernel.clock import DAY
from stanch.kernel.schedule import Times, WorkingHours
from stanch.kernel.shift import Span
from stanch.kernel.zones import zone_of
from stanch.prepare.oncall.walltime import windows

# How far ahead working hours are searched for: a year without any is a configuration error.
LOOK_AHEAD_DAYS = 400


def in_working_hours(hours: WorkingHours, at: int) -> bool:
    """Whether people work at this moment. A holiday takes away the hours that begin on it. Raises ``ValueError``."""
    return bool(_working(hours, at, at + 1))


def next_working_moment(hours: WorkingHours, at: int) -> int:
    """``at`` when people work then, else the moment at which they begin next.

    Hours that never come (no day, only holidays) do not hold a page back for ever: then it is ``at`` too.
    Raises ``ValueError`` for hours that cannot be read.
    """
    for days in range(0, LOOK_AHEAD_DAYS, 10):
        found = _working(hours, at + days * DAY, at + (days + 10) * DAY)
        if found:
            return found[0].start
    return at


def check_hours(hours: WorkingHours) -> list[str]:
    """What is wrong with working hours, as sentences."""
    wrong = []
    try:
        _working(hours, 0, DAY)
    except ValueError as error:
        wrong.append(f"Working hours: {error}.")
    if not hours.days:
        wrong.append("Working hours: there is no day, so pages that may wait would not wait.")
    return wrong


def _working(hours: WorkingHours, start: int, end: int) -> list[Span]:
    holidays = frozenset(map(_holiday, hours.holidays))
    times = [Times(hours.start, hours.until, hours.days)]
    return windows(times, zone_of(hours.time_zone), start, end, holidays)


def _holiday(text: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise ValueError(f"'{text}' is not a date; write it like 2026-12-25, in quotes") from None
