"""The page of search results, which works without scripts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from stanch.find.commands import Find, find
from stanch.web import auth
from stanch.web.pages.render import page, signed_in

if TYPE_CHECKING:
    from stanch.main import Stanch

LONGEST = 400


def routes(stanch: Stanch) -> list[Route]:
    """``/find?q=``."""

    def show(request: Request) -> Response:
        query = request.query_params.get("q", "").replace("\x00", " ").strip()[:LONGEST]
        with stanch.application.reading(auth.require(request)) as uow:
            found = find(uow, Find(query)) if query else None
            now = uow.now
        return page(request, "find.html", found=found, query=query, now=now)

    return [signed_in("/find", show)]
