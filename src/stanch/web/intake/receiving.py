"""The formats that want an answer of their own: what their routes share, and the app that holds them."""

from __future__ import annotations

import asyncio
import importlib
from typing import TYPE_CHECKING, Any, cast

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from stanch.kernel.errors import NotFound, Problem
from stanch.ports import NativeSource
from stanch.web.intake.hooks import FORMATS, LIMIT
from stanch.web.intake.hooks import about as about_of
from stanch.web.intake.journal import Journal
from stanch.web.intake.keys import Keys, given_key
from stanch.web.problems import problem_response

if TYPE_CHECKING:
    from stanch.main import Stanch

OWN_ANSWERS = ("alertmanager_api", "heartbeats", "opsgenie_api", "pagerduty_api", "trackers")


class Receiving:
    """What a route needs: the key's name, the journal, and what reads the format."""

    def __init__(self, stanch: Stanch, journal: Journal, keys: Keys) -> None:
        self.stanch = stanch
        self.keys = keys
        self._journal = journal

    def key_name(self, request: Request, in_body: str = "") -> str:
        """Who sends. Raises ``Unauthenticated``."""
        authorization = request.headers.get("authorization", "").encode("latin-1")
        query = request.url.query.encode("latin-1", "replace")
        return self.keys.name_of(given_key(authorization, query) or in_body.encode())

    async def body(self, request: Request) -> bytes:
        """Raises ``TooLarge``."""
        from stanch.web.bodies import read_body

        return await read_body(request, LIMIT)

    async def keep(
        self,
        key: str,
        form: str,
        body: bytes,
        request: Request,
        *,
        wrong: str = "",
        identity: str = "",
        about: str = "",
    ) -> None:
        """On disk when this returns (P1). What is ``wrong`` with it is kept beside it."""
        row = (
            key, form, self.stanch.application.clock.now(), self.keys.without(body), "unparsable" if wrong else "new", wrong[:500],
            about or about_of(request.scope), identity,
        )  # fmt: skip
        await self._journal.put(row, asyncio.get_running_loop())

    def source(self, name: str) -> NativeSource:
        """The reader of a format."""
        return cast(NativeSource, self.stanch.world.sources[name])

    def now(self) -> int:
        """The moment."""
        return self.stanch.application.clock.now()


def app_of(receiving: Receiving) -> Starlette:
    """Every route with an answer of its own; errors that no format shapes are problem documents."""
    routes = []
    for name in OWN_ANSWERS:
        routes.extend(importlib.import_module(f"stanch.web.intake.{name}").routes(receiving))
    app = Starlette(routes=routes, exception_handlers={Problem: _problem, HTTPException: _http})
    app.router.redirect_slashes = False
    return app


def _problem(_request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)
    return problem_response(error)


def _http(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code != 404:
        problem = Problem("This address does not take that method.")
        problem.status = error.status_code
        return problem_response(problem)
    known = ", ".join(sorted(FORMATS))
    return problem_response(NotFound("No integration listens here.", hint=f"Known: {known}."))


def native(shape: Any) -> Any:
    """Decorate an endpoint: a ``Problem`` in it is answered as ``shape(problem)``, the error format of the emulated tool."""

    def decorate(endpoint: Any) -> Any:
        async def guarded(request: Request) -> Response:
            try:
                response: Response = await endpoint(request)
            except Problem as problem:
                response = shape(problem)
            return response

        return guarded

    return decorate
