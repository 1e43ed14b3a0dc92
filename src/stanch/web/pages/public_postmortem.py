"""What customers read of a postmortem: drafted, checked and published from one form (R33, R44)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from stanch.kernel.errors import Invalid
from stanch.kernel.filling import incident_id
from stanch.learn.shown.commands import PublicPostmortem, public_postmortem
from stanch.web import auth
from stanch.web.pages.render import page, signed_in

if TYPE_CHECKING:
    from stanch.main import Stanch

LABELS = {
    "summary": "What happened, in two or three sentences",
    "impact": "What happened to customers",
    "causes": "Why it happened",
    "changes": "What you change",
    "lessons": "What went well, and what did not",
}


def routes(stanch: Stanch) -> list[Route]:
    """``/incidents/INC-1/postmortem/public``."""

    def show(request: Request) -> Response:
        incident = incident_id(request.path_params["incident"])
        names = request.query_params.get("names", "roles")
        if names not in ("roles", "names"):
            raise Invalid(f"'{names}' is not a choice of names.", field="names", hint="It is roles or names.")
        with stanch.application.reading(auth.require(request)) as uow:
            shown = public_postmortem(uow, PublicPostmortem(incident, "names" if names == "names" else "roles"))
            record = uow.record(incident)
        return page(request, "public_postmortem.html", shown=shown, record=record, labels=LABELS, names=names)

    return [signed_in("/incidents/{incident}/postmortem/public", show)]
