"""Just-culture worksheets, for their facilitators only (R45)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from stanch.kernel.filling import incident_id
from stanch.learn.just_culture.commands import Worksheets, worksheets
from stanch.learn.just_culture.rules import QUESTIONS
from stanch.web import auth
from stanch.web.pages.render import page, signed_in

if TYPE_CHECKING:
    from stanch.main import Stanch


def routes(stanch: Stanch) -> list[Route]:
    """``/incidents/INC-1/just-culture``."""

    def show(request: Request) -> Response:
        incident = incident_id(request.path_params["incident"])
        with stanch.application.reading(auth.require(request)) as uow:
            sheets = worksheets(uow, Worksheets(incident))
            record = uow.record(incident)
        return page(request, "just_culture.html", sheets=sheets, record=record, questions=QUESTIONS)

    return [signed_in("/incidents/{incident}/just-culture", show)]
