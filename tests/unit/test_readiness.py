"""Readiness (R7): a score, and what would raise it."""

from pathlib import Path

import msgspec
import pytest

from stanch.kernel.clock import DAY, parse_moment
from stanch.kernel.contacts import Contact, EscalationPolicy, EscalationStep
from stanch.kernel.policy import Criterion, Mitigation, Policy, Probe, Service, Slo
from stanch.prepare import catalog
from stanch.prepare.readiness import Around, OpenFactor, judge, report

NOW = parse_moment("2026-11-23T10:00:00Z")
EXAMPLE = Path(__file__).parents[2] / "examples" / "catalog"
DRILLED = {"shop": NOW, "checkout": NOW}
AROUND = Around(frozenset({"prometheus"}), drilled=DRILLED)
RUNBOOK = "## Health\nx\n## Impact\nx\n## Roll back\nx\n## Degraded\nx\n## Escalate\nx\n"
WHOLE = Service(
    "shop", core=True, team="web", public_name="Shop", runbook=RUNBOOK, runbook_reviewed="2026-11-01", runbook_tested="2026-11-01",
    probes=[Probe("p", "http://x")], slos=[Slo("s", 99.9, "t", "e")], criteria=[Criterion("c", "prometheus", "q", below=1)],
    mitigations=[Mitigation("m", "Roll back", "rollback", "command", "x", {"argv": ["a"]}, {"argv": ["b"]})],
)  # fmt: skip
POLICY = Policy(
    contacts={"ada": Contact("Ada", ["pager:1"])},
    escalation={"default": EscalationPolicy([EscalationStep(["ada"]), EscalationStep(["schedule:web"])])},
)


def lacks(service: Service, policy: Policy = POLICY, around: Around = AROUND, now: int = NOW) -> str:
    return "; ".join(lack.text for lack in judge(service, policy, around, now).lacks)


def test_what_past_incidents_left_open_is_said_with_one_and_many() -> None:  # R50
    for incidents, more in ((1, ""), (2, " and 1 earlier incident"), (3, " and 2 earlier incidents")):
        around = Around(
            frozenset({"prometheus"}), drilled=DRILLED, factors={"shop": [OpenFactor("capacity", incidents, "INC-34")]}
        )
        assert (
            lacks(WHOLE, around=around) == f"#capacity contributed to INC-34{more}, and not all action items are done"
        )


def test_a_service_that_has_everything_scores_a_hundred() -> None:
    found = judge(WHOLE, POLICY, AROUND, NOW)
    assert (found.score, found.lacks) == (100, [])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"runbook": ""}, "there is no runbook"),
        ({"runbook": "## Health\nx"}, "the runbook does not say: how to enter degraded mode"),
        ({"runbook_reviewed": "2026-01-01"}, "review has been due"),
        ({"runbook_tested": ""}, "the runbook was never tested"),
        ({"runbook_tested": "2024-01-01"}, "last tested 1057 days ago"),
        ({"runbook_tested": "May"}, "test cannot be read"),
        ({"team": ""}, "no team owns it"),
        ({"probes": [], "slos": []}, "nothing of its own notices an outage"),
        ({"slos": []}, "it is core and has no SLO"),
        ({"slos": [Slo("s", 99.9, "t", "e", source="thanos")]}, "asks 'thanos', which is not configured"),
        ({"mitigations": []}, "no mitigation is declared"),
        ({"mitigations": [Mitigation("m", "M", "custom", "c", "x", {})]}, "no mitigation can be taken back"),
        ({"criteria": []}, "nobody has said what 'recovered' means"),
        ({"criteria": [Criterion("c", "gauge", "q", below=1)]}, "asks 'gauge', which is not configured"),
        ({"public_name": ""}, "not on the status page"),
    ],
)
def test_each_lack_costs_points_and_says_what_to_do(change: dict[str, object], said: str) -> None:
    found = judge(msgspec.structs.replace(WHOLE, **change), POLICY, AROUND, NOW)
    assert found.score < 100
    assert any(said in lack.text and lack.do for lack in found.lacks), found.lacks


def test_a_page_must_reach_someone() -> None:
    assert "nobody would be woken: there is no contact" in lacks(WHOLE, Policy()).lower()
    assert "everybody would be paged" in lacks(WHOLE, msgspec.structs.replace(POLICY, escalation={}))
    nobody = msgspec.structs.replace(POLICY, escalation={"default": EscalationPolicy([EscalationStep(["zoe"])])})
    assert "reaches nobody" in lacks(WHOLE, nobody)
    one = msgspec.structs.replace(POLICY, escalation={"default": EscalationPolicy([EscalationStep(["ada"])], repeat=0)})
    assert "nobody follows when the first page is missed" in lacks(WHOLE, one)
    assert (
        lacks(WHOLE, around=Around(frozenset({"prometheus"}), {"web": "nobody is on call"}, drilled=DRILLED))
        == "nobody is on call"
    )


def test_the_least_ready_come_first_and_core_services_are_looked_at_apart() -> None:
    policy = msgspec.structs.replace(POLICY, services={"shop": WHOLE, "blog": Service("blog")})
    found = report(policy, AROUND, NOW)
    assert [each.service for each in found.services] == ["blog", "shop"]
    assert found.weakest_core == 100
    assert found.overall == round((100 + found.services[0].score) / 2)
    assert report(Policy(), AROUND, NOW).overall == 0


def test_the_example_catalog_is_whole() -> None:
    found = catalog.read(Policy(), EXAMPLE)
    assert found.problems == []
    assert judge(found.policy.services["checkout"], found.policy, AROUND, NOW).score == 100
    assert judge(found.policy.services["payments"], found.policy, AROUND, NOW + DAY).score < 50


def test_a_core_service_is_drilled_within_the_time_that_the_policy_says() -> None:
    # R40
    never = Around(frozenset({"prometheus"}))
    assert lacks(WHOLE, around=never) == "nobody has ever drilled for it"
    assert lacks(WHOLE, now=NOW + 181 * DAY).count("it was last drilled 181 days ago") == 1
    assert "drilled" not in lacks(WHOLE, msgspec.structs.replace(POLICY, drill_within_days=0), around=never)
    assert "drilled" not in lacks(msgspec.structs.replace(WHOLE, core=False), around=never)
