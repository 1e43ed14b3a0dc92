"""Did a measurement change? A test that needs no assumption about its distribution, with its confidence. Pure.

The rank-sum test of Mann and Whitney (1947), one-sided, with the shift of Hodges and Lehmann (1963): one wild value
moves neither. Where values resemble their neighbours, fewer of them are independent: the sample counts as smaller.
"""

from itertools import combinations, pairwise
from math import comb, erf, sqrt
from statistics import mean, median

import msgspec

# With so few arrangements each one is counted; beyond, the normal approximation is close.
EXACT = 3_000


class MedianShift(msgspec.Struct, frozen=True):
    """From one median to another. ``shift``: the typical difference; ``confidence`` 0 to 1 that it is up, or down, at all.

    ``drift``: the shift that the trend before would have brought anyway.
    """

    before: float
    after: float
    shift: float
    confidence: float
    drift: float


def median_shift(before: list[tuple[int, float]], after: list[tuple[int, float]]) -> MedianShift:
    """Compare two series of (moment, value), each with at least one value."""
    was, now = [v for _, v in before], [v for _, v in after]
    shift = median(b - a for a in was for b in now)
    p = _chance(was, now) if shift > 0 else _chance(now, was) if shift < 0 else 1.0
    return MedianShift(median(was), median(now), shift, 1 - p, _drift(before, after))


def _chance(low: list[float], high: list[float]) -> float:
    """How probable it is that ``high`` would come out so high by chance alone."""
    if comb(len(low) + len(high), len(high)) <= EXACT and _independent(low) and _independent(high):
        return _exact(low, high)
    n, m = _effective(low), _effective(high)
    u = _above(low, high) / (len(low) * len(high)) * n * m
    spread = sqrt(n * m * (n + m + 1) / 12 * _ties(low + high))
    return 1.0 if spread == 0 else 0.5 * (1 - erf((u - n * m / 2 - 0.5) / spread / sqrt(2)))


def _exact(low: list[float], high: list[float]) -> float:
    everything, seen = low + high, _above(low, high)
    count = extreme = 0
    for chosen in combinations(range(len(everything)), len(high)):
        picked = set(chosen)
        rest = [v for i, v in enumerate(everything) if i not in picked]
        count += 1
        extreme += _above(rest, [everything[i] for i in chosen]) >= seen
    return extreme / count


def _above(low: list[float], high: list[float]) -> float:
    return sum((b > a) + 0.5 * (b == a) for a in low for b in high)


def _ties(values: list[float]) -> float:
    """What ties leave of the variance: 1 without any, 0 when all are the same."""
    n = len(values)
    tied = sum(c**3 - c for c in (values.count(v) for v in set(values)))
    return 1 - tied / (n**3 - n) if n > 1 else 0.0


def _resemblance(values: list[float]) -> float:
    """The correlation of neighbours, 0 to 0.9; a constant or a very short series says nothing about it."""
    middle = mean(values)
    spread = sum((v - middle) ** 2 for v in values)
    if len(values) < 5 or spread == 0:
        return 0.0
    together = sum((a - middle) * (b - middle) for a, b in pairwise(values))
    return min(0.9, max(0.0, together / spread))


def _independent(values: list[float]) -> bool:
    return _resemblance(values) < 0.3


def _effective(values: list[float]) -> float:
    r = _resemblance(values)
    return max(2.0, len(values) * (1 - r) / (1 + r))


def _drift(before: list[tuple[int, float]], after: list[tuple[int, float]]) -> float:
    """Theil and Sen's slope before, carried on to the middle of what came after; none where too little is known."""
    if len(before) < 5:
        return 0.0
    slopes = [(b - a) / (t - s) for (s, a), (t, b) in combinations(before, 2) if t != s]
    return median(slopes) * (median(t for t, _ in after) - median(t for t, _ in before)) if slopes else 0.0
