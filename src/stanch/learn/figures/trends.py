"""How often and how long, month by month and quarter by quarter (R49): whether it gets better."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from stanch.kernel.clock import DAY, SECOND
from stanch.learn.figures.answers import ENOUGH, Month, Quarter
from stanch.learn.figures.kept import KeptScope, Reading

# By day since 1970: how many incidents ended, and of each the time from noticed until resolved, where it is known.
Days = dict[int, tuple[int, list[int]]]


def _folded(rows: list[Any]) -> Days:
    return {day: (n, [int(value) for value in (text or "").split(",") if value]) for _, day, n, text in rows}


def _joined(parts: list[Days]) -> Days:
    found: Days = {}
    for part in parts:
        for day, (n, took) in part.items():
            there = found.get(day, (0, []))
            found[day] = (there[0] + n, [*there[1], *took])
    return found


_BY_DAY = Reading(
    "learning_incidents",
    "ended_at",
    f"ended_at / {DAY} AS day, COUNT(*), {{list_of}}(CAST(resolve AS TEXT), ',')",
    f"ended_at / {DAY}",
    _folded,
    _joined,
)


def trends(scope: KeptScope) -> tuple[list[Month], list[Quarter]]:
    """Months from the first in which an incident ended to the last, those without any too; and likewise quarters (UTC)."""
    counted, took = defaultdict[int, int](int), defaultdict[int, list[int]](list)
    for day, (n, values) in scope.read(_BY_DAY).items():
        when = datetime.fromtimestamp(day * DAY // SECOND, UTC)
        month = when.year * 12 + when.month - 1
        counted[month] += n
        took[month // 3] += values
    months = [Month(f"{each // 12}-{each % 12 + 1:02d}", counted[each]) for each in _between(counted)]
    return months, [
        Quarter(f"{each // 4}-Q{each % 4 + 1}", len(took[each]), _half(took[each])) for each in _between(took)
    ]


def _between(found: dict[int, Any]) -> Iterable[int]:
    return range(min(found), max(found) + 1) if found else ()


def _half(values: list[int]) -> int | None:
    return sorted(values)[(len(values) - 1) // 2] if len(values) >= ENOUGH else None
