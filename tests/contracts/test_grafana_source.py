"""Grafana's webhook as its documentation shows it, and what nobody should send, as stories."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from stanch.integrations import grafana
from stanch.kernel.clock import parse_moment
from stanch.ports import Alert, Post
from tests.contracts.posts import NOW, alert, bodies, posted, survives

DATA = Path(__file__).parent.parent / "data"
source = grafana.build(grafana.Settings())
PANEL = "https://play.example.org/d/abc?viewPanel=2"


def webhook(receiver: str = "stanch", **changes: Any) -> Post:
    one = {
        "status": "firing",
        "labels": {"alertname": "High memory usage", "team": "blue", "zone": "us-1", "grafana_folder": "Shop"},
        "annotations": {"summary": "Memory is short in zone us-1", "runbook_url": "https://runbooks.example.org/1"},
        "startsAt": "2021-10-12T09:51:03.157076+02:00",
        "endsAt": "0001-01-01T00:00:00Z",
        "generatorURL": "https://play.example.org/alerting/1afz29v7z/edit",
        "fingerprint": "c6eadffa33fcdf37",
        "silenceURL": "https://play.example.org/alerting/silence/new?alertmanager=grafana&matchers=zone%3Dus-1",
        "dashboardURL": "https://play.example.org/d/abc",
        "panelURL": PANEL,
        "imageURL": "",
        "values": {"C": 1, "B": 44.23943737541908},
        "valueString": "[ metric='' labels={} value=14151.331895396988 ]",
        "orgId": 1,
        "enrichments": {"any": ["thing"]},
    } | changes
    return posted(
        {
            "receiver": receiver, "status": "firing", "orgId": 1, "alerts": [one], "groupLabels": {}, "commonLabels": {},
            "commonAnnotations": {}, "externalURL": "https://play.example.org/", "version": "1", "groupKey": "{}:{}",
            "truncatedAlerts": 0, "title": "[FIRING:1]", "state": "alerting", "message": "**Firing**",
        }
    )  # fmt: skip


def test_an_alert_brings_what_grafana_knows_about_it() -> None:
    got = alert(source, webhook())
    assert (got.fingerprint, got.name, got.firing) == ("c6eadffa33fcdf37", "High memory usage", True)
    assert got.starts_at == parse_moment("2021-10-12T07:51:03.157076Z") and got.ends_at is None
    assert got.annotations["values"] == "B=44.23943737541908, C=1"
    assert got.annotations["silence_url"].endswith("zone%3Dus-1") and "image_url" not in got.annotations
    assert got.labels["grafana_folder"] == "Shop" and got.link == PANEL


@pytest.mark.parametrize(
    ("changes", "link"),
    [
        ({"panelURL": ""}, "https://play.example.org/d/abc"),
        ({"panelURL": "", "dashboardURL": ""}, "https://play.example.org/alerting/1afz29v7z/edit"),
        ({"panelURL": None, "dashboardURL": "", "generatorURL": "?orgId=1"}, ""),
    ],
)
def test_the_link_is_the_nearest_page_there_is(changes: dict[str, str], link: str) -> None:
    assert alert(source, webhook(**changes)).link == link


def test_a_resolved_alert_has_no_values() -> None:
    got = alert(source, webhook(status="resolved", endsAt="2026-11-23T03:00:00Z", values=None))
    assert not got.firing and got.ends_at == parse_moment("2026-11-23T03:00:00Z") and "values" not in got.annotations


@pytest.mark.parametrize(
    ("alertname", "name"),
    [("DatasourceNoData", "Checkout errors (no data)"), ("DatasourceError", "Checkout errors (error)"), ("X", "X")],
)
def test_a_rule_without_data_is_called_by_its_own_name(alertname: str, name: str) -> None:
    assert alert(source, webhook(labels={"alertname": alertname, "rulename": "Checkout errors"})).name == name


@pytest.mark.parametrize(
    ("labels", "receiver", "severity"),
    [
        ({"alertname": "TestAlert", "instance": "Grafana"}, "stanch", "none"),
        ({"alertname": "TestAlert"}, "TestReceiver", "none"),
        ({"alertname": "TestAlert"}, "test", "none"),
        ({"alertname": "TestAlert", "instance": "Grafana", "severity": "critical"}, "test", "critical"),
        ({"alertname": "TestAlert"}, "stanch", None),
        ({"alertname": "HighErrorRate", "instance": "Grafana"}, "test", None),
    ],
)
def test_the_test_button_pages_nobody_unless_asked_to(
    labels: dict[str, str], receiver: str, severity: str | None
) -> None:
    assert alert(source, webhook(receiver, labels=labels)).labels.get("severity") == severity


def test_a_webhook_of_alertmanager_itself_is_read_too() -> None:
    for path in (DATA / "am_webhook").glob("*.json"):
        received, errors = source.read(Post(path.read_bytes(), NOW))
        raw = json.loads(path.read_bytes())["alerts"]
        assert [a.fingerprint for a in received if isinstance(a, Alert)] == [a["fingerprint"] for a in raw]
        assert all("left out by the sender" in error for error in errors)


@pytest.mark.parametrize(
    ("post", "where"),
    [
        (posted({"title": "my own payload"}), "alerts is missing, this is not the body of Grafana's webhook"),
        (Post(b"[" * 100_000, NOW), "Grafana"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(post: Post, where: str) -> None:
    with pytest.raises(ValueError) as raised:
        source.read(post)
    assert where in str(raised.value) and "\x00" not in str(raised.value)


@given(bodies("alerts", "status", "labels", "annotations", "startsAt", "endsAt", "fingerprint", "values", "panelURL"))
def test_nothing_but_value_errors_come_out(body: bytes) -> None:
    survives(source, body)
    survives(source, b'{"alerts":[{"labels":{},"fingerprint":"a","status":"firing","values":' + body + b"}]}")
