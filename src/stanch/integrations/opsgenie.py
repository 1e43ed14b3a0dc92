"""Reads Opsgenie's Alert API and heartbeat pings (formats/03), so that senders only change their address."""

import hashlib
from typing import Any

import msgspec

from stanch.ports import Acknowledgement, Alert, Beat, NativeSource, Post, Received
from stanch.ports.integration import Integration
from stanch.ports.json_fields import clean, flatten, json_object, link, words
from stanch.ports.request_head import RequestHead, read_about

# P3 is Opsgenie's default priority and notifies people, so it pages here too.
SEVERITIES = {"P1": "critical", "P2": "error", "P3": "error", "P4": "warning", "P5": "info"}
DEFAULT_PRIORITY = "P3"
LIMITS = {"message": 130, "alias": 512, "description": 15000, "entity": 512, "source": 100, "user": 100, "note": 25000}
LISTS = {"responders": (50, 0), "visibleTo": (50, 0), "actions": (10, 50), "tags": (20, 50)}
DETAILS = 8000
NAME = 200
REQUIRED = {
    "snooze": "endTime",
    "escalate": "escalation",
    "assign": "owner",
    "notes": "note",
    "tags": "tags",
    "details": "details",
    "responders": "responder",
    "teams": "team",
    "message": "message",
    "description": "description",
    "priority": "priority",
}
WHAT = "a request of Opsgenie's Alert API"


class Settings(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Nothing to set: the API key is the integration key."""


class Opsgenie:
    """The source of calls below ``/v2/alerts`` and ``/v2/heartbeats``; method and path are taken from ``about``.

    The fingerprint of an alert is its alias. A call that names an alert otherwise, and whose alias the intake could not
    find, has the fingerprint ``id:<id>`` or ``tiny:<number>``, which belongs to none.
    """

    name: str = "opsgenie"

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def read(self, post: Post) -> tuple[list[Received], list[str]]:
        """What the call means; notes, tags, changed texts and an undone acknowledgement say nothing about a signal.

        Raises ``ValueError`` when the body is no JSON object, or the path is none of Opsgenie's.
        """
        asked = read_about(post.about)
        if beat := heartbeat_name(asked):
            return [Beat(beat)], []
        body = _object(post.body)
        steps = _steps(asked)
        if not steps:
            return [_created(body, post)], []
        fingerprint = _fingerprint(steps[0], asked.query.get("identifierType", "id"))
        action = steps[1] if len(steps) > 1 else ""
        if action == "close" or (not action and asked.method == "DELETE"):
            return [_closed(fingerprint, post.received_at)], []
        if action == "acknowledge":
            return [Acknowledgement(fingerprint, words(body.get("user"), NAME))], []
        return [], []

    def check(self, post: Post) -> list[str]:
        """What is wrong, a sentence for each field, for the 422 answer; 400 where the body is no JSON."""
        asked = read_about(post.about)
        try:
            return [f"{field}: {text}" for field, text in check(asked.path, post.body, asked.method)]
        except ValueError as error:
            return [f"The body is not a JSON object: {error}."]


def build(settings: Settings) -> NativeSource:
    """For the scanner in main."""
    return Opsgenie(settings)


def alias_of(body: bytes, received_at: int) -> str:
    """The alias of a new alert: the sender's, else one made of body and moment, the same whenever it is read again."""
    given = _object(body).get("alias")
    if isinstance(given, str) and clean(given).strip():
        return clean(given)[: LIMITS["alias"]]
    return hashlib.sha256(str(received_at).encode() + b"\n" + body).hexdigest()[:32]


def heartbeat_name(asked: RequestHead) -> str:
    """The heartbeat that is pinged, or the empty string: ``/v2/heartbeats/NAME/ping``, or ``heartbeats/ping?name=``."""
    steps = asked.after("/heartbeats/")
    if len(steps) == 2 and steps[1] == "ping":
        return steps[0]
    return asked.query.get("name", "") if steps == ["ping"] else ""


def check(path: str, body: bytes, method: str = "POST") -> list[tuple[str, str]]:
    """Fields and what is wrong with them, for the 422 answer; empty when Opsgenie would accept it (3.2 to 3.4).

    Raises ``ValueError`` when the body is not a JSON object, which Opsgenie answers with 400.
    """
    read = _object(body)
    steps = _steps(RequestHead(path=path.partition("?")[0]))
    wrong = []
    needed = REQUIRED.get(steps[1], "") if len(steps) > 1 else "" if steps else "message"
    if method == "DELETE":
        needed = ""  # what to remove is in the query
    if needed and read.get(needed) in (None, "", [], {}):
        wrong.append((needed, f"{needed.capitalize()} can not be empty."))
    if read.get("priority") not in (None, "", *SEVERITIES):
        wrong.append(("priority", "Priority must be one of [P1, P2, P3, P4, P5]."))
    return wrong + _too_long(read)


def _steps(asked: RequestHead) -> list[str]:
    """What follows ``/v2/alerts``: nothing for a new alert, else its identifier and the action."""
    if not asked.path or asked.path.rstrip("/").endswith("/v2/alerts"):
        return []
    steps = asked.after("/v2/alerts/")
    if not steps:
        raise ValueError(f"{words(asked.path, 100)!r} is no path of Opsgenie's alerts; send to /v2/alerts")
    return steps


def _too_long(read: dict[str, Any]) -> list[tuple[str, str]]:
    wrong = []
    for field, limit in LIMITS.items():
        value = read.get(field)
        if value is not None and not isinstance(value, str):
            wrong.append((field, f"{field.capitalize()} must be a text."))
        elif value and len(value) > limit:
            wrong.append((field, f"{field.capitalize()} can not be longer than {limit} characters."))
    for field, (most, each) in LISTS.items():
        value = read.get(field)
        if isinstance(value, list) and len(value) > most:
            wrong.append((field, f"{field.capitalize()} can not have more than {most} elements."))
        elif isinstance(value, list) and each and any(isinstance(one, str) and len(one) > each for one in value):
            wrong.append((field, f"{field.capitalize()} can not have elements longer than {each} characters."))
    details = read.get("details")
    if isinstance(details, dict) and sum(len(k) + len(v) for k, v in details.items() if isinstance(v, str)) > DETAILS:
        wrong.append(("details", f"Details can not be longer than {DETAILS} characters in all."))
    return wrong


def _object(body: bytes) -> dict[str, Any]:
    """Closing and acknowledging come without a body, too."""
    return json_object(body, WHAT) if body.strip() else {}


def _fingerprint(identifier: str, kind: str) -> str:
    if not identifier:
        raise ValueError("the path names no alert; write its identifier after /v2/alerts/")
    if kind == "alias":
        return identifier[: LIMITS["alias"]]
    if kind in ("id", "tiny"):
        return f"{kind}:{identifier}"
    raise ValueError(f"identifierType is {words(kind, 40)!r}; write 'id', 'tiny' or 'alias'")


def _closed(fingerprint: str, now: int) -> Alert:
    return Alert(fingerprint=fingerprint, name="", firing=False, starts_at=now, ends_at=now, labels={}, annotations={})


def _created(body: dict[str, Any], post: Post) -> Alert:
    message = words(body.get("message"), NAME)
    if not message:
        raise ValueError("message is missing or blank; say in a sentence what is wrong")
    details = body.get("details")
    details = details if isinstance(details, dict) else {}
    annotations = flatten(details) | {
        field: text for field in ("description", "note", "user") if (text := words(body.get(field), 4000))
    }
    return Alert(
        fingerprint=alias_of(post.body, post.received_at),
        name=message,
        firing=True,
        starts_at=post.received_at,
        ends_at=None,
        labels=_labels(body, details),
        annotations=annotations | {"summary": message},
        link=link(details.get("url"), details.get("link"), body.get("source")),
    )


def _labels(body: dict[str, Any], details: dict[Any, Any]) -> dict[str, str]:
    """The service is ``details.service``, else the entity; responders and tags stay to match rules by."""
    priority = body.get("priority")
    priority = priority if isinstance(priority, str) and priority in SEVERITIES else DEFAULT_PRIORITY
    tags = body.get("tags")
    responders = body.get("responders") or body.get("teams")
    labels = {
        "severity": SEVERITIES[priority],
        "priority": priority,
        "service": words(details.get("service") or body.get("entity"), NAME),
        "entity": words(body.get("entity"), NAME),
        "source": words(body.get("source"), NAME),
        "tags": ",".join(words(tag, 50) for tag in tags[:20]) if isinstance(tags, list) else "",
        "responders": ",".join(_responder(each) for each in responders[:50]) if isinstance(responders, list) else "",
    }
    return {name: text for name, text in labels.items() if text}


def _responder(responder: object) -> str:
    if not isinstance(responder, dict):
        return words(responder, 100)
    return words(responder.get("name") or responder.get("username") or responder.get("id"), 100)


INTEGRATION = Integration("Opsgenie Alert API", "sources", Settings, build, ("answers",))
