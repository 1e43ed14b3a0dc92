"""Who is who among senders that nobody knows (R1): strangers are never one, an end ends only what it names, recoveries never page."""

import json
from pathlib import Path
from typing import Any

import pytest

from stanch.detect.rules import Subject, still_firing
from stanch.integrations import generic
from stanch.kernel.policy import Policy
from stanch.ports import Acknowledgement, Alert
from stanch.ports.severity_words import grade, of_scale
from stanch.ports.state_words import is_firing, title_and_state
from tests.contracts.posts import alert, posted
from tests.contracts.test_generic_source import mapped

CASES = Path(__file__).parent.parent / "data" / "cases"
guessing = generic.build(generic.Settings())
LAG: dict[str, Any] = {"title": "replication lag", "state": "alerting"}


def of(body: dict[str, Any]) -> Alert:
    """The alert of a body; an acknowledgement beside it is left out."""
    received, errors = guessing.read(posted(body))
    assert not errors
    return next(each for each in received if isinstance(each, Alert))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"alert_uid": "u-1"}, {"alert_uid": "u-2"}),
        ({"monitorUid": "1"}, {"monitorUid": "2"}),
        ({"check-id": 1}, {"check-id": 2}),
        ({"widget_guid": "a"}, {"widget_guid": "b"}),
        ({"AlarmArn": "a"}, {"AlarmArn": "b"}),
        ({"problem": {"id": 1}}, {"problem": {"id": 2}}),
        ({"data": {"issue": {"id": 1}}}, {"data": {"issue": {"id": 2}}}),
        ({"thing": {"uuid": "a"}}, {"thing": {"uuid": "b"}}),
        ({"event_id": 1}, {"event_id": 2}),
        ({"rule_id": 1}, {"rule_id": 2}),
        ({"rule_id": 1, "host": "db1"}, {"rule_id": 1, "host": "db2"}),
        ({"rule_id": 1, "title": "lag of db1"}, {"rule_id": 1, "title": "lag of db2"}),
        ({"monitor_id": 1, "scope": "db1"}, {"monitor_id": 1, "scope": "db2"}),
        ({"org_id": 1, "host": "db1"}, {"org_id": 1, "host": "db2"}),
        ({"service": "shop", "host": "db1"}, {"service": "shop", "host": "db2"}),
        ({"device": "sda"}, {"device": "sdb"}),
        ({"labels": {"pod": "a"}}, {"labels": {"pod": "b"}}),
        ({"tags": ["host:a"]}, {"tags": ["host:b"]}),
        ({"account": {"id": 1}, "node": "a"}, {"account": {"id": 1}, "node": "b"}),
        ({"title": None, "x": 1}, {"title": None, "x": 2}),
        ({"id": "a" * 300 + "1"}, {"id": "a" * 300 + "2"}),
    ],
)
def test_two_things_are_two(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert of(LAG | one).fingerprint != of(LAG | other).fingerprint


@pytest.mark.parametrize(
    ("begin", "end"),
    [
        ({**LAG, "alert_uid": "u"}, {"alert_uid": "u", "state": "ok"}),
        ({**LAG, "check_uid": "u"}, {"check_uid": "u", "state": "ok"}),
        ({**LAG, "incident": {"incident_id": "u"}}, {"incident": {"incident_id": "u", "state": "closed"}}),
        ({**LAG, "id": 7, "message_id": 1, "timestamp": 1}, {"id": 7, "message_id": 2, "timestamp": 2, "status": "resolved"}),
        ({"title": "PROBLEM: no ping", "host": "gw"}, {"title": "RESOLVED: no ping", "host": "gw"}),
        ({"title": "[FIRING:1] disk"}, {"title": "[RESOLVED] disk"}),
        ({"subject": 'ALARM: "cpu"', "message_id": 1}, {"subject": 'OK: "cpu"', "message_id": 2}),
        ({"title": "x", "host": "a", "value": 91}, {"title": "x", "host": "a", "value": 12, "status": "ok"}),
        ({"monitor": {"id": 5, "name": "x"}, "state": "down", "message": "timeout"},
         {"monitor": {"id": 5, "name": "x"}, "state": "up", "message": "200 OK"}),
    ],
)  # fmt: skip
def test_an_end_finds_its_beginning(begin: dict[str, Any], end: dict[str, Any]) -> None:
    first, last = of(begin), of(end)
    assert first.fingerprint == last.fingerprint and first.firing and not last.firing


@pytest.mark.parametrize(
    "body",
    [
        {"state": "ok"}, {"status": "SUCCESS"}, {"status": "Recovered"}, {"status": "recovery"}, {"alert_status": "CLEARED"},
        {"monitorCondition": "Resolved"}, {"notificationType": "RECOVERY"}, {"NewStateValue": "OK"}, {"current_state": "healthy"},
        {"action": "close"}, {"event_type": "alert.closed", "state": "closed"}, {"status": "back to normal"}, {"state": "green"},
        {"transition": "Recovered"}, {"is_resolved": True}, {"up": True}, {"healthy": True}, {"down": False}, {"active": False},
        {"severity": "clear"}, {"severity": "normal"}, {"severity": "OK"}, {"level": "cleared"}, {"priority": "resolved"},
        {"title": "[OK] disk"}, {"title": "Recovery: disk"}, {"title": "✅ UP: shop"}, {"title": "[✅ Up] shop"},
        {"alert": {"status": "resolved"}}, {"data": {"state": "ok"}}, {"incident": {"state": "closed"}},
    ],
)  # fmt: skip
def test_a_recovery_never_pages(body: dict[str, Any]) -> None:
    assert not of({"title": "disk"} | body).firing


@pytest.mark.parametrize(
    "body",
    [
        {}, {"state": "firing"}, {"status": "Triggered"}, {"status": "PROBLEM"}, {"state": "DOWN"}, {"status": "critical"},
        {"status": "open"}, {"status": "acknowledged"}, {"status": "no_data"}, {"state": "blue"}, {"state": 0}, {"up": False},
        {"severity": "critical"}, {"title": "Closed: port 443 of the shop"}, {"title": "Up to 90 % of requests fail"},
        {"title": "OK button does nothing"}, {"resolved": False}, {"active": True}, {"title": "Error: disk full"},
    ],
)  # fmt: skip
def test_what_is_not_over_fires(body: dict[str, Any]) -> None:
    assert of({"title": "disk"} | body).firing


@pytest.mark.parametrize(
    ("words", "asks"),
    [
        ("Information informational info INFO debug trace none notice P5 sev5 SEV-5 Lowest Trivial", "noise"),
        ("low P4 p-4 sev-3 SEV4 sev3 warning Warn minor Low unclassified not_classified non-critical", "ticket"),
        ("clear cleared normal ok OK resolved recovered success closed green", "over"),
        (
            "critical CRIT fatal emergency emerg disaster high average major error err alert P1 P2 P3 sev1 SEV-2 unknown urgent",
            "page",
        ),
        ("banana 1 5", "page"),
    ],
)
def test_the_severity_words_of_the_world(words: str, asks: str) -> None:
    assert {word: grade(word) for word in words.split()} == dict.fromkeys(words.split(), asks)


@pytest.mark.parametrize(
    ("severity", "asks"),
    [
        ("", "page"), ("not classified", "ticket"), ("Not Classified", "ticket"), ("4 - Low", "ticket"), ("1 - Critical", "page"),
        ("P4 - Low", "ticket"), ("Sev3 (informational)", "ticket"), ("Priority 4", "ticket"), ("priority: 5", "noise"),
        ("sev 1", "page"), ("Severity 4", "ticket"), ("not critical", "page"), (" INFO ", "noise"),
    ],
)  # fmt: skip
def test_severities_of_several_words(severity: str, asks: str) -> None:
    assert grade(severity) == asks


@pytest.mark.parametrize(
    ("body", "severity"),
    [
        ({"nseverity": 1}, "information"), ({"event_nseverity": "5"}, "disaster"), ({"syslog_severity": 6}, "info"),
        ({"syslog_severity": 0}, "emergency"), ({"severity_number": 9}, "info"), ({"SeverityNumber": 21}, "fatal"),
        ({"severity": 1}, "1"), ({"state": "WARNING"}, "warning"), ({"state": "CRITICAL"}, ""), ({"alert": {"severity": "P5"}}, "p5"),
    ],
)  # fmt: skip
def test_numbers_count_in_the_scale_that_their_key_names(body: dict[str, Any], severity: str) -> None:
    assert of({"title": "x"} | body).labels.get("severity", "") == severity


def test_a_mapping_says_what_a_senders_numbers_and_words_mean() -> None:
    syslog = mapped(severity="level", scale="syslog")
    assert [alert(syslog, posted({"title": "x", "level": n})).labels["severity"] for n in (0, 6, "4")] == [
        "emergency",
        "info",
        "warning",
    ]
    own = mapped(severities={"rot": "critical", "3": "info"})
    assert [alert(own, posted({"title": "x", "severity": s})).labels["severity"] for s in ("Rot", 3, "gelb")] == [
        "critical",
        "info",
        "gelb",
    ]
    with pytest.raises(ValueError, match="scale 'dezibel' is not known; write one of syslog, zabbix"):
        mapped(scale="dezibel")
    assert of_scale("priority", "4") == "P4" and of_scale("zabbix", "9") == "9" and of_scale("otel", "0") == "0"


def test_json_inside_a_text_can_be_mapped() -> None:
    source = mapped(name="from_json(m).what", firing="from_json(m).s", fingerprint="from_json(m).id")
    body = {"m": json.dumps({"what": "cpu", "s": "OK", "id": 3})}
    got = alert(source, posted(body))
    assert (got.name, got.firing, got.fingerprint) == ("cpu", False, "3")
    assert alert(mapped(name="from_json(m) || t"), posted({"m": "{", "t": "x"})).name == "x"


def test_uptime_kuma_and_amazon_sns_are_known_as_they_are() -> None:
    folder = CASES / "07-recovery-pages"
    for sender, name in (("uptime-kuma", "Shop"), ("sns", "cpu")):
        down, up = (of(json.loads(path.read_bytes())) for path in sorted(folder.glob(f"{sender}-*")))
        assert (down.name, down.firing, up.firing) == (name, True, False) and down.fingerprint == up.fingerprint
    confirm = of(
        {
            "Type": "SubscriptionConfirmation",
            "TopicArn": "arn:t",
            "SubscribeURL": "https://sns/x",
            "Message": "You have",
        }
    )
    assert confirm.link == "https://sns/x" and grade(confirm.labels["severity"]) == "ticket"
    plain = {
        "Type": "Notification",
        "TopicArn": "arn:t",
        "Message": "disk full",
        "MessageId": "1",
        "Subject": "ALARM: disk",
    }
    over = plain | {"MessageId": "2", "Subject": "OK: disk"}
    assert of(plain).fingerprint == of(over).fingerprint and not of(over).firing


def test_what_was_acknowledged_where_it_comes_from_is_acknowledged() -> None:
    received, _ = guessing.read(posted({"id": "a", "title": "x", "status": "Acknowledged"}))
    assert [type(each) for each in received] == [Alert, Acknowledgement]


def test_words_without_a_meaning_page() -> None:
    assert is_firing("blue") is None and title_and_state("blue") == ("blue", None)
    assert still_firing(Subject({}, "shop", "blue"), 0, Policy()).disposition == "incident"
    assert still_firing(Subject({}, "shop", "Normal"), 0, Policy()).disposition == "noise"
