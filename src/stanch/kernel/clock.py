"""Moments are UTC integers in microseconds. The only place that reads the system clock."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
LITTLE = 2 * SECOND
# A time of day is the next one that comes. One that is this far ahead was rather meant for earlier today, and is past.
LONGEST_AHEAD = 20 * HOUR
# The latest year of a schedule's start: turns are added to it, and dates end with the year 9999.
LAST_LOCAL_YEAR = 9000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _wall() -> int:
    return time.time_ns() // 1000


def _monotonic() -> int:
    return time.monotonic_ns() // 1000


class Clock(Protocol):
    """Answers with the current moment (UTC, microseconds)."""

    def now(self) -> int: ...


class SystemClock:
    """The machine's own clock, or the database's where replicas share one; within a process it never runs backwards.

    Between two looks at a wall clock only the monotonic one counts: when an operator or NTP sets the machine back by an
    hour, what is due in a minute is due in a minute. A jump ahead is followed.
    """

    def __init__(self, wall: Callable[[], int] = _wall, monotonic: Callable[[], int] = _monotonic) -> None:
        self._wall, self._monotonic = wall, monotonic
        self._ahead = wall() - monotonic()
        self._shared = False

    def now(self) -> int:
        monotonic = self._monotonic()
        if not self._shared:
            self._ahead = max(self._ahead, self._wall() - monotonic)
        return monotonic + self._ahead

    def not_before(self, moment: int) -> None:
        """Start at this moment at the earliest: the newest one on record, in case the machine's clock was set back meanwhile."""
        self._ahead = max(self._ahead, moment - self._monotonic())

    def follow(self, moment: int) -> None:
        """Follow the clock that all replicas share (the database's), so that a replica whose own clock is wrong delays nothing.

        It is followed forwards, and backwards by small steps only: when it is set back itself, what is due stays due.
        """
        ahead = moment - self._monotonic()
        if not self._shared or ahead > self._ahead - LITTLE:
            self._ahead = ahead
        self._shared = True

    def skew(self) -> int:
        """By how much (microseconds) the machine's own clock is ahead of the moments that count; negative: behind."""
        return self._wall() - self.now()


class SteppedClock:
    """A clock for tests: it moves only when told to."""

    def __init__(self, start: int = 1_747_231_620 * SECOND) -> None:
        self.moment = start

    def now(self) -> int:
        return self.moment

    def forward(self, *, days: float = 0, hours: float = 0, minutes: float = 0, seconds: float = 0) -> int:
        """Move ahead by the sum of the arguments and answer with the new moment."""
        self.moment += int(days * DAY + hours * HOUR + minutes * MINUTE + seconds * SECOND)
        return self.moment


# The range of dates: years 1 to 9999. Values outside are shown as the nearest of these.
FIRST, LAST = -62_135_596_800 * SECOND, 253_402_300_799 * SECOND + SECOND - 1


def iso(moment: int) -> str:
    """RFC 3339 in UTC with milliseconds: ``2026-05-14T14:07:00.000Z``."""
    seconds, rest = divmod(min(max(moment, FIRST), LAST), SECOND)
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{rest // 1000:03d}Z"


def day(moment: int) -> str:
    """The UTC date of a moment: ``2026-05-14``."""
    return iso(moment)[:10]


def hour_minute(moment: int) -> str:
    """The UTC time of day of a moment: ``14:07``."""
    return iso(moment)[11:16]


def another_day(moment: int, now: int) -> bool:
    """Whether a bare time of day would be read as another moment: it is the next or the last one that the clock shows."""
    return abs(moment - now) >= LONGEST_AHEAD


def utc_time(moment: int, now: int) -> str:
    """What a reader at ``now`` is told: ``14:07 UTC``, and with its date where that would be read as another moment."""
    return f"{day(moment)} {hour_minute(moment)} UTC" if another_day(moment, now) else f"{hour_minute(moment)} UTC"


def parse_moment(text: str, zone: "ZoneInfo | None" = None) -> int:
    """Read RFC 3339, a date (its midnight) or a time without an offset, which is local time of ``zone``, or UTC without one.

    The one reader of moments: commands, pages, files and integrations use it. Raises ``ValueError`` with what to write.
    """
    stamp = read_stamp(text)
    if zone is not None and stamp.year > LAST_LOCAL_YEAR:
        raise ValueError(f"'{text}' is after the year {LAST_LOCAL_YEAR}, so it is not a time that was meant")
    if zone is not None and stamp.tzinfo is None:
        from stanch.kernel.zones import instant  # a command line's help needs no zones

        return instant(stamp, zone)
    moment = (stamp.replace(tzinfo=stamp.tzinfo or UTC) - _EPOCH) // timedelta(microseconds=1)
    if moment > LAST:
        raise ValueError(f"'{text}' is after the year 9999, so it is not a time that was meant")
    return moment


def read_stamp(text: str) -> datetime:
    """The date and time of a text, with its offset if it has one. Raises ``ValueError`` with what to write.

    Year 1 is Go's zero time and means "not set": it is refused here, callers check for it first.
    """
    try:
        stamp = datetime.fromisoformat(text.strip())
    except ValueError:
        raise ValueError(f"'{text}' is not a time; write it like 2026-05-14T14:07:00Z") from None
    if stamp.year < 1971:
        raise ValueError(f"'{text}' is before 1971, so it is not a time that was meant")
    return stamp


def minute_of(moment: int) -> int:
    """The beginning of its minute. A query with it in the place of now stays the same for a minute, and can be asked ahead (``db/ahead.py``)."""
    return moment - moment % MINUTE


def spell(microseconds: int) -> str:
    """A duration for people: ``42 s``, ``4 min``, ``1 h 07 min``, ``3 d``."""
    seconds = max(0, microseconds) // SECOND
    if seconds < 60:
        return f"{seconds} s"
    if seconds < 3600:
        return f"{seconds // 60} min"
    if seconds < 86400:
        return f"{seconds // 3600} h {seconds % 3600 // 60:02d} min"
    return f"{seconds // 86400} d"
