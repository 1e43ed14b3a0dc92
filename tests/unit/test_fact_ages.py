"""Each of the six facts grows stale at its own age for the severity, and says what to do (R11)."""

from typing import Any

import pytest

from stanch.kernel.clock import SECOND
from stanch.kernel.fact_ages import FactAges
from stanch.kernel.policy import Mitigation, Policy, Service
from stanch.kernel.severities import SeverityPolicy
from stanch.respond.facts import six_facts
from stanch.timeline.decisions import Hypothesis
from stanch.timeline.kept import Update
from stanch.timeline.record import Fact, Record
from stanch.timeline.run import Run

KEYS = ("severity", "incident_commander", "impact", "hypothesis", "mitigations", "next_update")


def record(severity: str = "SEV-1", outcome: Any = "no_change") -> Record:
    """Everything was said at the moment 0."""
    run = Run("r", "back", "Roll back", "shop", 0, "ada", "", "", 60, outcome=outcome)
    return Record(
        id="INC-1",
        severity=Fact(severity, 0, "ada"),
        roles={"incident_commander": Fact("ada", 0, "ada")},
        impact=Fact("Nobody can pay", 0, "ada"),
        hypotheses={"H1": Hypothesis("H1", "the deploy", "leading", 0, "ada")},
        runs={"r": run},
        updates=[(0, "ada", Update("internal", "We look", next_at=10**9 * SECOND))],
    )


def stale(asked: Record, seconds: float, policy: Policy | None = None) -> set[str]:
    return {f.key for f in six_facts(asked, policy or Policy(), int(seconds * SECOND)) if f.stale}


@pytest.mark.parametrize(
    ("severity", "limits"),
    [
        ("SEV-1", (3600, 14400, 900, 900, 900, 900)),
        ("SEV-2", (7200, 21600, 1800, 1800, 1800, 1800)),
        ("SEV-3", (14400, 28800, 7200, 7200, 7200, 7200)),
        ("SEV-4", (86400, 86400, 86400, 86400, 86400, 86400)),
    ],
)
def test_every_fact_has_an_age_limit(severity: str, limits: tuple[int, ...]) -> None:
    for key, limit in zip(KEYS, limits, strict=True):
        assert key not in stale(record(severity), limit), key
        assert key in stale(record(severity), limit + 1), key


def test_a_team_sets_its_own_ages() -> None:
    policy = Policy(severities={"SEV-1": SeverityPolicy(update_every=600, stale_after=FactAges(impact=60))})
    assert stale(record(), 61, policy) == {"impact"}
    assert "hypothesis" in stale(record(), 601, policy)


@pytest.mark.parametrize("outcome", [None, "helped"])
def test_what_is_watched_or_helped_is_not_stale(outcome: Any) -> None:
    assert "mitigations" not in stale(record(outcome=outcome), 10**6)


def test_nothing_is_stale_once_it_is_over() -> None:
    over = record()
    over.status = "resolved"
    assert stale(over, 10**6) == set()


def test_a_stale_fact_says_what_to_do() -> None:
    asked = {f.key: f.ask for f in six_facts(record(), Policy(), 10**6 * SECOND)}
    assert asked["severity"].startswith("Is it still that bad?") and "take" in asked["incident_commander"]


def test_nobody_is_sent_to_a_list_that_is_empty() -> None:
    def ask(**service: Any) -> str:
        policy = Policy(services={"shop": Service("shop", **service)}) if service else Policy()
        found = Record(id="INC-1", service="shop" if service else "")
        return next(f.ask for f in six_facts(found, policy, 0) if f.key == "mitigations")

    tool = Mitigation("x", "X", "custom", "lever", "x", {})
    nothing = "Stop the bleeding first, by hand: no mitigation is declared. Say what you did."
    assert ask() == ask(title="Shop") == nothing
    assert ask(mitigations=[tool]) == ask(runs_on=["lever:x"]) == "Stop the bleeding first: see the ranked list."


def test_the_next_update_names_every_audience_that_waits() -> None:
    # R31: customers who were promised a word are not hidden by engineers who were promised none.
    minute = 60_000_000
    policy = Policy()

    def value(*updates: tuple[str, int | None], severity: str = "SEV-4", now: int = 0) -> tuple[str, bool]:
        asked = Record(id="INC-1", declared_at=1, detected_at=1)
        asked.severity = Fact(severity, 1, "ada")
        asked.updates = [(1, "ada", Update(to, "x", "identified", next_at=at)) for to, at in updates]
        fact = next(each for each in six_facts(asked, policy, now) if each.key == "next_update")
        return fact.value, fact.missing

    assert value() == ("", True)
    assert value(("internal", 10 * minute))[0] == "00:10 UTC"
    assert value(("public", 20 * minute))[0] == "00:20 UTC for customers"
    both = value(("internal", 10 * minute), ("public", 20 * minute), now=22 * minute)[0]
    assert both == "00:10 UTC for engineers, overdue by 12 min; 00:20 UTC for customers, overdue by 2 min"
    assert "the first for customers by 00:05 UTC" in value(("internal", 10 * minute), severity="SEV-1")[0]
