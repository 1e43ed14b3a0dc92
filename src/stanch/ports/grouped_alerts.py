"""Alerts whose sender says their status: Alertmanager's webhook, and Grafana's, which has the same keys (formats/01)."""

from hashlib import sha256
from typing import Any, TypeVar

import msgspec

from stanch.ports import Alert
from stanch.ports.json_fields import NUL, UNREADABLE, clean, clean_all, kind, link, loose_moment, read_json, words
from stanch.ports.label_fingerprint import fingerprint
from stanch.ports.state_words import is_firing

LEFT_OUT = "truncated"


class WebhookAlert(
    msgspec.Struct, rename={"starts_at": "startsAt", "ends_at": "endsAt", "link": "generatorURL"}, gc=False
):
    """One element of ``alerts``; what is not named here is skipped, new keys come with minor versions."""

    status: str | None = None
    labels: dict[str, str] | None = None
    annotations: dict[str, str] | None = None
    starts_at: str | None = None
    ends_at: str | None = None
    link: str | None = None
    fingerprint: str | None = None


class Grouped(
    msgspec.Struct,
    rename={
        "group_key": "groupKey", "group_labels": "groupLabels", "common_labels": "commonLabels", "truncated": "truncatedAlerts",
    },
):  # fmt: skip
    """What both senders say of the alerts together."""

    alerts: list[WebhookAlert] | None = None
    status: str | None = None
    receiver: str | None = None
    group_key: str | None = None
    group_labels: dict[str, str] | None = None
    common_labels: dict[str, str] | None = None
    truncated: int | None = None

    def group(self) -> str:
        """What was grouped on purpose: a route that groups by nothing puts unrelated alerts together, and says nothing.

        The key does not hold the receiver and can be thousands of characters long (formats/01), so both are hashed.
        """
        if not self.group_labels:
            return ""
        return sha256(f"{self.receiver}\n{self.group_key}".encode("utf-8", "replace")).hexdigest()


Webhook = TypeVar("Webhook", bound=Grouped)
Struct = TypeVar("Struct", bound=msgspec.Struct)


def decode(shape: type[Webhook], told: type[WebhookAlert], body: bytes, what: str) -> tuple[Webhook, list[str]]:
    """The body, and a sentence for each malformed part, which is skipped.

    Raises ``ValueError`` saying ``what`` to send, when there are no alerts in it.
    """
    try:
        webhook = msgspec.json.decode(body, type=shape)
    except UNREADABLE:
        webhook, notes = _by_parts(shape, told, body, what)
    else:
        notes = []
    if webhook.alerts is None:
        raise ValueError(f"alerts is missing, this is not {what}; remove the 'payload:' option or the custom payload")
    if webhook.truncated and webhook.truncated > 0:
        notes.append(f"{_left_out(webhook.truncated)}, whose max_alerts is smaller than the group")
    return webhook, notes


def loosely(shape: type[Struct], piece: dict[str, Any], place: str, notes: list[str]) -> Struct:
    """An object as far as it can be read: a null is left out, a number becomes text, and each gets a sentence."""
    found: dict[str, Any] = {}
    for field in msgspec.structs.fields(shape):
        value, where = piece.get(field.encode_name), f"{place}.{field.encode_name}"
        if value is None or field.name == "alerts":
            continue
        if field.type == int | None:
            found[field.name] = int(value) if str(value).isdecimal() else 0
        elif field.type == dict[str, str] | None:
            found[field.name] = _texts(value, where, notes)
        elif field.type == Any or isinstance(value, str):
            found[field.name] = value
        else:
            notes.append(f"{where} is {kind(value)}, not a text")
            found[field.name] = words(value)
    return shape(**found)


def read_told(told: WebhookAlert, place: str, now: int, webhook: Grouped, notes: list[str]) -> Alert:
    """One alert; ``now`` stands in for moments that are not set. The status is the sender's, never our clock's."""
    labels = clean_all(told.labels if told.labels is not None else _common(webhook, place, notes))
    starts_at, ends_at = (
        _when(f"{place}.startsAt", told.starts_at, notes),
        _when(f"{place}.endsAt", told.ends_at, notes),
    )
    firing = _firing(told, place, webhook, ends_at, now, notes)
    if not firing and ends_at is None:
        ends_at = now
    annotations = clean_all(told.annotations or {})
    if webhook.truncated and webhook.truncated > 0:
        annotations |= {LEFT_OUT: _left_out(webhook.truncated)}
    given = (told.fingerprint or "").replace(NUL, "").strip()
    return Alert(
        fingerprint=given or (fingerprint(labels) if labels else sha256(msgspec.json.encode(told)).hexdigest()[:16]),
        name=labels.get("alertname") or "unnamed alert",
        firing=firing,
        starts_at=starts_at if starts_at is not None else (now if ends_at is None else min(ends_at, now)),
        ends_at=None if firing else ends_at,
        labels=labels,
        annotations=annotations,
        link=link(told.link),
        group=webhook.group(),
    )


def _by_parts(shape: type[Webhook], told: type[WebhookAlert], body: bytes, what: str) -> tuple[Webhook, list[str]]:
    """When the whole does not fit: each alert on its own."""
    document, notes = read_json(body, f"{what} unchanged")
    if isinstance(document, list):
        notes.append(f"the body is an array; send {what} unchanged")
        document = {"alerts": document}
    if not isinstance(document, dict):
        raise ValueError(f"the body is {kind(document)}, not an object; send {what} unchanged")
    webhook = loosely(shape, document, "the body", notes)
    alerts = document.get("alerts")
    if isinstance(alerts, dict):
        notes.append("alerts is one object, not an array")
    pieces = [alerts] if isinstance(alerts, dict) else alerts
    if isinstance(pieces, list):
        webhook.alerts = []
        for position, piece in enumerate(pieces):
            place = f"alerts[{position}]"
            if isinstance(piece, dict):
                webhook.alerts.append(loosely(told, piece, place, notes))
            else:
                notes.append(f"{place} is {kind(piece)}; send {what} unchanged")
    return webhook, notes


def _texts(value: object, place: str, notes: list[str]) -> dict[str, str]:
    if not isinstance(value, dict):
        notes.append(f"{place} is {kind(value)}, not an object")
        return {}
    texts = {}
    for name, text in value.items():
        if text is None:
            notes.append(f"{place}.{words(name, 60)} is null and was left out")
            continue
        if not isinstance(text, str):
            notes.append(f"{place}.{words(name, 60)} is {kind(text)} and was taken as text")
        texts[clean(str(name))] = clean(text) if isinstance(text, str) else words(text)
    return texts


def _common(webhook: Grouped, place: str, notes: list[str]) -> dict[str, str]:
    """What all alerts of the message have in common, for one that says nothing of its own."""
    notes.append(f"{place}.labels is missing; those of the whole message were taken")
    return (webhook.common_labels or {}) | (webhook.group_labels or {})


def _firing(told: WebhookAlert, place: str, webhook: Grouped, ends_at: int | None, now: int, notes: list[str]) -> bool:
    if told.status in ("firing", "resolved"):
        return told.status == "firing"
    said = is_firing(told.status)
    if said is None and told.status:
        notes.append(f"{place}.status is {words(told.status, 40)!r}, which is no status; it was taken as firing")
        return True
    if said is None:
        said = is_firing(webhook.status)
    if said is None:
        said = ends_at is None or ends_at > now
    notes.append(f"{place}.status is {told.status!r}; it was taken as {'firing' if said else 'resolved'}")
    return said


def _when(place: str, text: str | None, notes: list[str]) -> int | None:
    """A time that cannot be read is reported in a sentence; the alert is kept."""
    try:
        return loose_moment(text)
    except ValueError as error:
        notes.append(f"{place}: {error}; the moment of receipt was taken")
        return None


def _left_out(number: int) -> str:
    return f"{number} more {'alert' if number == 1 else 'alerts'} of this group {'was' if number == 1 else 'were'} left out by the sender"
