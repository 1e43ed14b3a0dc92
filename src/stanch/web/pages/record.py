"""What stays after an incident: postmortems, action items, and what was learned."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from stanch.kernel.errors import NotFound
from stanch.kernel.filling import incident_id
from stanch.learn.meeting import calendar_file
from stanch.learn.postmortem import PARTS, TITLES, draft, timeline
from stanch.learn.rules import missing
from stanch.learn.statistics import learning
from stanch.respond.commands import Incidents, incidents
from stanch.timeline.desk import Desk
from stanch.web import auth, pictures
from stanch.web.pages.render import page, signed_in
from stanch.web.pages.room import people, record_of

if TYPE_CHECKING:
    from stanch.main import Stanch

HELP = {
    "summary": "Two or three sentences that a newcomer understands.",
    "impact": "With numbers: how many customers, how long, how much.",
    "factors": "One per line, at least two: no single cause explains an incident.",
    "whys": "One per line. Keep asking until the answer is a structure of the system, not a person.",
    "lessons": "What went well, what did not, where you were lucky.",
}


def routes(stanch: Stanch) -> list[Route]:
    """Postmortems, actions and learning."""

    def postmortem(request: Request) -> Response:
        incident = incident_id(request.path_params["incident"])
        with stanch.office.reading(auth.require(request)) as desk:
            record, entries = record_of(desk, incident)
            context: dict[str, Any] = {
                "record": record, "parts": draft(record, entries, desk.policy), "gaps": missing(record), "now": desk.now,
                "timeline": timeline(entries), "people": people(desk),
                "lanes": pictures.swim_lanes(record, record.closed_at or record.resolved_at or desk.now),
            }  # fmt: skip
        return page(request, "postmortem.html", **context, names=PARTS, titles=TITLES, help=HELP)

    def meeting(request: Request) -> Response:
        incident = incident_id(request.path_params["incident"])
        with stanch.office.reading(auth.require(request)) as desk:
            record = desk.record(incident)
            now = desk.now
        if record.postmortem_at is None:
            raise NotFound(f"{incident} has no postmortem meeting yet.", hint="Closing it sets one, a day later.")
        content = calendar_file(record, f"{stanch.settings.url()}/incidents/{incident}/postmortem", now)
        name = f'attachment; filename="{incident}-postmortem.ics"'
        return Response(content, media_type="text/calendar; charset=utf-8", headers={"Content-Disposition": name})

    def postmortems(request: Request) -> Response:
        with stanch.office.reading(auth.require(request)) as desk:
            rows = [_line(desk, row) for row in _ended(desk)]
        return page(request, "postmortems.html", rows=rows)

    def actions(request: Request) -> Response:
        with stanch.office.reading(auth.require(request)) as desk:
            found = learning(desk)
        found.open_items.sort(key=lambda item: item.due_at)
        return page(request, "actions.html", learning=found)

    def learned(request: Request) -> Response:
        with stanch.office.reading(auth.require(request)) as desk:
            found = learning(desk)
        return page(request, "learning.html", learning=found)

    return [
        signed_in("/incidents/{incident}/postmortem", postmortem),
        signed_in("/incidents/{incident}/postmortem.ics", meeting),
        signed_in("/postmortems", postmortems),
        signed_in("/actions", actions),
        signed_in("/learning", learned),
    ]


def _ended(desk: Desk) -> list[dict[str, Any]]:
    rows = incidents(desk, Incidents(limit=200))
    return [row for row in rows if row["status"] in ("resolved", "closed")]


def _line(desk: Desk, row: dict[str, Any]) -> dict[str, Any]:
    record = desk.record(row["id"])
    if record.published_at:
        state = "published"
    elif record.postmortem_form:
        state = "not published yet"
    else:
        state = "decided at closing"
    return {"record": record, "state": state, "gaps": missing(record) if not record.published_at else []}
