"""What Alertmanager and Prometheus really sent (recorded), and what nobody should send, as stories."""

import json
import time
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stanch.integrations import alertmanager, grafana, prometheus_alerts
from stanch.kernel.clock import MINUTE, SECOND, parse_moment
from stanch.ports import Alert, Post, Source
from stanch.ports.label_fingerprint import fingerprint

DATA = Path(__file__).parent.parent / "data"
NOW = parse_moment("2026-11-23T03:00:00Z")
WEBHOOKS = sorted((DATA / "am_webhook").glob("*.json"))
POSTS = sorted((DATA / "prom_post").glob("*.json"))
hook = alertmanager.build(alertmanager.Settings())
posts = prometheus_alerts.PrometheusAlerts(prometheus_alerts.Settings())

VECTORS = [
    ({"alertname": "alert1", "lbl1": "val1"}, "fac0861a85de433a"),
    ({}, "cbf29ce484222325"),
    ({"alertname": "HighErrorRate", "service": "checkout", "severity": "critical"}, "7d2d332feada5c59"),
]


def parse(source: Source, body: bytes, now: int) -> list[Alert]:
    received, _ = source.read(Post(body, now))
    return [each for each in received if isinstance(each, Alert)]


def webhook(**changes: object) -> bytes:
    alert = {
        "status": "firing",
        "labels": {"alertname": "A"},
        "annotations": {},
        "startsAt": "2026-11-23T02:59:00Z",
        "endsAt": "0001-01-01T00:00:00Z",
        "generatorURL": "",
        "fingerprint": "00000000000000aa",
    } | changes
    return json.dumps({"version": "4", "status": "firing", "alerts": [alert]}).encode()


@pytest.mark.parametrize("path", WEBHOOKS, ids=lambda path: path.stem)
def test_every_recorded_webhook_is_read_whole(path: Path) -> None:
    raw = json.loads(path.read_bytes())
    alerts = parse(hook, path.read_bytes(), NOW)
    assert [a.fingerprint for a in alerts] == [a["fingerprint"] for a in raw["alerts"]]
    assert [a.firing for a in alerts] == [a["status"] == "firing" for a in raw["alerts"]]
    assert all(a.ends_at is None for a in alerts if a.firing)
    assert all(a.ends_at is not None and a.ends_at >= a.starts_at for a in alerts if not a.firing)


@pytest.mark.parametrize("path", WEBHOOKS, ids=lambda path: path.stem)
def test_our_fingerprint_is_the_one_alertmanager_computes(path: Path) -> None:
    for alert in parse(hook, path.read_bytes(), NOW):
        assert fingerprint(alert.labels) == alert.fingerprint


def test_the_sender_decides_the_status_not_our_clock() -> None:
    (alert,) = parse(hook, webhook(status="firing", endsAt="2020-01-01T00:00:00Z"), NOW)
    assert alert.firing and alert.ends_at is None


def test_nanoseconds_and_offsets_are_read() -> None:
    (alert,) = parse(hook, webhook(startsAt="2026-11-23T04:59:56.256789123+02:00"), NOW)
    assert abs(alert.starts_at - (parse_moment("2026-11-23T02:59:56Z") + 256_789)) <= 1


def test_keys_of_newer_versions_and_of_grafana_do_not_disturb() -> None:
    (alert,) = parse(hook, webhook(values=None, silenceURL="x", enrichments={"a": [1]}), NOW)
    assert alert.name == "A"


@pytest.mark.parametrize(
    ("body", "where"),
    [
        (b"", "not JSON"),
        (b'{"version":"4"}', "alerts is missing"),
        (b"7", "the body is a number, not an object; send Alertmanager's webhook version 4 unchanged"),
        (b'{"alerts":"none"}', "alerts is missing"),
    ],
)
def test_what_is_no_message_of_alerts_is_said(body: bytes, where: str) -> None:
    with pytest.raises(ValueError) as raised:
        parse(hook, body, NOW)
    assert where in str(raised.value)


GOOD = json.loads(webhook())["alerts"][0]
MINUTE_AGO = NOW - MINUTE


@pytest.mark.parametrize(
    ("odd", "firing", "starts_at", "labels", "said"),
    [
        ({"labels": {"alertname": "B", "cluster": None}}, True, MINUTE_AGO, {"alertname": "B"}, "alerts[1].labels.cluster is null"),
        ({"labels": {"alertname": "B", "port": 80}}, True, MINUTE_AGO, {"alertname": "B", "port": "80"}, "port is a number"),
        ({"labels": {"alertname": "B", "up": True}}, True, MINUTE_AGO, {"alertname": "B", "up": "true"}, "up is true or false"),
        ({"labels": {"alertname": "B", "l": ["x"]}}, True, MINUTE_AGO, {"alertname": "B", "l": '["x"]'}, "l is an array"),
        ({"labels": "B"}, True, MINUTE_AGO, {}, "alerts[1].labels is a text"),
        ({"labels": None}, True, MINUTE_AGO, {"team": "shop"}, "alerts[1].labels is missing; those of the whole message"),
        ({"annotations": {"summary": None}}, True, MINUTE_AGO, {"alertname": "A"}, "annotations.summary is null"),
        ({"annotations": ["x"]}, True, MINUTE_AGO, {"alertname": "A"}, "annotations is an array"),
        ({"status": "Firing"}, True, MINUTE_AGO, {"alertname": "A"}, "status is 'Firing'; it was taken as firing"),
        ({"status": "RESOLVED"}, False, MINUTE_AGO, {"alertname": "A"}, "it was taken as resolved"),
        ({"status": "pending"}, True, MINUTE_AGO, {"alertname": "A"}, "status is 'pending', which is no status"),
        ({"status": 1}, True, MINUTE_AGO, {"alertname": "A"}, "status is a number"),
        ({"status": None}, True, MINUTE_AGO, {"alertname": "A"}, "status is None; it was taken as firing"),
        ({"startsAt": "2026-11-23 02:58:00.5 +0000 UTC m=+0.1"}, True, NOW - 2 * MINUTE + SECOND // 2, {"alertname": "A"}, ""),
        ({"startsAt": "Mon, 23 Nov 2026 02:58:00 GMT"}, True, NOW - 2 * MINUTE, {"alertname": "A"}, ""),
        ({"startsAt": (NOW - 2 * MINUTE) // SECOND}, True, NOW - 2 * MINUTE, {"alertname": "A"}, "startsAt is a number"),
        ({"startsAt": "yesterday"}, True, NOW, {"alertname": "A"}, "startsAt: 'yesterday' is not a time"),
        ({"startsAt": {"seconds": 1}}, True, NOW, {"alertname": "A"}, "startsAt is an object"),
        ({"endsAt": 0}, True, MINUTE_AGO, {"alertname": "A"}, "endsAt is a number"),
        ({"generatorURL": None, "fingerprint": 170}, True, MINUTE_AGO, {"alertname": "A"}, "fingerprint is a number"),
    ],
)  # fmt: skip
def test_one_odd_part_costs_only_itself(
    odd: dict[str, object], firing: bool, starts_at: int, labels: dict[str, str], said: str
) -> None:
    """R1, P8: the alert beside it is whole, the odd one is read as far as it can be."""
    for source in (hook, grafana.build(grafana.Settings())):
        body = {"status": "firing", "commonLabels": {"team": "shop"}, "alerts": [GOOD, GOOD | odd]}
        received, notes = source.read(Post(json.dumps(body).encode(), NOW))
        good, read = (each for each in received if isinstance(each, Alert))
        assert (good.name, good.firing, good.starts_at) == ("A", True, MINUTE_AGO)
        assert (read.firing, read.starts_at, read.labels) == (firing, starts_at, labels)
        assert said in "; ".join(notes) and bool(notes) == bool(said)


@pytest.mark.parametrize(
    ("body", "names"),
    [
        (json.dumps({"alerts": [GOOD, None, 7, "x"]}).encode(), ["A"]),
        (json.dumps({"alerts": GOOD}).encode(), ["A"]),
        (json.dumps([GOOD]).encode(), ["A"]),
        (b"\xef\xbb\xbf" + webhook(), ["A"]),
        (webhook().decode().encode("utf-16"), ["A"]),
        (webhook().replace(b'"alertname": "A"', b'"alertname": "\xff"'), ["\ufffd"]),
        (webhook().replace(b'"annotations": {}', b'"annotations": {}, "values": {"B": NaN}'), ["A"]),
        (webhook().replace(b'"alertname": "A"', b'"alertname": "a\tb"'), ["a\tb"]),
    ],
)
def test_a_body_that_is_not_quite_right_is_read_as_far_as_it_goes(body: bytes, names: list[str]) -> None:
    received, notes = hook.read(Post(body, NOW))
    assert [each.name for each in received if isinstance(each, Alert)] == names and notes


def test_a_missing_fingerprint_is_computed_from_the_labels() -> None:
    """formats/01: Alertmanager gives it since 0.19; the same labels are the same alert before and after."""
    for missing in (None, ""):
        (alert,) = parse(hook, webhook(labels=VECTORS[0][0], fingerprint=missing), NOW)
        assert alert.fingerprint == VECTORS[0][1]
    first, second = parse(
        hook, json.dumps({"alerts": [{"annotations": {"summary": each}} for each in "ab"]}).encode(), NOW
    )
    assert first.fingerprint != second.fingerprint


@pytest.mark.parametrize(
    ("number", "said"), [(1, "1 more alert of this group was left out"), (37, "37 more alerts of")]
)
def test_what_the_sender_left_out_is_said(number: int, said: str) -> None:
    received, notes = hook.read(Post(json.dumps({"truncatedAlerts": number, "alerts": [GOOD]}).encode(), NOW))
    assert isinstance(received[0], Alert) and said in received[0].annotations["truncated"] and said in notes[0]
    assert not hook.read(Post(json.dumps({"truncatedAlerts": 0, "alerts": [GOOD]}).encode(), NOW))[1]


def test_thousands_of_webhooks_are_read_per_second() -> None:
    body = WEBHOOKS[0].read_bytes()
    started = time.perf_counter()
    for _ in range(1000):
        parse(hook, body, NOW)
    assert time.perf_counter() - started < 1.0


@pytest.mark.parametrize(("labels", "expected"), VECTORS)
def test_fingerprints_match_the_published_vectors(labels: dict[str, str], expected: str) -> None:
    assert fingerprint(labels) == expected


@pytest.mark.parametrize("path", POSTS, ids=lambda path: path.stem)
def test_every_recorded_post_of_prometheus_is_read_whole(path: Path) -> None:
    raw = json.loads(path.read_bytes())
    alerts, errors = posts.read(Post(path.read_bytes(), NOW))
    assert not errors and len(alerts) == len(raw)
    for alert, sent in zip(alerts, raw, strict=True):
        ends = parse_moment(sent["endsAt"])
        assert alert.firing == (ends > NOW)
        assert (alert.lease_until, alert.ends_at) == ((ends, None) if alert.firing else (None, ends))


def post(**alert: object) -> bytes:
    return json.dumps([{"labels": {"alertname": "A"}} | alert]).encode()


def test_an_alert_without_an_end_is_leased_for_the_resolve_timeout() -> None:
    (alert,) = parse(posts, post(endsAt="0001-01-01T00:00:00.000Z"), NOW)
    assert alert.firing and alert.starts_at == NOW and alert.lease_until == NOW + 5 * MINUTE


def test_a_missing_start_is_the_end() -> None:
    (alert,) = parse(posts, post(endsAt="2026-11-23T02:00:00Z"), NOW)
    assert not alert.firing and alert.starts_at == alert.ends_at


def test_an_end_of_exactly_now_is_a_resolution() -> None:
    (alert,) = parse(posts, post(startsAt="2026-11-23T02:00:00Z", endsAt="2026-11-23T03:00:00Z"), NOW)
    assert not alert.firing and alert.ends_at == NOW


def test_labels_without_a_value_do_not_change_the_identity() -> None:
    (alert,) = parse(posts, post(labels={"alertname": "alert1", "lbl1": "val1", "empty": ""}), NOW)
    assert alert.fingerprint == VECTORS[0][1] and "empty" not in alert.labels


def test_one_bad_alert_does_not_cost_the_others() -> None:
    good = {"labels": {"alertname": "A"}}
    bad = [
        {"labels": {}},
        7,
        {"labels": {"a": "b"}, "startsAt": "2026-01-02T00:00:00Z", "endsAt": "2026-01-01T00:00:00Z"},
    ]
    odd = [{"labels": {"a": 1, "b": None}}, {"labels": {"a": "b"}, "startsAt": "noon"}]
    alerts, errors = posts.read(Post(json.dumps([good, *bad, *odd, good]).encode(), NOW))
    assert len(alerts) == 4
    assert sorted({error.split("]")[0] for error in errors}) == [f"alerts[{number}" for number in (1, 2, 3, 4, 5)]
    alerts, errors = posts.read(Post(json.dumps(bad).encode(), NOW))
    assert not alerts and "alerts[0].labels is empty" in "; ".join(errors)


def test_an_empty_batch_is_fine() -> None:
    assert parse(posts, b"[]", NOW) == []


def test_nul_characters_never_reach_the_database() -> None:
    (alert,) = parse(posts, post(labels={"alertname": "a\x00b"}), NOW)
    assert alert.name == "ab"


values = st.recursive(
    st.none()
    | st.booleans()
    | st.floats()
    | st.text()
    | st.sampled_from(
        [
            "firing",
            "resolved",
            "0001-01-01T00:00:00Z",
            "9999-12-31T23:59:59-14:00",
            "2026-01-01",
            "2026-11-23T03:00:00Z",
        ]
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)
keys = st.sampled_from(["status", "labels", "annotations", "startsAt", "endsAt", "generatorURL", "fingerprint", "x"])
texts = st.dictionaries(st.text(max_size=3), st.text(max_size=3), max_size=2)
alert_like = st.dictionaries(keys, values | texts, max_size=8)


@given(
    st.binary()
    | values.map(lambda v: json.dumps(v).encode())
    | st.lists(alert_like, max_size=3).map(lambda v: json.dumps(v).encode())
    | st.lists(alert_like, max_size=3).map(lambda v: json.dumps({"alerts": v}).encode())
)
def test_nothing_but_value_errors_come_out(body: bytes) -> None:
    for source in (hook, posts):
        try:
            parse(source, body, NOW)
        except ValueError:
            continue


@pytest.mark.parametrize("body", [b"[" * 100_000, b'{"alerts":' + b"[" * 100_000, b'[{"x":' + b"[" * 100_000])
def test_deep_nesting_is_a_value_error_too(body: bytes) -> None:
    for source in (hook, posts):
        with pytest.raises(ValueError):
            parse(source, body, NOW)


def test_unknown_settings_are_refused() -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"resolve_timeuot": 1}, prometheus_alerts.Settings)
    assert posts.settings.resolve_timeout * SECOND == 5 * MINUTE
