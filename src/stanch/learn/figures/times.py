"""Times, cadence, factors and mitigations of many incidents (R49)."""

from collections import Counter, defaultdict
from typing import Any, NamedTuple

from stanch.kernel.clock import spell
from stanch.learn.figures import trends
from stanch.learn.figures.answers import ENOUGH, Achieved, Behind, Factor, PhaseTime, Quarter, Share, Time
from stanch.learn.figures.factors import title
from stanch.learn.figures.of_record import COUNTS, PHASE_SPANS, SHARES, SPANS
from stanch.learn.figures.reading import Rank, Reading, ranks
from stanch.learn.figures.scope import Scope
from stanch.learn.figures.sums import SPAN_NAMES

MITIGATIONS, FACTORS = 50, 50


class Spread(NamedTuple):
    """A span over ``n`` incidents, with the nearest ranks of 50 and 90 in a hundred where there are enough."""

    n: int
    median: int | None
    p90: int | None


def incidents(found: Reading) -> int:
    """How many ended in this time."""
    return sum(cell.n for cell in found.of("ended"))


def spreads(found: Reading) -> tuple[dict[str, Spread], list[Quarter]]:
    """Every span over the whole time, and the time until resolved by quarter: all values are read in one statement."""
    counted = {span: found.over_all(span) for span in SPAN_NAMES}
    ends = found.scope.values["since"], found.scope.values["until"]
    wanted = dict[Any, Rank | None]()
    for span, counts in counted.items():
        wanted[span, 50], wanted[span, 90] = ranks(span, counts, (50, 90), *ends)
    by_quarter = trends.of_quarters(found)
    wanted |= by_quarter
    there = {key: each for key, each in wanted.items() if each is not None}
    values = dict(zip(there, found.values(list(there.values())), strict=True))
    spans = {
        span: Spread(counts.total(), values.get((span, 50)), values.get((span, 90))) for span, counts in counted.items()
    }
    return spans, trends.quarters(found, {quarter: values.get(quarter) for quarter in by_quarter})


def shares(found: Reading) -> list[Share]:
    """What was promised, offered and asked, and how much of it was kept, acknowledged and heeded."""
    sums = [
        Share(whole, words, sum(cell.good for cell in found.of(whole)), sum(cell.n for cell in found.of(whole)))
        for words, whole, _ in SHARES
    ]
    return [share for share in sums if share.total]


def times(spans: dict[str, Spread]) -> list[Time]:
    """Spans in the order in which they happen."""
    return [Time(name, words, *spans[name]) for name, words in SPANS.items() if spans[name].n]


def phases(spans: dict[str, Spread]) -> list[PhaseTime]:
    """Time in each phase."""
    return [PhaseTime(phase, *spans[name]) for name, phase in PHASE_SPANS.items() if spans[name].n]


def factors(found: Reading) -> list[Factor]:
    """Kinds of contributing factors, the most frequent first."""
    services = defaultdict[str, Counter[str]](Counter)
    for cell in found.of("factor"):
        services[cell.name][cell.service] += cell.n
    counted = Counter({name: of.total() for name, of in services.items()})
    most = sorted(+counted, key=lambda name: (-counted[name], name))[:FACTORS]
    newest, own = _newest(found.scope, most), found.scope.uow.policy.factors
    return [Factor(name, title(name, own), counted[name], len(+services[name]), newest.get(name, "")) for name in most]


def _newest(scope: Scope, kinds: list[str]) -> dict[str, str]:
    """By kind its newest incident."""
    each = [
        f"SELECT * FROM (SELECT factor, incident FROM learning_factors WHERE factor = :factor{n} AND {scope.where('ended_at')} "
        f"ORDER BY ended_at DESC, incident DESC LIMIT 1) AS f{n}"
        for n in range(len(kinds))
    ]
    names = {f"factor{n}": kind for n, kind in enumerate(kinds)}
    return dict(scope.uow.tx.tuples(" UNION ALL ".join(each), **scope.values, **names)) if each else {}


def achieved(scope: Scope) -> list[Achieved]:
    """Each mitigation of each service, the most used first."""
    counts = ", ".join(
        f"SUM(CASE WHEN outcome = '{each}' THEN 1 ELSE 0 END)" for each in ("helped", "no_change", "worse")
    )
    rows = scope.uow.tx.tuples(
        f"SELECT mitigation, service, COUNT(*), {counts} FROM learning_runs WHERE {scope.where('ended_at')} GROUP BY mitigation, service",
        **scope.values,
    )
    most = sorted(rows, key=lambda row: (-row[2], *row[:2]))[:MITIGATIONS]
    took = _took(scope, [(row[0], row[1]) for row in most if row[3] >= ENOUGH])
    return [
        Achieved(
            mitigation, service, used, int(helped), int(same), int(worse), _half(took.get((mitigation, service), []))
        )
        for mitigation, service, used, helped, same, worse in most
    ]


def _took(scope: Scope, runs: list[tuple[str, str]]) -> dict[tuple[str, str], list[float]]:
    """By mitigation and service the seconds from start to effect of those that helped, in order."""
    names = {f"{name}{n}": value for n, pair in enumerate(runs) for name, value in zip(("m", "s"), pair, strict=True)}
    either = " OR ".join(f"(mitigation = :m{n} AND service = :s{n})" for n in range(len(runs)))
    found = defaultdict[tuple[str, str], list[float]](list)
    if runs:
        for mitigation, service, seconds in scope.uow.tx.tuples(
            f"SELECT mitigation, service, effect_seconds FROM learning_runs WHERE ({either}) AND outcome = 'helped' "
            f"AND effect_seconds IS NOT NULL AND {scope.where('ended_at')} ORDER BY effect_seconds",
            **scope.values, **names,
        ):  # fmt: skip
            found[mitigation, service].append(seconds)
    return found


def _half(took: list[float]) -> float | None:
    return took[(len(took) - 1) // 2] if len(took) >= ENOUGH else None


def behind(scope: Scope, figure: str, limit: int) -> list[Behind]:
    """The incidents behind a span or a count, the largest value first."""
    there = f"{figure} > 0" if figure in COUNTS else f"{figure} IS NOT NULL"
    rows = scope.all(
        f"SELECT incident, service, title, {figure} AS value FROM learning_incidents WHERE {there} AND {scope.where('+ended_at')} "
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
