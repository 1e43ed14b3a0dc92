"""Converts between local time and moments, correctly across daylight-saving changes.

One rule for every wall-clock time: its moment is the first at which the local clock shows that time or a later one. A time
that the spring gap leaves out is therefore the moment after the gap, and one that comes twice in autumn is its first coming.
Since this keeps order, stretches that meet on the wall clock meet in real time too: no hole and no overlap.
"""

from bisect import bisect_left
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from stanch.kernel.schedule import DAYS, Times
from stanch.kernel.shift import Span

EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - the origin of naive UTC times
EPOCH_UTC = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
ONE_DAY = timedelta(days=1)
# Later than any year that a wall clock can show: "never".
FOREVER = 2**62


def zone_of(name: str) -> ZoneInfo:
    """The zone of an IANA name. Raises ``ValueError`` with what to write."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError(f"'{name}' is not a time zone; write one like Europe/Berlin") from None


def local(at: int, zone: ZoneInfo) -> datetime:
    """What the wall clock of the zone shows at a moment, without a zone."""
    return (EPOCH_UTC + timedelta(microseconds=at)).astimezone(zone).replace(tzinfo=None)


def instant(wall: datetime, zone: ZoneInfo) -> int:
    """The moment of a wall-clock time: the first at which the local clock shows it or a later time."""
    before, after = _offsets(wall, zone)
    if before < after:  # left out in spring
        return _end_of_gap(wall, zone)
    return (wall - before - EPOCH) // MICROSECOND


def _offsets(wall: datetime, zone: ZoneInfo) -> tuple[timedelta, timedelta]:
    """What to take off a wall-clock time by the rules before a change of the clocks, and by those after it."""
    before, after = zone.utcoffset(wall), zone.utcoffset(wall.replace(fold=1))
    assert before is not None and after is not None
    return before, after


@lru_cache(maxsize=256)
def _end_of_gap(wall: datetime, zone: ZoneInfo) -> int:
    before, after = _offsets(wall, zone)
    low, high = (wall - after - EPOCH) // MICROSECOND, (wall - before - EPOCH) // MICROSECOND
    return low + bisect_left(range(low, high), True, key=lambda at: local(at, zone) >= wall)


def wall_time(text: str, zone: ZoneInfo) -> datetime:
    """Read a date, a wall-clock time, or a time with its own offset, as the zone's wall clock shows it.

    Raises ``ValueError`` with what to write.
    """
    try:
        stamp = datetime.fromisoformat(text.strip())
    except ValueError:
        raise ValueError(f"'{text}' is not a time; write it like 2026-05-14T09:00") from None
    if not 1971 <= stamp.year <= 9000:
        raise ValueError(f"'{text}' is not in the years 1971 to 9000, so it is not a time that was meant")
    return stamp.astimezone(zone).replace(tzinfo=None) if stamp.tzinfo else stamp


def moment(text: str, zone: ZoneInfo) -> int:
    """The moment of a time as people write it; without an offset it is wall-clock time of the zone. Raises ``ValueError``."""
    wall = wall_time(text, zone)
    stamp = datetime.fromisoformat(text.strip())
    return (stamp - EPOCH_UTC) // MICROSECOND if stamp.tzinfo else instant(wall, zone)


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
