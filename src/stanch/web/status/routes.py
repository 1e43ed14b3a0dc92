"""What answers below ``/status``: an ASGI app before the framework's routing, and the framework's routes for the rest."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from stanch.identity import credentials
from stanch.kernel.errors import NotFound, Unavailable
from stanch.ports.signature import is_code
from stanch.web.auth import COOKIE
from stanch.web.status import subscribing
from stanch.web.status.answers import PreparedResponse
from stanch.web.status.served import ROOT, Served, Site

if TYPE_CHECKING:
    from stanch.main import Stanch


class StatusPages:
    """GET and HEAD of a file of a page; everything else goes on to ``app``."""

    def __init__(self, app: Any, served: Served, stanch: Stanch) -> None:
        self.app, self.served, self.stanch = app, served, stanch

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if (
            scope["type"] == "http"
            and scope["method"] in ("GET", "HEAD")
            and await self._answered(scope, receive, send)
        ):
            return
        await self.app(scope, receive, send)

    async def _answered(self, scope: Any, receive: Any, send: Any) -> bool:
        host = next((value.decode("latin-1") for name, value in scope["headers"] if name == b"host"), "")
        path: str = scope["path"]
        if not path.startswith(f"{ROOT}/") and not self.served.hosts:
            return False
        await self.served.fresh()
        found = self.served.site_of(host, path)
        if found is None:
            return False
        site, name = found
        if not site.public and not await run_in_threadpool(self._may_read, site, Request(scope)):
            return False
        answer = site.find(name, scope["query_string"])
        if answer is None:
            return await self._missing(site, host, path, scope, receive, send)
        await _send(answer, scope, send, self._remember(site, scope))
        return True

    async def _missing(self, site: Site, host: str, path: str, scope: Any, receive: Any, send: Any) -> bool:
        """Customers who follow an old link under a page's own name are not asked to sign in."""
        name = host.lower().rsplit(":", 1)[0]
        own = name in site.page.hosts and name != urlsplit(self.stanch.settings.url()).hostname
        if not (own and site.public) or path.startswith((ROOT, "/login")):
            return False
        if path.startswith("/api/"):
            answer = Response(b'{"error":"not found"}', 404, {"Access-Control-Allow-Origin": "*"}, "application/json")
        else:
            answer = subscribing.words(site, "not_here", 404, base="/")
        await answer(scope, receive, send)
        return True

    def _may_read(self, site: Site, request: Request) -> bool:
        """Whether a page that is not public is for whoever asks; for others there is no such page."""
        application = self.stanch.application
        scheme, _, secret = request.headers.get("authorization", "").partition(" ")
        bearer = secret.strip() if scheme.lower() == "bearer" else ""
        if site.page.access == "members":
            session = request.cookies.get(COOKIE, "")
            database, now = application.database, application.clock.now()
            return bool(
                (bearer and credentials.person_of(database, bearer, "token", now))
                or (session and credentials.person_of(database, session, "session", now))
            )
        wanted = os.environ.get(site.page.token_env, "")
        given = (bearer, request.query_params.get("token", ""), request.cookies.get(_cookie(site), ""))
        return bool(wanted) and any(is_code(wanted, each) for each in given)

    @staticmethod
    def _remember(site: Site, scope: Any) -> list[tuple[bytes, bytes]]:
        """Links of a page are relative and carry no token, so the token is kept in a cookie."""
        token = Request(scope).query_params.get("token", "") if site.page.access == "token" else ""
        if not token:
            return []
        response = Response()
        response.set_cookie(_cookie(site), token, httponly=True, samesite="lax", secure=scope.get("scheme") == "https")
        return [(name, value) for name, value in response.raw_headers if name == b"set-cookie"]


def _cookie(site: Site) -> str:
    return f"stanch_page_{''.join(char if char.isascii() and char.isalnum() else '_' for char in site.name)}"


async def _send(answer: PreparedResponse, scope: Any, send: Any, extra: list[tuple[bytes, bytes]]) -> None:
    known = b",".join(value for name, value in scope["headers"] if name == b"if-none-match")
    if known and answer.matches(known):
        headers = [pair for pair in answer.headers if pair[0] not in (b"content-type", b"content-length")]
        await send({"type": "http.response.start", "status": 304, "headers": headers + extra})
        await send({"type": "http.response.body", "body": b""})
        return
    await send({"type": "http.response.start", "status": 200, "headers": answer.headers + extra})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else answer.body})


def routes(stanch: Stanch) -> list[BaseRoute]:
    """``/status`` leads to the page; what no page has is not found, in JSON where programs ask."""

    def home(request: Request) -> Response:
        query = f"?{request.url.query}" if request.url.query else ""
        return RedirectResponse(f"{ROOT}/{query}", 308, {"Cache-Control": "public, max-age=3600"})

    def missing(request: Request) -> Response:
        served: Served = request.app.state.served
        if not served.sites:
            raise Unavailable("The status page cannot be drawn: the database did not answer.", hint="Try again soon.")
        if "/api/v2" in request.url.path:
            return Response(b'{"error":"not found"}', 404, {"Access-Control-Allow-Origin": "*"}, "application/json")
        raise NotFound("There is no such page on the status page.", hint=f"{ROOT}/ shows what there is.")

    return [Route(ROOT, home), *subscribing.routes(stanch), Route(f"{ROOT}/{{rest:path}}", missing)]
