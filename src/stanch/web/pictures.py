"""Small pictures as SVG, drawn on the server. Only presentational attributes and classes: the CSP forbids inline styles."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

import msgspec
from markupsafe import Markup

from stanch.kernel import svg
from stanch.kernel.clock import hour_minute, spell
from stanch.kernel.kept import Kept
from stanch.kernel.policy import PHASES, Criterion
from stanch.timeline.record import PhaseSpan, Record

WIDTH, HEIGHT, PAD = 320, 72, 6
MOST_POINTS = 240


# Everybody who looks at an incident sees the same ones. So many characters are kept.
_SPARKLINES: Kept[Markup] = Kept(2_000_000, len)


def sparkline(points: list[tuple[int, float]], criterion: Criterion, marks: list[tuple[int, str]]) -> Markup:
    """A criterion over time, its bound as a dashed line, and each mitigation as an upright line with its number."""
    few = points[:: max(1, len(points) // MOST_POINTS)] + points[-1:]
    key = msgspec.msgpack.encode((few, criterion, marks))
    return _SPARKLINES.get(key, lambda: _sparkline(few, criterion, marks))


def _sparkline(points: list[tuple[int, float]], criterion: Criterion, marks: list[tuple[int, str]]) -> Markup:
    bound = criterion.below if criterion.below is not None else criterion.above
    start, end = points[0][0], max(points[-1][0], points[0][0] + 1)
    values = [value for _, value in points] + ([bound] if bound is not None else [])
    low, high = min(0.0, *values), max(values) * 1.1 or 1.0

    x, y = svg.scale(start, end, PAD, WIDTH - PAD), svg.scale(low, high, HEIGHT - PAD, PAD)
    drawn = [svg.curve(points, x, y, class_="line")]
    if bound is not None:
        drawn.append(svg.level(0, WIDTH, y(bound), class_="bound"))
    inside = [(at, text) for at, text in marks if start <= at <= end]
    for number, (at, _) in enumerate(inside, 1):
        drawn.append(svg.numbered_mark(x(at), number, HEIGHT, min(x(at) + 3, WIDTH - 10), 11))
    return _picture(WIDTH, HEIGHT, "spark", _in_words(points, criterion, inside), drawn)


def _in_words(points: list[tuple[int, float]], criterion: Criterion, marks: list[tuple[int, str]]) -> str:
    bound = (
        f"bound: below {criterion.below:g}" if criterion.below is not None
        else f"bound: above {criterion.above:g}" if criterion.above is not None
        else "no bound"
    )  # fmt: skip
    told = "; ".join(f"{number}: {text} at {hour_minute(at)}" for number, (at, text) in enumerate(marks, 1))
    return (
        f"{criterion.name} from {hour_minute(points[0][0])} to {hour_minute(points[-1][0])} UTC: first {points[0][1]:.3g}, "
        f"highest {max(v for _, v in points):.3g}, now {points[-1][1]:.3g}; {bound}" + (f"; {told}" if told else "")
    )


def phase_bar(spells: list[PhaseSpan], now: int) -> Markup:
    """The whole incident as one bar, each phase as wide as it lasted."""
    if not spells:
        return Markup("")
    start = spells[0].since
    x = svg.scale(start, max(now, start + 1), 0, 1000)
    drawn, told = [], []
    for part in spells:
        until = part.until or now
        width = max(4.0, round(x(until) - x(part.since), 1))
        drawn.append(svg.element("rect", class_=f"phase-{part.phase}", x=x(part.since), y=0, width=width, height=10))
        told.append(f"{part.phase} {spell(until - part.since)}")
    return _picture(1000, 10, "bar", "In order: " + ", ".join(told), drawn, preserveAspectRatio="none")


def swim_lanes(record: Record, end: int) -> Markup:
    """The incident as lanes over time: a row for each phase, and one for mitigations.

    Places are percentages and text keeps its size, so that it can be read on a phone.
    """
    if not record.spells:
        return Markup("")
    start = min(record.onset(), record.spells[0].since)
    x = svg.scale(start, max(end, start + 1), 25, 98, digits=2)
    drawn = []
    for row, phase in enumerate(PHASES):
        drawn.append(svg.text(phase.capitalize(), 0, row * 22 + 15, class_="lane"))
        for part in (s for s in record.spells if s.phase == phase and s.since <= end):
            place = {"x": f"{x(part.since)}%", "y": row * 22 + 3}
            width = max(0.5, round(x(min(part.until or end, end)) - x(part.since), 2))
            drawn.append(svg.element("rect", class_=f"phase-{phase}", **place, width=f"{width}%", height=16))
    drawn.append(svg.text("Mitigations", 0, 125, class_="lane"))
    runs = [run for run in record.runs.values() if run.applied_at]
    for number, run in enumerate(runs, 1):
        at = x(run.applied_at or end)
        drawn.append(svg.numbered_mark(f"{at}%", number, 130, f"{at}%", 125, dx=4))
    told = ", ".join(f"{s.phase} from {hour_minute(s.since)}" for s in record.spells)
    did = "; ".join(f"{n}: {run.title} at {hour_minute(run.applied_at or end)}" for n, run in enumerate(runs, 1))
    words = f"{told} UTC" + (f"; mitigations {did}" if did else "")
    return Markup(svg.picture(words, drawn, class_="lanes", width="100%", height=134))  # noqa: S704 - escaped by svg


def _picture(width: int, height: int, name: str, words: str, drawn: list[str], **more: object) -> Markup:
    return Markup(svg.picture(words, drawn, class_=name, viewBox=f"0 0 {width} {height}", **more))  # noqa: S704 - escaped by svg


class Bar(NamedTuple):
    """A month or a quarter (``2026-11``, ``2026-Q4``): how high, the part of it that is filled, what it says, and the number above it."""

    name: str
    high: float
    filled: float
    words: str
    number: str


def bars(rows: Sequence[Bar]) -> Markup:
    """A bar for each; the year stands where it begins, between short names."""
    most, step, base = max((row.high for row in rows), default=0) or 1, WIDTH / max(len(rows), 6), HEIGHT + 34
    height = svg.scale(0, most, 0, HEIGHT)
    drawn = []
    for place, row in enumerate(rows):
        x, wide = round(place * step + 2, 1), round(step - 4, 1)
        for value, kind in ((row.high, "bar"), (row.filled, "bar done")):
            high = height(value)
            drawn.append(
                svg.element("rect", svg.title(row.words), x=x, y=base - 16 - high, width=wide, height=high, class_=kind)
            )
        if row.number and len(row.number) * 6 < step:
            drawn.append(
                svg.text(
                    row.number, x + wide / 2, base - 20 - height(row.high), class_="mark-text", text_anchor="middle"
                )
            )
        if place % max(1, len(rows) // 6) == 0:
            drawn.append(svg.text(_short(row.name), x, base - 3, class_="mark-text"))
    return _picture(WIDTH, base, "months", "; ".join(row.words for row in rows), drawn)


def _short(name: str) -> str:
    year, _, part = name.partition("-")
    if part in ("01", "Q1"):
        return year
    return part if part.startswith("Q") else f"{datetime(int(year), int(part), 1, tzinfo=UTC):%b}"
