"""CloudEvents in their three modes, alerts and deploys in them (CDEvents as its examples show them), as stories."""

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stanch.integrations import cloudevents
from stanch.kernel.clock import MINUTE
from stanch.ports import Alert, ChangeEvent, Post
from tests.contracts.posts import NOW, alert, bodies, keepable, only, posted, survives

source = cloudevents.build(cloudevents.Settings())
STRUCTURED = "POST /hooks/cloudevents\ncontent-type: application/cloudevents+json"
BATCH = "POST /hooks/cloudevents\ncontent-type: application/cloudevents-batch+json; charset=UTF-8"
BINARY = (
    "POST /hooks/cloudevents\ncontent-type: application/json\nce-specversion: 1.0\nce-id: A-1\nce-source: /mon/prod\n"
    "ce-type: com.example.disk.firing\nce-time: 2026-11-23T03:58:00Z\nce-subject: db1%20%E2%82%AC%22\nce-severity: Critical"
)


def event(**changes: Any) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": "A-1",
        "source": "/mon/prod",
        "type": "com.example.disk.firing",
        "time": "2026-11-23T03:58:00Z",
        "subject": "db1",
        "severity": "critical",
        "data": {"title": "Disk full", "host": "db1", "free": 0},
    } | changes


def test_a_structured_event_fires() -> None:
    got = alert(source, posted(event(), STRUCTURED))
    assert (got.name, got.firing, got.starts_at, got.ends_at) == ("Disk full", True, NOW - 2 * MINUTE, None)
    assert got.labels["severity"] == "critical" and got.labels["service"] == "db1"
    assert got.annotations["free"] == "0" and got.annotations["event_id"] == "A-1"


def test_a_binary_event_has_its_attributes_in_headers() -> None:
    got = alert(source, Post(b'{"title":"Disk full"}', NOW, "ci", BINARY))
    assert got.labels["subject"] == 'db1 €"' and got.labels["severity"] == "critical" and got.name == "Disk full"
    bare = alert(source, Post(b"", NOW, "ci", BINARY))
    assert bare.name == 'com.example.disk.firing db1 €"'
    assert alert(source, Post(b"disk is full", NOW, "ci", BINARY)).annotations["summary"] == "disk is full"


def test_a_batch_is_several_and_a_bad_one_does_not_cost_the_others() -> None:
    received, errors = source.read(posted([event(), {"id": "x"}, 7, event(specversion="0.3"), event()], BATCH))
    assert len(received) == 2
    assert [error.split(";")[0] for error in errors] == [
        "events[1]: source is missing",
        "events[2]: it is a number, not an object",
        "events[3]: specversion is '0.3', not '1.0'",
    ]
    assert source.read(posted([], BATCH)) == ([], [])


def test_packed_data_is_unpacked() -> None:
    packed = base64.b64encode(b'{"title":"Disk full"}').decode()
    assert alert(source, posted(event(data=None, data_base64=packed))).name == "Disk full"
    with pytest.raises(ValueError, match="data_base64 is not base64"):
        source.read(posted(event(data=None, data_base64="ä")))


@pytest.mark.parametrize(
    ("kind", "data", "firing"),
    [
        ("com.example.disk.firing", {}, True),
        ("com.example.disk.resolved", {}, False),
        ("com.example.disk.resolved.v1", {"status": "firing"}, False),
        ("com.example.disk", {"status": "firing"}, True),
        ("com.example.disk", {"status": "resolved"}, False),
        ("com.example.disk", {"state": "ok"}, False),
    ],
)
def test_the_type_says_whether_it_fires_else_the_status(kind: str, data: dict[str, str], firing: bool) -> None:
    assert alert(source, posted(event(type=kind, data=data))).firing == firing


def test_the_end_finds_its_beginning_though_every_event_has_its_own_id() -> None:
    begins = alert(source, posted(event(id="1")))
    ends = alert(source, posted(event(id="2", type="com.example.disk.resolved")))
    again = alert(source, posted(event(id="1")))
    assert begins.fingerprint == ends.fingerprint == again.fingerprint
    others = [event(subject="db2"), event(source="/mon/test"), event(type="com.example.cpu.firing")]
    assert begins.fingerprint not in {alert(source, posted(other)).fingerprint for other in others}
    keyed = [event(subject=s, data={"dedup_key": "k"}) for s in ("a", "b")]
    assert len({alert(source, posted(each)).fingerprint for each in keyed}) == 1


def test_an_event_that_tells_of_no_problem_pages_nobody() -> None:
    got = alert(source, posted(event(type="com.example.order.created", severity=None, subject=None, data={})))
    assert got.labels["severity"] == "info" and got.fingerprint == "/mon/prod#A-1"
    loud = alert(source, posted(event(type="com.example.order.created")))
    assert loud.labels["severity"] == "critical"


def cdevent(kind: str, subject: dict[str, Any]) -> dict[str, Any]:
    context = {"version": "0.4.1", "id": "271069a8", "source": "/event/source/123", "type": kind}
    return {
        "specversion": "1.0", "id": "271069a8", "source": "/event/source/123", "type": kind, "subject": subject["id"],
        "time": "2026-11-23T03:59:00Z", "datacontenttype": "application/cdevents+json",
        "data": {"context": context, "subject": subject},
    }  # fmt: skip


def test_a_service_deployed_of_cdevents_is_a_change() -> None:
    content = {"environment": {"id": "production"}, "artifactId": "pkg:oci/myapp@sha256%3A0b31b1c0?tag=v7"}
    got = only(
        source, posted(cdevent("dev.cdevents.service.deployed.0.3.0", {"id": "service/myapp", "content": content}))
    )
    assert got == ChangeEvent(
        "myapp", "sha256:0b31b1c0", NOW - MINUTE, "dev.cdevents.service.deployed.0.3.0 to production",
        identity="cloudevents/ci//event/source/123#271069a8",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "data", "release"),
    [
        ("com.example.deployment.finished", {"service": "cart", "version": "v7"}, "v7"),
        ("com.example.deployment.v1", {"app": "cart", "revision": "abc", "status": "success"}, "abc"),
        ("com.example.deployment.started", {"service": "cart", "version": "v7"}, None),
        ("com.example.deployment.finished", {"service": "cart", "version": "v7", "outcome": "failure"}, None),
        ("dev.cdevents.service.rolledback.0.3.0", {"service": "cart", "version": "v6"}, "v6"),
    ],
)
def test_a_deployment_that_has_finished_well_is_a_change(kind: str, data: dict[str, str], release: str | None) -> None:
    received, errors = source.read(posted(event(type=kind, data=data)))
    assert not errors
    assert [(each.service, each.release) for each in received if isinstance(each, ChangeEvent)] == (
        [("cart", release)] if release else []
    )


def test_an_alert_about_a_deployment_is_an_alert() -> None:
    assert alert(source, posted(event(type="io.example.deployment.unavailable.firing"))).firing


def test_an_incident_of_cdevents_begins_and_ends() -> None:
    subject = {"id": "incident-123", "content": {"description": "Slow", "service": {"id": "clusterA/myApp"}}}
    begins = alert(source, posted(cdevent("dev.cdevents.incident.detected.0.3.0", subject)))
    ends = alert(source, posted(cdevent("dev.cdevents.incident.resolved.0.3.0", subject)))
    assert begins.firing and not ends.firing and begins.fingerprint == ends.fingerprint
    assert begins.labels["service"] == "myApp" and begins.annotations["summary"] == "Slow"


def test_a_time_that_cannot_be_read_costs_a_note_and_not_the_event() -> None:
    received, errors = source.read(posted(event(time="noon")))
    assert isinstance(received[0], Alert) and received[0].starts_at == NOW and errors[0].startswith("time: 'noon'")


@pytest.mark.parametrize(
    ("body", "about", "said"),
    [
        (b"", "", "the body is not JSON"),
        (b"[" * 100_000, BATCH, "the body is not JSON"),
        (b"{}", STRUCTURED, "id is missing"),
        (b"7", STRUCTURED, "it is a number, not an object"),
        (b"{}", "POST /x\nce-specversion: 1.0\nce-id: 1\nce-type: t", "source is missing"),
        (b"{}", BINARY.replace("1.0", "2"), "specversion is '2'"),
    ],
)
def test_what_is_no_event_is_said(body: bytes, about: str, said: str) -> None:
    with pytest.raises(ValueError) as raised:
        source.read(Post(body, NOW, "ci", about))
    assert said in str(raised.value) and "send a CloudEvent 1.0" in str(raised.value)


keys = bodies(
    "specversion", "id", "source", "type", "time", "subject", "data", "data_base64", "severity", "status", "title"
)
near = st.tuples(keys, st.sampled_from(["a.firing", "b.deployment.done", "dev.cdevents.service.deployed.0.1.0"])).map(
    lambda pair: (
        b'{"specversion":"1.0","id":"\\u0000i","source":"s","type":"%s","data":%s}' % (pair[1].encode(), pair[0])
    )
)


@given(keys | near, st.sampled_from(["", BINARY, BATCH, BINARY.replace("A-1", "%00%ff%ed%a0%80")]))
def test_nothing_but_value_errors_come_out(body: bytes, about: str) -> None:
    survives(source, body, about)


def test_an_event_full_of_what_cannot_be_kept_is_kept_without_it() -> None:
    raw = json.dumps(event(id="a\x00b", data={"title": "x\x00", "\x00": "\x00"})).encode()
    keepable(*source.read(Post(raw, NOW, "ci")))
