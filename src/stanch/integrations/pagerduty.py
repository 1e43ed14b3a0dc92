"""Reads PagerDuty's Events API v2 and its change events (formats/02), so that senders only change their address."""

from typing import Any

import msgspec

from stanch.ports import Acknowledgement, Alert, ChangeEvent, NativeSource, Post, Received
from stanch.ports.integration import Integration
from stanch.ports.json_fields import CUT, clean, flatten, json_object, link, loose_moment, words
from stanch.ports.request_head import read_about

CHANGE_PATH = "/change/enqueue"
SUMMARY = 1024
NAME = 200
KEY = 255
LINKS = 20
ACTIONS = ("trigger", "acknowledge", "resolve")
SEVERITIES = ("critical", "warning", "error", "info")
LABELS = ("class", "component", "group", "source")
RELEASE_KEYS = ("version", "release", "revision", "tag")
WHAT = "an event of PagerDuty's Events API v2"


class Settings(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Nothing to set: the routing key is the integration key."""


class PagerDuty:
    """The source of events for ``/v2/enqueue`` and ``/v2/change/enqueue``; the path is taken from ``about``."""

    name: str = "pagerduty"

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def read(self, post: Post) -> tuple[list[Received], list[str]]:
        """One event. An event that ``check`` would refuse is read as far as possible, so that no alert is lost.

        Raises ``ValueError`` when the body is no event, or when ``dedup_key`` is missing (the intake adds one).
        """
        body = json_object(post.body, WHAT)
        errors: list[str] = []
        if read_about(post.about).path.endswith(CHANGE_PATH):
            return [_change(body, post, errors)], errors
        key = clean(body["dedup_key"])[:KEY] if isinstance(body.get("dedup_key"), str) else ""
        if not key:
            raise ValueError("dedup_key is missing or blank; send the key that names this alert")
        action = body.get("event_action")
        if action == "trigger":
            return [_trigger(body, key, post, errors)], errors
        if action == "acknowledge":
            return [Acknowledgement(key, words(body.get("client"), NAME))], []
        if action == "resolve":
            return [_resolved(key, post.received_at)], []
        raise ValueError(f"event_action is {words(action, 40)!r}; write 'trigger', 'acknowledge' or 'resolve'")

    def check(self, post: Post) -> list[str]:
        """PagerDuty's sentences for its 400 answer; who sends is known already."""
        try:
            return check(post.body, change=read_about(post.about).path.endswith(CHANGE_PATH), key_known=True)
        except ValueError as error:
            return [str(error)]


def build(settings: Settings) -> NativeSource:
    """For the scanner in main."""
    return PagerDuty(settings)


def check(body: bytes, *, change: bool = False, key_known: bool = False) -> list[str]:
    """PagerDuty's own sentences about what is wrong, for its 400 answer; empty when it would be accepted (2.2, 2.4).

    ``change``: the body came to ``/v2/change/enqueue``. ``key_known``: the routing key fits one of ours, whatever its
    length. A missing ``dedup_key`` of a trigger is fine, a long summary too. Raises ``ValueError`` when the body is not
    a JSON object: PagerDuty answers that with status ``Unrecognized object`` and ``JSON parse error``.
    """
    event = json_object(body, WHAT)
    wrong = [] if key_known else _routing_key(event.get("routing_key"))
    if change:
        return wrong + _payload(event.get("payload"), ("summary",))
    action = event.get("event_action")
    if _blank(action):
        wrong.append("'event_action' is missing or blank")
    elif action not in ACTIONS:
        wrong.append("'event_action' is invalid (must be one of the following: 'trigger', 'acknowledge' or 'resolve')")
    key = event.get("dedup_key")
    if action in ("acknowledge", "resolve") and _blank(key):
        wrong.append("'dedup_key' is missing or blank")
    if isinstance(key, str) and len(key) > KEY:
        wrong.append(f"Length of 'dedup_key' is incorrect (should be at most {KEY} characters)")
    elif key is not None and not isinstance(key, str):
        wrong.append("'dedup_key' is invalid (must be a string)")
    if action == "trigger":
        wrong += _payload(event.get("payload"), ("summary", "source", "severity"))
    return wrong


def _routing_key(key: object) -> list[str]:
    if _blank(key):
        return ["'routing_key' is missing or blank"]
    if not isinstance(key, str) or len(key) != 32:
        return ["Length of 'routing_key' is incorrect (should be 32 characters)"]
    return []


def _payload(payload: object, required: tuple[str, ...]) -> list[str]:
    if not isinstance(payload, dict):
        return ["'payload' is missing or blank"]
    wrong = [f"'payload.{field}' is missing or blank" for field in required if _blank(payload.get(field))]
    severity = payload.get("severity")
    if "severity" in required and not _blank(severity) and severity not in SEVERITIES:
        wrong.append(
            "'payload.severity' is invalid (must be one of the following: 'critical', 'warning', 'error' or 'info')"
        )
    return wrong


def _blank(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _trigger(body: dict[str, Any], key: str, post: Post, errors: list[str]) -> Alert:
    payload = _object(body.get("payload"))
    details = payload.get("custom_details")
    summary = words(payload.get("summary"), SUMMARY) or "event without a summary"
    links = _links(body.get("links"))
    return Alert(
        fingerprint=key,
        name=summary[:NAME],
        firing=True,
        starts_at=_when(payload, post.received_at, errors),
        ends_at=None,
        labels=_labels(payload, details),
        annotations=flatten(details)
        | {"summary": summary}
        | _present({"client": body.get("client"), "client_url": body.get("client_url"), "links": _listed(links)}),
        link=link(body.get("client_url"), *(each["href"] for each in links)),
    )


def _resolved(key: str, now: int) -> Alert:
    return Alert(fingerprint=key, name="", firing=False, starts_at=now, ends_at=now, labels={}, annotations={})


def _labels(payload: dict[str, Any], details: object) -> dict[str, str]:
    told = details.get("service") if isinstance(details, dict) else None
    service = payload.get("component") or payload.get("group") or (told if isinstance(told, str) else "")
    named = {label: payload.get(label) for label in LABELS}
    severity = words(payload.get("severity"), NAME).strip().lower()
    return _present(named | {"service": service, "severity": severity})


def _when(payload: dict[str, Any], now: int, errors: list[str]) -> int:
    """When it began; never after the receipt, or a resolution with our moment would seem older than the trigger."""
    try:
        at = loose_moment(payload.get("timestamp"))
    except ValueError as error:
        errors.append(f"payload.timestamp: {error}; the moment of receipt was taken")
        at = None
    return now if at is None else min(at, now)


def _links(links: object) -> list[dict[str, str]]:
    found = []
    for each in links[:LINKS] if isinstance(links, list) else []:
        if isinstance(each, dict) and link(each.get("href")):
            found.append({"href": link(each["href"]), "text": words(each.get("text"), NAME)})
    return found


def _listed(links: list[dict[str, str]]) -> str:
    return "\n".join(f"{each['text']} {each['href']}".strip() for each in links)


def _change(body: dict[str, Any], post: Post, errors: list[str]) -> ChangeEvent:
    payload = _object(body.get("payload"))
    details = _object(payload.get("custom_details"))
    summary = words(payload.get("summary"), SUMMARY)
    if not summary:
        raise ValueError("payload.summary is missing or blank; say in a sentence what was changed")
    release = next((words(details[key], NAME) for key in RELEASE_KEYS if details.get(key)), summary[:NAME])
    return ChangeEvent(
        service=words(details.get("service") or payload.get("source"), NAME),
        release=release,
        at=_when(payload, post.received_at, errors),
        summary=summary,
        author=words(details.get("author") or details.get("user"), NAME),
        link=link(*(each["href"] for each in _links(body.get("links")))),
    )


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _present(texts: dict[str, Any]) -> dict[str, str]:
    return {name: text for name, value in texts.items() if (text := words(value, CUT * 4))}


INTEGRATION = Integration("PagerDuty Events API v2", "sources", Settings, build, ("answers",))
