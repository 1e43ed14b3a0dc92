"""A range of measurements as a self-contained SVG with its own colours, for the bundle and the postmortem."""

from stanch.kernel import svg
from stanch.kernel.clock import iso

WIDTH, HEIGHT, LEFT, BOTTOM, TOP = 640, 200, 56, 24, 28
RIGHT = WIDTH - 8


def draw(title: str, points: svg.Points, bound: float | None, mark: int) -> str:
    """``mark``: the moment of the action, as an upright line. ``bound``: dashed. Moments in microseconds."""
    start, end = points[0][0], max(points[-1][0], mark, points[0][0] + 1)
    values = [value for _, value in points] + ([bound] if bound is not None else [])
    low, high = min(0.0, *values), max(*values, 1e-12) * 1.1
    x, y = svg.scale(start, end, LEFT, RIGHT), svg.scale(low, high, HEIGHT - BOTTOM, TOP)
    drawn = [
        svg.element("rect", width=WIDTH, height=HEIGHT, fill=svg.PAPER),
        svg.text(title, LEFT, 16, font_size=13),
        svg.level(LEFT, RIGHT, y(0), stroke=svg.GRID),
        *([svg.level(LEFT, RIGHT, y(bound), stroke=svg.BOUND, stroke_dasharray="5 4")] if bound is not None else []),
        svg.upright(x(mark), TOP, HEIGHT - BOTTOM, stroke=svg.ACTION, stroke_width=2),
        svg.text("action", x(mark) - 4, TOP + 10, text_anchor="end", fill=svg.ACTION),
        svg.curve(points, x, y, fill="none", stroke=svg.INK, stroke_width=1.5),
        svg.text(f"{high / 1.1:.3g}", LEFT - 6, y(high / 1.1) + 4, text_anchor="end"),
        svg.text("0", LEFT - 6, y(0) + 4, text_anchor="end"),
        svg.text(f"{iso(start)[:19]} UTC", LEFT, HEIGHT - 8),
        svg.text(iso(end)[11:19], RIGHT, HEIGHT - 8, text_anchor="end"),
    ]
    alone = {"xmlns": "http://www.w3.org/2000/svg", "viewBox": f"0 0 {WIDTH} {HEIGHT}"}
    return svg.picture(title, drawn, **alone, font_family="sans-serif", font_size=11)
