"""How ready each service is (R7), and what is wrong with the catalog's files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from stanch.prepare import readiness
from stanch.prepare.commands import around
from stanch.web import auth
from stanch.web.pages.render import page, signed_in

if TYPE_CHECKING:
    from stanch.main import Stanch


def routes(stanch: Stanch) -> list[Route]:
    """``/readiness``."""

    def show(request: Request) -> Response:
        with stanch.application.reading(auth.require(request)) as uow:
            found = readiness.report(uow.policy, around(uow), uow.now)
            now = uow.now
        return page(request, "readiness.html", report=found, trouble=stanch.catalog.trouble, now=now)

    return [signed_in("/readiness", show)]
