"""Templates, their filters, and one function that renders a page."""

from __future__ import annotations

import contextlib
import hashlib
import re
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemBytecodeCache, FileSystemLoader, StrictUndefined
from jinja2.bccache import Bucket
from markupsafe import Markup, escape
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route
from zlib_ng import zlib_ng

from stanch.kernel.clock import SECOND, day, hour_minute, iso, spell
from stanch.kernel.errors import Problem
from stanch.kernel.ids import new_id
from stanch.kernel.markdown import clean_html
from stanch.kernel.policy import PHASES, ROLE_TITLES
from stanch.kernel.spelling import spelt
from stanch.kernel.whole_ids import whole_ids
from stanch.timeline.unit_of_work import Application
from stanch.web import auth
from stanch.web.pages.shell import Shell, shell

HERE = Path(__file__).parent.parent
STATIC = HERE / "static"
# The compression level: an eighth of the size within a millisecond; higher levels gain little.
PACKING = 4
# The bits of the window with which zlib writes the format of gzip.
GZIP = 31
# Says which stylesheet a browser was given, and for how long it keeps that.
LOOK, KEPT_SECONDS = "stanch_look", 31536000


def exact(moment: int) -> str:
    """RFC 3339 to the microsecond: a link to a moment must include what was recorded in it."""
    return datetime.fromtimestamp(moment // SECOND, UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment % SECOND:06d}Z"


def date(moment: int) -> str:
    """``Thu 26 Nov``, in UTC."""
    return f"{datetime.fromisoformat(iso(moment)):%a %d %b}"


def clock_time(moment: int) -> str:
    """``14:07:31``."""
    return iso(moment)[11:19]


def elapsed(microseconds: int) -> str:
    """``42 s``, ``23 min 41 s``, ``1 h 07 min`` or ``2 d 3 h``: a duration that a reader sees running. Never like a time of day."""
    seconds = max(0, microseconds) // SECOND
    if 60 <= seconds < 3600:
        return f"{seconds // 60} min {seconds % 60} s"
    return f"{seconds // 86400} d {seconds % 86400 // 3600} h" if seconds >= 86400 else spell(microseconds)


def tint(name: str) -> int:
    """One of five colours for a person, always the same."""
    return sum(name.encode()) % 5


def tier(severity: str | None, tiers: list[str]) -> str:
    """The class that colours a severity: by its rank, whatever the team calls it."""
    meant = spelt(severity or "", tiers)
    return f"sev-{tiers.index(meant) + 1}" if meant in tiers else "sev-none"


@lru_cache(maxsize=100)
def markdown(text: str) -> Markup:
    """Markdown as clean HTML below the title of a page, which shows the same runbook over and over."""
    return Markup(clean_html(text, below=1))  # noqa: S704 - it is clean


def advice(text: str) -> Markup:
    """What to do as a sentence without its full stop: a command in it is shown as code, unchanged."""
    written = str(escape(text[:1].upper() + text[1:]))
    return Markup(re.sub(r"&#39;(stanch [^&]*)&#39;", r"<code>\1</code>", written))  # noqa: S704 - escaped above


def untitled(text: str) -> str:
    """A document without its own title, for a page that has one already."""
    return re.sub(r"\A\s*# [^\n]*\n", "", text)


def who(name: str, called: Callable[[str], str]) -> str:
    """A role's title, what a person is called, or the words of the one who is asked."""
    if name in ROLE_TITLES:
        return ROLE_TITLES[name]
    return called(name) if called(name) != name else name.replace("_", " ").capitalize()


@lru_cache(maxsize=32)
def static_url(name: str) -> str:
    """The address of a static file; a new release has a new address."""
    return f"/static/{name}?v={hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:10]}"


def look() -> str:
    """Which stylesheet it is."""
    return static_url("stanch.css").partition("=")[2]


def _environment() -> Environment:
    env = Environment(
        loader=FileSystemLoader(HERE / "templates"), autoescape=True, trim_blocks=True, lstrip_blocks=True,
        undefined=StrictUndefined, auto_reload=False,  # a page has fifty templates, whose files were asked for their age each time
    )  # fmt: skip
    env.filters.update(
        iso=lru_cache(maxsize=4000)(iso),
        exact=exact,
        spell=spell,
        day=day,
        hm=lru_cache(maxsize=4000)(hour_minute),
        hms=clock_time,
        md=markdown,
        untitled=untitled,
        advice=advice,
        who=who,
        elapsed=elapsed,
        tint=tint,
        tier=tier,
        date=date,
    )
    env.globals.update(
        static=static_url, new_id=new_id, PHASES=PHASES, ROLES=ROLE_TITLES, seconds=lambda s: spell(int(s * SECOND))
    )
    return env


ENVIRONMENT = _environment()


class _OnDisk(FileSystemBytecodeCache):
    """Compiled templates of the last start; a full disk must not fail a page."""

    def dump_bytecode(self, bucket: Bucket) -> None:
        with contextlib.suppress(OSError):
            super().dump_bytecode(bucket)


def compile_templates(kept: Path) -> None:
    """Read every template before somebody asks for a page of it: a second of work at the first start, little at the next ones.

    ``kept``: a folder of one's own, in which what was compiled stays; each is used only for the text that it came from.
    """
    with contextlib.suppress(OSError):
        kept.mkdir(mode=0o700, parents=True, exist_ok=True)
        ENVIRONMENT.bytecode_cache = _OnDisk(str(kept))
    for name in ENVIRONMENT.list_templates(["html"]):
        ENVIRONMENT.get_template(name)


def _not_taken(request: Request) -> list[str]:
    """Why the newest configuration is not in force; shown on every page."""
    stanch = getattr(request.scope.get("app"), "state", None)
    trouble = stanch.stanch.catalog.trouble if stanch is not None else None
    return trouble.sentences if trouble and trouble.whole else []


def page(request: Request, template: str, *, status: int = 200, **context: Any) -> Response:
    """Render a template for whoever is signed in."""
    actor = getattr(request.state, "actor", None)
    frame = context["shell"] if "shell" in context else _shell(request)
    html = whole_ids(
        ENVIRONMENT.get_template(template).render(
            **{
                "me": actor.name if actor else "",
                "path": request.url.path,
                "shell": frame,
                "called": frame.called if frame else None,
                "problem": None,
                "not_taken": _not_taken(request),
                "first_look": looks(request),
                **context,
            }
        )
    )
    answer = packed(request, html, status)
    if looks(request):
        answer.set_cookie(
            LOOK, look(), max_age=KEPT_SECONDS, httponly=True, samesite="lax", secure=request.url.scheme == "https"
        )
    return answer


def looks(request: Request) -> bool:
    """Whether this browser was not yet given the stylesheet of this release: then a few words stand before it."""
    return request.cookies.get(LOOK) != look()


def packed(request: Request, html: str, status: int) -> Response:
    """The page, compressed where the browser can read that: in this thread, so that the loop that takes alerts does not wait."""
    if "gzip" not in request.headers.get("accept-encoding", ""):
        return HTMLResponse(html, status, {"Vary": "Accept-Encoding"})
    headers = {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
    return Response(zlib_ng.compress(html.encode(), PACKING, GZIP), status, headers, "text/html")


def fragment(template: str, **context: Any) -> Markup:
    """Render a part of a page. The macros are at hand as ``m``."""
    macros = ENVIRONMENT.get_template("_macros.html").module
    return Markup(ENVIRONMENT.get_template(template).render(m=macros, **context))  # noqa: S704 - the template escapes


def _shell(request: Request) -> Shell | None:
    """The frame of a page; error pages without a database have none."""
    actor = getattr(request.state, "actor", None)
    if actor is None:
        return None
    try:
        application: Application = request.app.state.stanch.application
        with application.reading(actor) as uow:
            return shell(uow)
    except Problem:
        return None


def signed_in(path: str, handler: Callable[[Request], Response]) -> Route:
    """A page that one must be signed in for."""

    def guarded(request: Request) -> Response:
        auth.require(request)
        return handler(request)

    return Route(path, guarded, methods=["GET"])
