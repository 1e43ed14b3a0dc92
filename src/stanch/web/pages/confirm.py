"""Pages with one question: confirm a mitigation, confirm an undo."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from stanch.kernel.filling import incident_id
from stanch.mitigate import dry_runs
from stanch.mitigate.commands import to_undo, undoing
from stanch.mitigate.rules import may_start, recipe, warnings
from stanch.mitigate.survey import Tool, digest, newest
from stanch.mitigate.toolkit import named, ranked_for
from stanch.ports import Failed, Preview
from stanch.timeline.unit_of_work import UnitOfWork
from stanch.web import auth
from stanch.web.pages.render import page, signed_in

if TYPE_CHECKING:
    from stanch.main import Stanch


def routes(stanch: Stanch) -> list[Route]:
    """The confirmation pages."""

    def mitigate(request: Request) -> Response:
        actor = auth.require(request)
        with stanch.application.reading(actor) as uow:
            record = uow.live(incident_id(request.path_params["incident"]))
            tool = named(uow, record, request.path_params["name"])
            ranked = next((r for r in ranked_for(uow, record) if r.mitigation.name == tool.mitigation.name), None)
            said = [*warnings(record, actor.name), *filter(None, [may_start(record, tool.mitigation, actor.name)])]
            survey = newest(uow, record.id)
            seen = survey.previews.get(tool.key()) if survey else None
            tried, trouble = _tried(uow, tool) if request.query_params.get("dry") else (seen, "")
        return page(
            request, "mitigate.html", record=record, m=tool.mitigation, ranked=ranked, warnings=said, run=None,
            does=recipe(tool.mitigation.run), undoes=recipe(tool.mitigation.undo), preview=tried, trouble=trouble,
            asked_at=None if trouble or tried is not seen or survey is None else survey.taken_at,
            seen=digest(tool.mitigation),
        )  # fmt: skip

    def undo(request: Request) -> Response:
        actor = auth.require(request)
        with stanch.application.reading(actor) as uow:
            record = uow.record(incident_id(request.path_params["incident"]))
            run = to_undo(record, request.path_params["run"])
            tool, arguments = undoing(uow, record, run)
            said = warnings(record, actor.name)
        return page(
            request, "mitigate.html", record=record, m=tool.mitigation, ranked=None, warnings=said, run=run,
            does=recipe(arguments), undoes="", preview=None, trouble="", asked_at=None, seen="",
        )  # fmt: skip

    return [
        signed_in("/incidents/{incident}/mitigate/{name}", mitigate),
        signed_in("/incidents/{incident}/undo/{run}", undo),
    ]


def _tried(uow: UnitOfWork, tool: Tool) -> tuple[Preview | None, str]:
    """The dry run for the page: what would change, or why that is not known."""
    mitigator = uow.application.world.mitigators.get(tool.mitigation.adapter)
    if mitigator is None:
        return None, f"no adapter '{tool.mitigation.adapter}' is configured"
    try:
        return dry_runs.preview(uow, mitigator, tool.mitigation), ""
    except Failed as failed:
        return None, failed.detail
