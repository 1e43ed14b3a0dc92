"""Wall-clock times of schedules: the hours of a week, and local times as the files of schedules write them."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from stanch.kernel.clock import read_stamp
from stanch.kernel.schedule import DAYS, Times
from stanch.kernel.shift import Span
from stanch.kernel.zones import instant, local

ONE_DAY = timedelta(days=1)
# Later than any year that a wall clock can show: "never".
FOREVER = 2**62


def wall_time(text: str, zone: ZoneInfo) -> datetime:
    """Read a date, a wall-clock time, or a time with its own offset, as the zone's wall clock shows it.

    Raises ``ValueError`` with what to write.
    """
    stamp = read_stamp(text)
    return stamp.astimezone(zone).replace(tzinfo=None) if stamp.tzinfo else stamp


def minutes(text: str) -> int:
    """``09:30`` in minutes since midnight, ``24:00`` is the day's end. Raises ``ValueError``."""
    hour, _, minute = text.strip().partition(":")
    if all(part.isascii() and part.isdecimal() and len(part) <= 2 for part in (hour, minute)):
        found = int(hour) * 60 + int(minute)
        if int(minute) < 60 and found <= 1440:
            return found
    raise ValueError(f"'{text}' is not a time of day; write it like 09:30, in quotes")


def windows(
    times: Iterable[Times], zone: ZoneInfo, start: int, end: int, without: frozenset[date] = frozenset()
) -> list[Span]:
    """When the hours are, within ``start`` and ``end``: in order, apart from each other. Hours that begin on a day of
    ``without`` are left out. Raises ``ValueError`` for a time of day that cannot be read.
    """
    if start >= end:
        return []
    found = []
    # Two days back: hours may run over midnight, and a zone has once left out a whole day.
    first, last = local(start, zone).date() - 2 * ONE_DAY, local(end, zone).date()
    for hours in times:
        begin, until = timedelta(minutes=minutes(hours.start)), timedelta(minutes=minutes(hours.until))
        until += ONE_DAY if until <= begin else timedelta(0)
        for number in range((last - first).days + 1):
            day = first + number * ONE_DAY
            if DAYS[day.weekday()] in hours.days and day not in without:
                midnight = datetime.combine(day, datetime.min.time())
                span = Span(max(start, instant(midnight + begin, zone)), min(end, instant(midnight + until, zone)))
                if span.start < span.end:
                    found.append(span)
    return _merged(found)


def _merged(spans: list[Span]) -> list[Span]:
    found: list[Span] = []
    for span in sorted(spans):
        if found and span.start <= found[-1].end:
            found[-1] = Span(found[-1].start, max(found[-1].end, span.end))
        else:
            found.append(span)
    return found
