"""One's own page, the address that a test page's link opens, and new tokens, which are shown once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from stanch.identity import credentials, people, profiles
from stanch.kernel.command import REGISTRY
from stanch.kernel.errors import Denied, NotFound, Problem
from stanch.kernel.filling import fill
from stanch.ports.signature import is_code
from stanch.prepare import confirming
from stanch.prepare.contact_methods import offered, typed
from stanch.prepare.profile.commands import ShowMe, show_me
from stanch.prepare.reachability import shown
from stanch.timeline import requests
from stanch.web import auth
from stanch.web.bodies import form_of, read_body
from stanch.web.hints import said_to
from stanch.web.pages.render import page, signed_in
from stanch.web.problems import wants_page

if TYPE_CHECKING:
    from stanch.main import Stanch

HEADERS = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex", "Referrer-Policy": "no-referrer"}


def routes(stanch: Stanch) -> list[Route]:
    """``/me``, ``/me/methods``, ``/me/tokens`` and ``/confirm/<test>/<code>``."""

    async def method(request: Request) -> Response:
        await run_in_threadpool(auth.require, request)
        form = form_of(await read_body(request)).last()
        return await run_in_threadpool(_method, stanch, request, form)

    async def token(request: Request) -> Response:
        await run_in_threadpool(auth.require, request)
        name = form_of(await read_body(request)).last().get("name", "").strip()[:200]
        return await run_in_threadpool(_token, stanch, request, name)

    return [
        signed_in("/me", lambda request: _me(stanch, request)),
        Route("/me/methods", method, methods=["POST"]),
        Route("/me/tokens", token, methods=["POST"]),
        Route("/confirm/{test}/{code}", lambda request: _confirm(stanch, request), methods=["GET", "POST"]),
    ]


def _me(
    stanch: Stanch,
    request: Request,
    secret: str = "",
    given: dict[str, str] | None = None,
    refused: Problem | None = None,
) -> Response:
    with stanch.application.reading(auth.require(request)) as uow:
        me = show_me(uow, ShowMe())
        now, known = uow.now, me.person in people.names(uow.tx)
    notifiers = stanch.world.notifiers
    return page(
        request, "me.html", status=refused.status if refused else 200, mine=me, now=now, secret=secret, known=known,
        notifiers=notifiers, choices=offered(notifiers, admin=me.admin), given=given or {}, refused=refused,
    )  # fmt: skip


def _method(stanch: Stanch, request: Request, form: dict[str, str]) -> Response:
    """The command takes ``kind:address``, for which the form has two fields. What is refused stands beside its field."""
    command = REGISTRY["add-method"]
    try:
        to = typed(form.get("kind", ""), form.get("address", ""))
        asked = fill(command, {"to": to, "after_minutes": form.get("after_minutes") or "0"})
        requests.run(stanch.application, command, asked, auth.require(request), "page")
    except Problem as problem:
        if isinstance(problem, NotFound) or not wants_page(request):
            raise
        return _me(stanch, request, given=form, refused=said_to(request, problem, page=True))
    return RedirectResponse("/me#methods", 303)


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
