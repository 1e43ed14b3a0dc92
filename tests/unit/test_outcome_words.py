"""Words that tell what came of an action are no evidence that it helps (R16, R23)."""

import pytest

from stanch.kernel.policy import Mitigation
from stanch.mitigate.ranking.evidence import Evidence, Option, TextEvidence
from stanch.mitigate.ranking.rank import Ranked, rank

DRAIN = Mitigation("drain-zone-b", "Drain zone-b", "traffic_shift", "lever", "zone-b", {}, reversibility="instant")
RESTART = Mitigation("restart-pods", "Restart the pods in zone-b", "custom", "lever", "pods", {}, reversibility="none")


def line(*told: TextEvidence, of: Mitigation = DRAIN) -> Ranked:
    return rank([Option(of, "shop")], Evidence(0, "shop", told=told))[0]


def note(text: str, *after: str) -> TextEvidence:
    return TextEvidence("a note", text, 0.7, True, after)


@pytest.mark.parametrize(
    "text",
    [
        "Zone-b is drained; the errors went to zone-a with the traffic.",
        "we have drained zone-b",
        "Drained zone-b, still failing",
        "traffic was moved off zone-b at 14:10",
        "draining zone-b did not help",
        "moving off zone-b had no effect",
        "Zone-b: it changed nothing",
    ],
)
def test_what_says_that_it_is_done_or_did_not_help_is_no_evidence_for_it(text: str) -> None:
    assert line(note(text)).score == line().score, line(note(text)).reasons


@pytest.mark.parametrize(
    "text",
    [
        "Zone-b has twice as many errors as zone-a.",
        "zone-b is still failing",
        "zone-b should be drained",
        "zone-b is not drained yet",
        "Card payments in zone-b do not work",
        "errors went up to 30 % in zone-b",
    ],
)
def test_what_says_where_the_harm_is_stays_evidence_until_it_has_been_run(text: str) -> None:
    assert line(note(text)).score > line().score + 1
    assert line(note(text, "drain-zone-b")).score == line().score, "said after it was run"
    assert line(note(text, "drain-zone-a")).score == line(note(text)).score, "another action was run"


def test_an_alert_tells_where_the_harm_is_and_not_what_was_done() -> None:
    alert = TextEvidence("the alert Zone", "zone-b was drained of healthy nodes")
    assert line(alert).score > line().score


def test_a_sign_in_words_written_after_the_run_speaks_for_nothing_but_may_speak_against() -> None:
    stuck = "the workers are stuck"
    assert line(note(stuck), of=RESTART).score > line(of=RESTART).score
    assert line(note(stuck, "restart-pods"), of=RESTART).score == line(of=RESTART).score
    assert line(note("restarted the pods, they are stuck"), of=RESTART).score == line(of=RESTART).score
    spike = "traffic spike since noon"
    assert line(note(spike, "restart-pods"), of=RESTART).score < line(of=RESTART).score
