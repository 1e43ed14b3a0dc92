"""The proposed change of a runbook as a file to apply (R50)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from stanch.kernel.errors import NotFound
from stanch.kernel.filling import incident_id
from stanch.learn.runbook_change.commands import ProposedChange, RunbookChange, runbook_change
from stanch.timeline.record import Record
from stanch.timeline.unit_of_work import UnitOfWork
from stanch.web import auth
from stanch.web.pages.render import signed_in

if TYPE_CHECKING:
    from stanch.main import Stanch


def change_of(uow: UnitOfWork, record: Record) -> ProposedChange | None:
    """What the postmortem's page shows; None for an incident of no service of the catalog."""
    return runbook_change(uow, RunbookChange(record.id)) if record.service in uow.policy.services else None


def routes(stanch: Stanch) -> list[Route]:
    """``/incidents/INC-1/runbook.patch``."""

    def change(request: Request) -> Response:
        incident = incident_id(request.path_params["incident"])
        with stanch.application.reading(auth.require(request)) as uow:
            found = runbook_change(uow, RunbookChange(incident))
        if not found.patch:
            raise NotFound(found.line(), hint="Write what the runbook lacked as a factor with #runbook.")
        name = f'attachment; filename="{incident}-runbook.patch"'
        return Response(found.patch, media_type="text/x-diff; charset=utf-8", headers={"Content-Disposition": name})

    return [signed_in("/incidents/{incident}/runbook.patch", change)]
