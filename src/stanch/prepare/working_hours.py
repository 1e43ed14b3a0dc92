"""When pages that may wait are sent (R2: SEV-3 waits for working hours). Pure."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from stanch.kernel.clock import SECOND
from stanch.kernel.schedule import DAYS, WorkingHours

# Holidays in a row, weekends beside them: within this many days there is a working one, or none at all.
LOOK_AHEAD_DAYS = 60


def in_working_hours(hours: WorkingHours, now: int) -> bool:
    """Whether ``now`` (microseconds) lies in working hours, by the wall clock of their zone."""
    return next_working_moment(hours, now) == now


def next_working_moment(hours: WorkingHours, now: int) -> int | None:
    """``now`` if it is a working moment, else when work begins next; None when it never does."""
    zone = ZoneInfo(hours.time_zone)
    local = datetime.fromtimestamp(now / SECOND, zone)
    for ahead in range(-1, LOOK_AHEAD_DAYS):
        day = local.date() + timedelta(days=ahead)
        if DAYS[day.weekday()] not in hours.days or day.isoformat() in hours.holidays:
            continue
        start, until = _at(day, hours.start, zone), _at(day, hours.until, zone)
        if until <= start:  # over midnight
            until = _at(day + timedelta(days=1), hours.until, zone)
        if now < until:
            return max(now, start)
    return None


def _at(day: object, clock: str, zone: ZoneInfo) -> int:
    """A wall-clock time of a day in microseconds UTC; ``24:00`` is the midnight after it."""
    hour, _, minute = clock.partition(":")
    midnight = datetime.fromisoformat(f"{day}T00:00:00")
    wall = midnight + timedelta(hours=int(hour), minutes=int(minute or 0))
    return int(wall.replace(tzinfo=zone).astimezone(UTC).timestamp() * SECOND)
