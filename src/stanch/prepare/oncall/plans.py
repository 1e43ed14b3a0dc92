"""Plans of schedules that were worked out and are asked for again: a page asks for every schedule several times, and so does the next page."""

from bisect import bisect_right
from collections.abc import Callable

import msgspec

from stanch.kernel.clock import DAY
from stanch.kernel.kept import Kept
from stanch.kernel.schedule import Schedule
from stanch.kernel.shift import Shift
from stanch.prepare.oncall import rules

# Longer than any page looks ahead; what is asked for beyond is worked out each time.
AHEAD = 62 * DAY
_PLANS: Kept[tuple[Shift, ...]] = Kept(256)


def within(schedule: Schedule, overrides_until: Callable[[int], list[Shift]], start: int, end: int) -> list[Shift]:
    """As ``rules.shifts``, for a schedule without a calendar. ``overrides_until``: those of the database that end after
    ``start`` and begin before a moment.

    The plan is worked out from the day of ``start`` on and cut. Its key is all that it depends on, so that a changed
    schedule or override is never answered with an old plan. What ended before ``start`` is in no key and is cut off.
    """
    low = start // DAY * DAY
    high = low + AHEAD
    if end > high or start >= end:
        return rules.shifts(schedule, overrides_until(end), start, end)
    overrides = overrides_until(high)
    key = (msgspec.json.encode(schedule), tuple(overrides), low)
    whole = _PLANS.get(key, lambda: tuple(rules.shifts(schedule, overrides, low, high)))
    first = bisect_right(whole, start, key=lambda shift: shift.start) - 1
    last = bisect_right(whole, end - 1, key=lambda shift: shift.start)
    found = list(whole[first:last])
    found[0] = msgspec.structs.replace(found[0], start=start)
    found[-1] = msgspec.structs.replace(found[-1], end=min(end, found[-1].end))
    return found
