"""Reads the webhook of Grafana's unified alerting (version "1"; formats/01, 1.3), which knows more than Alertmanager's."""

from typing import Any

import msgspec

from stanch.ports import Alert, Post, Received, Source
from stanch.ports.grouped_alerts import Grouped, WebhookAlert, decode, read_told
from stanch.ports.integration import Integration
from stanch.ports.json_fields import link, words

WHAT = "the body of Grafana's webhook contact point"
STANDING_IN = {"DatasourceNoData": "no data", "DatasourceError": "error"}
TEST_RECEIVERS = ("test", "testreceiver")


class Settings(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Nothing to set: status, moments and fingerprints are Grafana's."""


class _Posted(
    WebhookAlert,
    rename={
        "starts_at": "startsAt",
        "ends_at": "endsAt",
        "link": "generatorURL",
        "silence_url": "silenceURL",
        "dashboard_url": "dashboardURL",
        "panel_url": "panelURL",
        "image_url": "imageURL",
    },
    gc=False,
):
    silence_url: str | None = None
    dashboard_url: str | None = None
    panel_url: str | None = None
    image_url: str | None = None
    values: Any = None


class _Webhook(Grouped):
    alerts: list[_Posted] | None = None  # type: ignore[assignment]


class Grafana:
    """The source of the posts of Grafana's ``webhook`` and ``oncall`` contact points."""

    name: str = "grafana"

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def read(self, post: Post) -> tuple[list[Received], list[str]]:
        """Every alert of the message; a malformed part is reported in a sentence and skipped. Raises ``ValueError``: what to send."""
        webhook, notes = decode(_Webhook, _Posted, post.body, WHAT)
        return [
            _enriched(
                read_told(posted, f"alerts[{position}]", post.received_at, webhook, notes), posted, webhook.receiver
            )
            for position, posted in enumerate(webhook.alerts or [])
        ], notes


def build(settings: Settings) -> Source:
    """For the scanner in main."""
    return Grafana(settings)


def _enriched(alert: Alert, posted: _Posted, receiver: object) -> Alert:
    """With Grafana's own addresses and values; the panel is the best page to look at."""
    known = {
        "silence_url": link(posted.silence_url),
        "dashboard_url": link(posted.dashboard_url),
        "panel_url": link(posted.panel_url),
        "image_url": link(posted.image_url),
        "values": _values(posted.values),
    }
    return msgspec.structs.replace(
        alert,
        name=_name(alert),
        labels=_labels(alert.labels, receiver),
        annotations=alert.annotations | {name: text for name, text in known.items() if text},
        link=link(posted.panel_url, posted.dashboard_url, posted.link),
    )


def _name(alert: Alert) -> str:
    """An alert for missing data or a failing rule is named by its rule."""
    rule = alert.labels.get("rulename")
    return f"{rule} ({STANDING_IN[alert.name]})" if rule and alert.name in STANDING_IN else alert.name


def _labels(labels: dict[str, str], receiver: object) -> dict[str, str]:
    """Grafana's test notification pages nobody, unless a severity is set on it."""
    by_button = labels.get("instance") == "Grafana" or str(receiver).lower() in TEST_RECEIVERS
    if labels.get("alertname") == "TestAlert" and by_button and not labels.get("severity"):
        return labels | {"severity": "none"}
    return labels


def _values(values: object) -> str:
    if not isinstance(values, dict):
        return ""
    return ", ".join(f"{words(name, 50)}={words(value, 50)}" for name, value in sorted(values.items())[:20])


INTEGRATION = Integration("Grafana alerting", "sources", Settings, build)
