"""Small pictures as SVG, drawn on the server. Only presentational attributes and classes: the CSP forbids inline styles."""

from __future__ import annotations

from markupsafe import Markup, escape

from stanch.kernel.clock import hour_minute, spell
from stanch.kernel.policy import PHASES, Criterion
from stanch.timeline.record import PhaseSpan, Record

WIDTH, HEIGHT, PAD = 320, 72, 6
MOST_POINTS = 240


def sparkline(points: list[tuple[int, float]], criterion: Criterion, marks: list[tuple[int, str]]) -> Markup:
    """A criterion over time, its bound as a dashed line, and each mitigation as an upright line with its number."""
    points = points[:: max(1, len(points) // MOST_POINTS)] + points[-1:]
    bound = criterion.below if criterion.below is not None else criterion.above
    start, end = points[0][0], max(points[-1][0], points[0][0] + 1)
    values = [value for _, value in points] + ([bound] if bound is not None else [])
    low, high = min(0.0, *values), max(values) * 1.1 or 1.0

    def x(moment: int) -> float:
        return round(PAD + (moment - start) / (end - start) * (WIDTH - 2 * PAD), 1)

    def y(value: float) -> float:
        return round(HEIGHT - PAD - (value - low) / (high - low or 1) * (HEIGHT - 2 * PAD), 1)

    path = " ".join(f"{x(at)},{y(value)}" for at, value in points)
    drawn = [f'<polyline class="line" points="{path}"/>']
    if bound is not None:
        drawn.append(f'<line class="bound" x1="0" x2="{WIDTH}" y1="{y(bound)}" y2="{y(bound)}"/>')
    inside = [(at, text) for at, text in marks if start <= at <= end]
    for number, (at, _) in enumerate(inside, 1):
        drawn.append(f'<line class="mark" x1="{x(at)}" x2="{x(at)}" y1="0" y2="{HEIGHT}"/>')
        drawn.append(f'<text class="mark-text" x="{min(x(at) + 3, WIDTH - 10)}" y="11">{number}</text>')
    return _svg(WIDTH, HEIGHT, "spark", _in_words(points, criterion, inside), drawn)


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
    whole = max(1, now - start)
    drawn, told = [], []
    for part in spells:
        until = part.until or now
        left, width = (part.since - start) / whole * 1000, max(4.0, (until - part.since) / whole * 1000)
        drawn.append(f'<rect class="phase-{part.phase}" x="{left:.1f}" y="0" width="{width:.1f}" height="10"/>')
        told.append(f"{part.phase} {spell(until - part.since)}")
    return _svg(1000, 10, "bar", "In order: " + ", ".join(told), drawn, stretch=True)


def swim_lanes(record: Record, end: int) -> Markup:
    """The incident as lanes over time: a row for each phase, and one for mitigations."""
    if not record.spells:
        return Markup("")
    start = min(record.onset(), record.spells[0].since)
    whole = max(1, end - start)

    def x(moment: int) -> float:
        return round(90 + (moment - start) / whole * 500, 1)

    drawn = []
    for row, phase in enumerate(PHASES):
        drawn.append(f'<text class="lane" x="0" y="{row * 22 + 15}">{phase.capitalize()}</text>')
        for part in (s for s in record.spells if s.phase == phase and s.since <= end):
            width = max(3.0, x(min(part.until or end, end)) - x(part.since))
            drawn.append(
                f'<rect class="phase-{phase}" x="{x(part.since)}" y="{row * 22 + 3}" width="{width:.1f}" height="16"/>'
            )
    drawn.append('<text class="lane" x="0" y="125">Mitigations</text>')
    runs = [run for run in record.runs.values() if run.applied_at]
    for number, run in enumerate(runs, 1):
        at = x(run.applied_at or end)
        drawn.append(f'<line class="mark" x1="{at}" x2="{at}" y1="0" y2="130"/>')
        drawn.append(f'<text class="mark-text" x="{at + 3}" y="125">{number}</text>')
    told = ", ".join(f"{s.phase} from {hour_minute(s.since)}" for s in record.spells)
    did = "; ".join(f"{n}: {run.title} at {hour_minute(run.applied_at or end)}" for n, run in enumerate(runs, 1))
    return _svg(600, 134, "lanes", f"{told} UTC" + (f"; mitigations {did}" if did else ""), drawn)


def _svg(width: int, height: int, name: str, words: str, drawn: list[str], *, stretch: bool = False) -> Markup:
    ratio = ' preserveAspectRatio="none"' if stretch else ""
    return Markup(  # noqa: S704 - numbers and fixed names, and the words are escaped
        f'<svg class="{name}" viewBox="0 0 {width} {height}"{ratio} role="img" aria-label="{escape(words)}">'
        + "".join(drawn)
        + "</svg>"
    )
