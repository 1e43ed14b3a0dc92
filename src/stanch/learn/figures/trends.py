"""How often and how long, month by month and quarter by quarter (R49): whether it gets better."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from stanch.kernel.clock import DAY, SECOND
from stanch.learn.figures.answers import ENOUGH, Month, Quarter
from stanch.learn.figures.kept import KeptScope, Reading

# By month since the year 0: how many incidents ended; and by quarter the times from noticed until resolved that are known, sorted.
Sums = tuple[dict[int, int], dict[int, list[int]]]


def _folded(rows: list[Any]) -> Sums:
    counted, took = defaultdict[int, int](int), defaultdict[int, list[int]](list)
    for _, day, n, text in rows:
        when = datetime.fromtimestamp(day * DAY // SECOND, UTC)
        month = when.year * 12 + when.month - 1
        counted[month] += n
        took[month // 3] += [int(value) for value in (text or "").split(",") if value]
    return counted, {quarter: sorted(values) for quarter, values in took.items()}


def _joined(parts: list[Sums]) -> Sums:
    counted, took = defaultdict[int, int](int), defaultdict[int, list[int]](list)
    for months, quarters in parts:
        for month, n in months.items():
            counted[month] += n
        for quarter, values in quarters.items():
            took[quarter] += values
    # Sorted runs one after another are merged, which is quick.
    return counted, {quarter: sorted(values) for quarter, values in took.items()}


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
    counted, took = scope.read(_BY_DAY)
    months = [Month(f"{each // 12}-{each % 12 + 1:02d}", counted.get(each, 0)) for each in _between(counted)]
    quarters = [(each, took.get(each, [])) for each in _between(took)]
    return months, [Quarter(f"{each // 4}-Q{each % 4 + 1}", len(times), _half(times)) for each, times in quarters]


def _between(found: dict[int, Any]) -> Iterable[int]:
    return range(min(found), max(found) + 1) if found else ()


def _half(values: list[int]) -> int | None:
    return values[(len(values) - 1) // 2] if len(values) >= ENOUGH else None
