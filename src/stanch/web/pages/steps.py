"""Pages with one question: confirm a mitigation, confirm an undo, sign in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from stanch.kernel.errors import Conflict, NotFound
from stanch.kernel.filling import incident_id
from stanch.mitigate.commands import recipe
from stanch.mitigate.rules import warnings
from stanch.mitigate.toolkit import named, ranked_for
from stanch.web import auth
from stanch.web.pages.render import page, signed_in

if TYPE_CHECKING:
    from stanch.main import Stanch


def routes(stanch: Stanch) -> list[Route]:
    """The confirmation pages, and ``GET /login``."""

    def mitigate(request: Request) -> Response:
        actor = auth.require(request)
        with stanch.office.reading(actor) as desk:
            record = desk.record(incident_id(request.path_params["incident"]))
            mitigation = named(record, desk.policy, request.path_params["name"])
            if not record.live():
                raise Conflict(f"{record.id} is {record.status}.", hint="Reopen it first.")
            ranked = next((r for r in ranked_for(desk, record) if r.mitigation.name == mitigation.name), None)
            said = warnings(record, actor.name)
        return page(
            request, "mitigate.html", record=record, m=mitigation, ranked=ranked, warnings=said, run=None,
            does=recipe(mitigation.run), undoes=recipe(mitigation.undo),
        )  # fmt: skip

    def undo(request: Request) -> Response:
        actor = auth.require(request)
        with stanch.office.reading(actor) as desk:
            record = desk.record(incident_id(request.path_params["incident"]))
            run = record.runs.get(request.path_params["run"])
            if run is None:
                raise NotFound(f"{record.id} has no such mitigation to undo.")
            if run.undone_by:
                raise Conflict(f"{run.title} is undone already.", hint="Nothing is left to do.")
            mitigation = named(record, desk.policy, run.mitigation)
            said = warnings(record, actor.name)
        return page(
            request, "mitigate.html", record=record, m=mitigation, ranked=None, warnings=said, run=run,
            does=recipe(mitigation.undo), undoes="",
        )  # fmt: skip

    def login(request: Request) -> Response:
        query = request.query_params
        return login_page(request, once=query.get("once", ""), next=query.get("next", "/"))

    return [
        signed_in("/incidents/{incident}/mitigate/{name}", mitigate),
        signed_in("/incidents/{incident}/undo/{run}", undo),
        Route("/login", login, methods=["GET"]),
    ]


def login_page(
    request: Request, *, once: str = "", error: str = "", next: str = "/", status: int = 200
) -> HTMLResponse:
    """Sign in by name and password, or with a one-time link (a button: link previews must not use it up)."""
    return page(request, "login.html", status=status, once=once, error=error, next=auth.same_site_path(next))
