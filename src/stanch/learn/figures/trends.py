"""How often and how long, month by month and quarter by quarter (R49): whether it gets better."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any

from stanch.learn.figures.answers import Month, Quarter
from stanch.learn.figures.reading import Rank, Reading, first_of, ranks


def months(found: Reading) -> list[Month]:
    """Months from the first in which an incident ended to the last, those without any too (UTC)."""
    counted = Counter[int]()
    for cell in found.of("ended"):
        counted[_since_zero(cell.month)] += cell.n
    return [Month(f"{each // 12}-{each % 12 + 1:02d}", counted[each]) for each in _between(+counted)]


def of_quarters(found: Reading) -> dict[int, Rank | None]:
    """By quarter (4 times the year) where the half of the times from noticed until resolved lies; None: they are too few to say."""
    counted, ended = defaultdict[int, Counter[int]](Counter), Counter[int]()
    for cell in found.of("ended"):
        ended[_since_zero(cell.month) // 3] += cell.n
    for (span, month), numbers in found.spans.items():
        if span == "resolve":
            counted[_since_zero(month) // 3].update(numbers)
    scope = found.scope.values
    return {
        quarter: ranks("resolve", counted[quarter], (50,), max(since, scope["since"]), min(until, scope["until"]))[0]
        for quarter in _between(+ended)
        for since, until in ((_first_of(quarter), _first_of(quarter + 1)),)
    }


def _since_zero(month: int) -> int:
    return month // 100 * 12 + month % 100 - 1


def _first_of(quarter: int) -> int:
    return first_of(quarter // 4 * 100 + quarter % 4 * 3 + 1)


def _between(found: dict[int, Any]) -> Iterable[int]:
    return range(min(found), max(found) + 1) if found else ()


def quarters(found: Reading, took: dict[int, int | None]) -> list[Quarter]:
    """The same by quarter, with what it took."""
    n = Counter[int]()
    for (span, month), numbers in found.spans.items():
        n[_since_zero(month) // 3] += numbers.total() if span == "resolve" else 0
    return [Quarter(f"{each // 4}-Q{each % 4 + 1}", n[each], half) for each, half in took.items()]
