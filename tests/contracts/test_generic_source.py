"""JSON of any shape becomes a signal: by guessing, or by a mapping of the integration key, as stories."""

import json
import re
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from stanch.integrations import generic
from stanch.integrations.generic import try_mapping
from stanch.kernel.clock import MINUTE, parse_moment
from stanch.kernel.errors import Invalid
from stanch.ports import Alert, Beat, ChangeEvent, Post, Source
from tests.contracts.posts import NOW, alert, anything, bodies, only, posted, survives

guessing = generic.build(generic.Settings())


def mapped(**fields: Any) -> Source:
    """A source whose key ``ci`` (that of ``posted``) has this mapping."""
    return generic.build(msgspec.convert({"mappings": {"ci": fields}}, generic.Settings))


@pytest.mark.parametrize(
    ("body", "name", "firing", "labels"),
    [
        ({"title": "Disk full", "state": "alerting"}, "Disk full", True, {}),
        ({"message": "Disk full", "status": "OK", "host": "db1"}, "Disk full", False, {"service": "db1"}),
        ({"alertName": "A", "Severity": "CRITICAL"}, "A", True, {"severity": "critical"}),
        ({"text": "x", "resolved": True, "app": "shop"}, "x", False, {"service": "shop"}),
        ({"name": "check", "status": "sent", "state": "down"}, "check", True, {}),
        ({"name": "check", "firing": False}, "check", False, {}),
        ({"name": "check", "status": 0}, "check", True, {}),
        ({"unknown": {"shape": 1}}, "event without a title", True, {}),
        ({}, "event without a title", True, {}),
    ],
)
def test_any_object_becomes_a_signal(body: dict[str, Any], name: str, firing: bool, labels: dict[str, str]) -> None:
    got = alert(guessing, posted(body))
    assert (got.name, got.firing, got.labels) == (name, firing, labels)
    assert got.ends_at == (None if firing else NOW)


def test_the_end_finds_its_beginning_without_a_key() -> None:
    begins = alert(guessing, posted({"title": "Disk full", "host": "db1", "status": "down", "time": 1763870400}))
    ends = alert(guessing, posted({"title": "Disk full", "host": "db1", "status": "up", "time": 1763870500}))
    other = alert(guessing, posted({"title": "Disk full", "host": "db2", "status": "down"}))
    assert begins.fingerprint == ends.fingerprint != other.fingerprint
    assert begins.starts_at == 1763870400_000000


@pytest.mark.parametrize(("key", "value"), [("dedup_key", "k"), ("alertId", 7), ("id", "k"), ("incident-key", "k")])
def test_a_key_of_its_own_is_taken(key: str, value: object) -> None:
    assert alert(guessing, posted({"title": "x", key: value})).fingerprint == str(value)


def test_arrays_and_lists_of_alerts_are_several() -> None:
    several = [{"title": "a"}, {"title": "b"}]
    for body in (several, {"alerts": several}, {"events": several, "status": "x"}):
        received, errors = guessing.read(posted(body))
        assert [each.name for each in received if isinstance(each, Alert)] == ["a", "b"] and not errors


def test_what_is_no_object_is_said_with_its_place() -> None:
    received, errors = guessing.read(posted([{"title": "a"}, 7, None]))
    assert len(received) == 1
    assert errors == [
        "alerts[1] is a number; send a JSON object",
        "alerts[2] is null; send a JSON object",
    ]
    assert guessing.read(posted("text")) == ([], ["the body is a text; send a JSON object"])


def test_too_many_alerts_are_read_as_far_as_the_limit() -> None:
    received, errors = guessing.read(posted([{"title": str(i)} for i in range(1003)]))
    assert len(received) == 1000
    assert errors == ["1003 alerts are too many for one body; the first 1000 were read"]


def test_everything_sent_is_kept_as_annotations() -> None:
    got = alert(guessing, posted({"title": "a", "disk": {"free": 0}, "url": "https://x"}))
    assert got.annotations["disk.free"] == "0" and got.link == "https://x"


MONITOR = {
    "org": {"name": "shop"},
    "checks": [
        {"uid": 1, "what": "latency", "ok": False, "since": "2026-11-23T03:58:00Z", "tags": {"zone": "a"}},
        {"uid": 2, "what": "errors", "ok": True, "since": "2026-11-23T03:50:00Z", "tags": {}},
    ],
}


def test_a_mapping_says_where_everything_is() -> None:
    source = mapped(
        alerts="checks",
        fingerprint="uid",
        name="what",
        firing="!ok",
        starts_at="since",
        service="root.org.name",
        severity="'critical'",
        summary="join(' ', [what, 'of', root.org.name])",
        labels={"zone": "tags.zone"},
    )
    received, errors = source.read(posted(MONITOR))
    first, second = (each for each in received if isinstance(each, Alert))
    assert not errors and (first.fingerprint, first.name, first.firing) == ("1", "latency", True)
    assert first.starts_at == NOW - 2 * MINUTE and first.annotations["summary"] == "latency of shop"
    assert first.labels == {"zone": "a", "service": "shop", "severity": "critical"}
    assert not second.firing and "zone" not in second.labels


def test_the_mapping_of_one_key_is_not_that_of_another() -> None:
    source = mapped(name="what")
    assert alert(source, posted({"what": "x"})).name == "x"
    assert alert(source, Post(b'{"what":"x"}', NOW, "other")).name == "event without a title"


def test_a_mapping_can_make_changes_and_beats() -> None:
    source = mapped(
        release="build.tag", service="project", starts_at="at", heartbeat="job", firing="exit != `0`", fingerprint="id"
    )
    body = {"project": "shop", "build": {"tag": "v7"}, "at": "2026-11-23T03:59:00Z", "id": "9"}
    assert only(source, posted(body)) == ChangeEvent("shop", "v7", NOW - MINUTE, identity="generic/ci/9")
    assert only(source, posted({"job": "backup", "exit": 0})) == Beat("backup")
    assert only(source, posted({"job": "backup", "exit": 1, "message": "disk"})) == Beat("backup", True, "disk")
    assert alert(source, posted({"title": "neither", "exit": 1})).firing


@pytest.mark.parametrize(
    ("value", "firing"), [("resolved", False), ("OK ", False), (0, False), (1, True), (False, False), ("problem", True)]
)
def test_a_status_is_true_false_a_number_or_a_word(value: object, firing: bool) -> None:
    assert alert(mapped(firing="s"), posted({"s": value})).firing == firing


@pytest.mark.parametrize(
    ("fields", "body", "sentence"),
    [
        ({"firing": "s"}, {"s": "blue"}, "firing: the expression 's' gave blue, which is no status; taken as firing"),
        ({"firing": "s.t"}, {"s": 1}, "firing: the expression 's.t' gave nothing, which is no status; taken as firing"),
        ({"starts_at": "s"}, {"s": "noon"}, "starts_at: the expression 's': 'noon' is not a time; "),
        ({"name": "length(s)"}, {"s": 7}, "name: the expression 'length(s)' failed: "),
    ],
)
def test_errors_say_which_expression_and_what_it_gave(fields: dict[str, str], body: object, sentence: str) -> None:
    received, errors = mapped(**fields).read(posted(body))
    assert errors[0].startswith(sentence)
    assert isinstance(received[0], Alert) and received[0].firing  # better one too many than one that is lost


def test_alerts_must_be_a_list() -> None:
    with pytest.raises(ValueError, match="alerts: the expression 'x' gave a number; write one that gives a list"):
        mapped(alerts="x").read(posted({"x": 1}))
    assert alert(mapped(alerts="x"), posted({"x": {"title": "one alone"}})).name == "one alone"


def test_an_expression_that_is_none_is_refused_when_the_configuration_is_read() -> None:
    with pytest.raises(Invalid) as raised:
        mapped(labels={"zone": "a["})
    assert raised.value.detail.startswith(
        "integrations.generic.mappings.ci.labels.zone: 'a[' is no JMESPath expression"
    )
    with pytest.raises(msgspec.ValidationError):
        mapped(nmae="x")


def test_a_mapping_can_be_tried_on_a_body() -> None:
    rows, errors = try_mapping.try_mapping(
        "alerts: checks\nname: what\nfiring: '!ok'\n", json.dumps(MONITOR).encode(), NOW
    )
    assert not errors and [row["name"] for row in rows] == ["latency", "errors"]
    assert rows[0]["what"] == "alert" and rows[0]["firing"] == "true" and rows[0]["ends_at"] == ""
    assert parse_moment(rows[1]["ends_at"]) == NOW


def test_the_mapping_in_the_documentation_does_what_it_says() -> None:
    text = (Path(__file__).parent.parent.parent / "docs" / "how-to" / "senders.md").read_text()
    (example,) = re.findall(r"```yaml\n(integrations:\n  generic:.*?)```", text, re.DOTALL)
    (body,) = re.findall(r"for a body `(.*?)`", text)
    mapping = yaml.safe_load(example)["integrations"]["generic"]["mappings"]["shop"]
    assert alert(mapped(**mapping), posted(json.loads(body))) == Alert(
        fingerprint="1",
        name="latency",
        firing=True,
        starts_at=NOW,
        ends_at=None,
        labels={"region": "eu", "service": "checkout", "severity": "critical"},
        annotations={"uid": "1", "what": "latency", "ok": "false", "summary": "latency in eu"},
    )


@pytest.mark.parametrize(
    ("mapping", "said"),
    [
        ("name: [", "expected"),
        ("- x", "Expected `object`"),
        ("nmae: x", "unknown field `nmae`"),
        ("name: 7", "Expected `str`, got `int` - at `name`"),
        ("name: 'a['", "name: 'a[' is no JMESPath expression"),
        ("alerts: org", ""),
        ("", ""),
        ("<<: {}", "uses YAML's '<<'"),
        ("name: " + "[" * 5000, ""),
        ("x" * 20_001, "longer than 20000"),
    ],
)
def test_trying_a_wrong_mapping_says_what_is_wrong_and_never_fails(mapping: str, said: str) -> None:
    rows, errors = try_mapping.try_mapping(mapping, json.dumps(MONITOR).encode())
    assert said in "; ".join(errors) and (rows or errors)


keys = bodies("alerts", "title", "status", "id", "timestamp", "severity", "host", "url", "summary", "a", "b")
wild = mapped(
    alerts="a || @", name="a", firing="b", starts_at="a", link="b", service="join(',', keys(@))", labels={"x": "a[*].b"}
)
counted = mapped(name="sum(a)", summary="to_number(b)", severity="max(a)", heartbeat="a.b", release="b.a")


@given(keys, st.sampled_from([guessing, wild, counted]))
def test_nothing_but_value_errors_come_out(body: bytes, source: Source) -> None:
    survives(source, body)


@given(st.dictionaries(st.text(max_size=5).filter(str.isascii), anything, max_size=5))
def test_every_json_object_is_one_signal(body: dict[str, Any]) -> None:
    text = json.dumps(body).encode()
    try:
        msgspec.json.decode(text)
    except msgspec.DecodeError:
        return  # a lone surrogate or a number out of range: not JSON
    assert len(guessing.read(Post(text, NOW))[0]) == 1


@pytest.mark.parametrize("expression", ["a" + ".a" * 400, "[" * 300, "a || " * 300 + "a"])
def test_long_expressions_and_deep_bodies_do_not_fall_over(expression: str) -> None:
    body = b'{"a":' * 900 + b"1" + b"}" * 900
    rows, errors = try_mapping.try_mapping(f"name: '{expression}'", body)
    assert rows or errors
