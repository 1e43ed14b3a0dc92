"""A severity proposed from burn, impact and scope, with its arithmetic (R3)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stanch.detect.slo.rules import PAIRS, SPANS, SloEvaluation, judge
from stanch.detect.slo.severity import Impact, Scope, propose
from stanch.kernel.policy import Policy, Slo

POLICY = Policy()
CHECKOUT = Scope("checkout", core=True)
AUTH = Scope("auth", dependants=("checkout", "mail"))
BLOG = Scope("blog")
SLO = Slo("availability", 99.9, "sum(rate(a[{{.window}}]))", errors="sum(rate(b[{{.window}}]))")


def burning(ratio: float, *spans: str) -> SloEvaluation:
    return judge(SLO, {span: ratio if span in spans else 0.0 for span in SPANS}, {})


FAST, STEADY = burning(0.021, "1h", "5m"), burning(0.007, "6h", "30m")
SLOW = burning(0.004, "1d", "2h")
CALM, FASTER = burning(0.0002, *SPANS), burning(0.0018, "1h", "5m")


def test_the_sentence_shows_the_arithmetic() -> None:
    proposal = propose(FAST, Impact(), CHECKOUT, POLICY)
    assert proposal.severity == "SEV-1"
    assert proposal.sentence == (
        "error rate 2.1 % is 21x budget over 1 h and 5 m; 14.4x pages; checkout is core: SEV-1 proposed"
    )


@pytest.mark.parametrize(
    ("evaluation", "impact", "scope", "severity", "why"),
    [
        (FAST, Impact(), CHECKOUT, "SEV-1", "checkout is core"),
        (FAST, Impact(), AUTH, "SEV-2", "2 services depend on it"),
        (FAST, Impact(), BLOG, "SEV-3", "nothing depends on it"),
        (FAST, Impact(core_function_down=False), CHECKOUT, "SEV-2", "its core function works"),
        (FAST, Impact(users_share=0.3), BLOG, "SEV-2", "30 % of users"),
        (STEADY, Impact(), CHECKOUT, "SEV-2", "burns slowly"),
        (STEADY, Impact(core_function_down=True), BLOG, "SEV-1", "a core function is unavailable"),
        (SLOW, Impact(), CHECKOUT, "SEV-3", "can wait for working hours"),
        (SLOW, Impact(), AUTH, "SEV-3", "2 services depend on it"),
        (SLOW, Impact(), BLOG, "SEV-4", "nothing depends on it"),
        (FASTER, Impact(), CHECKOUT, "SEV-4", "burning faster than sustainable alone"),
        (CALM, Impact(), CHECKOUT, None, "nothing burns faster than sustainable"),
        (CALM, Impact(security=True), BLOG, "SEV-1", "a security incident is in progress"),
        (CALM, Impact(data_at_risk=True), BLOG, "SEV-1", "data is at risk"),
        (CALM, Impact(users_share=0.6), CHECKOUT, "SEV-1", "fails for 60 % of users"),
        (CALM, Impact(users_share=0.6), BLOG, "SEV-2", "60 % of users"),
        (CALM, Impact(users_share=0.02), CHECKOUT, "SEV-3", "2 % of users"),
        (CALM, Impact(users_share=0.001), CHECKOUT, "SEV-4", "0.1 % of users"),
        (CALM, Impact(users_share=0.0), CHECKOUT, None, "nothing burns"),
        (None, Impact(), CHECKOUT, None, "nothing is measured"),
        (None, Impact(core_function_down=True), CHECKOUT, "SEV-1", "a core function is unavailable"),
    ],
)  # fmt: skip
def test_burn_impact_and_scope_decide_together(
    evaluation: SloEvaluation | None, impact: Impact, scope: Scope, severity: str | None, why: str
) -> None:
    proposal = propose(evaluation, impact, scope, POLICY)
    assert proposal.severity == severity and why in proposal.sentence
    assert proposal.sentence.endswith(f"{severity} proposed" if severity else "no incident proposed")


ratios = st.dictionaries(st.sampled_from(sorted(SPANS)), st.floats(min_value=0, max_value=1))


@given(ratios)
def test_a_burn_rate_alone_is_never_a_sev_1(measured: dict[str, float]) -> None:
    """R4: whatever burns, without a core function, data or security in play it is no SEV-1."""
    evaluation = judge(SLO, measured, {})
    for scope in (AUTH, BLOG):
        assert propose(evaluation, Impact(), scope, POLICY).severity != "SEV-1"
    if evaluation.pair != PAIRS[0]:
        assert propose(evaluation, Impact(), CHECKOUT, POLICY).severity != "SEV-1"


@given(ratios, st.floats(min_value=0, max_value=1), st.booleans())
def test_more_impact_never_lowers_a_severity(measured: dict[str, float], share: float, at_risk: bool) -> None:
    evaluation = judge(SLO, measured, {})
    for scope in (CHECKOUT, AUTH, BLOG):
        alone = propose(evaluation, Impact(), scope, POLICY).severity or "SEV-5"
        more = propose(evaluation, Impact(users_share=share, data_at_risk=at_risk), scope, POLICY).severity or "SEV-5"
        assert more <= alone
