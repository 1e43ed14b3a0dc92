"""Multiwindow, multi-burn-rate alerting (R4), as chapter 5 of the SRE Workbook has it. Pure.

A pair fires when the error ratio of *both* windows is strictly above ``factor x budget``: the long window says that it
matters, the short one that it still goes on. Arithmetic on budgets is decimal: ``1 - 0.999`` is not 0.001 in floats, and
the generated rules must have the same threshold as the live evaluation, to the last bit.
"""

import math
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Literal

import msgspec

from stanch.detect.slo import queries
from stanch.kernel.clock import DAY
from stanch.kernel.policy import Slo

AlertAction = Literal["page", "ticket", "none"]
Ratios = Mapping[str, float | None]
SECONDS = {"m": 60, "h": 3600, "d": 86400}
# The error budget is recorded over the one and the burn rate shown over the other, whatever the pairs are.
ALWAYS = ("5m", "1h")
DAY_SECONDS = 86400
SHOWS = 0.05
LABEL = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")
RESERVED = frozenset({"alertname", "service", "slo", "severity", "long", "short"})


class Pair(msgspec.Struct, frozen=True):
    """A row of the Workbook's table. ``spent``: the share of the period's budget that the long window uses at its factor."""

    long: str
    short: str
    action: Literal["page", "ticket"]
    spent: Decimal


def seconds(span: str) -> int:
    """The length of a window: ``30m`` is 1800."""
    return int(span[:-1]) * SECONDS[span[-1]]


def ordered(pairs: Iterable[Pair]) -> tuple[Pair, ...]:
    """Paging pairs before ticket pairs, the fastest first, so that the first pair that fires is the worst."""
    return tuple(sorted(pairs, key=lambda pair: (pair.action != "page", -pair.spent / seconds(pair.long))))


def spans(pairs: Iterable[Pair]) -> list[str]:
    """Every window of the pairs once, in the order to ask for them: what pages is known first."""
    return list(dict.fromkeys([*(span for pair in pairs for span in (pair.short, pair.long)), *ALWAYS]))


PAIRS = ordered(
    (
        Pair("1h", "5m", "page", Decimal("0.02")),
        Pair("6h", "30m", "page", Decimal("0.05")),
        Pair("1d", "2h", "ticket", Decimal("0.10")),
        Pair("3d", "6h", "ticket", Decimal("0.10")),
    )
)
# The pair that burns the budget fastest, and pages.
FASTEST = PAIRS[0]
SPANS = {span: seconds(span) for span in sorted(spans(PAIRS), key=seconds)}


class SloEvaluation(msgspec.Struct, frozen=True):
    """What a set of measurements asks for, with its arithmetic in a sentence; ``pair`` is the fastest that fires.

    ``outage``: the share of requests that fails right now, where it has lasted for some minutes; whatever the objective.
    """

    action: AlertAction
    reason: str
    pair: Pair | None
    burns: dict[str, float]
    outage: float = 0.0


def budget(slo: Slo) -> Decimal:
    """The share of events that may fail: 0.001 for 99.9 %. Raises ``ValueError`` for an objective that leaves none."""
    objective = Decimal(str(slo.objective))
    if not 0 < objective < 100:
        raise ValueError(
            f"the objective {slo.objective:g} % must be above 0 and below 100: 100 % leaves no error budget"
        )
    return (100 - objective) / 100


def period_seconds(slo: Slo) -> Decimal:
    """The length of the SLO's period."""
    return Decimal(str(slo.period_days)) * DAY_SECONDS


def factor(pair: Pair, slo: Slo) -> Decimal:
    """``share x period / long window``: 14.4, 6, 3 and 1 for 30 days, 13.44 and so on for 28."""
    return pair.spent * period_seconds(slo) / seconds(pair.long)


def threshold(pair: Pair, slo: Slo) -> float:
    """The error ratio that both windows must be above: the float nearest to ``factor x budget``."""
    return float(factor(pair, slo) * budget(slo))


def pairs(slo: Slo) -> list[Pair]:
    """The pairs that can fire: their threshold is below 100 % of errors, and their window no longer than the period."""
    return [pair for pair in PAIRS if threshold(pair, slo) < 1 and seconds(pair.long) <= period_seconds(slo)]


def burn(ratio: float, slo: Slo) -> float:
    """How many times faster than sustainable: 1 uses exactly the budget over the period."""
    return float(Decimal(str(ratio)) / budget(slo))


def budget_remaining(period_ratio: float, slo: Slo) -> float:
    """The share of the period's budget that is left, from the ratio over the whole period; negative once it is overspent."""
    return float(1 - Decimal(str(period_ratio)) / budget(slo))


def time_to_exhaustion(remaining: float, rate: float, slo: Slo) -> int | None:
    """Microseconds until the budget is used up at a constant burn rate; 0 when it is, None when nothing burns."""
    if remaining <= 0:
        return 0
    if not rate > 0 or not math.isfinite(rate):
        return None
    return int(remaining * slo.period_days * DAY / rate)


def judge(slo: Slo, ratios: Ratios, events: Ratios) -> SloEvaluation:
    """Evaluates error ratios and counts of events by window (R4). Absent and NaN never alert; the comparison is strict."""
    burns = {span: burn(ratio, slo) for span, ratio in ratios.items() if ratio is not None and math.isfinite(ratio)}
    quiet, outage = "", _outage(slo, ratios, events)
    for pair in pairs(slo):
        if pair.long not in burns or pair.short not in burns:
            continue
        bound = threshold(pair, slo)
        if not (_above(ratios[pair.long], bound) and _above(ratios[pair.short], bound)):
            continue
        count = events.get(pair.long)
        if slo.minimum_events and not (count is not None and count >= slo.minimum_events):
            quiet = quiet or too_few(slo, pair, count)
            continue
        return SloEvaluation(pair.action, _arithmetic(slo, pair, ratios, burns), pair, burns, outage)
    return SloEvaluation("none", quiet or _calm(slo, burns, events), None, burns, outage)


def _outage(slo: Slo, ratios: Ratios, events: Ratios) -> float:
    """The share that fails over 5 min, once it shows over 1 h as well (three minutes of everything are a twentieth)."""
    now, hour, count = ratios.get("5m"), ratios.get("1h"), events.get("1h")
    if now is None or hour is None or not math.isfinite(now) or hour < SHOWS:
        return 0.0
    return 0.0 if slo.minimum_events and (count is None or count < slo.minimum_events) else now


def undecided(slo: Slo, ratios: Ratios, action: str) -> bool:
    """Whether a pair of this action could not be judged: a window is missing, and no other one of the pair is quiet.

    While it is so, an alert neither begins nor ends. None in ``ratios`` is an answer: no traffic, and so quiet.
    """
    return any(
        not {pair.long, pair.short} <= ratios.keys()
        and all(_above(ratios[span], threshold(pair, slo)) for span in (pair.long, pair.short) if span in ratios)
        for pair in pairs(slo)
        if pair.action == action
    )


def too_few(slo: Slo, pair: Pair, count: float | None) -> str:
    """Why a pair above its factor does not fire: too few events (one failure of ten is no outage)."""
    seen = "an unknown number of" if count is None else f"only {number(count)}"
    return f"{seen} events in {span_words(pair.long)}, and below {number(slo.minimum_events)} nothing alerts: too little traffic"


def check(slo: Slo) -> list[str]:
    """What is wrong with an SLO, a sentence each; empty when it can be measured and every pair can fire."""
    wrong = queries.problems(slo)
    try:
        budget(slo)
    except ValueError as error:
        return [*wrong, str(error)]
    if not slo.period_days > 0:
        return [*wrong, f"period_days is {slo.period_days:g}; write the length of the rolling period, such as 30"]
    for pair in PAIRS:
        name, times = f"{span_words(pair.long)} and {span_words(pair.short)}", number(float(factor(pair, slo)))
        if seconds(pair.long) > period_seconds(slo):
            wrong.append(f"the windows {name} are left out: they are longer than the period of {slo.period_days:g} d")
        elif threshold(pair, slo) >= 1:
            wrong.append(
                f"the {pair.action} of {name} can never fire: {times}x the budget of {percent(float(budget(slo)))} "
                "is more than 100 % of errors; raise the objective"
            )
        elif factor(pair, slo) < Decimal("0.9"):
            wrong.append(
                f"the {pair.action} of {name} fires from {times}x, while the budget would still last; "
                "a period of 28 d or more suits these windows"
            )
    taken = sorted(RESERVED & slo.labels.keys())
    if taken:
        wrong.append(f"the label '{taken[0]}' is set by stanch itself; give yours another name")
    for name in slo.labels:
        if not LABEL.fullmatch(name):
            wrong.append(f"'{name}' is no label name: letters, digits and underscores, not beginning with a digit")
    return wrong


def _above(ratio: float | None, bound: float) -> bool:
    return ratio is not None and ratio > bound


def _arithmetic(slo: Slo, pair: Pair, ratios: Ratios, burns: dict[str, float]) -> str:
    """``error rate 2.1 % is 21x budget over 1 h and 5 m; 14.4x pages`` (R3)."""
    long, short = f"{number(burns[pair.long])}x", f"{number(burns[pair.short])}x"
    over = (
        f"over {span_words(pair.long)} and {span_words(pair.short)}"
        if long == short
        else f"over {span_words(pair.long)} and {short} over {span_words(pair.short)}"
    )
    does = "pages" if pair.action == "page" else "makes a ticket"
    return f"error rate {percent(ratios[pair.long] or 0)} is {long} budget {over}; {number(float(factor(pair, slo)))}x {does}"


def _calm(slo: Slo, burns: dict[str, float], events: Ratios) -> str:
    if "1h" not in burns:
        return "no traffic, so nothing burns" if events.get("1h") == 0 else "not measured over 1 h"
    rate = burns["1h"]
    return f"{number(rate)}x budget over 1 h; no pair of windows is above its factor"


def span_words(span: str) -> str:
    """``1h`` for people: ``1 h``."""
    return f"{span[:-1]} {span[-1]}"


def percent(ratio: float) -> str:
    """``2.1 %``."""
    return f"{number(ratio * 100)} %"


def number(value: float) -> str:
    """Three digits, and never in powers of ten where people read it."""
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"
