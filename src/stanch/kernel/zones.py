"""Converts between local time and moments, correctly across daylight-saving changes.

One rule for every wall-clock time: its moment is the first at which the local clock shows that time or a later one. A time
that the spring gap leaves out is therefore the moment after the gap, and one that comes twice in autumn is its first coming.
Since this keeps order, stretches that meet on the wall clock meet in real time too: no hole and no overlap.
"""

from bisect import bisect_left
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - the origin of naive UTC times
EPOCH_UTC = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


def zone_of(name: str) -> ZoneInfo:
    """The zone of an IANA name. Raises ``ValueError`` with what to write."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError(f"'{name}' is not a time zone; write one like Europe/Berlin") from None


def local(at: int, zone: ZoneInfo) -> datetime:
    """What the wall clock of the zone shows at a moment, without a zone."""
    return (EPOCH_UTC + timedelta(microseconds=at)).astimezone(zone).replace(tzinfo=None)


def iso_local(at: int, zone: ZoneInfo) -> str:
    """A moment on a zone's clock, with the offset that names it: ``2026-11-30T09:00:00+01:00``."""
    return (EPOCH_UTC + timedelta(microseconds=at)).astimezone(zone).isoformat(timespec="seconds")


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
