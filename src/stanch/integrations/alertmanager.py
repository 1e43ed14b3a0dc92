"""Reads Alertmanager's webhook (version "4") and Grafana's, which has the same base keys (formats/01, 1.1 and 1.3)."""

from functools import lru_cache
from hashlib import sha256
from typing import NoReturn

import msgspec

from stanch.kernel.clock import parse_moment
from stanch.ports import Alert, Post, Received, Source

PORT = "source"
ZERO_YEAR = "0001-"
NUL = "\x00"


class Settings(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Nothing to set: status and moments are the sender's."""


class _Posted(msgspec.Struct, rename={"starts_at": "startsAt", "ends_at": "endsAt", "link": "generatorURL"}, gc=False):
    """One element of ``alerts``; what is not named here is skipped, new keys come with minor versions."""

    status: str | None = None
    labels: dict[str, str] | None = None
    annotations: dict[str, str] | None = None
    starts_at: str | None = None
    ends_at: str | None = None
    link: str | None = None
    fingerprint: str | None = None


class _Webhook(msgspec.Struct, rename={"group_key": "groupKey", "group_labels": "groupLabels"}):
    alerts: list[_Posted] | None = None
    receiver: str | None = None
    group_key: str | None = None
    group_labels: dict[str, str] | None = None


_decoder = msgspec.json.Decoder(_Webhook)
_moment = lru_cache(maxsize=4096)(parse_moment)


class Alertmanager:
    """The source of the posts of Alertmanager's webhook receiver."""

    name: str = "alertmanager"
    scoped: bool = False

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def read(self, post: Post) -> tuple[list[Received], list[str]]:
        """Every alert of the message; the moment of receipt stands in for a start that is not set.

        The status is the sender's (decided when it sent), never our clock against ``endsAt``. A message is taken whole
        or not at all: Alertmanager has validated every alert of it.
        Raises ``ValueError`` saying what is wrong, where, and what to do.
        """
        webhook = _decode(post.body)
        posted = webhook.alerts
        if posted is None:
            raise ValueError(
                "alerts is missing, this is not Alertmanager's webhook version 4; remove the 'payload:' option"
            )
        return [_read(position, alert, post.received_at, _group(webhook)) for position, alert in enumerate(posted)], []


def build(settings: Settings) -> Source:
    """For the scanner in main."""
    return Alertmanager(settings)


def _decode(body: bytes) -> _Webhook:
    try:
        return _decoder.decode(body)
    except msgspec.ValidationError as error:
        text = str(error).replace("`$.", "`")
        raise ValueError(f"{text}; send Alertmanager's webhook version 4 unchanged") from None
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise ValueError(f"the body is not JSON ({error}); send Alertmanager's webhook version 4 unchanged") from None


def _group(webhook: _Webhook) -> str:
    """What was grouped on purpose: a route that groups by nothing puts unrelated alerts together, and says nothing.

    The key does not hold the receiver and can be thousands of characters long (formats/01), so both are hashed.
    """
    if not webhook.group_labels:
        return ""
    return sha256(f"{webhook.receiver}\n{webhook.group_key}".encode("utf-8", "replace")).hexdigest()


def _read(position: int, alert: _Posted, now: int, group: str) -> Alert:
    labels = _clean(alert.labels) if alert.labels is not None else _missing(position, "labels")
    fingerprint = alert.fingerprint or _missing(position, "fingerprint")
    if alert.status not in ("firing", "resolved"):
        raise ValueError(f"alerts[{position}].status is {alert.status!r}; write 'firing' or 'resolved'")
    starts_at = _when(position, "startsAt", alert.starts_at)
    ends_at = _when(position, "endsAt", alert.ends_at)
    firing = alert.status == "firing"
    if not firing and ends_at is None:
        ends_at = now
    return Alert(
        fingerprint=fingerprint.replace(NUL, ""),
        name=labels.get("alertname") or "unnamed alert",
        firing=firing,
        starts_at=starts_at if starts_at is not None else (now if ends_at is None else min(ends_at, now)),
        ends_at=None if firing else ends_at,
        labels=labels,
        annotations=_clean(alert.annotations or {}),
        link=(alert.link or "").replace(NUL, ""),
        group=group,
    )


def _when(position: int, key: str, text: str | None) -> int | None:
    """A moment in microseconds; None when not set. Go's zero time is looked for first, it is no real time."""
    if not text or text.startswith(ZERO_YEAR):
        return None
    try:
        return _moment(text)
    except (ValueError, OverflowError) as error:
        raise ValueError(f"alerts[{position}].{key}: {error}") from None


def _clean(texts: dict[str, str]) -> dict[str, str]:
    """Without NUL characters: PostgreSQL cannot keep them, and one alert must not stop a batch."""
    if any(NUL in key or NUL in value for key, value in texts.items()):
        return {key.replace(NUL, ""): value.replace(NUL, "") for key, value in texts.items()}
    return texts


def _missing(position: int, key: str) -> NoReturn:
    raise ValueError(f"alerts[{position}].{key} is missing; send Alertmanager's webhook version 4 unchanged")
