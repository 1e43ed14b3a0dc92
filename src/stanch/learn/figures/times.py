"""Reads times, cadence, factors and mitigations from what is kept of each incident: percentiles by the database (R49)."""

from bisect import bisect_right
from collections import Counter, defaultdict
from typing import Any, NamedTuple

from stanch.kernel.clock import spell
from stanch.learn.figures.answers import ENOUGH, Achieved, Behind, Factor, PhaseTime, Share, Time
from stanch.learn.figures.factors import title
from stanch.learn.figures.kept import KeptScope, Reading
from stanch.learn.figures.of_record import COUNTS, PHASE_SPANS, SHARES, SPANS
from stanch.learn.figures.scope import Scope

MITIGATIONS, FACTORS = 50, 50


SPAN_NAMES = (*SPANS, *PHASE_SPANS)


class Ended(NamedTuple):
    """Incidents that ended: how many, their counts added up, and by span its values in order."""

    incidents: int
    counts: list[int]
    spans: list[list[int]]


NONE = Ended(0, [0] * len(COUNTS), [[] for _ in SPAN_NAMES])


class Spread(NamedTuple):
    """A span over ``n`` incidents, with the nearest ranks of 50 and 90 in a hundred where there are enough."""

    n: int
    median: int | None
    p90: int | None


class Totals(NamedTuple):
    """``incidents`` ended in this time, with ``spans`` by name and the sums of what was promised, offered, asked."""

    incidents: int
    counts: dict[str, int]
    spans: dict[str, Spread]


def _ended(rows: list[Any]) -> Ended:
    """A part: one row, with the values of each span as a text."""
    if not rows:
        return NONE
    (_, n, *values), places = rows[0], len(COUNTS)
    texts = values[places:]
    return Ended(
        n, [int(v) for v in values[:places]], [sorted(map(int, text.split(","))) if text else [] for text in texts]
    )


def _totals(parts: list[Ended]) -> Totals:
    spreads = [_spread([part.spans[place] for part in parts]) for place in range(len(SPAN_NAMES))]
    counts = [sum(part.counts[place] for part in parts) for place in range(len(COUNTS))]
    n = sum(part.incidents for part in parts)
    return Totals(n, dict(zip(COUNTS, counts, strict=True)), dict(zip(SPAN_NAMES, spreads, strict=True)))


def _spread(runs: list[list[int]]) -> Spread:
    n = sum(map(len, runs))
    if n < ENOUGH:
        return Spread(n, None, None)
    return Spread(n, _of_rank(runs, -(-n * 50 // 100)), _of_rank(runs, -(-n * 90 // 100)))


def _of_rank(runs: list[list[int]], rank: int) -> int:
    """The value of a rank (1: the least) of all values together, those of each run being in order; without sorting them all."""
    least, most = min(run[0] for run in runs if run), max(run[-1] for run in runs if run)
    while least < most:
        middle = (least + most) // 2
        if sum(bisect_right(run, middle) for run in runs) >= rank:
            most = middle
        else:
            least = middle + 1
    return least


_LISTED = ", ".join(f"{{list_of}}(CAST({name} AS TEXT), ',')" for name in SPAN_NAMES)
_ENDED = Reading(
    "learning_incidents",
    "ended_at",
    f"COUNT(*), {', '.join(f'SUM({name})' for name in COUNTS)}, {_LISTED}",
    "",
    _ended,
    _totals,
)


def totals(scope: KeptScope) -> Totals:
    """Everything that is counted and timed."""
    return scope.read(_ENDED)


def shares(found: Totals) -> list[Share]:
    """What was promised, offered and asked, and how much of it was kept, acknowledged and heeded."""
    counts = found.counts
    return [Share(whole, words, counts[good], counts[whole]) for words, whole, good in SHARES if counts[whole]]


def times(found: Totals) -> list[Time]:
    """Spans in the order in which they happen."""
    return [Time(name, words, *found.spans[name]) for name, words in SPANS.items() if found.spans[name].n]


def phases(found: Totals) -> list[PhaseTime]:
    """Time in each phase."""
    return [PhaseTime(phase, *found.spans[name]) for name, phase in PHASE_SPANS.items() if found.spans[name].n]


class Kind(NamedTuple):
    """A kind of factor: how often, in which services, and the end of the newest incident with it."""

    incidents: int
    services: frozenset[str]
    newest: int


def _kinds(rows: list[Any]) -> dict[str, Kind]:
    of_service: defaultdict[str, list[Any]] = defaultdict(list)
    for _, factor, *row in rows:
        of_service[factor].append(row)
    return {
        factor: Kind(sum(row[1] for row in of), frozenset(row[0] for row in of), max(row[2] for row in of))
        for factor, of in of_service.items()
    }


def _most_frequent(parts: list[dict[str, Kind]]) -> list[tuple[str, Kind]]:
    of_part: defaultdict[str, list[Kind]] = defaultdict(list)
    for part in parts:
        for factor, kind in part.items():
            of_part[factor].append(kind)
    found = {factor: _joined(of) for factor, of in of_part.items()}
    return sorted(found.items(), key=lambda pair: (-pair[1].incidents, pair[0]))[:FACTORS]


def _joined(kinds: list[Kind]) -> Kind:
    services = frozenset(service for kind in kinds for service in kind.services)
    return Kind(sum(kind.incidents for kind in kinds), services, max(kind.newest for kind in kinds))


_FACTORS = Reading(
    "learning_factors",
    "ended_at",
    "factor, service, COUNT(*), MAX(ended_at)",
    "factor, service",
    _kinds,
    _most_frequent,
)


def factors(scope: KeptScope) -> list[Factor]:
    """Kinds of contributing factors, the most frequent first."""
    found, own = scope.read(_FACTORS), scope.uow.policy.factors
    newest = scope.kept("newest", lambda: _newest(scope, found))
    return [
        Factor(name, title(name, own), kind.incidents, len(kind.services), newest.get(name, "")) for name, kind in found
    ]


def _newest(scope: KeptScope, found: list[tuple[str, Kind]]) -> dict[str, str]:
    """By kind its newest incident."""
    if not found:
        return {}
    values: dict[str, Any] = {f"factor{n}": name for n, (name, _) in enumerate(found)}
    values |= {f"newest{n}": kind.newest for n, (_, kind) in enumerate(found)}
    either = " OR ".join(f"(factor = :factor{n} AND ended_at = :newest{n})" for n in range(len(found)))
    rows = scope.all(f"SELECT factor, MAX(incident) AS incident FROM learning_factors WHERE ({either}) AND {scope.whenever()} GROUP BY factor", **values)  # fmt: skip
    return {row["factor"]: row["incident"] for row in rows}


OUTCOMES = {"helped": 0, "no_change": 1, "worse": 2}
# By mitigation and service: how many came out in each way, and the seconds from start to effect of those that helped.
Runs = dict[tuple[str, str], tuple[list[int], list[float]]]


def _runs(rows: list[Any]) -> Runs:
    found: Runs = {}
    for _, mitigation, service, outcome, seconds in rows:
        runs = found.get((mitigation, service))
        if runs is None:
            runs = found[mitigation, service] = [0, 0, 0], []
        runs[0][OUTCOMES[outcome]] += 1
        if outcome == "helped" and seconds is not None:
            runs[1].append(seconds)
    return found


def _achieved(parts: list[Runs]) -> list[Achieved]:
    used = Counter[tuple[str, str]]()
    for part in parts:
        for name, (outcomes, _) in part.items():
            used[name] += sum(outcomes)
    most = sorted(used, key=lambda name: (-used[name], name))[:MITIGATIONS]
    return [_sum_of(name, used[name], [part[name] for part in parts if name in part]) for name in most]


def _sum_of(name: tuple[str, str], used: int, runs: list[tuple[list[int], list[float]]]) -> Achieved:
    helped, same, worse = (sum(outcomes[place] for outcomes, _ in runs) for place in range(3))
    took = sorted(seconds for _, of in runs for seconds in of)
    median = took[(len(took) - 1) // 2] if len(took) >= ENOUGH else None
    return Achieved(*name, used, helped, same, worse, median)


_RUNS = Reading("learning_runs", "ended_at", "mitigation, service, outcome, effect_seconds", None, _runs, _achieved)


def achieved(scope: KeptScope) -> list[Achieved]:
    """Each mitigation of each service, the most used first."""
    return scope.read(_RUNS)


def behind(scope: Scope, figure: str, limit: int) -> list[Behind]:
    """The incidents behind a span or a count, the largest value first."""
    there = f"{figure} > 0" if figure in COUNTS else f"{figure} IS NOT NULL"
    rows = scope.all(
        f"SELECT incident, service, title, {figure} AS value FROM learning_incidents WHERE {there} AND {scope.where('ended_at')} "
        f"ORDER BY {figure} DESC, number DESC LIMIT :most",
        most=limit,
    )
    return [
        Behind(r["incident"], r["title"], r["service"], str(r["value"]) if figure in COUNTS else spell(int(r["value"])))
        for r in rows
    ]


def behind_factor(scope: Scope, kind: str, limit: int) -> list[Behind]:
    """The incidents with a kind of factor, the newest first."""
    rows = scope.all(
        f"SELECT incident, service FROM learning_factors WHERE factor = :factor AND {scope.where('ended_at')} "
        "ORDER BY ended_at DESC, incident LIMIT :most",
        factor=kind,
        most=limit,
    )
    return [Behind(r["incident"], _title(scope, r["incident"]), r["service"], f"#{kind}") for r in rows]


def _title(scope: Scope, incident: str) -> str:
    row = scope.one("SELECT title FROM learning_incidents WHERE incident = :incident", incident=incident)
    return str(row["title"]) if row else ""
