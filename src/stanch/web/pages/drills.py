"""Drills: what there is to drill, starting and joining one, and the debrief that can be printed (R40)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from stanch.kernel.filling import incident_id
from stanch.learn.drills.commands import Drills, drills
from stanch.learn.drills.debrief import facts
from stanch.learn.drills.judging import debrief_of
from stanch.prepare.called import called_by
from stanch.web import auth
from stanch.web.pages.render import page, signed_in

if TYPE_CHECKING:
    from stanch.main import Stanch


def routes(stanch: Stanch) -> list[Route]:
    """``/drills`` and ``/drills/INC-4``."""

    def every(request: Request) -> Response:
        with stanch.application.reading(auth.require(request)) as uow:
            found = drills(uow, Drills())
            services, now = sorted(uow.policy.services), uow.now
        return page(request, "drills.html", found=found, services=services, now=now)

    def one(request: Request) -> Response:
        incident = incident_id(request.path_params["incident"])
        with stanch.application.reading(auth.require(request)) as uow:
            found = debrief_of(uow, incident)
            shown = msgspec.structs.replace(found, participants=called_by(uow.policy).each(found.participants))
        return page(request, "debrief.html", found=found, facts=facts(shown))

    return [signed_in("/drills", every), signed_in("/drills/{incident}", one)]
