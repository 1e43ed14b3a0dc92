"""Reads what is public from the database, and says when it changed (R33, P6, P7).

The version in the database moves with every public change, in the same commit. A page is drawn as of the moment of that
change: each replica draws the same bytes, once for each version and never for a request.
"""

from contextlib import suppress
from pathlib import Path

import msgspec

from stanch.communicate.components import component_id, pages, shown
from stanch.communicate.page.posts import Written, fold, identity, state_of
from stanch.communicate.page.snapshot import Component, Incident, Learned, Snapshot, Span
from stanch.communicate.planned_work import maintenances
from stanch.communicate.status_version import announce, changed, version
from stanch.kernel.clock import DAY, HOUR
from stanch.kernel.policy import Policy
from stanch.kernel.status_page import StatusPage
from stanch.timeline.entries import Entry
from stanch.timeline.facts.communicate import WITHDRAWN, UpdatePosted
from stanch.timeline.facts.learn import PostmortemDecided, PostmortemHidden, PostmortemShown, PostmortemStage
from stanch.timeline.facts.recover import Reopened
from stanch.timeline.facts.respond import Amended, Redacted, ServiceAdded, ServiceRemoved
from stanch.timeline.record import Record
from stanch.timeline.store import read_of_many
from stanch.timeline.unit_of_work import UnitOfWork

# How far back a page goes, and its maximum of incidents: a page is always rendered whole.
HISTORY_DAYS, MOST, IMAGE_BYTES = 400, 500, 200_000
# Subscribers are not notified of posts that are dated further back than this.
NEWS = HOUR
# What a page is drawn from, and what ends the showing of a postmortem.
KINDS = (
    "update_posted",
    "amended",
    "postmortem_decided",
    "postmortem_shown",
    "postmortem_hidden",
    "postmortem_stage",
    "reopened",
    "redacted",
    "service_added",
    "service_removed",
)
Public = tuple[str, list[str], list[Written], Learned | None, bool]


def when_public(uow: UnitOfWork, entry: Entry, record: Record) -> None:
    """A reaction to entries that change what is public."""
    facts = entry.facts
    if isinstance(facts, UpdatePosted) and facts.audience != "public":
        return
    if record.private or not record.last_update("public"):
        return
    changed(uow)
    if isinstance(facts, UpdatePosted) and entry.recorded_at - entry.happened_at < NEWS:
        announce(uow, record.id, str(entry.position), identity(f"{record.id}/{entry.position}"))
    if isinstance(facts, Amended) and facts.tell:
        post = identity(f"{record.id}/{facts.position}")
        announce(uow, record.id, str(entry.position), post, about="correction")


def snapshots(uow: UnitOfWork, installation_url: str) -> list[Snapshot]:
    """Every page as of the last change, from one consistent look at the database."""
    policy, now = uow.policy, version(uow).changed_at
    written = _written(uow, now)
    known = {row["id"]: row["since"] for row in uow.tx.all("SELECT id, since FROM status_components")}
    found = []
    for number, (name, page) in enumerate(pages(policy).items()):
        services = shown(policy, page)
        names = {identity(service.public_name): service for service in services}
        incidents, spans = _incidents(policy, written, set(names), whole=not page.services)
        works, planned = maintenances(uow, set(names), now)
        spans += planned
        changed_at = {
            span.component: max(span.start, span.end or 0) for span in sorted(spans, key=lambda each: each.start)
        }
        components = [
            Component(
                key, service.public_name, service.public_group, service.public_note, state_of(key, spans), known.get(key, now),
                changed_at.get(key, 0),
            )
            for key, service in names.items()
        ]  # fmt: skip
        where = address(name, page, installation_url, first=number == 0)
        found.append(
            Snapshot(
                name,
                page,
                where,
                now,
                tuple(components),
                tuple(incidents),
                tuple(works),
                tuple(spans),
                f"{installation_url}/status{'' if number == 0 else f'/pages/{name}'}/subscribe",
            )
        )
    return found


def read_images(page: StatusPage) -> dict[str, bytes]:
    """The logo and the icon of a page; files that cannot be read are left out."""
    found = {}
    for kind in ("logo", "favicon"):
        path = getattr(page, kind)
        with suppress(OSError):
            if path and Path(path).stat().st_size <= IMAGE_BYTES:
                found[kind] = Path(path).read_bytes()
    return found


def address(name: str, page: StatusPage, installation_url: str, *, first: bool) -> str:
    """The absolute address of a page, without a slash at the end."""
    return page.url.rstrip("/") or f"{installation_url}/status{'' if first else f'/pages/{name}'}"


def _written(uow: UnitOfWork, now: int) -> list[Public]:
    """(incident, its services, its public posts, its postmortem, whether one may come) of everything that is not private, newest first."""
    rows = uow.tx.all(
        "SELECT i.id, i.service FROM incidents i WHERE i.private = 0 AND i.opened_at > :since AND EXISTS (SELECT 1 FROM entries e "
        "WHERE e.incident = i.id AND e.kind = 'update_posted' AND e.facts LIKE '%\"audience\":\"public\"%') "
        f"ORDER BY i.number DESC LIMIT {MOST}",
        since=now - HISTORY_DAYS * DAY,
    )
    entries = read_of_many(uow.tx, [row["id"] for row in rows], KINDS)
    return [
        (
            row["id"],
            _services(row["service"], own := entries.get(row["id"], [])),
            _posts(uow.policy, own),
            learned_of(own),
            _learning(own),
        )
        for row in rows
    ]


def _services(main: str, entries: list[Entry]) -> list[str]:
    """The services that an incident affects, the main one first."""
    found = [main]
    for entry in entries:
        if isinstance(entry.facts, ServiceAdded):
            found.append(entry.facts.service)
        elif isinstance(entry.facts, ServiceRemoved):
            found = [name for name in found if name in (main, "") or name != entry.facts.service]
    return [name for name in dict.fromkeys(found) if name]


def learned_of(entries: list[Entry]) -> Learned | None:
    """The postmortem that is public now: the last one that was shown, unless it was hidden, reopened or redacted since."""
    found = None
    for entry in entries:
        facts = entry.facts
        if isinstance(facts, PostmortemShown):
            found = Learned(entry.recorded_at, facts.sections) if facts.sections else None
        elif isinstance(facts, PostmortemHidden | Reopened | Redacted) or (
            isinstance(facts, PostmortemStage) and facts.reopened
        ):
            found = None
    return found


def _learning(entries: list[Entry]) -> bool:
    """Whether a postmortem may come: not where it was decided that a short review is enough."""
    decided = [each.facts.form for each in entries if isinstance(each.facts, PostmortemDecided)]
    return not decided or decided[-1] == "postmortem"


def _posts(policy: Policy, entries: list[Entry]) -> list[Written]:
    corrected = {
        x.facts.position: (WITHDRAWN if x.redacted else x.facts.text, x.recorded_at)
        for x in entries
        if isinstance(x.facts, Amended)
    }
    found = []
    for each in entries:
        facts = each.facts
        if isinstance(facts, UpdatePosted) and facts.audience == "public":
            text, corrected_at = corrected.get(each.position, (facts.text, None))
            components = {component_id(policy, name): state for name, state in facts.components.items()}
            components.pop("", None)
            found.append(
                Written(
                    each.position, each.happened_at, each.recorded_at, facts.state, text, facts.title, components,
                    facts.impact, facts.began_at, corrected_at, facts.link,
                )
            )  # fmt: skip
    return found


def _incidents(
    policy: Policy, written: list[Public], names: set[str], *, whole: bool
) -> tuple[list[Incident], list[Span]]:
    """Those that a page has components of; one that names none stands on every page that shows everything."""
    incidents, spans = [], []
    for incident, services, posts, learned, learning in written:
        if not posts:
            continue
        own = list(filter(None, (component_id(policy, name) for name in services)))
        about = next((policy.service(name).public_name for name in services if policy.service(name).public_name), "")
        found, its = fold(incident, about, own, posts, len(names))
        if not (names.intersection(found.components) or (whole and not found.components)):
            continue
        incidents.append(
            msgspec.structs.replace(
                found,
                components=tuple(each for each in found.components if each in names),
                learned=learned,
                learning=learning,
            )
        )
        spans += [span for span in its if span.component in names]
    return incidents, spans


def seed(uow: UnitOfWork) -> None:
    """At start and after a reload of the catalog: new components are recorded as known from now on, and the page is rendered again."""
    for service in uow.policy.services.values():
        if service.public_name:
            uow.tx.execute(
                "INSERT INTO status_components (id, since) VALUES (:id, :now) ON CONFLICT (id) DO NOTHING",
                id=identity(service.public_name),
                now=uow.now,
            )
    changed(uow)
