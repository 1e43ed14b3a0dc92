"""One service: what is wrong with it now, whom it pages, what can be done, what was, and what it depends on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from stanch.detect.commands.watching import Probes, list_probes
from stanch.kernel import svg
from stanch.kernel.clock import DAY
from stanch.kernel.errors import NotFound
from stanch.kernel.policy import Policy, Service
from stanch.prepare import readiness
from stanch.prepare.commands import around
from stanch.prepare.oncall.people import shown_name
from stanch.respond.escalation import escalation_of
from stanch.respond.overview import IncidentRow, of_service
from stanch.respond.targets import reached
from stanch.timeline.unit_of_work import UnitOfWork
from stanch.web import auth
from stanch.web.pages import slo_picture
from stanch.web.pages.render import page, signed_in

if TYPE_CHECKING:
    from stanch.main import Stanch

PAST, DEPLOYS, SHOWN = 10, 5, 12
# Pixels between rows; percent of the width from box to box, and of a box.
ROW, STEP, BOX = 34, 35, 30


def routes(stanch: Stanch) -> list[Route]:
    """``/services/<name>``."""

    def show(request: Request) -> Response:
        name = request.path_params["name"]
        with stanch.application.reading(auth.require(request)) as uow:
            service = uow.policy.services.get(name)
            if service is None:
                raise NotFound(f"The catalog has no service '{name}'.", hint="The page /services lists them.")
            context = _service(uow, service)
        return page(request, "service.html", **context)

    return [signed_in("/services/{name}", show)]


def _service(uow: UnitOfWork, service: Service) -> dict[str, Any]:
    policy, rows = uow.policy, of_service(uow, service.name, PAST + 20)
    people = reached(uow, escalation_of(policy, service.escalation).steps[0].notify)
    return {
        "svc": service, "policy": policy, "now": uow.now, "readiness": readiness.judge(service, policy, around(uow), uow.now),
        "live": [row for row in rows if row.status in ("open", "mitigated")], "past": _past(rows),
        "slos": slo_picture.shown(uow).get(service.name, []), "probes": [p for p in list_probes(uow, Probes()) if p.service == service.name],
        "duty": [shown_name(policy.contacts, key) for key in people.people], "problems": people.problems,
        "deploys": uow.tx.all(
            "SELECT * FROM deploys WHERE service = :name AND deployed_at > :since ORDER BY deployed_at DESC LIMIT :most",
            name=service.name, since=uow.now - 90 * DAY, most=DEPLOYS,
        ),
        "picture": dependencies(service, policy),
    }  # fmt: skip


def _past(rows: list[IncidentRow]) -> list[IncidentRow]:
    return [row for row in rows if row.status in ("resolved", "closed")][:PAST]


def dependencies(service: Service, policy: Policy) -> Markup:
    """What uses it on the left, itself, and what it needs on the right. A service that stands in no file is drawn dashed.

    Places are percentages and text keeps its size, so that it can be read on a phone.
    """
    users = sorted(other.name for other in policy.services.values() if service.name in other.depends_on)[:SHOWN]
    needs = sorted(service.depends_on)[:SHOWN]
    if not users and not needs:
        return Markup("")
    height = max(len(users), len(needs), 1) * ROW + 8
    middle, itself = height // 2, STEP if users else 0
    drawn = [_box(itself, middle - 12, service.name, policy, "self")]
    for x, names, left in ((0, users, True), (itself + STEP, needs, False)):
        top = (height - len(names) * ROW) // 2
        for row, name in enumerate(names):
            y = top + row * ROW + 5
            drawn.append(_box(x, y, name, policy, "known" if name in policy.services else "unknown"))
            start, end = (BOX, itself) if left else (itself + BOX, x)
            first, last = (y + 12, middle) if left else (middle, y + 12)
            drawn.append(svg.element("line", class_="edge", x1=f"{start}%", y1=first, x2=f"{end}%", y2=last))
    said = [f"used by {', '.join(users)}" if users else "", f"depends on {', '.join(needs)}" if needs else ""]
    words = f"{service.label()}: " + "; ".join(filter(None, said))
    return Markup(svg.picture(words, drawn, class_="dependencies", width="100%", height=height))  # noqa: S704 - escaped by svg


def _box(x: int, y: int, name: str, policy: Policy, kind: str) -> str:
    """A nested SVG clips a name that is too long; the tooltip has all of it."""
    service = policy.services.get(name)
    label = service.label() if service else name
    frame = svg.element("rect", class_=f"box {kind}", x=1, y=1, width="98%", height=24, rx=6)
    inside = (svg.title(label), frame, svg.text(label, 8, 17, class_="lane"))
    return svg.element("svg", *inside, x=f"{x}%", y=y - 1, width=f"{BOX}%", height=26)
