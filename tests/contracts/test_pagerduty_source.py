"""What PagerDuty's own clients sent (recorded) and what senders get wrong, as stories."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stanch.integrations import pagerduty
from stanch.kernel.clock import SECOND, parse_moment
from stanch.ports import Acknowledgement, Alert, ChangeEvent, Post
from tests.contracts.posts import NOW, alert, bodies, only, posted, recorded, survives

source = pagerduty.build(pagerduty.Settings())
KEY = "R" * 32
CHANGE = "POST /hooks/pagerduty/v2/change/enqueue"


def trigger(**changes: object) -> dict[str, object]:
    payload = {"summary": "checkout down", "source": "prom", "severity": "critical"} | changes
    return {"event_action": "trigger", "dedup_key": "k1", "routing_key": KEY, "payload": payload}


def test_a_trigger_of_pdpyras_is_a_firing_alert() -> None:
    got = alert(source, recorded("01"))
    assert (got.fingerprint, got.name, got.firing, got.starts_at) == ("k1", "checkout down", True, NOW)
    assert got.labels == {"severity": "critical", "source": "prom"}
    assert got.annotations == {"a": "1", "summary": "checkout down", "links": "rb http://127.0.0.1/x"}
    assert got.link == "http://127.0.0.1/x"


@pytest.mark.parametrize(("name", "key"), [("06", "k2"), ("09", "k3"), ("15", "k9")])
def test_a_trigger_of_the_newer_client_and_its_command_line_is_one_too(name: str, key: str) -> None:
    got = alert(source, recorded(name, "/hooks/pagerduty"))
    assert got.firing and got.fingerprint == key and got.labels["severity"] == "critical"


@pytest.mark.parametrize(("name", "key"), [("02", "k1"), ("07", "k2")])
def test_an_acknowledgement_is_no_alert(name: str, key: str) -> None:
    assert only(source, recorded(name)) == Acknowledgement(key)


@pytest.mark.parametrize(("name", "key"), [("03", "k1"), ("08", "k2")])
def test_a_resolution_ends_when_it_was_received(name: str, key: str) -> None:
    got = alert(source, recorded(name))
    assert (got.fingerprint, got.firing, got.ends_at) == (key, False, NOW)


def test_a_change_event_is_a_change() -> None:
    got = only(source, recorded("04", "/hooks/pagerduty"))
    assert got == ChangeEvent("ci", "deploy 42", parse_moment("2026-11-23T03:29:10.727613Z"), "deploy 42")


def test_a_change_names_service_and_release_in_its_details() -> None:
    details = {"service": "checkout", "version": "v42", "author": "sam"}
    got = only(source, posted({"payload": {"summary": "Deploy", "source": "ci", "custom_details": details}}, CHANGE))
    assert isinstance(got, ChangeEvent) and (got.service, got.release, got.author) == ("checkout", "v42", "sam")


@pytest.mark.parametrize("name", ["01", "02", "03", "06", "07", "08", "09", "15"])
def test_nothing_is_wrong_with_what_the_clients_sent(name: str) -> None:
    assert pagerduty.check(recorded(name).body) == []


def test_a_recorded_change_is_judged_as_a_change() -> None:
    assert pagerduty.check(recorded("04").body, change=True) == []
    assert pagerduty.check(recorded("04").body)[0] == "'event_action' is missing or blank"


@pytest.mark.parametrize(
    ("payload", "service"),
    [
        ({"component": "checkout", "group": "shop"}, "checkout"),
        ({"group": "shop", "custom_details": {"service": "cart"}}, "shop"),
        ({"custom_details": {"service": "cart"}}, "cart"),
        ({"custom_details": {"service": 7}}, None),
        ({"custom_details": "a sentence"}, None),
    ],
)
def test_the_service_is_the_component_else_the_group_else_the_detail(
    payload: dict[str, object], service: str | None
) -> None:
    assert alert(source, posted(trigger(**payload))).labels.get("service") == service


@pytest.mark.parametrize(
    "written",
    [
        "2015-07-17T08:42:58.315+0000",
        "2015-07-17T08:42:58.315000Z",
        "2015-07-17T08:42:58.315+00:00Z",
        "2015-07-17T10:42:58.315+02:00",
    ],
)
def test_timestamps_of_every_client_are_read(written: str) -> None:
    got = alert(source, posted(trigger(timestamp=written)))
    assert got.starts_at == parse_moment("2015-07-17T08:42:58Z") + 315_000


def test_a_clock_that_is_ahead_does_not_put_the_start_behind_the_end() -> None:
    assert alert(source, posted(trigger(timestamp="2026-11-23T05:00:00Z"))).starts_at == NOW


def test_a_timestamp_that_cannot_be_read_costs_a_note_and_not_the_alert() -> None:
    received, errors = source.read(posted(trigger(timestamp="yesterday")))
    assert isinstance(received[0], Alert) and received[0].starts_at == NOW
    assert errors == [
        "payload.timestamp: 'yesterday' is not a time; write it like 2026-05-14T14:07:00Z; the moment of receipt was taken"
    ]


def test_details_of_any_shape_become_annotations_that_are_not_too_many() -> None:
    many = {f"n{i}": "x" * 600 for i in range(80)}
    got = alert(source, posted(trigger(custom_details=many)))
    assert len(got.annotations) == 51 and len(got.annotations["n0"]) == 500
    got = alert(source, posted(trigger(custom_details={"a": {"b": [1, None]}, "summary": "other"})))
    assert got.annotations == {"a.b": "[1,null]", "summary": "checkout down"}
    assert alert(source, posted(trigger(custom_details=["x"]))).annotations["details"] == '["x"]'


def test_a_link_that_is_no_web_address_is_not_kept() -> None:
    body = trigger() | {"client_url": "javascript:alert(1)", "links": [{"href": "data:x"}, {"href": "HTTPS://a"}, 7]}
    assert alert(source, posted(body)).link == "HTTPS://a"


def test_a_long_summary_is_cut_and_not_refused() -> None:
    body = trigger(summary="ä" * 3000)
    assert pagerduty.check(json.dumps(body).encode()) == []
    got = alert(source, posted(body))
    assert len(got.name) == 200 and len(got.annotations["summary"]) == 1024


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (trigger(severity="page"), "'payload.severity' is invalid (must be one of the following: 'critical', "),
        (trigger(severity="Critical"), "'payload.severity' is invalid"),
        (trigger(severity=""), "'payload.severity' is missing or blank"),
        (trigger(source=" "), "'payload.source' is missing or blank"),
        (trigger(source=None), "'payload.source' is missing or blank"),
        (trigger() | {"routing_key": "R"}, "Length of 'routing_key' is incorrect (should be 32 characters)"),
        (trigger() | {"routing_key": None}, "'routing_key' is missing or blank"),
        (trigger() | {"payload": "x"}, "'payload' is missing or blank"),
        (trigger() | {"event_action": "Trigger"}, "'event_action' is invalid"),
        (trigger() | {"dedup_key": "k" * 256}, "Length of 'dedup_key' is incorrect"),
        ({"event_action": "resolve", "routing_key": KEY}, "'dedup_key' is missing or blank"),
    ],
)
def test_what_pagerduty_refuses_is_refused_in_its_words(body: dict[str, object], sentence: str) -> None:
    (said,) = pagerduty.check(json.dumps(body).encode())
    assert said.startswith(sentence)


def test_the_length_of_a_routing_key_that_we_know_does_not_matter() -> None:
    assert pagerduty.check(json.dumps(trigger() | {"routing_key": "short"}).encode(), key_known=True) == []


def test_a_trigger_without_a_key_of_its_own_is_accepted_and_waits_for_one() -> None:
    body = trigger() | {"dedup_key": None}
    assert pagerduty.check(json.dumps(body).encode()) == []
    with pytest.raises(ValueError, match="dedup_key is missing"):
        source.read(posted(body))


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"7", b"[" * 100_000])
def test_no_object_is_told_apart_from_a_wrong_event(body: bytes) -> None:
    with pytest.raises(ValueError, match="send an event of PagerDuty"):
        pagerduty.check(body)
    with pytest.raises(ValueError, match="send an event of PagerDuty"):
        source.read(Post(body, NOW))


def test_deep_details_are_read_without_falling_over() -> None:
    deep = b'{"a":' * 900 + b"1" + b"}" * 900
    body = json.dumps(trigger()).encode().replace(b'"prom"', b'"prom", "custom_details": ' + deep)
    survives(source, body)


keys = bodies(
    "event_action", "dedup_key", "payload", "links", "client", "client_url", "summary", "severity", "timestamp",
    "component", "custom_details", "href", "service", "version", "source", "routing_key",
)  # fmt: skip
valid = bodies("component", "custom_details", "class", "timestamp", "severity", "summary", "x").map(
    lambda body: b'{"event_action":"trigger","dedup_key":"\\u0000k","payload":' + body + b"}"
)


@given(keys | valid, st.sampled_from(["", CHANGE, "\n:\x00"]))
def test_nothing_but_value_errors_come_out(body: bytes, about: str) -> None:
    survives(source, body, about)
    try:
        for said in pagerduty.check(body, change=bool(about)):
            assert said.isascii()
    except ValueError:
        pass  # not a JSON object


def test_moments_are_microseconds() -> None:
    got = alert(source, posted(trigger(timestamp=1763870400)))
    assert got.starts_at == 1763870400 * SECOND
