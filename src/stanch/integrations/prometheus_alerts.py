"""Reads what Prometheus (and rulers, amtool) post to ``/api/v2/alerts``; rules 1-6 of formats/01, section 1.2."""

from typing import Annotated

import msgspec

from stanch.kernel.clock import SECOND
from stanch.ports import Alert, Post, Received, Source
from stanch.ports.grouped_alerts import loosely
from stanch.ports.integration import Integration
from stanch.ports.json_fields import UNREADABLE, clean_all, kind, link, loose_moment, read_json
from stanch.ports.label_fingerprint import fingerprint


class Settings(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Each field says what it is for."""

    resolve_timeout: Annotated[
        float, msgspec.Meta(description="Seconds that an alert without 'endsAt' counts as firing (Alertmanager: 300).")
    ] = 300.0


class _Posted(msgspec.Struct, rename={"starts_at": "startsAt", "ends_at": "endsAt", "link": "generatorURL"}, gc=False):
    labels: dict[str, str] | None = None
    annotations: dict[str, str] | None = None
    starts_at: str | None = None
    ends_at: str | None = None
    link: str | None = None


_all = msgspec.json.Decoder(list[_Posted])


class PrometheusAlerts:
    """The source of alerts that come without a status: a future ``endsAt`` is a lease, a past one a resolution."""

    name: str = "prometheus"

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def read(self, post: Post) -> tuple[list[Received], list[str]]:
        """The valid alerts, and one sentence per rejected one (best effort, as Alertmanager).

        Raises ``ValueError`` when the body is not a JSON array.
        """
        alerts: list[Received] = []
        errors: list[str] = []
        for position, posted in enumerate(_decode(post.body, errors)):
            try:
                alerts.append(self._read(posted, f"alerts[{position}]", post.received_at, errors))
            except (ValueError, OverflowError) as error:
                errors.append(f"alerts[{position}]{error}")
        return alerts, errors

    def _read(self, posted: _Posted | str, place: str, now: int, errors: list[str]) -> Alert:
        if isinstance(posted, str):
            raise ValueError(posted)
        labels = _labels(posted.labels)
        ends_at = _when(f"{place}.endsAt", posted.ends_at, errors)
        starts_at = _when(f"{place}.startsAt", posted.starts_at, errors)
        if starts_at is None:
            starts_at = now if ends_at is None else min(now, ends_at)
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


def _decode(body: bytes, errors: list[str]) -> list[_Posted | str]:
    """Decodes all at once; when that fails, each alone, with a sentence for each invalid one."""
    try:
        return list(_all.decode(body))
    except UNREADABLE:
        document, odd = read_json(body, "an array of alerts to /api/v2/alerts")
    if not isinstance(document, list):
        raise ValueError("the body is not an array; send an array of alerts, as Prometheus does")
    errors += odd
    read: list[_Posted | str] = []
    for position, each in enumerate(document):
        if isinstance(each, dict):
            read.append(loosely(_Posted, each, f"alerts[{position}]", errors))
        else:
            read.append(f" is {kind(each)}; send it as Prometheus does")
    return read


def _labels(posted: dict[str, str] | None) -> dict[str, str]:
    """Without empty values (before validation and fingerprinting); at least one must stay."""
    if posted is None:
        raise ValueError(".labels is missing; every alert needs at least one label")
    labels = {name: value for name, value in clean_all(posted).items() if value and name}
    if not labels:
        raise ValueError(".labels is empty; every alert needs at least one label with a value")
    return labels


def _when(place: str, text: str | None, errors: list[str]) -> int | None:
    """A time that cannot be read is reported in a sentence; the alert is kept."""
    try:
        return loose_moment(text)
    except ValueError as error:
        errors.append(f"{place}: {error}; the moment of receipt was taken")
        return None


INTEGRATION = Integration("Prometheus alerts", "sources", Settings, build)
