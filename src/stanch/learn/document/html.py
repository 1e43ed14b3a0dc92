"""The document as one self-contained HTML file: inline style, no script, no external resources. For print and phones too."""

import base64
import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from stanch.kernel.clock import day, hour_minute, spell
from stanch.kernel.markdown import clean_html
from stanch.kernel.whole_ids import whole_ids
from stanch.learn.document.markdown import DRAFT
from stanch.learn.document.model import NAMES, Document, comment_line

HERE = Path(__file__).parent
# The drawing's width in its own units.
_WIDTH = 1000


@lru_cache(maxsize=1)
def style() -> str:
    """The style sheet inside the file."""
    return (HERE / "document.css").read_text()


@lru_cache(maxsize=1)
def policy() -> str:
    """The Content-Security-Policy under which the file works when it is served: its own style, and nothing else."""
    digest = base64.b64encode(hashlib.sha256(style().encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


@lru_cache(maxsize=1)
def _environment() -> Environment:
    env = Environment(
        loader=FileSystemLoader(HERE), autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=StrictUndefined
    )
    env.filters.update(
        md=lambda text: Markup(clean_html(text)),  # noqa: S704 - it is clean
        hm=hour_minute,
        day=day,
        spell=spell,
    )
    return env


def html(document: Document) -> bytes:
    """The whole file, UTF-8."""
    titles = {section.part: section.shown() for section in document.layout}
    template = _environment().get_template("document.html")
    return whole_ids(
        template.render(
            d=document,
            titles=NAMES,
            unconfirmed=DRAFT,
            comments=[comment_line(c, titles[c.part]) for c in document.comments],
            style=Markup(style()),  # noqa: S704 - our own file
            lanes=_lanes(document),
        )
    ).encode()


def debrief_html(plain: dict[str, Any]) -> bytes:
    """The debrief of a drill as a file of its own."""
    found = _environment().get_template("debrief.html").render(d=plain, style=Markup(style()))  # noqa: S704 - our own file
    return whole_ids(found).encode()


def _lanes(document: Document) -> list[tuple[str, float, float, str]]:
    """Each phase: its name, where it begins and how wide it is of 1000, and how long it lasted."""
    if not document.spans:
        return []
    start, end = document.spans[0][1], max(until for _, _, until in document.spans)
    whole = max(1, end - start)
    return [
        (
            phase,
            round((since - start) / whole * _WIDTH, 1),
            max(3.0, round((until - since) / whole * _WIDTH, 1)),
            spell(until - since),
        )
        for phase, since, until in document.spans
    ]
