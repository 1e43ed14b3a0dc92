"""Pictures of an SLO: the burn rate of the last day with the bounds that page, and the error budget that is left (R4)."""

from __future__ import annotations

import math
from typing import Any

import msgspec
from markupsafe import Markup

from stanch.detect.slo import rules, store
from stanch.kernel import svg
from stanch.kernel.clock import DAY, MINUTE, hour_minute, spell
from stanch.kernel.policy import Slo
from stanch.kernel.svg import Points
from stanch.timeline.unit_of_work import UnitOfWork

WIDTH, HEIGHT, TOP, BOTTOM = 320, 120, 8, 18
MOST_POINTS = 288
# Measured each minute: a longer pause is drawn as a gap and not bridged by a line.
GAP = 3 * MINUTE


class Shown(msgspec.Struct, frozen=True):
    """One SLO on its service's page."""

    title: str
    target: str
    verdict: str
    reason: str
    proposal: str
    problem: str
    burns: list[tuple[str, str]]
    measured_at: int | None
    picture: Markup
    budget: Markup
    left: str


def shown(uow: UnitOfWork) -> dict[str, list[Shown]]:
    """Every SLO by service, with the last day of each."""
    found: dict[str, list[Shown]] = {}
    for state in store.read(uow):
        past = store.history(uow, state.service, state.slo.name, uow.now - DAY)
        points = [(at, burn) for at, burn, _ in past if burn is not None]
        found.setdefault(state.service, []).append(_shown(state, points, uow.now))
    return found


def _shown(state: store.SloState, points: Points, now: int) -> Shown:
    slo, left, burns = state.slo, state.budget_remaining(), state.burns()
    wrong = [state.problem, *rules.check(slo)]
    return Shown(
        slo.title or slo.name,
        f"{slo.objective:g} % over {slo.period_days:g} d",
        {"page": "Pages", "ticket": "Ticket", "none": "Quiet"}[state.action],
        state.reason,
        state.proposal,
        "; ".join(filter(None, wrong)),
        [(rules.span_words(span), f"{rules.number(burns[span])}x") for span in rules.SPANS if span in burns],
        state.measured.get("1h", (None, None, None))[2],
        burn_picture(slo, points, now) if points else Markup(""),
        budget_bar(left) if left is not None else Markup(""),
        _unknown(state) if left is None else left_in_words(slo, left, burns.get("1h", 0)),
    )


def _unknown(state: store.SloState) -> str:
    return "The error budget that is left is not known" if store.PERIOD in state.measured else ""


def left_in_words(slo: Slo, left: float, rate: float) -> str:
    """The budget that is left, and how long it lasts at the burn rate of the last hour."""
    if left <= 0:
        return (
            f"{rules.percent(left)} of the error budget is left: it is overspent"
            if left
            else "The error budget is used up"
        )
    lasts = rules.time_to_exhaustion(left, rate, slo)
    told = f"{rules.percent(left)} of the error budget is left"
    if lasts is None or lasts > slo.period_days * DAY:
        return f"{told}; at the rate of the last hour it lasts"
    return f"{told}; at the rate of the last hour it is used up in {spell(lasts)}"


def burn_picture(slo: Slo, points: Points, now: int) -> Markup:
    """Burn rate over 1 h in the last day. The scale is logarithmic: an outage of everything burns a thousandfold."""
    start = now - DAY
    bounds = [(float(rules.factor(pair, slo)), pair) for pair in rules.pairs(slo) if pair.action == "page"]
    top = max(20.0, *(burn for _, burn in points), *(bound * 1.3 for bound, _ in bounds))

    x, share = svg.scale(start, now, 0, WIDTH), svg.scale(0, math.log10(1 + top), HEIGHT - BOTTOM, TOP)

    def y(burn: float) -> float:
        return share(math.log10(1 + max(0.0, burn)))

    drawn = []
    for bound, pair in bounds:
        drawn.append(svg.level(0, WIDTH, y(bound), class_="bound"))
        words = f"{rules.number(bound)}x pages ({rules.span_words(pair.long)})"
        drawn.append(svg.text(words, 2, y(bound) - 2, class_="mark-text"))
    drawn.append(svg.level(0, WIDTH, y(0), class_="bound"))
    drawn += [svg.curve(run, x, y, class_="line") for run in _runs(points)]
    for moment, anchor in ((start, "start"), (now - DAY // 2, "middle"), (now, "end")):
        drawn.append(svg.text(hour_minute(moment), x(moment), HEIGHT - 4, class_="mark-text", text_anchor=anchor))
    return _picture(HEIGHT, "spark slo-picture", _in_words(slo, points, bounds), drawn)


def budget_bar(left: float) -> Markup:
    """The budget that is left as a bar with its number; overspent, the bar is empty and the number negative."""
    width = round(max(0.0, min(1.0, left)) * (WIDTH - 2), 1)
    words = f"Error budget left: {rules.percent(left)}"
    box = {"x": 1, "y": 1, "height": 20, "rx": 4}
    drawn = [
        svg.element("rect", **box, width=WIDTH - 2, fill="none", stroke="currentColor"),
        svg.element("rect", **box, width=width, fill="currentColor", fill_opacity=0.25),
        svg.text(words, 8, 15, class_="mark-text"),
    ]
    return _picture(22, "slo-picture", words, drawn)


def _in_words(slo: Slo, points: Points, bounds: list[tuple[float, Any]]) -> str:
    highest_at, highest = max(points, key=lambda point: point[1])
    over = "; ".join(
        f"{rules.number(bound)}x pages: "
        + (f"above it for {spell(above)}" if (above := _above(points, bound)) else "never reached")
        for bound, _ in bounds
    )
    return (
        f"{slo.title or slo.name}: burn rate over 1 h in the last day, logarithmic: now {rules.number(points[-1][1])}x, "
        f"highest {rules.number(highest)}x at {hour_minute(highest_at)} UTC; {over}"
    )


def _above(points: Points, bound: float) -> int:
    return sum(MINUTE for _, burn in points if burn > bound)


def _runs(points: Points) -> list[Points]:
    """The points between gaps, thinned; a single point is drawn as a short line."""
    runs: list[Points] = []
    for point in points:
        if runs and point[0] - runs[-1][-1][0] <= GAP:
            runs[-1].append(point)
        else:
            runs.append([point])
    step = max(1, math.ceil(len(points) / MOST_POINTS))
    return [_thinned(run, step) if len(run) > 1 else [run[0], (run[0][0] + MINUTE, run[0][1])] for run in runs]


def _thinned(run: Points, step: int) -> Points:
    """The maximum of each group of points, and both ends, so that a short peak stays visible."""
    if step == 1 or len(run) <= step:
        return run
    return [run[0], *(max(run[n : n + step], key=lambda point: point[1]) for n in range(0, len(run), step)), run[-1]]


def _picture(height: int, name: str, words: str, drawn: list[str]) -> Markup:
    return Markup(svg.picture(words, drawn, class_=name, viewBox=f"0 0 {WIDTH} {height}"))  # noqa: S704 - escaped by svg
