"""What Opsgenie's own client sent (recorded), what Alertmanager sends, and what nobody should, as stories."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stanch.integrations import opsgenie
from stanch.ports import Acknowledgement, Beat, Post
from tests.contracts.posts import NOW, alert, bodies, only, posted, recorded, survives

source = opsgenie.build(opsgenie.Settings())
CREATE = "POST /hooks/opsgenie/v2/alerts"


def call(method: str, path: str, body: bytes = b"") -> Post:
    return Post(body, NOW, "ci", f"{method} /hooks/opsgenie{path}\nauthorization: GenieKey k")


def test_an_alert_of_the_official_client_fires() -> None:
    got = alert(source, recorded("11", "/hooks/opsgenie"))
    assert (got.fingerprint, got.name, got.firing, got.starts_at) == ("k1", "checkout down", True, NOW)
    assert got.labels == {"severity": "critical", "priority": "P1", "tags": "x", "responders": "ops"}
    assert got.annotations == {"a": "b", "summary": "checkout down"}


def test_its_acknowledgement_says_who() -> None:
    assert only(source, recorded("12", "/hooks/opsgenie")) == Acknowledgement("k1", "ic")


def test_it_closes_without_a_body() -> None:
    got = alert(source, recorded("13"))
    assert recorded("13").body == b""
    assert (got.fingerprint, got.firing, got.ends_at) == ("k1", False, NOW)


def test_deleting_is_closing() -> None:
    assert not alert(source, call("DELETE", "/v2/alerts/k1?identifierType=alias&user=ic")).firing


@pytest.mark.parametrize(
    ("query", "fingerprint"),
    [
        ("", "id:4513-b7ea"),
        ("?identifierType=id", "id:4513-b7ea"),
        ("?identifierType=tiny", "tiny:4513-b7ea"),
        ("?identifierType=alias", "4513-b7ea"),
    ],
)
def test_an_alert_is_named_by_id_unless_the_call_says_otherwise(query: str, fingerprint: str) -> None:
    assert alert(source, call("POST", f"/v2/alerts/4513-b7ea/close{query}")).fingerprint == fingerprint


def test_an_alias_may_hold_an_escaped_slash_and_anything_else() -> None:
    got = alert(source, call("POST", "/v2/alerts/a%2Fb%20%C3%A4%3F%00/close?identifierType=alias"))
    assert got.fingerprint == "a/b ä?"


def test_an_alias_with_a_nul_closes_the_alert_that_it_opened() -> None:
    opened = alert(source, posted({"message": "m", "alias": "a\x00b"}, CREATE))
    assert opened.fingerprint == alert(source, call("POST", "/v2/alerts/a%00b/close?identifierType=alias")).fingerprint


@pytest.mark.parametrize(
    ("priority", "severity"),
    [("P1", "critical"), ("P2", "error"), ("P3", "error"), ("P4", "warning"), ("P5", "info"), (None, "error")],
)
def test_the_priority_is_the_severity(priority: str | None, severity: str) -> None:
    got = alert(source, posted({"message": "m", "alias": "a", "priority": priority}, CREATE))
    assert got.labels["severity"] == severity and got.labels["priority"] == (priority or "P3")


def test_what_alertmanager_sends_is_read() -> None:
    body = {
        "alias": "6e3b" * 16,
        "message": "[FIRING:1] HighErrorRate",
        "description": "long",
        "details": {"alertname": "HighErrorRate", "service": "checkout"},
        "source": "http://am:9093/#/alerts?receiver=og",
        "responders": [{"type": "team", "name": "ops"}, {"type": "user", "username": "a@b.c"}],
        "entity": "shop",
        "priority": "P2",
    }
    got = alert(source, posted(body, CREATE))
    assert got.labels["service"] == "checkout" and got.labels["responders"] == "ops,a@b.c"
    assert got.link == "http://am:9093/#/alerts?receiver=og" and got.annotations["description"] == "long"


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PUT", "/v2/alerts/k1/message?identifierType=alias", {"message": "other"}),
        ("PUT", "/v2/alerts/k1/priority?identifierType=alias", {"priority": "P1"}),
        ("POST", "/v2/alerts/k1/notes?identifierType=alias", {"note": "looking"}),
        ("POST", "/v2/alerts/k1/unacknowledge?identifierType=alias", {}),
        ("DELETE", "/v2/alerts/k1/tags?identifierType=alias&tags=a", {}),
        ("GET", "/v2/alerts/k1?identifierType=alias", {}),
    ],
)
def test_what_says_nothing_about_a_signal_is_accepted_and_changes_none(
    method: str, path: str, body: dict[str, str]
) -> None:
    post = call(method, path, json.dumps(body).encode())
    assert source.read(post) == ([], [])
    assert opsgenie.check(path, post.body, method) == []


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH"])
def test_a_ping_is_a_beat(method: str) -> None:
    assert only(source, call(method, "/v2/heartbeats/nightly%20backup%2Fdb/ping")) == Beat("nightly backup/db")
    assert only(source, call(method, "/v2/heartbeats/ping?name=nightly+backup")) == Beat("nightly backup")


def test_without_an_alias_each_alert_is_its_own_and_reading_it_again_changes_nothing() -> None:
    first, again = posted({"message": "m"}, CREATE), posted({"message": "m"}, CREATE)
    assert alert(source, first).fingerprint == alert(source, again).fingerprint
    later = Post(first.body, NOW + 1, "ci", CREATE)
    assert alert(source, later).fingerprint != alert(source, first).fingerprint
    assert alert(source, first).fingerprint == opsgenie.alias_of(first.body, NOW)


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("/v2/alerts", {}, "message"),
        ("/v2/alerts", {"message": ""}, "message"),
        ("/v2/alerts", {"message": 7}, "message"),
        ("/v2/alerts", {"message": "m" * 131}, "message"),
        ("/v2/alerts", {"message": "m", "priority": "P6"}, "priority"),
        ("/v2/alerts", {"message": "m", "priority": 1}, "priority"),
        ("/v2/alerts", {"message": "m", "priority": []}, "priority"),
        ("/v2/alerts", {"message": "m", "alias": "a" * 513}, "alias"),
        ("/v2/alerts", {"message": "m", "tags": ["t" * 51]}, "tags"),
        ("/v2/alerts", {"message": "m", "responders": [{}] * 51}, "responders"),
        ("/v2/alerts", {"message": "m", "details": {"a": "b" * 8000}}, "details"),
        ("/hooks/opsgenie/v2/alerts/k1/notes?identifierType=alias", {}, "note"),
        ("/v2/alerts/k1/priority", {"priority": "P0"}, "priority"),
    ],
)
def test_what_opsgenie_refuses_is_refused_with_its_field(path: str, body: dict[str, object], field: str) -> None:
    ((named, said),) = opsgenie.check(path, json.dumps(body).encode())
    assert named == field and said.endswith(".")


@pytest.mark.parametrize("name", ["11", "12", "13"])
def test_nothing_is_wrong_with_what_the_client_sent(name: str) -> None:
    post = recorded(name)
    assert opsgenie.check(post.about.split()[1], post.body) == []


@pytest.mark.parametrize("body", [b"{", b"[]", b"7", b"[" * 100_000])
def test_what_is_no_object_is_a_syntax_error(body: bytes) -> None:
    with pytest.raises(ValueError, match="send a request of Opsgenie"):
        opsgenie.check("/v2/alerts", body)
    with pytest.raises(ValueError, match="send a request of Opsgenie"):
        source.read(Post(body, NOW, "ci", CREATE))


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/v1/json/alert", "no path of Opsgenie"),
        ("/v2/alerts/k1/close?identifierType=name", "identifierType is 'name'"),
        ("/v2/alerts//close", "names no alert"),
    ],
)
def test_a_wrong_path_is_said(path: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        source.read(call("POST", path))


paths = st.sampled_from(
    ["", CREATE, f"{CREATE}/%00/close", f"{CREATE}/%ff/acknowledge?identifierType=alias", "X /v2/heartbeats/%00/ping"]
)


@given(
    bodies(
        "message", "alias", "priority", "tags", "responders", "details", "entity", "source", "user", "teams", "name"
    ),
    paths | st.text(max_size=20),
)
def test_nothing_but_value_errors_come_out(body: bytes, about: str) -> None:
    survives(source, body, about)
    try:
        opsgenie.check(about.partition(" ")[2], body)
    except ValueError:
        pass  # not a JSON object, or no such path
