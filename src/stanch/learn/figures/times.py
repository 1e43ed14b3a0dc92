"""Reads times, cadence, factors and mitigations from what is kept of each incident: percentiles by the database (R49)."""

from typing import NamedTuple

from stanch.db.transaction import Row
from stanch.kernel.clock import spell
from stanch.learn.figures.answers import ENOUGH, Achieved, Behind, Factor, PhaseTime, Share, Time
from stanch.learn.figures.factors import title
from stanch.learn.figures.of_record import COUNTS, PHASE_SPANS, SHARES, SPANS
from stanch.learn.figures.scope import Scope

MITIGATIONS, FACTORS = 50, 50


class Totals(NamedTuple):
    """``incidents`` ended in this time; ``counts`` of them have a span; ``shares`` of what was promised, offered, asked."""

    incidents: int
    counts: dict[str, int]
    shares: list[Share]


def totals(scope: Scope) -> Totals:
    """Everything that is counted, in one statement."""
    spans = (*SPANS, *PHASE_SPANS)
    columns = [*(f"COUNT({name}) AS {name}" for name in spans), *(f"SUM({name}) AS {name}" for name in COUNTS)]
    row = scope.one(
        f"SELECT COUNT(*) AS n, {', '.join(columns)} FROM learning_incidents WHERE {scope.where('ended_at')}"
    )
    if row is None or not row["n"]:
        return Totals(0, dict.fromkeys(spans, 0), [])
    shares = [Share(whole, words, int(row[good]), int(row[whole])) for words, whole, good in SHARES]
    return Totals(int(row["n"]), {name: int(row[name]) for name in spans}, [s for s in shares if s.total])


def times(scope: Scope, counts: dict[str, int]) -> list[Time]:
    """Spans in the order in which they happen."""
    return [
        Time(name, words, counts[name], *_percentiles(scope, name, counts[name]))
        for name, words in SPANS.items()
        if counts[name]
    ]


def phases(scope: Scope, counts: dict[str, int]) -> list[PhaseTime]:
    """Time in each phase."""
    return [
        PhaseTime(phase, counts[name], *_percentiles(scope, name, counts[name]))
        for name, phase in PHASE_SPANS.items()
        if counts[name]
    ]


def _percentiles(scope: Scope, name: str, n: int) -> tuple[int, int] | tuple[None, None]:
    """The nearest ranks of 50 and 90 in a hundred, each walked to from its nearer end."""
    if n < ENOUGH:
        return None, None
    return _at_rank(scope, name, "ASC", -(-n * 50 // 100) - 1), _at_rank(scope, name, "DESC", n - -(-n * 90 // 100))


def _at_rank(scope: Scope, name: str, order: str, place: int) -> int:
    row = scope.one(
        f"SELECT {name} AS value FROM learning_incidents WHERE {name} IS NOT NULL AND {scope.where('ended_at')} "
        f"ORDER BY {name} {order} LIMIT 1 OFFSET :place",
        place=place,
    )
    return int(row["value"]) if row else 0


def factors(scope: Scope) -> list[Factor]:
    """Kinds of contributing factors, the most frequent first."""
    rows = scope.all(
        "SELECT factor, SUM(n) AS n, COUNT(*) AS services, MAX(newest) AS newest FROM (SELECT factor, service, COUNT(*) AS n, "
        f"MAX(ended_at) AS newest FROM learning_factors WHERE {scope.where('ended_at')} GROUP BY factor, service) AS of_service "
        f"GROUP BY factor ORDER BY n DESC, factor LIMIT {FACTORS}"
    )
    return [_factor(scope, row) for row in rows]


def _factor(scope: Scope, row: Row) -> Factor:
    last = scope.one(
        f"SELECT incident FROM learning_factors WHERE factor = :factor AND ended_at = :newest AND {scope.whenever()}",
        factor=row["factor"],
        newest=row["newest"],
    )
    kind, own = str(row["factor"]), scope.uow.policy.factors
    return Factor(kind, title(kind, own), int(row["n"]), int(row["services"]), str(last["incident"]) if last else "")


def achieved(scope: Scope) -> list[Achieved]:
    """Each mitigation of each service, the most used first."""
    sums = ", ".join(
        f"SUM(CASE WHEN outcome = '{outcome}' THEN 1 ELSE 0 END) AS {outcome}"
        for outcome in ("helped", "no_change", "worse")
    )
    rows = scope.all(
        f"SELECT mitigation, service, COUNT(*) AS n, {sums}, "
        f"SUM(CASE WHEN outcome = 'helped' AND effect_seconds IS NOT NULL THEN 1 ELSE 0 END) AS timed FROM learning_runs WHERE {scope.where('ended_at')} "
        f"GROUP BY mitigation, service ORDER BY n DESC, mitigation, service LIMIT {MITIGATIONS}"
    )
    return [
        Achieved(
            r["mitigation"], r["service"], r["n"], r["helped"], r["no_change"], r["worse"], _median_effect(scope, r)
        )
        for r in rows
    ]


def _median_effect(scope: Scope, of: Row) -> float | None:
    if of["timed"] < ENOUGH:
        return None
    row = scope.one(
        "SELECT effect_seconds FROM learning_runs WHERE mitigation = :mitigation AND service = :of AND outcome = 'helped' "
        f"AND effect_seconds IS NOT NULL AND {scope.where('ended_at')} ORDER BY effect_seconds LIMIT 1 OFFSET :place",
        place=(of["timed"] - 1) // 2, mitigation=of["mitigation"], of=of["service"],
    )  # fmt: skip
    return float(row["effect_seconds"]) if row else None


def behind(scope: Scope, figure: str, limit: int) -> list[Behind]:
    """The incidents behind a span or a count, the largest value first."""
    rows = scope.all(
        f"SELECT incident, service, title, {figure} AS value FROM learning_incidents WHERE {figure} > 0 AND {scope.where('ended_at')} "
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
