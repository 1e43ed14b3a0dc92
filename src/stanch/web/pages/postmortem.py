"""The postmortem of one incident: written, read, and its meeting."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from stanch.communicate.wording.vocabulary import of_policy
from stanch.kernel.filling import incident_id
from stanch.learn import export
from stanch.learn.action_items.ticket_filing import filing_of
from stanch.learn.action_items.ticket_views import of_incident
from stanch.learn.blameless import hints
from stanch.learn.comments.commands import CommentRow, rows
from stanch.learn.completeness.of_record import gaps_of
from stanch.learn.confidential.commands import Contributions, contributions, leads
from stanch.learn.document.html import policy
from stanch.learn.impact.commands import figures_of
from stanch.learn.just_culture.commands import is_facilitator
from stanch.learn.layout import COMPUTED, layout
from stanch.learn.meeting import meeting_file
from stanch.learn.postmortem import draft, timeline
from stanch.learn.writing import as_typed
from stanch.prepare.called import called_by
from stanch.prepare.known_people import known_names
from stanch.timeline.record import Record, fold
from stanch.timeline.unit_of_work import UnitOfWork
from stanch.web import auth, pictures
from stanch.web.pages.render import page, signed_in
from stanch.web.pages.runbook_change import change_of

if TYPE_CHECKING:
    from stanch.main import Stanch


def _comments(uow: UnitOfWork, record: Record) -> list[CommentRow]:
    """All of them, with whom they are by as people are called."""
    called, replace = called_by(uow.policy), msgspec.structs.replace
    return [replace(row, by=called(row.by), settled_by=called(row.settled_by)) for row in rows(uow, record, every=True)]


def routes(stanch: Stanch) -> list[Route]:
    """Its form, its reading view, and the meeting as a calendar file."""

    def postmortem(request: Request) -> Response:
        incident = incident_id(request.path_params["incident"])
        with stanch.application.reading(auth.require(request)) as uow:
            entries = uow.entries(incident)
            record = fold(entries)
            if record.drill is not None:
                return RedirectResponse(f"/drills/{incident}", 303)
            sections = layout(uow.policy, record)
            context: dict[str, Any] = {
                "record": record, "parts": draft(record, entries, uow.policy),
                "layout": sections,
                "typed": {x.part: as_typed(uow, record, x.part) for x in sections if x.part not in COMPUTED}, "gaps": gaps_of(uow, record), "now": uow.now,
                "hints": hints(record, of_policy(uow.policy)), "timeline": timeline(entries), "people": known_names(uow),
                "lanes": pictures.swim_lanes(record, record.closed_at or record.resolved_at or uow.now),
                "told": contributions(uow, Contributions(incident)) if leads(uow, record) else None, "fair": is_facilitator(uow),
                "comments": _comments(uow, record), "change": change_of(uow, record),
                "tickets": of_incident(uow, incident), "figures": figures_of(uow, record), "files": filing_of(uow, record) is not None,
            }  # fmt: skip
        return page(request, "postmortem.html", **context, titles={x.part: x.shown() for x in sections})

    def meeting(request: Request) -> Response:
        incident = incident_id(request.path_params["incident"])
        with stanch.application.reading(auth.require(request)) as uow:
            content = meeting_file(uow, incident)
        name = f'attachment; filename="{incident}-postmortem.ics"'
        return Response(content, media_type="text/calendar; charset=utf-8", headers={"Content-Disposition": name})

    def reading(request: Request) -> Response:
        incident = incident_id(request.path_params["incident"])
        with stanch.application.reading(auth.require(request)) as uow:
            read = export.prepare(uow, incident, "html", request.query_params.get("names", "names"))
        headers = {"Content-Security-Policy": policy()}
        return Response(read.content(), media_type=export.MEDIA_TYPES["html"], headers=headers)

    return [
        signed_in("/incidents/{incident}/postmortem", postmortem),
        signed_in("/incidents/{incident}/postmortem.ics", meeting),
        signed_in("/incidents/{incident}/postmortem/read", reading),
    ]
