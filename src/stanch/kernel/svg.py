"""SVG drawn on the server: scales, elements and escaping, once for every picture.

Only classes and presentational attributes: the CSP forbids inline styles. Stand-alone pictures (evidence) use the colours below.
"""

from collections.abc import Callable, Iterable
from functools import lru_cache
from html import escape

INK, GRID, BOUND, ACTION, PAPER = "#222", "#999", "#a33", "#06c", "#fff"
Points = list[tuple[int, float]]
Scale = Callable[[float], float]


def scale(low: float, high: float, start: float, end: float, digits: int = 1) -> Scale:
    """Maps ``low`` to ``start`` and ``high`` to ``end``, rounded; upright scales have ``start`` below ``end`` on the page."""
    span = high - low or 1
    return lambda value: round(start + (value - low) / span * (end - start), digits)


@lru_cache(maxsize=100)
def _spelled(key: str) -> str:
    return key.rstrip("_").replace("_", "-")


def element(name: str, *inside: str, **attributes: object) -> str:
    """One element. ``inside`` is SVG or escaped text; ``class_`` and ``text_anchor`` are written as SVG spells them."""
    told = "".join(
        f' {_spelled(key)}="{escape(value) if isinstance(value, str) else value}"'
        for key, value in attributes.items()
        if value is not None
    )
    return f"<{name}{told}>{''.join(inside)}</{name}>" if inside else f"<{name}{told}/>"


def text(words: str, x: object, y: object, **attributes: object) -> str:
    """Text that may hold anything."""
    return element("text", escape(words), x=x, y=y, **attributes)


def title(words: str) -> str:
    """The tooltip of a part of the picture."""
    return element("title", escape(words))


def level(x1: object, x2: object, y: float, **attributes: object) -> str:
    """A line from left to right, such as a bound or an axis."""
    return element("line", x1=x1, x2=x2, y1=y, y2=y, **attributes)


def upright(x: object, y1: float, y2: float, **attributes: object) -> str:
    """A line from top to bottom, such as the moment of an action."""
    return element("line", x1=x, x2=x, y1=y1, y2=y2, **attributes)


def curve(points: Iterable[tuple[int, float]], x: Scale, y: Scale, **attributes: object) -> str:
    """Measurements as one line."""
    return element("polyline", points=" ".join(f"{x(at)},{y(value)}" for at, value in points), **attributes)


def numbered_mark(x: object, number: int, height: float, label_x: object, label_y: float, **attributes: object) -> str:
    """A moment that the words below the picture name by its number."""
    line = upright(x, 0, height, class_="mark")
    return line + text(str(number), label_x, label_y, class_="mark-text", **attributes)


def link(address: str, words: str, *inside: str) -> str:
    """A part that leads somewhere, by pointing: the keyboard has the same link in the words beside the picture."""
    return element("a", *inside, href=address, aria_label=words, tabindex=-1)


def picture(words: str, drawn: Iterable[str], **attributes: object) -> str:
    """A whole picture; ``words`` say what it shows to those who cannot see it. One with links in it has the role ``group``."""
    return element("svg", *drawn, **{"role": "img", **attributes}, aria_label=words)
