"""Authentication, deny by default: a bearer token for programs, a session cookie for browsers."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from starlette.requests import Request

from stanch.identity import credentials
from stanch.kernel.actor import Actor
from stanch.kernel.errors import Denied, Unauthenticated

if TYPE_CHECKING:
    from stanch.main import Stanch

COOKIE = "stanch_session"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def actor_of(request: Request) -> Actor | None:
    """Who asks, or None. Reads the database: call it in a thread. Raises ``Denied`` for a forged request."""
    if not hasattr(request.state, "actor"):
        request.state.actor = _find_actor(request)
    found: Actor | None = request.state.actor
    return found


def require(request: Request) -> Actor:
    """Who asks. A page says in ``Stanch-Person`` who typed what it sends. Raises ``Unauthenticated``, also where that is not who asks."""
    actor = actor_of(request)
    if actor is None:
        if request.headers.get("authorization"):
            raise Unauthenticated("The token is not valid.", hint="'stanch token create PERSON' makes a new one.")
        raise Unauthenticated("Nobody is signed in.", hint="Sign in, or send 'Authorization: Bearer <token>'.")
    meant = request.headers.get("stanch-person")
    if meant is not None and unquote(meant) != actor.name:
        raise Unauthenticated(
            "Somebody else is signed in here now.",
            hint="What another person typed is sent as that person only: sign in again.",
        )
    return actor


def _find_actor(request: Request) -> Actor | None:
    application = request.app.state.stanch.application
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    if scheme:
        if scheme.lower() != "bearer":
            return None
        request.state.source = "api"
        return credentials.person_of(application.database, secret.strip(), "token", application.clock.now())
    request.state.source = "page"
    cookie = request.cookies.get(COOKIE)
    if not cookie:
        return None
    actor = credentials.person_of(application.database, cookie, "session", application.clock.now())
    if actor is not None and request.method not in SAFE_METHODS:
        check_origin(request)
    return actor


def credential(request: Request) -> str:
    """The stored form of what a request is signed in with: a token's or a session's."""
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    return credentials.stored(secret.strip() if scheme else request.cookies.get(COOKIE, ""))


def check_origin(request: Request) -> None:
    """Prevents cross-site request forgery: with a cookie the browser's ``Sec-Fetch-Site`` or ``Origin`` must be this site."""
    site = request.headers.get("sec-fetch-site")
    if site in ("same-origin", "none"):
        return
    origin = request.headers.get("origin", "")
    stanch: Stanch = request.app.state.stanch
    here = {request.headers.get("host", ""), urlsplit(stanch.settings.url()).netloc}
    if site is None and origin and urlsplit(origin).netloc in here:
        return
    raise Denied("This request came from another site.", hint="Do it from a page of stanch itself.")


def same_site_path(text: str, default: str = "/") -> str:
    """A path of this site, or the default: never an open redirect."""
    if not text.startswith("/") or text.startswith(("//", "/\\")) or not text.isprintable() or "\\" in text:
        return default
    return text
