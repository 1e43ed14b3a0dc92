"""Alerts whose sender says their status: Alertmanager's webhook, and Grafana's, which has the same keys (formats/01)."""

from hashlib import sha256
from typing import NoReturn, TypeVar

import msgspec

from stanch.ports import Alert
from stanch.ports.json_fields import NUL, UNREADABLE, clean_all, link, moment


class Told(msgspec.Struct, rename={"starts_at": "startsAt", "ends_at": "endsAt", "link": "generatorURL"}, gc=False):
    """One element of ``alerts``; what is not named here is skipped, new keys come with minor versions."""

    status: str | None = None
    labels: dict[str, str] | None = None
    annotations: dict[str, str] | None = None
    starts_at: str | None = None
    ends_at: str | None = None
    link: str | None = None
    fingerprint: str | None = None


class Grouped(msgspec.Struct, rename={"group_key": "groupKey", "group_labels": "groupLabels"}):
    """What both senders say of the alerts together."""

    alerts: list[Told] | None = None
    receiver: str | None = None
    group_key: str | None = None
    group_labels: dict[str, str] | None = None

    def group(self) -> str:
        """What was grouped on purpose: a route that groups by nothing puts unrelated alerts together, and says nothing.

        The key does not hold the receiver and can be thousands of characters long (formats/01), so both are hashed.
        """
        if not self.group_labels:
            return ""
        return sha256(f"{self.receiver}\n{self.group_key}".encode("utf-8", "replace")).hexdigest()


Webhook = TypeVar("Webhook")


def decode(decoder: msgspec.json.Decoder[Webhook], body: bytes, what: str) -> Webhook:
    """The body in one go. Raises ``ValueError``: where it is wrong, and ``what`` to send."""
    try:
        return decoder.decode(body)
    except msgspec.ValidationError as error:
        text = str(error).replace("`$.", "`")
        raise ValueError(f"{text}; send {what} unchanged") from None
    except UNREADABLE as error:
        raise ValueError(f"the body is not JSON ({error}); send {what} unchanged") from None


def read_told(position: int, told: Told, now: int, what: str, group: str = "") -> Alert:
    """One alert; ``now`` stands in for moments that are not set. The status is the sender's, never our clock's.

    Raises ``ValueError`` with its place in ``alerts``, and ``what`` to send.
    """
    labels = clean_all(told.labels) if told.labels is not None else _missing(position, "labels", what)
    fingerprint = (told.fingerprint or "").replace(NUL, "") or _missing(position, "fingerprint", what)
    if told.status not in ("firing", "resolved"):
        raise ValueError(f"alerts[{position}].status is {told.status!r}; write 'firing' or 'resolved'")
    starts_at = _when(position, "startsAt", told.starts_at)
    ends_at = _when(position, "endsAt", told.ends_at)
    firing = told.status == "firing"
    if not firing and ends_at is None:
        ends_at = now
    return Alert(
        fingerprint=fingerprint,
        name=labels.get("alertname") or "unnamed alert",
        firing=firing,
        starts_at=starts_at if starts_at is not None else (now if ends_at is None else min(ends_at, now)),
        ends_at=None if firing else ends_at,
        labels=labels,
        annotations=clean_all(told.annotations or {}),
        link=link(told.link),
        group=group,
    )


def _when(position: int, key: str, text: str | None) -> int | None:
    try:
        return moment(text)
    except ValueError as error:
        raise ValueError(f"alerts[{position}].{key}: {error}") from None


def _missing(position: int, key: str, what: str) -> NoReturn:
    raise ValueError(f"alerts[{position}].{key} is missing; send {what} unchanged")
