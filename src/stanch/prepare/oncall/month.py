"""A calendar month of a schedule: which days it has on the clock of a zone, and who is on call in each (R2).

Pure. Moments in microseconds. A day is as long as the zone's clock makes it: 23 or 25 hours where the clocks change.
"""

from bisect import bisect_right
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from stanch.kernel.clock import DAY, HOUR, LAST_LOCAL_YEAR, MINUTE, spell
from stanch.kernel.shift import Shift
from stanch.kernel.zones import instant, iso_local

FIRST_YEAR = 1971


class MonthDay(msgspec.Struct, frozen=True):
    """A day from ``start`` to ``end``, and its shifts, cut at both; gaps are shifts of nobody."""

    day: date
    start: int
    end: int
    shifts: list[Shift]

    @property
    def clocks_change(self) -> bool:
        """Whether it is shorter or longer than a day."""
        return self.end - self.start != DAY

    @property
    def hours(self) -> str:
        """How long it is: ``24 h``, ``23 h``, ``24 h 30 min``."""
        hours, rest = divmod(self.end - self.start, HOUR)
        return f"{hours} h" + (f" {rest // MINUTE} min" if rest else "")


def month_of(text: str) -> date:
    """The first day of the month that ``2026-11`` or one of its days names. Raises ``ValueError`` with what to write."""
    text = text.strip()
    try:
        first = date.fromisoformat(f"{text}-01" if len(text) == 7 else text).replace(day=1)
    except ValueError:
        raise ValueError(f"'{text[:40]}' is not a month; write it like 2026-11") from None
    if not known(first):
        raise ValueError(f"'{text}' is too far away; write a month of the years {FIRST_YEAR} to {LAST_LOCAL_YEAR - 1}")
    return first


def known(first: date) -> bool:
    """Whether the month lies within the years that are read."""
    return FIRST_YEAR <= first.year < LAST_LOCAL_YEAR


def beside(first: date, months: int) -> date:
    """The first day of the month so many months later, or earlier."""
    year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
    return date(year, month + 1, 1)


def midnight(day: date, zone: ZoneInfo) -> int:
    """When a day begins on the clock of a zone, be there a midnight or not."""
    return instant(datetime.combine(day, datetime.min.time()), zone)


def span(first: date, zone: ZoneInfo) -> tuple[int, int]:
    """When a month begins and ends on the clock of a zone."""
    return midnight(first, zone), midnight(beside(first, 1), zone)


def days(plan: list[Shift], first: date, zone: ZoneInfo) -> list[MonthDay]:
    """Each day of a month with its shifts. ``plan``: in order, without hole or overlap, as ``rules.shifts`` answers."""
    starts = [shift.start for shift in plan]
    found = []
    for number in range((beside(first, 1) - first).days):
        day = first + timedelta(days=number)
        start, end = midnight(day, zone), midnight(day + timedelta(days=1), zone)
        touched = plan[max(0, bisect_right(starts, start) - 1) : bisect_right(starts, end - 1)]
        cut = [msgspec.structs.replace(s, start=max(s.start, start), end=min(s.end, end)) for s in touched]
        found.append(MonthDay(day, start, end, [shift for shift in cut if shift.start < shift.end]))
    return found


def times(shift: Shift, day: MonthDay, zone: ZoneInfo) -> str:
    """The part of the day that a shift has: empty for all of it, else ``until 09:00``, ``from 09:00`` or ``09:00 to 17:00``.

    Where the clocks change on that day each time has its offset, since one may come twice.
    """
    start, end = (_time(at, zone, offset=day.clocks_change) for at in (shift.start, shift.end))
    if shift.start <= day.start:
        return "" if shift.end >= day.end else f"until {end}"
    return f"from {start}" if shift.end >= day.end else f"{start} to {end}"


def _time(at: int, zone: ZoneInfo, *, offset: bool) -> str:
    text = iso_local(at, zone)
    return f"{text[11:16]} ({text[19:]})" if offset else text[11:16]


def length(microseconds: int) -> str:
    """How long a shift is, to the minute: ``8 h 00 min``, ``7 d``, ``6 d 23 h 00 min``."""
    whole, rest = divmod(microseconds, DAY)
    if not whole:
        return spell(microseconds)
    return f"{whole} d" + (f" {spell(rest)}" if rest >= MINUTE else "")
