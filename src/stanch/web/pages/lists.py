"""Pages that list: incidents, signals, services, settings."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from stanch.chat.reader import heeds
from stanch.communicate import announcing
from stanch.communicate.audiences.previews import previews
from stanch.communicate.freshness import Copies
from stanch.communicate.freshness import copies as copies_of
from stanch.detect.commands.signals import SignalRow, Signals, list_signals
from stanch.detect.commands.watching import HeartbeatRow, Heartbeats, Probes, list_heartbeats, list_probes
from stanch.identity import people
from stanch.kernel.actor import Actor
from stanch.kernel.audiences import AUDIENCES
from stanch.kernel.clock import DAY, spell
from stanch.kernel.policy import Policy
from stanch.ports import Source
from stanch.ports.integration import PORTS
from stanch.prepare.audience_recipients import shown_target
from stanch.prepare.integration_tests import Integrations, integrations
from stanch.prepare.playbooks.library import playbooks
from stanch.respond.overview import Incidents, incidents
from stanch.tickets import reading
from stanch.timeline.unit_of_work import UnitOfWork
from stanch.web import auth
from stanch.web.intake.heartbeats import token_of
from stanch.web.pages import slo_picture
from stanch.web.pages.intake import may_see_post, read_again
from stanch.web.pages.render import page, signed_in

if TYPE_CHECKING:
    from stanch.main import Stanch

STATUSES = ("live", "open", "mitigated", "resolved", "closed")
DISPOSITIONS = ("held", "incident", "ticket", "noise", "silenced")
PAGE = 50
SIGNALS = 200
# How the page calls what signals are told apart by, and how many of each are offered.
FACETS = {"disposition": "Disposition", "state": "State", "service": "Service", "origin": "Sender", "why": "Why"}
VALUES = 8


def routes(stanch: Stanch) -> list[Route]:
    """The lists."""

    def all_incidents(request: Request) -> Response:
        status = request.query_params.get("status", "")
        status = status if status in STATUSES else ""
        before = request.query_params.get("before", "")
        number = int(before) if before.isascii() and before.isdecimal() and len(before) < 10 else 0
        with stanch.application.reading(auth.require(request)) as uow:
            rows = incidents(uow, Incidents(status=status, limit=PAGE, before=number))
            now = uow.now
        more = int(rows[-1].id.removeprefix("INC-")) if len(rows) == PAGE else 0
        return page(request, "incidents.html", rows=rows, chosen=status, statuses=STATUSES, more=more, now=now)

    def signals(request: Request) -> Response:
        asked = {name: request.query_params.get(name, "") for name in FACETS}
        asked["disposition"] = asked["disposition"] if asked["disposition"] in DISPOSITIONS else ""
        asked["state"] = asked["state"] if asked["state"] in ("firing", "resolved") else ""
        chosen = asked["disposition"]
        with stanch.application.reading(auth.require(request)) as uow:
            rows = list_signals(uow, msgspec.convert({"limit": SIGNALS, **asked}, Signals))
            raw, beats = _unparsable(uow, stanch.world.sources), _beats(uow, stanch.settings.secret_key)
            now = uow.now
        keys, url = sorted(stanch.settings.intake_keys), stanch.settings.url()
        return page(
            request, "signals.html", rows=rows, raw=raw, beats=beats, keys=keys, url=url, chosen=chosen,
            facets=facets(rows, asked), now=now, narrowed=any(asked.values()), most=SIGNALS,
            chosen_values=[value for value in asked.values() if value],
        )  # fmt: skip

    def services(request: Request) -> Response:
        with stanch.application.reading(auth.require(request)) as uow:
            context = _services(uow)
        return page(request, "services.html", **context, playbooks=playbooks().values())

    def settings(request: Request) -> Response:
        actor = auth.require(request)
        return page(request, "settings.html", **_settings(stanch, actor), admin=actor.admin)

    return [
        signed_in("/incidents", all_incidents),
        signed_in("/more", lambda request: page(request, "more.html")),
        signed_in("/signals", signals),
        signed_in("/services", services),
        signed_in("/settings", settings),
    ]


class Facet(msgspec.Struct, frozen=True):
    """One value that the list can be narrowed to, or, where it is chosen, widened again. ``count``: among those shown."""

    value: str
    count: int
    chosen: bool
    href: str


def facets(rows: list[SignalRow], asked: dict[str, str]) -> dict[str, list[Facet]]:
    """What the shown signals can be narrowed to, the most frequent first; a facet of one value says nothing and is left out."""
    found: dict[str, list[Facet]] = {}
    for name, title in FACETS.items():
        column = {"why": "reason"}.get(name, name)
        counted = Counter(str(getattr(row, column)) for row in rows)
        if asked[name] and asked[name] not in counted:
            counted[asked[name]] = 0
        values = [value for value, _ in counted.most_common(VALUES) if value]
        if len(values) > 1 or asked[name]:
            found[title] = [
                Facet(value, counted[value], value == asked[name], _narrowed(asked, name, value)) for value in values
            ]
    return found


def _narrowed(asked: dict[str, str], name: str, value: str) -> str:
    query = {key: text for key, text in {**asked, name: "" if asked[name] == value else value}.items() if text}
    return "/signals" + (f"?{urlencode(query)}" if query else "")


def _unparsable(uow: UnitOfWork, sources: dict[str, Source]) -> list[dict[str, Any]]:
    """What came in and could not be read, or only in part: kept raw and shown (P8), unless it is a private incident's (P6)."""
    columns = "id, intake_key, format, received_at, body, about, state, note"
    rows = [
        row
        for state in ("unparsable", "partly")
        for row in uow.tx.all(f"SELECT {columns} FROM intake WHERE state = '{state}' ORDER BY id DESC LIMIT 20")
        if state == "unparsable" or may_see_post(uow, read_again(sources, row))
    ]
    return [{**row, "text": bytes(row["body"])[:2000].decode("utf-8", "replace")} for row in rows]


def _beats(uow: UnitOfWork, secret: str) -> list[tuple[HeartbeatRow, str]]:
    """Heartbeats, each with the part of its address that is its own."""
    shown = uow.actor.admin  # a secret: whoever knows the address can keep the heartbeat alive
    return [(row, token_of(secret, row.heartbeat) if shown else "") for row in list_heartbeats(uow, Heartbeats())]


def _services(uow: UnitOfWork) -> dict[str, Any]:
    live = incidents(uow, Incidents(status="live", limit=200))
    deploys: dict[str, list[Any]] = {}
    for row in uow.tx.all(
        "SELECT * FROM deploys WHERE deployed_at > :since ORDER BY deployed_at DESC LIMIT 500",
        since=uow.now - 90 * DAY,
    ):
        deploys.setdefault(row["service"], []).append(row)
    probes: dict[str, list[Any]] = {}
    for probe in list_probes(uow, Probes()):
        probes.setdefault(probe.service, []).append(probe)
    return {
        "services": sorted(uow.policy.services.values(), key=lambda s: (not s.core, s.name)), "now": uow.now,
        "live": live, "deploys": deploys, "probes": probes, "policy": uow.policy,
        "slos": slo_picture.shown(uow),
    }  # fmt: skip


def _settings(stanch: Stanch, actor: Actor) -> dict[str, Any]:
    """What is configured. Addresses, keys and passwords stay out."""
    settings = stanch.settings
    policy = stanch.application.whole_policy()
    with stanch.application.reading() as uow:
        copies, adapters = copies_of(uow, Copies()), integrations(uow, Integrations())
    return {
        "watched": settings.watchdog_every if settings.watchdog_url else 0,
        "url": settings.url(), "database": stanch.application.database.dialect, "data": str(settings.data),
        "keys": sorted(settings.intake_keys), "policy": policy,
        "ports": {title: [row for row in adapters if row.port == port] for port, title in PORTS.items()},
        "heeds": heeds(stanch.application),
        "unannounced": _unannounced(stanch, actor), "unfiled": _unfiled(stanch, actor),
        "audiences": _audiences(policy), "templates": previews(policy),
        "people": people.everybody(stanch.application.database), "copies": copies, "static_status": str(settings.static_status or ""),
        "reach": {name: [method.to.split(":", 1)[0] for method in c.methods()] for name, c in policy.contacts.items()},
    }  # fmt: skip


def _unfiled(stanch: Stanch, actor: Actor) -> list[str]:
    with stanch.application.reading(actor) as uow:
        return reading.troubles(uow)


def _audiences(policy: Policy) -> list[tuple[str, str, str]]:
    """Each audience, how often it hears by severity, and who is told."""
    found: list[tuple[str, str, str]] = []
    for name in AUDIENCES:
        every = {severity: policy.update_every(name, severity) for severity in policy.severities}
        said = [f"{severity} every {spell(span)}" for severity, span in every.items() if span]
        told = [shown_target(policy, target) for target in policy.audiences.of(name).to]
        found.append((name, ", ".join(said), ", ".join(told)))
    return found


def _unannounced(stanch: Stanch, actor: Actor) -> list[str]:
    with stanch.application.reading(actor) as uow:
        return announcing.troubles(uow)
