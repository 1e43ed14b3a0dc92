"""One's own page, the address that a test page's link opens, and new tokens, which are shown once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from stanch.identity import credentials, people, profiles
from stanch.kernel.errors import Denied
from stanch.ports.signature import is_code
from stanch.prepare import confirming
from stanch.prepare.profile.commands import ShowMe, show_me
from stanch.prepare.reachability import shown, shown_apart
from stanch.web import auth
from stanch.web.bodies import form_of, read_body
from stanch.web.pages.render import page, signed_in

if TYPE_CHECKING:
    from stanch.main import Stanch

HEADERS = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex", "Referrer-Policy": "no-referrer"}


def routes(stanch: Stanch) -> list[Route]:
    """``/me``, ``/me/tokens`` and ``/confirm/<test>/<code>``."""

    async def token(request: Request) -> Response:
        await run_in_threadpool(auth.require, request)
        name = form_of(await read_body(request)).last().get("name", "").strip()[:200]
        return await run_in_threadpool(_token, stanch, request, name)

    return [
        signed_in("/me", lambda request: _me(stanch, request)),
        Route("/me/tokens", token, methods=["POST"]),
        Route("/confirm/{test}/{code}", lambda request: _confirm(stanch, request), methods=["GET", "POST"]),
    ]


def _me(stanch: Stanch, request: Request, secret: str = "") -> Response:
    with stanch.application.reading(auth.require(request)) as uow:
        me = show_me(uow, ShowMe())
        now, known = uow.now, me.person in people.names(uow.tx)
    return page(
        request, "me.html", mine=me, now=now, secret=secret, notifiers=sorted(stanch.world.notifiers), known=known,
        called_by=shown_apart(method.to for method in me.methods),
    )  # fmt: skip


def _token(stanch: Stanch, request: Request, name: str) -> Response:
    """Only a browser's session may make one: otherwise a revoked token could have made others before."""
    actor = auth.require(request)
    if request.headers.get("authorization"):
        raise Denied("A token makes no tokens.", hint="Sign in, or use 'stanch token create' on the server.")
    secret = credentials.create_token(stanch.application.database, actor.name, stanch.application.clock.now(), name)
    return _me(stanch, request, secret)


def _confirm(stanch: Stanch, request: Request) -> Response:
    """A GET changes nothing, since mail scanners open links; the button says that it arrived."""
    test, code = str(request.path_params["test"]), str(request.path_params["code"])
    right = confirming.code_of(stanch.settings.secret_key, test)
    if not is_code(right, code):
        raise Denied("This link is not one of ours.", hint="Send a new test page from your profile.")
    with stanch.application.uow() if request.method == "POST" else stanch.application.reading() as uow:
        found = next((c for c in profiles.confirmations(uow.tx) if c.test == test), None)
        good = found is not None and uow.now - found.sent_at < confirming.GOOD_FOR
        if good and request.method == "POST":
            profiles.confirmed(uow.tx, test, uow.now)
    done = bool(good and (request.method == "POST" or (found and found.confirmed_at)))
    answer = page(request, "confirm.html", good=good, done=done, method=shown(found.reach) if found else "")
    answer.headers.update(HEADERS)
    return answer
