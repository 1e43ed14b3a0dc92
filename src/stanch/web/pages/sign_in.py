"""Sign in by name and password or by a one-time link, and sign out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from stanch.identity import credentials, passwords
from stanch.identity.throttle import SignIns
from stanch.kernel.actor import Actor
from stanch.kernel.clock import SECOND
from stanch.kernel.errors import Invalid, Problem, Unauthenticated
from stanch.prepare.contact_methods import offered, typed
from stanch.prepare.profile.commands import AddMethod, add_method, checked_address
from stanch.web import auth
from stanch.web.bodies import form_of, read_body
from stanch.web.hints import said_to
from stanch.web.known_browser import known_browser, mark_browser
from stanch.web.pages.render import page
from stanch.web.problems import problem_response, wants_page

if TYPE_CHECKING:
    from stanch.main import Stanch


def routes(stanch: Stanch) -> list[Route]:
    """``GET`` and ``POST /login``, and ``POST /logout``."""
    throttle, database = SignIns(), stanch.application.database

    def ask(request: Request) -> Response:
        query = request.query_params
        once = query.get("once", "")
        first = bool(once) and credentials.makes_admin(database, once, stanch.application.clock.now())
        return _page(request, once=once, first=first, next=query.get("next", "/"))

    async def login(request: Request) -> Response:
        form = form_of(await read_body(request)).last()
        return await run_in_threadpool(_login, stanch, throttle, request, form)

    def logout(request: Request) -> Response:
        auth.check_origin(request)
        credentials.end_session(stanch.application.database, request.cookies.get(auth.COOKIE, ""))
        response = RedirectResponse("/login", 303)
        response.delete_cookie(auth.COOKIE, path="/")
        return response

    return [
        Route("/login", ask, methods=["GET"]),
        Route("/login", login, methods=["POST"]),
        Route("/logout", logout, methods=["POST"]),
    ]


def _login(stanch: Stanch, throttle: SignIns, request: Request, form: dict[str, str]) -> Response:
    database, now = stanch.application.database, stanch.application.clock.now()
    following = auth.same_site_path(form.get("next", ""))
    try:
        auth.check_origin(request)
        reach = _reach(stanch, form)
        person = _proven(stanch, throttle, request, form)
    except Problem as problem:
        return _refused(request, form, following, problem)
    if reach:
        with stanch.application.uow(Actor(person, admin=True), "page") as uow:
            add_method(uow, AddMethod(reach))
    credentials.end_session(database, request.cookies.get(auth.COOKIE, ""))  # the browser forgets it now
    response, https = RedirectResponse(following, 303), stanch.settings.url().startswith("https:")
    response.set_cookie(
        auth.COOKIE, credentials.open_session(database, person, now), max_age=credentials.SESSION_FOR // SECOND,
        httponly=True, samesite="lax", path="/", secure=https,
    )  # fmt: skip
    mark_browser(response, stanch.settings.secret_key, person, https=https)
    return response


def _proven(stanch: Stanch, throttle: SignIns, request: Request, form: dict[str, str]) -> str:
    """Who it is, by a one-time link or by name and password. Raises ``Unauthenticated``, ``TooMany`` and ``Invalid``.

    A link that is right works at any time: its code cannot be guessed, and it is the way in for who is held back.
    """
    database, now = stanch.application.database, stanch.application.clock.now()
    address = request.client.host if request.client else ""
    once, name = form.get("once", ""), form.get("name", "").strip()
    account = "" if once else name[:200]
    browser = known_browser(request, stanch.settings.secret_key, account)
    if not once:
        throttle.check(address, now, account, browser)
    try:
        if once:
            return credentials.use_link(database, once, now, name)
        return passwords.check(database, account, form.get("password", ""))
    except Unauthenticated:
        if once:
            throttle.check(address, now)
        throttle.failed(address, now, account, browser)
        raise


def _refused(request: Request, form: dict[str, str], following: str, problem: Problem) -> Response:
    """The form again, with the reason; of a one-time link what was typed is kept."""
    if not wants_page(request):
        return problem_response(said_to(request, problem))
    once = form.get("once", "") if isinstance(problem, Invalid) else ""
    said = said_to(request, problem, page=True)
    return _page(request, refused=said, once=once, first=bool(once), next=following, status=problem.status, given=form)


def _reach(stanch: Stanch, form: dict[str, str]) -> str:
    """The first admin's contact method, checked before the one-time link is used up. Raises ``Invalid``."""
    database, now = stanch.application.database, stanch.application.clock.now()
    if not form.get("address", "").strip() or not credentials.makes_admin(database, form.get("once", ""), now):
        return ""
    with stanch.application.reading() as uow:
        return checked_address(uow, typed(form.get("kind", ""), form["address"])[:500], "address")


def _page(
    request: Request,
    *,
    once: str = "",
    first: bool = False,
    refused: Problem | None = None,
    next: str = "/",
    status: int = 200,
    given: dict[str, str] | None = None,
) -> Response:
    """The form; ``first``: the link makes the first admin, who chooses a name. A one-time link is a button: the previews that chat programs fetch must not use it up."""
    choices = offered(request.app.state.stanch.world.notifiers, admin=True)
    return page(
        request, "login.html", status=status, once=once, first=first, refused=refused, next=auth.same_site_path(next),
        choices=choices, given=given or {},
    )  # fmt: skip
