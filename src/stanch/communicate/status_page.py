"""What the public may see: posts of incidents that are not private, in public names (R33, P6)."""

import msgspec

from stanch.kernel.clock import DAY, hour_minute
from stanch.timeline import store
from stanch.timeline.facts.communicate import UpdatePosted
from stanch.timeline.facts.respond import Amended
from stanch.timeline.unit_of_work import UnitOfWork


class PublicService(msgspec.Struct):
    """A service by its public name. ``state``: operational or degraded, in Statuspage's words."""

    name: str
    state: str


class PublicIncident(msgspec.Struct):
    """An incident with at least one public post; (moment, state, text) newest first."""

    id: str
    title: str
    state: str
    posts: list[tuple[int, str, str]]
    created_at: int
    resolved_at: int | None


class PublicView(msgspec.Struct):
    """The whole page."""

    services: list[PublicService]
    incidents: list[PublicIncident]

    def live(self) -> list[PublicIncident]:
        """Those not resolved yet."""
        return [i for i in self.incidents if i.resolved_at is None]


def public_view(uow: UnitOfWork, days: int = 90) -> PublicView:
    """Everything public of the last days. The title is a public name, never the internal title."""
    policy = uow.policy
    rows = uow.tx.all(
        "SELECT i.id, i.service FROM incidents i WHERE i.private = 0 AND i.opened_at > :since AND EXISTS (SELECT 1 FROM entries e "
        "WHERE e.incident = i.id AND e.kind = 'update_posted') ORDER BY i.number DESC LIMIT 200",
        since=uow.now - days * DAY,
    )
    incidents, hit = [], set()
    for row in rows:
        name = policy.service(row["service"]).public_name or "our service"
        found = _incident(uow, row["id"], name)
        if found:
            incidents.append(found)
            if found.resolved_at is None:
                hit.add(name)
    names = sorted({s.public_name for s in policy.services.values() if s.public_name})
    return PublicView(
        [PublicService(n, "degraded_performance" if n in hit else "operational") for n in names], incidents
    )


def _incident(uow: UnitOfWork, incident: str, name: str) -> PublicIncident | None:
    corrections = {
        x.facts.position: f"{x.facts.text} (Corrected at {hour_minute(x.happened_at)} UTC.)"
        for x in store.read_kind(uow.tx, incident, "amended")
        if isinstance(x.facts, Amended)
    }
    posts: list[tuple[int, str, str]] = [
        (x.happened_at, x.facts.state, corrections.get(x.position, x.facts.text))
        for x in store.read_kind(uow.tx, incident, "update_posted")
        if isinstance(x.facts, UpdatePosted) and x.facts.audience == "public"
    ]
    if not posts:
        return None
    last = posts[-1]
    return PublicIncident(
        incident, f"Trouble with {name}", last[1], posts[::-1], posts[0][0], last[0] if last[1] == "resolved" else None
    )
