"""Reads what Prometheus (and rulers, amtool) post to ``/api/v2/alerts``; rules 1-6 of formats/01, section 1.2."""

from functools import lru_cache

import msgspec

from stanch.kernel.clock import SECOND
from stanch.ports import Alert, Post, Received, Source
from stanch.ports.json_fields import UNREADABLE, clean_all, link, moment

PORT = "source"
FNV_OFFSET = 0xCBF29CE484222325
FNV_PRIME = 0x100000001B3
FNV_MASK = 0xFFFFFFFFFFFFFFFF


class Settings(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """``resolve_timeout`` in seconds: how long an alert without ``endsAt`` counts as firing (Alertmanager: 5 min)."""

    resolve_timeout: float = 300.0


class _Posted(msgspec.Struct, rename={"starts_at": "startsAt", "ends_at": "endsAt", "link": "generatorURL"}, gc=False):
    labels: dict[str, str] | None = None
    annotations: dict[str, str] | None = None
    starts_at: str | None = None
    ends_at: str | None = None
    link: str | None = None


_all = msgspec.json.Decoder(list[_Posted])
_pieces = msgspec.json.Decoder(list[msgspec.Raw])
_one = msgspec.json.Decoder(_Posted)


class PrometheusAlerts:
    """The source of alerts that come without a status: a future ``endsAt`` is a lease, a past one a resolution."""

    name: str = "prometheus"
    scoped: bool = False

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def read(self, post: Post) -> tuple[list[Received], list[str]]:
        """The valid alerts, and one sentence per rejected one (best effort, as Alertmanager).

        Raises ``ValueError`` when the body is not a JSON array.
        """
        alerts: list[Received] = []
        errors = []
        for position, posted in enumerate(_decode(post.body)):
            try:
                alerts.append(self._read(posted, post.received_at))
            except (ValueError, OverflowError) as error:
                errors.append(f"alerts[{position}]{error}")
        return alerts, errors

    def _read(self, posted: _Posted | str, now: int) -> Alert:
        if isinstance(posted, str):
            raise ValueError(posted)
        labels = _labels(posted.labels)
        ends_at = _when("endsAt", posted.ends_at)
        starts_at = _when("startsAt", posted.starts_at)
        if starts_at is None:
            starts_at = now if ends_at is None else ends_at
        if ends_at is not None and ends_at < starts_at:
            raise ValueError(".endsAt is before startsAt; send the end after the start")
        until = now + int(self.settings.resolve_timeout * SECOND) if ends_at is None else ends_at
        firing = until > now
        return Alert(
            fingerprint=fingerprint(labels),
            name=labels.get("alertname") or "unnamed alert",
            firing=firing,
            starts_at=starts_at,
            ends_at=None if firing else until,
            labels=labels,
            annotations=clean_all(posted.annotations or {}),
            link=link(posted.link),
            lease_until=until if firing else None,
        )


def build(settings: Settings) -> Source:
    """For the scanner in main."""
    return PrometheusAlerts(settings)


def fingerprint(labels: dict[str, str]) -> str:
    """Alertmanager's identity of a label set: FNV-1a 64 over ``name 0xFF value 0xFF``, sorted, 16 hex characters."""
    return _fnv(tuple(sorted(labels.items(), key=lambda pair: pair[0].encode("utf-8", "replace"))))


@lru_cache(maxsize=16384)
def _fnv(pairs: tuple[tuple[str, str], ...]) -> str:
    total = FNV_OFFSET
    for name, value in pairs:
        for byte in name.encode("utf-8", "replace") + b"\xff" + value.encode("utf-8", "replace") + b"\xff":
            total = ((total ^ byte) * FNV_PRIME) & FNV_MASK
    return f"{total:016x}"


def _decode(body: bytes) -> list[_Posted | str]:
    """All at once; only when one does not fit, each on its own, the bad ones as a sentence."""
    try:
        return list(_all.decode(body))
    except msgspec.ValidationError:
        return _one_by_one(body)
    except UNREADABLE as error:
        raise ValueError(f"the body is not JSON ({error}); send an array of alerts to /api/v2/alerts") from None


def _one_by_one(body: bytes) -> list[_Posted | str]:
    try:
        pieces = _pieces.decode(body)
    except UNREADABLE:
        raise ValueError("the body is not an array; send an array of alerts, as Prometheus does") from None
    read: list[_Posted | str] = []
    for piece in pieces:
        try:
            read.append(_one.decode(piece))
        except UNREADABLE as error:
            read.append(f": {error}; send it as Prometheus does")
    return read


def _labels(posted: dict[str, str] | None) -> dict[str, str]:
    """Without empty values (before validation and fingerprinting); at least one must stay."""
    if posted is None:
        raise ValueError(".labels is missing; every alert needs at least one label")
    labels = {name: value for name, value in clean_all(posted).items() if value}
    if not labels:
        raise ValueError(".labels is empty; every alert needs at least one label with a value")
    if "" in labels:
        raise ValueError(".labels has a label without a name; name it")
    return labels


def _when(key: str, text: str | None) -> int | None:
    try:
        return moment(text)
    except ValueError as error:
        raise ValueError(f".{key}: {error}") from None
