"""Derives a stable identity from an unknown JSON object: two things never share one, and an end matches only its own (R1).

In this order: a key of the alert's own (``alert_uid``, ``incident.id``); ids of what is watched (``monitor_id``) together with
what else tells two alerts of it apart; title and place; else a digest of the whole body, which nothing else has.
"""

import hashlib
import re
from typing import Any

import msgspec

from stanch.ports.json_fields import words
from stanch.ports.state_words import plain, title_and_state

KEY = 255
# A key that is the alert's own. In front: what was made to be one.
_MADE = (
    "dedupkey", "deduplicationkey", "dedup", "fingerprint", "alias", "incidentkey", "alertkey", "alertuid", "alertid", "alertcyclekey",
    "incidentid", "incidentuid", "alarmid", "alarmarn", "problemid", "problemuid", "issueid", "aggregationkey", "aggregkey",
    "groupkey", "correlationkey", "uid", "uuid", "guid", "id", "key",
)  # fmt: skip
_ALERT = ("alert", "incident", "alarm", "problem", "issue")
_ID = re.compile(r"(.*?)(uid|uuid|guid|id|key|arn|fingerprint)")
# Ids of whom it belongs to, of what many alerts share, and of one message: two alerts can have the same, or one alert many.
_SHARED_WORDS = (
    "org organization organisation account tenant team user customer company workspace group owner client subscription project "
    "environment env region zone datacenter site channel receiver integration routing api license version schema parent dashboard "
    "panel template type category class author assignee creator sender source vendor product app application topic topicarn"
)
_PER_MESSAGE_WORDS = (
    "message msg request trace span notification delivery transaction attempt run sequence seq log heartbeat session hook webhook "
    "invocation correlation execution batch record nonce phone line build job"
)
_SHARED, _PER_MESSAGE = frozenset(_SHARED_WORDS.split()), frozenset(_PER_MESSAGE_WORDS.split())
# Many alerts have one rule; those of one monitor differ by their place.
_RULE = frozenset(["rule", "policy", "condition", "query", "definition"])
_MONITOR = frozenset(["trigger", "check", "monitor", "probe"])
_EVENT = ("eventid", "eventuid")
# What tells two alerts of one title apart.
_PLACES = (
    "service", "servicename", "app", "application", "component", "project", "host", "hostname", "hostalias", "servicedesc", "instance",
    "node", "device", "target", "resource", "resourcename", "resourceid", "object", "entity", "pod", "container", "namespace",
    "cluster", "environment", "env", "region", "zone", "site", "datacenter", "job", "monitor", "check", "interface", "port", "ip",
    "address", "scope", "alertscope", "disk", "volume", "database", "db", "queue", "topic", "tenant", "account", "labels", "tags", "dimensions", "metric",
)  # fmt: skip


def guess_identity(element: dict[str, Any], title: str, service: str = "") -> str:
    """The key of an alert. ``title`` is empty where it has none; ``service`` is what a mapping said beside the keys."""
    ids = _ids(element, ())
    if own := _own(ids):
        return own
    event = next((ids.pop(path) for path in sorted(ids) if path[-1] in _EVENT), "")
    stems = {_stem(path) for path in ids}
    if ids and not stems <= _RULE:
        return _digest([sorted(ids.items()), *(_places(element, service) if stems <= _RULE | _MONITOR else ())])
    if event:
        return event
    if not ids and not title:
        return _digest(element)
    return _digest([title_and_state(title)[0], sorted(ids.items()), *_places(element, service)])


def guess_key(element: dict[str, Any]) -> str:
    """The key of the alert's own; empty without one."""
    return _own(_ids(element, ()))


def _own(ids: dict[tuple[str, ...], str]) -> str:
    made = next((ids[made,] for made in _MADE if (made,) in ids), "")
    own = [path for path in ids if _stem(path) in _ALERT]
    return made or (ids[min(own, key=lambda path: (len(path), path))] if own else "")


def _ids(element: dict[str, Any], above: tuple[str, ...]) -> dict[tuple[str, ...], str]:
    """Every id in it, up to two levels down, by its path of keys."""
    found: dict[tuple[str, ...], str] = {}
    for key, value in element.items():
        name = plain(key)
        if isinstance(value, dict) and len(above) < 2 and name not in _SHARED | _PER_MESSAGE:
            found |= _ids(value, (*above, name))
        elif isinstance(value, str | int) and not isinstance(value, bool) and _ID.fullmatch(name):
            path = (*above, name)
            text = words(value, 1000).strip()
            if text and _stem(path) not in _SHARED | _PER_MESSAGE:
                found[path] = text if len(text) <= KEY else _digest(text)
    return found


def _stem(path: tuple[str, ...]) -> str:
    """What an id is the id of: ``monitor`` of ``monitor_id`` and of ``monitor.id``."""
    match = _ID.fullmatch(path[-1])
    stem = match.group(1) if match else path[-1]
    return stem or (path[-2] if len(path) > 1 else "")


def _places(element: dict[str, Any], service: str) -> list[tuple[str, str]]:
    known: dict[str, Any] = {plain(key): value for key, value in element.items()}
    told = [(place, known[place]) for place in _PLACES if isinstance(known.get(place), str | list | dict)]
    return [("", service), *((place, words(value, 1000)) for place, value in told if value)]


def _digest(told: Any) -> str:
    try:
        body = msgspec.json.encode(told, order="deterministic")
    except (TypeError, ValueError, OverflowError, RecursionError):
        body = repr(told)[:100_000].encode("utf-8", "replace")
    return hashlib.sha256(body).hexdigest()[:32]
