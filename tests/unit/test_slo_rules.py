"""Burn rates and error budgets (R4): the Workbook's table, decimal arithmetic, and what must never alert."""

import math
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stanch.detect.slo import evaluation, generate, queries, rules
from stanch.detect.slo.rules import PAIRS, Pair, budget, burn, check, factor, judge, pairs, threshold
from stanch.kernel.clock import DAY, HOUR
from stanch.kernel.policy import Service, Slo

ERRORS = 'sum(rate(http_requests_total{code=~"5.."}[{{.window}}]))'
TOTAL = "sum(rate(http_requests_total[{{.window}}]))"


def slo(objective: float = 99.9, **more: object) -> Slo:
    return Slo(**{"name": "availability", "objective": objective, "total": TOTAL, "errors": ERRORS, **more})  # type: ignore[arg-type]


def at(ratio: float | None, *spans: str) -> dict[str, float | None]:
    return {span: ratio if span in spans else 0.0 for span in rules.SPANS}


class Everything:
    """A metrics source with an answer to every query."""

    name = "everything"

    def value(self, query: str) -> float:
        return 1.0

    def series(self, query: str, start: int, end: int, step_seconds: float) -> list[tuple[int, float]]:
        return [(end, 1.0)]

    def by_label(self, query: str, label: str) -> dict[str, float]:
        return {}


def test_the_budget_of_three_nines_is_exactly_a_thousandth() -> None:
    assert budget(slo(99.9)) == Decimal("0.001")
    assert budget(slo(99.99)) == Decimal("0.0001")


@pytest.mark.parametrize("objective", [0, 100, 100.1, -1])
def test_an_objective_without_a_budget_is_refused_with_a_sentence(objective: float) -> None:
    with pytest.raises(ValueError, match="must be above 0 and below 100"):
        budget(slo(objective))
    assert any("must be above 0 and below 100" in wrong for wrong in check(slo(objective)))


def test_the_factors_of_thirty_days_are_the_workbooks() -> None:
    assert [float(factor(pair, slo())) for pair in PAIRS] == [14.4, 6, 3, 1]
    assert [threshold(pair, slo()) for pair in PAIRS] == [0.0144, 0.006, 0.003, 0.001]


def test_the_factors_of_twenty_eight_days_are_computed_anew() -> None:
    four_weeks = slo(period_days=28)
    assert [round(float(factor(pair, four_weeks)), 3) for pair in PAIRS] == [13.44, 5.6, 2.8, 0.933]
    assert check(four_weeks) == []


def test_burning_at_the_factor_for_the_long_window_spends_the_budget_that_the_table_names() -> None:
    for pair in PAIRS:
        spent = factor(pair, slo()) * rules.SPANS[pair.long] / rules.period_seconds(slo())
        assert spent == pair.spent


def test_exactly_the_threshold_is_silent_and_a_hair_above_fires() -> None:
    assert judge(slo(), at(0.0144, "1h", "5m"), {}).action == "none"
    assert judge(slo(), at(math.nextafter(0.0144, 1), "1h", "5m"), {}).action == "page"


def test_a_page_has_its_arithmetic_in_one_sentence() -> None:
    verdict = judge(slo(), at(0.021, "1h", "5m"), {})
    assert verdict.action == "page" and verdict.pair == PAIRS[0]
    assert verdict.reason == "error rate 2.1 % is 21x budget over 1 h and 5 m; 14.4x pages"
    assert verdict.burns["1h"] == 21


@pytest.mark.parametrize(
    ("long", "short", "ratio", "action"),
    [("1h", "5m", 0.02, "page"), ("6h", "30m", 0.007, "page"), ("1d", "2h", 0.0035, "ticket"), ("3d", "6h", 0.002, "ticket")],
)  # fmt: skip
def test_each_pair_does_what_its_row_says(long: str, short: str, ratio: float, action: str) -> None:
    verdict = judge(slo(), at(ratio, long, short), {})
    assert verdict.action == action and verdict.pair and verdict.pair.long == long


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.long)
def test_one_window_alone_never_fires(pair: rules.Pair) -> None:
    assert judge(slo(), at(1.0, pair.long), {}).action == "none"
    assert judge(slo(), at(1.0, pair.short), {}).action == "none"


@pytest.mark.parametrize("nothing", [math.nan, None])
def test_no_traffic_and_absent_series_never_alert(nothing: float | None) -> None:
    assert judge(slo(), dict.fromkeys(rules.SPANS, nothing), {}).action == "none"
    assert judge(slo(), {"1h": 1.0, "5m": nothing}, {}).action == "none"
    assert judge(slo(), {}, {}).reason == "not measured over 1 h"


@pytest.mark.parametrize(
    ("ratios", "open_question"),
    [
        ({}, True),
        ({"1h": 0.5, "30m": 0.0}, True),
        ({"1h": 0.5, "5m": 0.0, "30m": 0.0}, False),
        ({"5m": None, "30m": None}, False),
        ({"5m": 0.0, "30m": 0.5}, True),
    ],
)
def test_a_missing_window_leaves_open_only_what_the_other_does_not_decide(
    ratios: dict[str, float | None], open_question: bool
) -> None:
    assert rules.undecided(slo(), ratios, "page") is open_question


def test_with_too_few_events_nothing_alerts_and_the_reason_counts_them() -> None:
    careful = slo(minimum_events=100)
    assert judge(careful, at(0.5, "1h", "5m"), {"1h": 100.0}).action == "page"
    verdict = judge(careful, at(0.5, "1h", "5m"), {"1h": 12.0})
    assert verdict.action == "none"
    assert verdict.reason == "only 12 events in 1 h, and below 100 nothing alerts: too little traffic"
    assert judge(careful, at(0.5, "1h", "5m"), {}).action == "none"


def test_too_few_events_in_an_hour_may_still_be_enough_in_a_day() -> None:
    verdict = judge(slo(minimum_events=100), at(0.5, *rules.SPANS), {"1h": 12.0, "6h": 72.0, "1d": 288.0})
    assert verdict.action == "ticket" and verdict.pair and verdict.pair.long == "1d"


def test_an_impossible_alert_is_found_and_left_out() -> None:
    loose = slo(90)
    assert [pair.long for pair in pairs(loose)] == ["6h", "1d", "3d"]
    (wrong,) = check(loose)
    assert wrong.startswith("the page of 1 h and 5 m can never fire: 14.4x the budget of 10 % is more than 100 %")


def test_windows_longer_than_the_period_are_left_out_and_said() -> None:
    short = slo(99, period_days=2)
    assert [pair.long for pair in pairs(short)] == ["1h", "6h", "1d"]
    assert any("3 d and 6 h are left out" in wrong for wrong in check(short))
    assert any("while the budget would still last" in wrong for wrong in check(short))


def test_the_budget_that_is_left_may_be_negative() -> None:
    assert rules.budget_remaining(0.00025, slo()) == 0.75
    assert rules.budget_remaining(0.0025, slo()) == -1.5


def test_thirty_days_of_budget_last_fifty_hours_at_fourteen_point_four() -> None:
    assert rules.time_to_exhaustion(1, 14.4, slo()) == 50 * HOUR
    assert rules.time_to_exhaustion(0.5, 1, slo()) == 15 * DAY
    assert rules.time_to_exhaustion(-0.1, 1, slo()) == 0
    assert rules.time_to_exhaustion(1, 0, slo()) is None


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"errors": ""}, "either errors"),
        ({"good": ERRORS}, "either errors"),
        ({"total": ""}, "total is missing"),
        ({"total": "sum(rate(x[5m]))"}, "total needs {{.window}}"),
        ({"total": "sum(x{w='{{.window}}'})", "minimum_events": 5.0}, "minimum_events needs a total"),
        ({"period_days": 0.0}, "period_days is 0"),
        ({"labels": {"severity": "x"}}, "the label 'severity' is set by stanch itself"),
    ],
)
def test_a_declaration_that_cannot_work_is_said_in_a_sentence(change: dict[str, object], said: str) -> None:
    assert any(said in wrong for wrong in check(slo(**change)))


def test_a_sound_declaration_has_nothing_to_complain_about() -> None:
    assert check(slo()) == [] and check(slo(errors="", good=ERRORS)) == []


def test_an_increase_is_a_count_and_a_rate_is_counted_by_its_seconds() -> None:
    assert queries.scale(slo(), 3600) == 3600
    assert queries.scale(slo(total="sum(increase(x[{{.window}}]))"), 3600) == 1
    assert queries.scale(slo(total="sum(x)"), 3600) is None


objectives = st.decimals(min_value=Decimal("90"), max_value=Decimal("99.999"), places=3).map(float)
ratios = st.floats(min_value=0, max_value=1)


@given(objectives, ratios, ratios, st.sampled_from(PAIRS))
def test_a_pair_fires_exactly_when_both_windows_are_above(
    objective: float, long: float, short: float, pair: rules.Pair
) -> None:
    measured: dict[str, float | None] = dict.fromkeys(rules.SPANS, 0.0)
    measured |= {pair.long: long, pair.short: short}
    here = slo(objective)
    fires = judge(here, measured, {}).pair == pair
    assert fires == (pair in pairs(here) and min(long, short) > threshold(pair, here))


@given(objectives, st.dictionaries(st.sampled_from(sorted(rules.SPANS)), ratios), ratios)
def test_more_errors_never_make_less_of_an_alert(objective: float, base: dict[str, float], more: float) -> None:
    rank = {"none": 0, "ticket": 1, "page": 2}
    here = slo(objective)
    worse = {span: max(ratio, more) for span, ratio in base.items()}
    assert rank[judge(here, worse, {}).action] >= rank[judge(here, base, {}).action]


@given(objectives, ratios)
def test_a_burn_rate_is_the_ratio_in_budgets(objective: float, ratio: float) -> None:
    assert math.isclose(burn(ratio, slo(objective)) * float(budget(slo(objective))), ratio, abs_tol=1e-12)


@given(st.floats(min_value=0.001, max_value=1), st.floats(min_value=0.1, max_value=1000))
def test_the_budget_is_used_up_when_it_is_said(remaining: float, rate: float) -> None:
    left = rules.time_to_exhaustion(remaining, rate, slo())
    assert left is not None and math.isclose(left * rate, remaining * 30 * DAY, rel_tol=1e-6)


def test_the_order_in_which_pairs_are_written_does_not_matter() -> None:
    """The first that fires is the worst, the first of all the one that proposes a SEV-1, and what pages is asked for first."""
    assert rules.ordered(reversed(PAIRS)) == PAIRS
    assert rules.spans(PAIRS) == ["5m", "1h", "30m", "6h", "2h", "1d", "3d"]
    slow_page = Pair("3h", "15m", "page", Decimal("0.001"))
    assert rules.ordered([*PAIRS, slow_page])[2] == slow_page


def test_a_new_window_pair_is_measured_recorded_and_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    pairs = rules.ordered([*PAIRS, Pair("12h", "45m", "page", Decimal("0.07"))])
    monkeypatch.setattr(rules, "PAIRS", pairs)
    monkeypatch.setattr(rules, "SPANS", {span: rules.seconds(span) for span in rules.spans(pairs)})
    measured = evaluation.measure(Everything(), slo(), 0, period=False)
    assert {"12h", "45m"} <= measured.ratios.keys()
    assert judge(slo(), {**dict.fromkeys(measured.ratios, 0.0), "12h": 0.1, "45m": 0.1}, {}).action == "page"
    recorded = {rule.get("record") for rule in generate.group(Service("shop"), slo())["rules"]}
    assert {"stanch:slo_error_ratio:12h", "stanch:slo_error_ratio:45m"} <= recorded
