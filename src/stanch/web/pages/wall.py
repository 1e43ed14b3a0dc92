"""The big screen of a room (``/incidents/INC-1/wall``): what everybody must know, readable from five metres, and nothing to press."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from stanch.kernel.filling import incident_id
from stanch.kernel.policy import ROLE_TITLES
from stanch.mitigate.rules import waiting
from stanch.prepare.called import called_by
from stanch.respond.facts import SixFact, six_facts
from stanch.timeline.audience_clock import next_update_at
from stanch.web import auth
from stanch.web.pages.render import page, signed_in
from stanch.web.pages.room import since_hit
from stanch.web.room.timeline import chatter, row_of

if TYPE_CHECKING:
    from stanch.main import Stanch

LINES = 3
# Of the six facts: beside the title, among the roles, and as a clock.
ELSEWHERE = ("severity", "incident_commander", "next_update")


def routes(stanch: Stanch) -> list[Route]:
    """One page. It changes by the same events as the war room; without scripts it is loaded again every 15 seconds."""
    return [signed_in("/incidents/{incident}/wall", lambda request: _wall(stanch, request))]


def _wall(stanch: Stanch, request: Request) -> Response:
    with stanch.application.reading(auth.require(request)) as uow:
        incident = incident_id(request.path_params["incident"])
        entries = uow.entries(incident)
        record, policy, now, called = uow.record(incident), uow.policy, uow.now, called_by(uow.policy)
        rows = [row for row in (row_of(x, called) for x in reversed(entries)) if not chatter(row)][:LINES]
        held = {role: record.holder(role) for role in ROLE_TITLES}
        roles = [(ROLE_TITLES[role], name and called(name)) for role, name in held.items() if name or record.live()]
        facts = [_newest_first(f) for f in six_facts(record, policy, now) if f.key not in ELSEWHERE]
        service = policy.service(record.service).label() if record.service else ""
        return page(
            request, "wall.html", record=record, now=now, live=True, hit=since_hit(record), facts=facts, roles=roles, rows=rows,
            wait=waiting(record, now) if record.live() else None, due=next_update_at(record, policy) if record.live() else None, service=service,
        )  # fmt: skip


def _newest_first(fact: SixFact) -> SixFact:
    """Where there is no room for all mitigations, the newest are seen."""
    if fact.key == "mitigations":
        fact.value = "; ".join(reversed(fact.value.split("; ")))
    return fact
