"""A range of measurements as a picture that stands alone: SVG with its own colours, for the bundle and the postmortem."""

from html import escape

from stanch.kernel.clock import iso

WIDTH, HEIGHT, LEFT, BOTTOM, TOP = 640, 200, 56, 24, 28
Points = list[tuple[int, float]]


def draw(title: str, points: Points, bound: float | None, mark: int) -> str:
    """``mark``: the moment of the action, as an upright line. ``bound``: dashed. Moments in microseconds."""
    start, end = points[0][0], max(points[-1][0], mark, points[0][0] + 1)
    values = [value for _, value in points] + ([bound] if bound is not None else [])
    low, high = min(0.0, *values), max(*values, 1e-12) * 1.1

    def x(moment: int) -> float:
        return round(LEFT + (moment - start) / (end - start) * (WIDTH - LEFT - 8), 1)

    def y(value: float) -> float:
        return round(HEIGHT - BOTTOM - (value - low) / (high - low) * (HEIGHT - BOTTOM - TOP), 1)

    line = " ".join(f"{x(at)},{y(value)}" for at, value in points)
    limit = (
        f'<line x1="{LEFT}" x2="{WIDTH - 8}" y1="{y(bound)}" y2="{y(bound)}" stroke="#a33" stroke-dasharray="5 4"/>'
        if bound is not None
        else ""
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" font-family="sans-serif" font-size="11">'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/><text x="{LEFT}" y="16" font-size="13">{escape(title)}</text>'
        f'<line x1="{LEFT}" x2="{WIDTH - 8}" y1="{y(0)}" y2="{y(0)}" stroke="#999"/>{limit}'
        f'<line x1="{x(mark)}" x2="{x(mark)}" y1="{TOP}" y2="{HEIGHT - BOTTOM}" stroke="#06c" stroke-width="2"/>'
        f'<text x="{x(mark) - 4}" y="{TOP + 10}" text-anchor="end" fill="#06c">action</text>'
        f'<polyline points="{line}" fill="none" stroke="#222" stroke-width="1.5"/>'
        f'<text x="{LEFT - 6}" y="{y(high / 1.1) + 4}" text-anchor="end">{high / 1.1:.3g}</text>'
        f'<text x="{LEFT - 6}" y="{y(0) + 4}" text-anchor="end">0</text>'
        f'<text x="{LEFT}" y="{HEIGHT - 8}">{iso(start)[:19]} UTC</text>'
        f'<text x="{WIDTH - 8}" y="{HEIGHT - 8}" text-anchor="end">{iso(end)[11:19]}</text></svg>'
    )
