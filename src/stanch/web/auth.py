"""Who is asking. Deny by default: bearer tokens for programs, sessions for people, one-time links to begin with.

Secrets of 256 random bits are stored as their SHA-256 and found by it, so no comparison leaks anything about them.
"""

from __future__ import annotations

import threading
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

import argon2
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from stanch.kernel.actor import Actor
from stanch.kernel.clock import DAY, MINUTE
from stanch.kernel.errors import Conflict, Denied, Invalid, NotFound, Problem, Unauthenticated
from stanch.kernel.ids import digest, new_secret
from stanch.web.bodies import read_body
from stanch.web.problems import TooMany, error_page, page_function, respond, wants_page

if TYPE_CHECKING:
    from stanch.main import Stanch

COOKIE = "stanch_session"
SESSION_FOR = 14 * DAY
ONCE_FOR = 10 * MINUTE
SETUP_FOR = DAY
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
SHORTEST_PASSWORD = 10
FAILURES_ALLOWED = 10
FAILURES_WITHIN = 10 * MINUTE
ADDRESSES_KEPT = 10_000
_hasher = argon2.PasswordHasher()
# One verification takes 64 MB on purpose; a crowd at the door must not take all memory.
_verifying = threading.BoundedSemaphore(4)


def actor_of(request: Request) -> Actor | None:
    """Who asks, or None. Reads the database: call it in a thread. Raises ``Denied`` for a forged request."""
    if not hasattr(request.state, "actor"):
        request.state.actor = _find_actor(request)
    found: Actor | None = request.state.actor
    return found


def require(request: Request) -> Actor:
    """Who asks. Raises ``Unauthenticated``."""
    actor = actor_of(request)
    if actor is None:
        if request.headers.get("authorization"):
            raise Unauthenticated("The token is not valid.", hint="'stanch token create PERSON' makes a new one.")
        raise Unauthenticated("Nobody is signed in.", hint="Sign in, or send 'Authorization: Bearer <token>'.")
    return actor


def _find_actor(request: Request) -> Actor | None:
    stanch: Stanch = request.app.state.stanch
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    if scheme:
        if scheme.lower() != "bearer":
            return None
        request.state.source = "api"
        return person_by(stanch, secret.strip(), "token")
    request.state.source = "page"
    cookie = request.cookies.get(COOKIE)
    actor = person_by(stanch, cookie, "session") if cookie else None
    if actor is not None and request.method not in SAFE_METHODS:
        check_origin(request)
    return actor


def person_by(stanch: Stanch, secret: str, kind: str) -> Actor | None:
    """The person a live credential belongs to."""
    now = stanch.application.clock.now()
    with stanch.application.database.reading() as tx:
        row = tx.one(
            "SELECT p.name, p.admin FROM credentials c JOIN people p ON p.name = c.person "
            "WHERE c.digest = :digest AND c.kind = :kind AND (c.expires_at IS NULL OR c.expires_at > :now)",
            digest=_digest(secret), kind=kind, now=now,
        )  # fmt: skip
    return Actor(row["name"], admin=bool(row["admin"])) if row else None


def _digest(secret: str) -> str:
    # Headers are Latin-1: whatever came, it must not fail here.
    return digest(secret.encode("utf-8", "replace").decode())


def check_origin(request: Request) -> None:
    """A cookie travels with forged requests too: the browser itself must say where it comes from."""
    site = request.headers.get("sec-fetch-site")
    if site in ("same-origin", "none"):
        return
    origin = request.headers.get("origin", "")
    stanch: Stanch = request.app.state.stanch
    here = {request.headers.get("host", ""), urlsplit(stanch.settings.url()).netloc}
    if site is None and origin and urlsplit(origin).netloc in here:
        return
    raise Denied("This request came from another site.", hint="Do it from a page of stanch itself.")


def create_person(stanch: Stanch, name: str, *, admin: bool = False, password: str = "") -> None:
    """Add a person. Raises ``Conflict`` when the name is taken."""
    name = name.strip()
    if not name or len(name) > 200 or not name.isprintable():
        raise Invalid("A person needs a printable name of at most 200 characters.", field="name")
    hashed = hash_password(password) if password else ""
    with stanch.application.database.transaction() as tx:
        added = tx.execute(
            "INSERT INTO people (name, password, admin, created_at) VALUES (:name, :password, :admin, :now) "
            "ON CONFLICT (name) DO NOTHING",
            name=name, password=hashed, admin=int(admin), now=stanch.application.clock.now(),
        )  # fmt: skip
        if not added:
            raise Conflict(f"There is a person '{name}' already.")


def hash_password(password: str) -> str:
    """The argon2 hash. Raises ``Invalid`` for a short one."""
    if len(password) < SHORTEST_PASSWORD:
        raise Invalid(f"The password is shorter than {SHORTEST_PASSWORD} characters.", field="password")
    if len(password) > 1000:
        raise Invalid("The password is longer than 1000 characters.", field="password")
    return _hasher.hash(password)


def set_password(stanch: Stanch, name: str, password: str) -> None:
    """Change a password; sessions elsewhere end."""
    hashed = hash_password(password)
    with stanch.application.database.transaction() as tx:
        if not tx.execute("UPDATE people SET password = :hashed WHERE name = :name", hashed=hashed, name=name):
            raise NotFound(f"There is no person '{name}'.", hint="'stanch user list' shows who there is.")
        tx.execute("DELETE FROM credentials WHERE person = :name AND kind = 'session'", name=name)


def remove_person(stanch: Stanch, name: str) -> None:
    """Take a person's access away at once; what they wrote stays."""
    with stanch.application.database.transaction() as tx:
        tx.execute("DELETE FROM credentials WHERE person = :name", name=name)
        if not tx.execute("DELETE FROM people WHERE name = :name", name=name):
            raise NotFound(f"There is no person '{name}'.", hint="'stanch user list' shows who there is.")


def people(stanch: Stanch) -> list[dict[str, Any]]:
    """Everybody, by name."""
    with stanch.application.database.reading() as tx:
        rows = tx.all("SELECT name, admin, password FROM people ORDER BY name")
    return [{"name": r["name"], "admin": bool(r["admin"]), "password": bool(r["password"])} for r in rows]


def create_token(stanch: Stanch, person: str, name: str = "") -> str:
    """A bearer token, shown this once."""
    return _issue(stanch, person, "token", name, None)


def revoke_tokens(stanch: Stanch, person: str, name: str) -> int:
    """End a person's tokens of this name; answers with how many."""
    with stanch.application.database.transaction() as tx:
        return tx.execute("DELETE FROM credentials WHERE person = :person AND kind = 'token' AND name = :name",
                          person=person, name=name)  # fmt: skip


def create_once(stanch: Stanch, person: str, *, setup: bool = False) -> str:
    """The code of a one-time sign-in link: ten minutes; a day for setup, which also makes the first admin."""
    if setup:
        with stanch.application.database.transaction() as tx:
            tx.execute("DELETE FROM credentials WHERE kind = 'once' AND name = 'setup'")
    lasts = SETUP_FOR if setup else ONCE_FOR
    return _issue(stanch, person, "once", "setup" if setup else "", lasts, must_exist=not setup)


def once_link(stanch: Stanch, code: str, base: str = "") -> str:
    """The address to open."""
    return f"{base or stanch.settings.url()}/login?once={code}"


def _issue(stanch: Stanch, person: str, kind: str, name: str, lasts: int | None, *, must_exist: bool = True) -> str:
    secret, now = new_secret(), stanch.application.clock.now()
    with stanch.application.database.transaction() as tx:
        if must_exist and tx.one("SELECT 1 AS yes FROM people WHERE name = :person", person=person) is None:
            raise NotFound(f"There is no person '{person}'.", hint="'stanch user add NAME' adds one.")
        tx.execute("DELETE FROM credentials WHERE expires_at < :now", now=now)
        tx.execute(
            "INSERT INTO credentials (digest, person, kind, name, created_at, expires_at) "
            "VALUES (:digest, :person, :kind, :name, :now, :expires)",
            digest=_digest(secret), person=person, kind=kind, name=name, now=now,
            expires=None if lasts is None else now + lasts,
        )  # fmt: skip
    return secret


def consume_once(stanch: Stanch, code: str) -> str:
    """Use up a one-time code; answers with the person. Raises ``Unauthenticated``."""
    now = stanch.application.clock.now()
    with stanch.application.database.transaction() as tx:
        row = tx.one(
            "SELECT person, name FROM credentials WHERE digest = :d AND kind = 'once' AND expires_at > :now",
            d=_digest(code), now=now,
        )  # fmt: skip
        # Whoever deletes the row has used it: two at once cannot both.
        if row is None or not tx.execute("DELETE FROM credentials WHERE digest = :d", d=_digest(code)):
            raise Unauthenticated("This link has been used or is too old.", hint="Ask for a new one.")
        if row["name"] == "setup":
            tx.execute(
                "INSERT INTO people (name, password, admin, created_at) VALUES (:name, '', 1, :now) "
                "ON CONFLICT (name) DO NOTHING",
                name=row["person"], now=now,
            )  # fmt: skip
    return str(row["person"])


@lru_cache(maxsize=1)
def _nobodys_hash() -> str:
    return _hasher.hash("nobody has this password")


def check_password(stanch: Stanch, name: str, password: str) -> str:
    """The person of a name and password; an unknown name takes as long as a wrong password."""
    with stanch.application.database.reading() as tx:
        row = tx.one("SELECT password FROM people WHERE name = :name", name=name)
    known = row["password"] if row else ""
    with _verifying:
        try:
            _hasher.verify(known or _nobodys_hash(), password[:1000])
            right = bool(known)
        except argon2.exceptions.Argon2Error:
            right = False
    if not right:
        raise Unauthenticated("Name or password is wrong.")
    return name


class Throttle:
    """Failures per address in memory: after too many, wait."""

    def __init__(self) -> None:
        self._failures: dict[str, list[int]] = {}
        self._lock = threading.Lock()

    def check(self, address: str, now: int) -> None:
        """Raises ``TooMany``."""
        with self._lock:
            recent = [at for at in self._failures.get(address, ()) if at > now - FAILURES_WITHIN]
            if len(recent) >= FAILURES_ALLOWED:
                raise TooMany("Too many attempts to sign in from here.", hint="Wait ten minutes.")

    def failed(self, address: str, now: int) -> None:
        """Count one; the oldest address is forgotten when there are too many."""
        with self._lock:
            recent = [at for at in self._failures.pop(address, ()) if at > now - FAILURES_WITHIN]
            self._failures[address] = [*recent, now]
            while len(self._failures) > ADDRESSES_KEPT:
                del self._failures[next(iter(self._failures))]


def same_site_path(text: str, default: str = "/") -> str:
    """A path of this site, or the default: never an open redirect."""
    if not text.startswith("/") or text.startswith(("//", "/\\")) or not text.isprintable() or "\\" in text:
        return default
    return text


def sign_in(stanch: Stanch, response: Response, person: str) -> None:
    """Open a session for the person and put its cookie on the response."""
    secret = _issue(stanch, person, "session", "", SESSION_FOR)
    response.set_cookie(
        COOKIE, secret, max_age=SESSION_FOR // 1_000_000, httponly=True, samesite="lax", path="/",
        secure=stanch.settings.url().startswith("https:"),
    )  # fmt: skip


def routes(stanch: Stanch) -> list[Route]:
    """``POST /login`` and ``POST /logout``; the page at ``GET /login`` belongs to the pages."""
    throttle = Throttle()

    async def login(request: Request) -> Response:
        form = await read_form(request)
        return await run_in_threadpool(_login, stanch, throttle, request, form)

    def logout(request: Request) -> Response:
        check_origin(request)
        cookie = request.cookies.get(COOKIE, "")
        with stanch.application.database.transaction() as tx:
            tx.execute("DELETE FROM credentials WHERE digest = :d AND kind = 'session'", d=_digest(cookie))
        response = RedirectResponse("/login", 303)
        response.delete_cookie(COOKIE, path="/")
        return response

    return [Route("/login", login, methods=["POST"]), Route("/logout", logout, methods=["POST"])]


async def read_form(request: Request) -> dict[str, str]:
    """The last value of each field of a small form."""
    body = await read_body(request)
    try:
        return dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=200))
    except ValueError:
        raise Invalid("The form cannot be read.") from None


def _login(stanch: Stanch, throttle: Throttle, request: Request, form: dict[str, str]) -> Response:
    address, now = request.client.host if request.client else "", stanch.application.clock.now()
    following = same_site_path(form.get("next", ""))
    try:
        check_origin(request)
        throttle.check(address, now)
        if form.get("once"):
            person = consume_once(stanch, form["once"])
        else:
            person = check_password(stanch, form.get("name", "").strip(), form.get("password", ""))
    except Problem as problem:
        if isinstance(problem, Unauthenticated):
            throttle.failed(address, now)
        return _login_again(request, problem, following)
    response = RedirectResponse(following, 303)
    sign_in(stanch, response, person)
    return response


def _login_again(request: Request, problem: Problem, following: str) -> Response:
    """The sign-in page with the sentence, where the pages can render it."""
    if not wants_page(request):
        return respond(request, problem)
    render = page_function("login_page")
    if render is None:
        return error_page(request, problem)
    return render(request, once="", error=problem.sentence(), next=following, status=problem.status)
