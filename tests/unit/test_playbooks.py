"""Playbooks: first moves for six shapes, and which of them the evidence points to (R6)."""

import itertools

import pytest

from stanch.kernel.clock import HOUR, MINUTE
from stanch.prepare.playbooks.library import PARTS, playbooks, read
from stanch.prepare.playbooks.rules import IncidentEvidence, Quote, Released, suggest

ONSET = 1_747_231_620_000_000
SHAPES = {
    "crash-on-deploy",
    "expired-certificate",
    "rate-limits",
    "firewall-rule",
    "database-connections",
    "zone-power",
}


def alert(text: str, source: str = "the alert Errors") -> IncidentEvidence:
    return IncidentEvidence(ONSET, (Quote(source, text),))


def names(seen: IncidentEvidence) -> list[str]:
    return [found.playbook for found in suggest(seen)]


def test_there_is_a_playbook_for_each_of_the_six_shapes() -> None:
    assert set(playbooks()) == SHAPES


@pytest.mark.parametrize("name", sorted(SHAPES))
def test_a_playbook_is_short_enough_for_three_in_the_morning(name: str) -> None:
    lines = [line for part in PARTS for line in playbooks()[name].parts[part]]
    assert 5 <= len(lines) <= 8
    assert all(len(line) <= 140 for line in lines), "short lines"


def test_a_playbook_without_all_four_parts_is_refused() -> None:
    with pytest.raises(ValueError, match="It worked when"):
        read("x", "# X\n\n## How you recognise it\n- a\n\n## First\n- b\n\n## Not\n- c\n")


def test_without_evidence_nothing_is_suggested() -> None:
    assert suggest(alert("Errors: the error rate is above 5 %")) == []


@pytest.mark.parametrize(
    ("text", "playbook"),
    [
        ("payment provider answers 429 Too Many Requests", "rate-limits"),
        ("Stripe: rate_limit exceeded", "rate-limits"),
        ("x509: certificate has expired or is not yet valid", "expired-certificate"),
        ("TLS handshake failed towards api.example.org", "expired-certificate"),
        ("FATAL: sorry, too many clients already", "database-connections"),
        ("remaining connection slots are reserved for superusers", "database-connections"),
        ("QueuePool limit of size 5 overflow 10 reached", "database-connections"),
        ("HikariPool-1 - Connection is not available", "database-connections"),
        ("dial tcp 10.0.0.7:5432: connect: no route to host", "firewall-rule"),
        ("dial tcp 10.0.0.7:5432: i/o timeout", "firewall-rule"),
        ("Back-off restarting failed container", "crash-on-deploy"),
        ("power outage in hall 2", "zone-power"),
    ],
)
def test_the_words_of_an_alert_point_to_a_playbook(text: str, playbook: str) -> None:
    (found,) = suggest(alert(text))
    assert found.playbook == playbook
    assert text in found.reason, "the reason quotes what was said"


@pytest.mark.parametrize(
    "text",
    [
        "checkouts in the last hour were fine",
        "latency of port 14290 is high",
        "the power user report is slow",
        "certified stock levels",
        "the swimming pool shop is slow",
    ],
)
def test_ordinary_words_point_nowhere(text: str) -> None:
    assert suggest(alert(text)) == []


def test_a_release_shortly_before_the_onset_is_suspected_and_an_old_one_is_not() -> None:
    recent = IncidentEvidence(ONSET, released=(Released("shop", "v42", ONSET - 7 * MINUTE),))
    assert suggest(recent)[0].reason == "release v42 of shop went out 7 min before onset"
    assert suggest(IncidentEvidence(ONSET, released=(Released("shop", "v41", ONSET - HOUR),))) == []


def test_a_release_dated_a_little_after_the_onset_is_suspected_because_clocks_differ() -> None:
    assert names(IncidentEvidence(ONSET, released=(Released("shop", "v42", ONSET + 2 * MINUTE),))) == [
        "crash-on-deploy"
    ]
    assert names(IncidentEvidence(ONSET, released=(Released("shop", "v43", ONSET + HOUR),))) == []


def test_the_suspicion_of_a_release_falls_without_an_edge() -> None:  # R17
    weights = [
        suggest(IncidentEvidence(ONSET, released=(Released("shop", "v42", ONSET - m * MINUTE),)), 0)[0].weight
        for m in range(-60, 300)
    ]
    assert max(abs(a - b) for a, b in itertools.pairwise(weights)) < 0.5


def test_the_newest_of_several_releases_is_named() -> None:
    released = (Released("db", "9", ONSET - 20 * MINUTE), Released("shop", "v42", ONSET - 5 * MINUTE))
    assert "v42 of shop" in suggest(IncidentEvidence(ONSET, released=released))[0].reason


def test_alerts_of_one_zone_point_to_the_zone_and_alerts_of_two_do_not() -> None:
    one = IncidentEvidence(ONSET, labels=({"zone": "b"}, {"topology_kubernetes_io_zone": "b"}, {"job": "x"}))
    assert suggest(one)[0].reason == "all 2 firing alerts that name a zone name b"
    assert names(IncidentEvidence(ONSET, labels=({"zone": "a"}, {"zone": "b"}))) == []
    assert names(IncidentEvidence(ONSET, labels=({"zone": "b"},))) == [], "one alert is no pattern"


def test_a_failing_tls_probe_weighs_more_than_words() -> None:
    seen = IncidentEvidence(ONSET, (Quote("the alert Bank", "429 from the bank"),), probe_kinds=("tls",))
    assert names(seen) == ["expired-certificate", "rate-limits"]


def test_a_failing_tcp_probe_points_to_the_path() -> None:
    assert names(IncidentEvidence(ONSET, probe_kinds=("tcp",))) == ["firewall-rule"]


def test_what_is_quoted_is_one_line_and_not_too_long() -> None:
    (found,) = suggest(alert("429\n" + "x" * 500))
    assert "\n" not in found.reason
    assert len(found.reason) < 160
