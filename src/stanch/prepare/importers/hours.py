"""Restrictions: spans of a week, as other tools write them, become hours on days."""

from collections.abc import Iterable

from stanch.kernel.schedule import DAYS, Day, Times

DAY_MINUTES = 24 * 60
WEEK_MINUTES = 7 * DAY_MINUTES


def weekly(spans: Iterable[tuple[int, int]]) -> list[Times]:
    """Hours for spans of minutes since Monday 00:00, each ``(start, length)``; empty when they cover the whole week.

    A span may run over Sunday's end. Days with the same hours are written together, as people would.
    """
    spans = _joined(spans)
    if spans == [(0, WEEK_MINUTES)]:
        return []
    days: dict[tuple[str, str], list[Day]] = {}
    for start, length in spans:
        for day, begin, end in _by_day(start, length):
            days.setdefault((clock(begin), clock(end)), []).append(DAYS[day])
    times = [Times(start, until, sorted(found, key=DAYS.index)) for (start, until), found in days.items()]
    return sorted(times, key=lambda t: (DAYS.index(t.days[0]), t.start))


def daily(start: int, length: int) -> list[Times]:
    """The same minutes of every day; empty when it is the whole day."""
    if length >= DAY_MINUTES:
        return []
    return weekly((day * DAY_MINUTES + start % DAY_MINUTES, length) for day in range(7))


def meet(one: Iterable[tuple[int, int]], other: Iterable[tuple[int, int]]) -> bool:
    """Whether two sets of such spans have a minute in common; an empty set is the whole week."""
    whole = [(0, WEEK_MINUTES)]
    flat = [(s + w, s + n + w) for s, n in _joined(one) or whole for w in (-WEEK_MINUTES, 0, WEEK_MINUTES)]
    return any(s < end and start < e for start, n in _joined(other) or whole for end in (start + n,) for s, e in flat)


def clock(minutes: int) -> str:
    """Minutes of a day as ``09:30``."""
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _joined(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """In order and without overlap, on the circle of a week: one that runs over its end begins it too."""
    flat: list[tuple[int, int]] = []
    for start, length in spans:
        start, length = start % WEEK_MINUTES, min(length, WEEK_MINUTES)
        if length > 0:
            flat += [(start, start + length), (start - WEEK_MINUTES, start + length - WEEK_MINUTES)]
    joined: list[list[int]] = []
    for start, end in sorted((max(s, 0), min(e, WEEK_MINUTES)) for s, e in flat if e > 0):
        if joined and start <= joined[-1][1]:
            joined[-1][1] = max(joined[-1][1], end)
        else:
            joined.append([start, end])
    if len(joined) > 1 and joined[0][0] == 0 and joined[-1][1] == WEEK_MINUTES:
        joined[-1][1] += joined.pop(0)[1]
    return [(start, end - start) for start, end in joined]


def _by_day(start: int, length: int) -> list[tuple[int, int, int]]:
    """The day, and its minutes from and until. Up to a day's length stays whole, over midnight too; more is cut at midnights."""
    day, begin = divmod(start, DAY_MINUTES)
    if begin + length <= DAY_MINUTES or length < DAY_MINUTES:
        end = begin + length
        return [(day, begin, end if end <= DAY_MINUTES else end - DAY_MINUTES)]
    pieces = []
    while length > 0:
        piece = min(length, DAY_MINUTES - begin)
        pieces.append((day % 7, begin, begin + piece))
        day, begin, length = day + 1, 0, length - piece
    return pieces
