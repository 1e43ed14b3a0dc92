"""Planned work: what there is, planning another, and saying how it goes (R33)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from stanch.communicate.maintenance import Maintenances, listed
from stanch.web import auth
from stanch.web.pages.render import page, signed_in

if TYPE_CHECKING:
    from stanch.main import Stanch


def routes(stanch: Stanch) -> list[Route]:
    """``/maintenance``."""

    def show(request: Request) -> Response:
        with stanch.application.reading(auth.require(request)) as uow:
            works = listed(uow, Maintenances())
            services = [service for _, service in sorted(uow.policy.services.items())]
            now = uow.now
        return page(request, "maintenance.html", works=works, services=services, now=now)

    return [signed_in("/maintenance", show)]
