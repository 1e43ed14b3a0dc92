"""The page as JSON in Statuspage's API v2, complete (formats/04, formats/18). Pure."""

from typing import Any

import msgspec

from stanch.communicate.page.language import language_of
from stanch.communicate.page.posts import identity
from stanch.communicate.page.rollup import DESCRIPTIONS, overall
from stanch.communicate.page.snapshot import Component, Document, Event, Incident, Maintenance, Post, Snapshot, worst
from stanch.kernel.clock import day, iso

Json = dict[str, Any]
NEWEST = 50
MEDIA_TYPE = "application/json; charset=utf-8"


def documents(snapshot: Snapshot) -> dict[str, Document]:
    """Every address below ``api/v2/``, and its body."""
    components = _components(snapshot)
    incidents = [_incident(each, snapshot) for each in snapshot.incidents[:NEWEST]]
    live = [_incident(each, snapshot) for each in snapshot.live()]
    works = [_maintenance(each, snapshot) for each in snapshot.maintenances[:NEWEST]]
    upcoming = [_maintenance(each, snapshot) for each in snapshot.planned()]
    active = [_maintenance(each, snapshot) for each in snapshot.under_way()]
    status = {"status": status_of(snapshot)}
    found: dict[str, Json] = {
        "summary": {
            "components": components, "incidents": live, "scheduled_maintenances": [*active, *upcoming], **status,
        },
        "status": status,
        "components": {"components": components},
        "incidents": {"incidents": incidents},
        "incidents/unresolved": {"incidents": live},
        "scheduled-maintenances": {"scheduled_maintenances": works},
        "scheduled-maintenances/upcoming": {"scheduled_maintenances": upcoming},
        "scheduled-maintenances/active": {"scheduled_maintenances": active},
    }  # fmt: skip
    page = page_of(snapshot)
    return {f"api/v2/{name}.json": _document({"page": page, **body}) for name, body in found.items()} | {
        f"api/v2/incidents/{each['id']}.json": _document(each) for each in incidents
    }


def further_pages(snapshot: Snapshot) -> dict[str, list[Document]]:
    """What ``?page=2`` and later answer: clients walk pages of fifty until one is empty (formats/18, 18.1)."""
    page, found = page_of(snapshot), {}
    for name, key, events in (
        ("incidents", "incidents", snapshot.incidents),
        ("scheduled-maintenances", "scheduled_maintenances", snapshot.maintenances),
    ):
        rest = [event_of(each, snapshot) for each in events[NEWEST:]]
        parts = [rest[start : start + NEWEST] for start in range(0, len(rest), NEWEST)]
        found[f"api/v2/{name}.json"] = [_document({"page": page, key: part}) for part in [*parts, []]]
    return found


def page_of(snapshot: Snapshot) -> Json:
    """The ``page`` object."""
    return {
        "id": identity(snapshot.url), "name": snapshot.page.title, "url": snapshot.url,
        "time_zone": "Etc/UTC" if snapshot.page.time_zone == "UTC" else snapshot.page.time_zone,
        "updated_at": iso(snapshot.updated_at()),
    }  # fmt: skip


def status_of(snapshot: Snapshot) -> Json:
    """The page in one word, in English: programs read it."""
    indicator, description = DESCRIPTIONS[overall(snapshot)]
    return {"indicator": indicator, "description": description}


def event_of(event: Event, snapshot: Snapshot) -> Json:
    """An incident or a maintenance as the API and the webhooks write it."""
    return _incident(event, snapshot) if isinstance(event, Incident) else _maintenance(event, snapshot)  # type: ignore[arg-type]


def component_of(component: Component, snapshot: Snapshot, position: int = 1) -> Json:
    """A component that is no group."""
    return {
        "id": component.id, "name": component.name, "status": component.state, "created_at": iso(component.since),
        "updated_at": iso(max(component.changed_at, component.since)), "position": position,
        "description": component.note or None, "showcase": True, "start_date": day(component.since),
        "group_id": identity(f"group/{component.group}") if component.group else None, "page_id": identity(snapshot.url),
        "group": False, "only_show_if_degraded": False,
    }  # fmt: skip


def _components(snapshot: Snapshot) -> list[Json]:
    found: list[Json] = []
    for number, (group, members) in enumerate(snapshot.groups(), 1):
        rows = [component_of(each, snapshot, position) for position, each in enumerate(members, 1)]
        if group:
            found.append(
                {
                    "id": identity(f"group/{group}"), "name": group, "status": worst([each.state for each in members]),
                    "created_at": iso(min(each.since for each in members)),
                    "updated_at": iso(max(max(each.changed_at, each.since) for each in members)),
                    "position": number, "description": None, "showcase": False, "start_date": None, "group_id": None,
                    "page_id": identity(snapshot.url), "group": True, "only_show_if_degraded": False,
                    "components": [each.id for each in members],
                }
            )  # fmt: skip
        found += rows
    return found


def _update(post: Post, event: Event, snapshot: Snapshot) -> Json:
    return {
        "id": post.id, "status": _api_state(post.state), "body": post.text, "incident_id": api_id(event),
        "created_at": iso(post.recorded_at), "updated_at": iso(post.corrected_at or post.recorded_at), "display_at": iso(post.at),
        "affected_components": [_affected(post, snapshot, change) for change in post.changes] or None,
        "deliver_notifications": True, "custom_tweet": None, "tweet_id": None,
    }  # fmt: skip


def _affected(post: Post, snapshot: Snapshot, change: Any) -> Json:
    component = snapshot.component(change.component)
    name = component.name if component else change.component
    return {
        "code": change.component, "name": f"{component.group} - {name}" if component and component.group else name,
        "old_status": change.old, "new_status": change.new,
    }  # fmt: skip


def _common(event: Event, snapshot: Snapshot) -> Json:
    return {
        "id": api_id(event), "name": language_of(snapshot).title(event), "page_id": identity(snapshot.url),
        "status": _api_state(event.state), "created_at": iso(event.created_at), "updated_at": iso(event.updated_at),
        "shortlink": link(event, snapshot),
        "incident_updates": [_update(post, event, snapshot) for post in event.posts],
        "components": [
            component_of(each, snapshot) for each in snapshot.components if each.id in event.components
        ],
    }  # fmt: skip


def _incident(incident: Incident, snapshot: Snapshot) -> Json:
    return {
        **_common(incident, snapshot), "started_at": iso(incident.started_at), "monitoring_at": _moment(incident.monitoring_at),
        "resolved_at": _moment(incident.resolved_at), "impact": incident.impact, "reminder_intervals": None,
    }  # fmt: skip


def _maintenance(each: Maintenance, snapshot: Snapshot) -> Json:
    done = each.posts[0].at if not each.live() else None
    return {
        **_common(each, snapshot), "started_at": iso(each.created_at), "monitoring_at": None, "resolved_at": _moment(done),
        "impact": "maintenance", "reminder_intervals": None, "scheduled_for": iso(each.starts_at),
        "scheduled_until": iso(each.ends_at),
    }  # fmt: skip


def api_id(event: Event) -> str:
    """Only small letters and digits: it stands in addresses and in ids of the DOM."""
    return "".join(char for char in event.id.lower() if char.isalnum())


def link(event: Event, snapshot: Snapshot) -> str:
    """The absolute address of its page."""
    return f"{snapshot.url}/incidents/{event.id}.html"


def postmortem_link(event: Event, snapshot: Snapshot) -> str:
    """The absolute address of its postmortem."""
    return f"{snapshot.url}/incidents/{event.id}/postmortem.html"


def _api_state(state: str) -> str:
    return "completed" if state == "cancelled" else state  # the format has no word for it (formats/18, 18.4)


def _moment(moment: int | None) -> str | None:
    return None if moment is None else iso(moment)


def _document(body: Json) -> Document:
    return Document(msgspec.json.encode(body), MEDIA_TYPE)
