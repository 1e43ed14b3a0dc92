"""Subscribing to a page: the form, the confirmation, and one-click unsubscribe (RFC 8058; formats/18, 18.8).

Nobody learns who follows: known and unknown addresses get the same answer. Looking at a link changes nothing: mail scanners open them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from stanch.communicate.page.html import form_page
from stanch.communicate.page.language import Language, language_of, main_language
from stanch.communicate.page.render import assets_of
from stanch.communicate.subscribers import limits, store
from stanch.communicate.subscribers.sending import check_address
from stanch.identity.throttle import Throttle, places
from stanch.kernel.actor import ENGINE
from stanch.kernel.clock import MINUTE
from stanch.kernel.errors import Invalid, NotFound, TooMany, Unavailable
from stanch.web.bodies import form_of, read_body
from stanch.web.problems import headers_of, wants_page
from stanch.web.status import push
from stanch.web.status.served import ROOT, Served, Site

if TYPE_CHECKING:
    from stanch.main import Stanch

# Within ten minutes: from one address and one network, and from there for one target. In the memory of each process. Whoever asks uses up
# nothing of others; what one mailbox or host gets in all is limited in the database (``store.ask``).
OFTEN = {"address": 30, "network": 120, "target": 5}


def routes(stanch: Stanch) -> list[BaseRoute]:
    """``subscribe`` below each page, ``confirm`` and ``u`` for all."""

    throttle = Throttle(OFTEN, 10 * MINUTE)

    async def ask(request: Request) -> Response:
        body = await read_body(request, 20_000) if request.method == "POST" else b""
        return await run_in_threadpool(_ask, stanch, throttle, request, body)

    async def confirm(request: Request) -> Response:
        return await run_in_threadpool(_confirm, stanch, request)

    async def leave(request: Request) -> Response:
        if request.method == "POST":
            await read_body(request, 20_000)
        return await run_in_threadpool(_leave, stanch, request)

    both = ["GET", "POST"]
    return [
        Route(f"{ROOT}/subscribe", ask, methods=both),
        Route(f"{ROOT}/pages/{{name}}/subscribe", ask, methods=both),
        Route(f"{ROOT}/confirm/{{code}}", confirm, methods=both),
        Route(f"{ROOT}/u/{{code}}", leave, methods=both),
    ]


def _sites(request: Request) -> list[Site]:
    """As they are now. Raises ``Unavailable``."""
    served: Served = request.app.state.served
    if served.stale or not served.sites:
        served.look()
    if not served.sites:
        raise Unavailable("The status page cannot be drawn: the database did not answer.", hint="Try again soon.")
    return served.sites


def _site(request: Request, name: str) -> Site:
    """The page by name, the first by default. Raises ``NotFound``, also for one that is not public: its readers are known."""
    sites = _sites(request)
    site = next((each for each in sites if each.name == name), None) if name else sites[0]
    if site is None or not site.public:
        raise NotFound("There is no such page on the status page.")
    return site


def _site_of(stanch: Stanch, request: Request, number: int | None) -> Site:
    """The page that a subscriber follows, else the first: whoever holds a link of one that is private by now may still leave."""
    sites = _sites(request)
    with stanch.application.reading() as uow:
        name = store.page_of(uow, number) if number is not None else ""
    site = next((each for each in sites if each.name == name or (not name and each.public)), None)
    if site is None:
        raise NotFound("There is no such page on the status page.")
    return site


def words(
    site: Site,
    heading: str,
    status: int = 200,
    *,
    code: str = "",
    base: str = "",
    lines: tuple[str, ...] = (),
    whose: tuple[str, str] = ("", ""),
    **context: Any,
) -> Response:
    """A page of few words, which are keys of the language's file. ``whose``: the kind of a subscriber and where it is."""
    say = language_of(site.snapshot, code)
    values = {"problem": "", "form": "", "action": "", "kinds": [], "values": {}, "push": {}, **context}
    values |= {"heading": say(heading), "lines": [say(line) for line in lines]}
    if whose[0]:
        kind = say("push_here" if whose[0] == "push" else f"follow_{whose[0]}")
        values["lines"] = [f"{site.page.title} · {kind}{': ' if whose[1] else ''}{whose[1]}"]
    if values["form"] != "ask":
        values["form"] = say(values["form"]) if values["form"] else ""
    html = form_page(site.snapshot, assets_of(site.documents), base or f"{site.base}/", say.code, **values)
    return Response(html, status, media_type="text/html")


def _language(site: Site, request: Request) -> str:
    """The one that was asked for, if the page has it."""
    code = request.query_params.get("lang", "")
    return code if code in site.page.languages else main_language(site.snapshot)


def _ask(stanch: Stanch, throttle: Throttle, request: Request, body: bytes) -> Response:
    site = _site(request, request.path_params.get("name", ""))
    form, code = form_of(body), _language(site, request)
    known, now = {component.id for component in site.snapshot.components}, stanch.application.clock.now()
    values: dict[str, Any] = {
        "kind": form.get("kind", ["mail"])[-1], "address": form.get("address", [""])[-1],
        "components": [each for each in form.get("components", []) if each in known],
    }  # fmt: skip
    kinds = [kind for kind in store.KINDS if kind != "mail" or "smtp" in stanch.world.notifiers]
    again: dict[str, Any] = {
        "code": code, "form": "ask", "action": f"{request.url.path}?lang={code}", "kinds": kinds, "values": values,
    }  # fmt: skip
    sender = limits.sender_of(stanch.settings.secret_key, _network(request, ipv6=48))
    if values["kind"] == "push" and request.method == "POST":
        return push.ask(
            stanch,
            site,
            form,
            values["components"],
            sender,
            lambda: _count(throttle, request, "push", values["address"], now),
        )
    if request.method == "GET":
        return words(site, "get_updates", **again, push=push.offered(stanch, site))
    try:
        if values["kind"] not in kinds:
            raise Invalid(f"'{values['kind']}' is no way to get updates.", field="kind")
        address = check_address(values["kind"], values["address"])
        _count(throttle, request, values["kind"], address, now)
    except (Invalid, TooMany) as problem:
        if not wants_page(request):
            raise
        said = _said(problem, values, language_of(site.snapshot, code))
        response = words(site, "get_updates", problem.status, **again, problem=said)
        response.headers.update(headers_of(problem))
        return response
    with stanch.application.uow(ENGINE, "page") as uow:
        store.ask(uow, site.name, values["kind"], address, values["components"], sender=sender)
    return words(site, "follow_asked", code=code, lines=("follow_asked_more",))


def _said(problem: Invalid | TooMany, values: dict[str, Any], say: Language) -> str:
    """A problem in the language of the page."""
    if isinstance(problem, TooMany):
        return say("follow_often", n=-(-(problem.after or 60) // 60))
    if problem.field == "address":
        return say("follow_bad_mail" if values["kind"] == "mail" else "follow_bad_address", address=values["address"])
    return problem.sentence()


def _network(request: Request, ipv6: int = 56) -> str:
    """The network that a request comes from."""
    return places(request.client.host if request.client else "", ipv6)[-1][1]


def _count(throttle: Throttle, request: Request, kind: str, address: str, now: int) -> None:
    """Raises ``TooMany``; says nothing of who follows: whoever asked counts, and for whom, whether they follow or not."""
    target = ("target", f"{_network(request)} {kind}:{address}")
    keys = [*places(request.client.host if request.client else ""), target]
    if full := throttle.full(keys, now):
        (what, _), seconds = full
        whence = "for this address" if what == "target" else "from here"
        minutes = -(-seconds // 60)
        raise TooMany(
            f"Updates were asked for too often {whence}.",
            field="address", hint=f"Try again in {minutes} {'minute' if minutes == 1 else 'minutes'}.", after=seconds,
        )  # fmt: skip
    throttle.count(keys, now)


def _confirm(stanch: Stanch, request: Request) -> Response:
    number = store.proven(stanch.settings.secret_key, "confirm", request.path_params["code"])
    site = _site_of(stanch, request, number)
    if request.method == "GET" and number is not None:
        whose = _whose(stanch, number)
        return words(site, "follow_sure", form="follow_yes", action=request.url.path, whose=whose)
    if number is not None:
        with stanch.application.uow(ENGINE, "page") as uow:
            if store.confirm(uow, number):
                return words(site, "follow_done", lines=("follow_done_more",))
    return words(site, "follow_over", 404, lines=("follow_over_more",))


def _whose(stanch: Stanch, number: int | None) -> tuple[str, str]:
    """Of which kind a subscriber is, and where: of a web address only the host, since the rest may be a secret."""
    with stanch.application.reading() as uow:
        found = store.found(uow, number) if number is not None else None
    if found is None or found.kind == "push":
        return (found.kind if found else ""), ""
    return found.kind, found.address if found.kind == "mail" else urlsplit(found.address).hostname or ""


def _leave(stanch: Stanch, request: Request) -> Response:
    """One-click unsubscribe: no cookie, no redirect, no question; the same answer for an unknown subscriber."""
    number = store.proven(stanch.settings.secret_key, "leave", request.path_params["code"])
    site = _site_of(stanch, request, number)
    if request.method == "GET":
        whose = _whose(stanch, number)
        return words(site, "leave_sure", form="leave_yes", action=request.url.path, whose=whose)
    if number is not None:
        with stanch.application.uow(ENGINE, "page") as uow:
            store.leave(uow, number)
    return words(site, "leave_done")
