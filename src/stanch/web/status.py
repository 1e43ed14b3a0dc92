"""The public status page: HTML, feeds, and Statuspage's JSON. No sign-in, cacheable, nothing private."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from stanch.communicate.status_page import PublicIncident, PublicService, PublicView, public_view
from stanch.kernel.clock import iso
from stanch.kernel.errors import NotFound
from stanch.web.feeds import atom, rss
from stanch.web.pages.render import ENVIRONMENT

if TYPE_CHECKING:
    from stanch.main import Stanch

CACHE = "public, max-age=10, stale-while-revalidate=30"
Json = dict[str, Any]


def routes(stanch: Stanch) -> list[BaseRoute]:
    """``/status`` and everything below it."""

    def public(render: Callable[[PublicView, Request], tuple[str | bytes, str]]) -> Callable[[Request], Response]:
        def answer(request: Request) -> Response:
            with stanch.application.reading() as uow:
                view = public_view(uow)
            body, media_type = render(view, request)
            return cached(request, body.encode() if isinstance(body, str) else body, media_type)

        return answer

    base = stanch.settings.url
    found: list[BaseRoute] = [
        Route("/status", public(lambda view, _: (page(view), "text/html"))),
        Route("/status/incidents/{id}", public(lambda view, r: (page(view, r.path_params["id"]), "text/html"))),
        Route("/status/history.atom", public(lambda view, _: (atom(view, base()), "application/atom+xml"))),
        Route("/status/history.rss", public(lambda view, _: (rss(view, base()), "application/rss+xml"))),
    ]
    for name, part in DOCUMENTS.items():
        render = public(lambda view, _, part=part: (msgspec.json.encode(part(view, base())), "application/json"))  # type: ignore[misc]
        found.append(Route(f"/status/api/v2/{name}.json", render))
    return found


def cached(request: Request, body: bytes, media_type: str) -> Response:
    """With an ``ETag``, so that readers who poll are told 'unchanged'."""
    tag = f'"{hashlib.sha256(body).hexdigest()[:20]}"'
    headers = {"ETag": tag, "Cache-Control": CACHE, "Access-Control-Allow-Origin": "*"}
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type=media_type)


def page(view: PublicView, incident: str = "") -> str:
    """The HTML page, of everything or of one incident. Raises ``NotFound``."""
    one = next((i for i in view.incidents if i.id == incident), None)
    if incident and one is None:
        raise NotFound("There is no such incident on the status page.", hint="/status shows what there is.")
    indicator, description = overall(view)
    return ENVIRONMENT.get_template("status.html").render(
        view=view, one=one, indicator=indicator, description=description
    )


def overall(view: PublicView) -> tuple[str, str]:
    """Statuspage's indicator and its English words."""
    hit = [s for s in view.services if s.state != "operational"]
    if not hit and not view.live():
        return "none", "All Systems Operational"
    if hit and len(hit) == len(view.services):
        return "minor", "Degraded System Service"
    return "minor", "Partially Degraded Service"


def identity(text: str) -> str:
    """A stable id of 12 lower-case letters and digits."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _page(view: PublicView, base: str) -> Json:
    changed = max((i.posts[0][0] for i in view.incidents), default=0)
    return {
        "id": identity(base), "name": "Status", "url": f"{base}/status", "time_zone": "Etc/UTC", "updated_at": iso(changed),
    }  # fmt: skip


def _status(view: PublicView) -> Json:
    indicator, description = overall(view)
    return {"indicator": indicator, "description": description}


def _component(service: PublicService, position: int, base: str) -> Json:
    return {
        "id": identity(service.name), "name": service.name, "status": service.state, "created_at": iso(0),
        "updated_at": iso(0), "position": position, "description": None, "showcase": False, "start_date": None,
        "group_id": None, "page_id": identity(base), "group": False, "only_show_if_degraded": False,
    }  # fmt: skip


def _components(view: PublicView, base: str) -> list[Json]:
    return [_component(service, position, base) for position, service in enumerate(view.services, 1)]


def _incident(incident: PublicIncident, base: str) -> Json:
    updates = [
        {
            "id": identity(f"{incident.id}/{moment}"), "status": state, "body": text, "incident_id": incident.id,
            "created_at": iso(moment), "updated_at": iso(moment), "display_at": iso(moment), "affected_components": None,
            "deliver_notifications": True, "custom_tweet": None, "tweet_id": None,
        }
        for moment, state, text in incident.posts
    ]  # fmt: skip
    watching = min((moment for moment, state, _ in incident.posts if state == "monitoring"), default=None)
    return {
        "id": incident.id, "name": incident.title, "page_id": identity(base), "status": incident.state,
        "created_at": iso(incident.created_at), "updated_at": iso(incident.posts[0][0]),
        "started_at": iso(incident.created_at), "monitoring_at": iso(watching) if watching else None,
        "resolved_at": iso(incident.resolved_at) if incident.resolved_at else None, "impact": "minor",
        "shortlink": f"{base}/status/incidents/{incident.id}", "incident_updates": updates, "components": [],
    }  # fmt: skip


def _summary(view: PublicView, base: str) -> Json:
    return {
        "page": _page(view, base), "components": _components(view, base),
        "incidents": [_incident(i, base) for i in view.live()], "scheduled_maintenances": [], "status": _status(view),
    }  # fmt: skip


def _nothing_planned(view: PublicView, base: str) -> Json:
    return {"page": _page(view, base), "scheduled_maintenances": []}


DOCUMENTS: dict[str, Callable[[PublicView, str], Json]] = {
    "summary": _summary,
    "status": lambda view, base: {"page": _page(view, base), "status": _status(view)},
    "components": lambda view, base: {"page": _page(view, base), "components": _components(view, base)},
    "incidents": lambda view, base: {
        "page": _page(view, base), "incidents": [_incident(i, base) for i in view.incidents[:50]]},
    "incidents/unresolved": lambda view, base: {
        "page": _page(view, base), "incidents": [_incident(i, base) for i in view.live()]},
    "scheduled-maintenances": _nothing_planned,
    "scheduled-maintenances/upcoming": _nothing_planned,
    "scheduled-maintenances/active": _nothing_planned,
}  # fmt: skip
