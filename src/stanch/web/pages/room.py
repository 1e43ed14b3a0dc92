"""The war room: its head, and the panels that ``web/room`` holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from markupsafe import Markup
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from stanch.kernel.filling import incident_id
from stanch.kernel.kept import Kept
from stanch.kernel.moments import past_moment
from stanch.kernel.policy import Phase, Policy
from stanch.prepare.called import called_by
from stanch.respond.catching_up import note_look
from stanch.timeline.record import Record
from stanch.web import auth
from stanch.web.pages.render import exact, fragment, page, signed_in
from stanch.web.pages.shell import shell
from stanch.web.room import Panel, Place, Refused, View, panels
from stanch.web.room.panel import Context

if TYPE_CHECKING:
    from starlette.routing import Route

    from stanch.main import Stanch


def routes(stanch: Stanch) -> list[Route]:
    """``/incidents/INC-1``."""

    def war_room(request: Request) -> Response:
        return room(stanch, request, incident_id(request.path_params["incident"]))

    return [signed_in("/incidents/{incident}", war_room)]


def room(stanch: Stanch, request: Request, incident: str, refused: Refused | None = None) -> Response:
    """The page; with ``refused`` as it was, with what was typed and why it was not done."""
    actor = auth.require(request)
    again = None if refused or request.query_params else incident
    with stanch.application.reading(actor, again) as uow:
        entries = uow.entries(incident)
        at = past_moment("" if refused else request.query_params.get("at", ""), uow.now)
        view = View(uow, uow.record(incident, at=at), entries, at, request.query_params, refused)
        step = view.number("entry")
        if 0 < step < len(entries):
            return RedirectResponse(f"/incidents/{incident}?at={exact(entries[step - 1].recorded_at)}", 303)
        context = {**common(view), "me": actor.name}
        frame = shell(uow)
        shown = {place: drawn(view, place, context) for place in panels()}
    answer = page(
        request,
        "room.html",
        status=refused.problem.status if refused else 200,
        **{
            **context,
            "shell": frame,
            "at": at,
            "panels": shown,
            "tabs": tabs(shown["side"], view.record.phase, refused),
        },
    )
    if at is None:  # recorded after the page has been sent, so that it does not delay it
        answer.background = BackgroundTask(note_look, stanch.application, actor.name, incident, len(entries))
    return answer


def common(view: View) -> dict[str, Any]:
    """What every panel's template is told. ``here``: the address of the page; ``live``: it shows the present; ``called``: how people are called."""
    return {
        "record": view.record, "now": view.now, "live": view.at is None, "acting": view.acting, "writing": view.writing,
        "here": f"/incidents/{view.record.id}", "policy": view.policy, "service": view.service, "hit": since_hit(view.record),
        "called": called_by(view.policy),
    }  # fmt: skip


def since_hit(record: Record) -> tuple[str, int, int | None]:
    """What the large clock counts: its label, from when, and until when (None: it runs)."""
    began = record.onset()
    since = (
        "customers were hit"
        if record.began_at and record.impact
        else "it began"
        if record.began_at
        else "it was noticed"
    )
    if record.live() or record.status == "investigating":
        return f"since {since}", began, None
    return "from beginning to end", began, record.resolved_at or record.closed_at or began


# Panels with the policy that they were drawn under, which lives as long as its id is in the key. So many characters are kept.
_DRAWN: Kept[tuple[Markup, Policy]] = Kept(8_000_000, lambda found: len(found[0]))


def drawn(view: View, place: Place, common: dict[str, Any]) -> list[tuple[Panel, Markup]]:
    """Each panel of a place that has something to show, and its HTML."""
    told = [(panel, panel.context(view)) for panel in panels()[place]]
    return [(panel, _html(view, panel, common, context)) for panel, context in told if context is not None]


def _html(view: View, panel: Panel, common: dict[str, Any], context: Context) -> Markup:
    """A panel, drawn once for the same values where it is shown as of now and says nothing that goes on with the clock."""
    name = f"room/{panel.name}.html"
    if not panel.still or view.at is not None or view.refused:
        return fragment(name, **common, **context)
    record, digest = view.settled()
    key = (name, digest, view.uow.actor.name, id(view.policy), msgspec.msgpack.encode(context))
    # A still panel that asks for now fails.
    told = {variable: value for variable, value in common.items() if variable != "now"} | {"record": record}
    return _DRAWN.get(key, lambda: (fragment(name, **told, **context), view.policy))[0]


class Tab(msgspec.Struct):
    """A group of panels. ``first``: the tab that is open until another is chosen."""

    title: str
    panels: list[tuple[Panel, Markup]]
    first: bool = False

    @property
    def anchor(self) -> str:
        """What its link leads to."""
        return f"tab-{self.title.lower()}"


def tabs(side: list[tuple[Panel, Markup]], phase: Phase, refused: Refused | None = None) -> list[Tab]:
    """The panels beside the timeline by their tabs, in order; the one that this phase asks for is open first, or that of a refused form."""
    found: dict[str, Tab] = {}
    for panel, html in side:
        title = panel.tab or panel.title
        found.setdefault(title, Tab(title, [])).panels.append((panel, html))
    wanted = [tab for tab in found.values() if any(phase in panel.phases for panel, _ in tab.panels)]
    if refused:
        wanted = [tab for tab in found.values() if any(refused.command in panel.forms for panel, _ in tab.panels)]
    for tab in (wanted or list(found.values()))[:1]:
        tab.first = True
    return list(found.values())
