"""OpenSLO v1 documents become SLOs; what has no equal here is said, with file and document."""

from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from stanch.detect.slo import rules
from stanch.kernel.policy import Service, Slo
from stanch.prepare import openslo
from stanch.prepare.yaml_file import convert

ALL = 'sum(rate(http_requests_total{job="checkout"}[{{.window}}]))'
GOOD = 'sum(rate(http_requests_total{job="checkout",code!~"5.."}[{{.window}}]))'


def source(query: str, kind: str = "Prometheus") -> dict[str, Any]:
    return {"metricSource": {"type": kind, "spec": {"query": query}}}


def sli(**ratio: Any) -> dict[str, Any]:
    counted = {"counter": True, "good": source(GOOD), "total": source(ALL)} | ratio
    return {
        "metadata": {"name": "served"},
        "spec": {"ratioMetric": {k: v for k, v in counted.items() if v is not None}},
    }


def slo(**spec: Any) -> dict[str, Any]:
    whole = {
        "service": "checkout", "indicator": sli(), "timeWindow": [{"duration": "28d", "isRolling": True}],
        "budgetingMethod": "Occurrences", "objectives": [{"displayName": "Requests answered", "target": 0.999}],
    } | spec  # fmt: skip
    given = {k: v for k, v in whole.items() if v is not None}
    return {"apiVersion": "openslo/v1", "kind": "SLO", "metadata": {"name": "availability"}, "spec": given}


def only(*documents: dict[str, Any]) -> Slo:
    slos, told = openslo.read(list(documents))
    assert told == [] and list(slos) == ["checkout"]
    (found,) = slos["checkout"]
    return found


def refused(*documents: dict[str, Any]) -> str:
    slos, told = openslo.read(list(documents))
    assert slos == {} and len(told) == 1
    return told[0]


def test_a_ratio_of_good_events_becomes_an_slo() -> None:
    found = only(slo())
    assert found == Slo("availability", 99.9, ALL, good=GOOD, title="Requests answered", period_days=28)
    assert rules.check(found) == []


def test_bad_events_are_errors_and_percent_is_percent() -> None:
    found = only(slo(indicator=sli(good=None, bad=source(GOOD)), objectives=[{"targetPercent": 99.95}]))
    assert (found.errors, found.good, found.objective) == (GOOD, "", 99.95)


@pytest.mark.parametrize(("duration", "days"), [("30d", 30), ("4w", 28), ("720h", 30), ("10080m", 7)])
def test_rolling_windows_are_periods_in_days(duration: str, days: float) -> None:
    assert only(slo(timeWindow=[{"duration": duration, "isRolling": True}])).period_days == days


@pytest.mark.parametrize(
    ("counter", "query", "ours"),
    [
        (True, 'hits{code="200"}', 'sum(rate(hits{code="200"}[{{.window}}]))'),
        (True, 'sum(hits{path="/a{b}"})', 'sum(rate(hits{path="/a{b}"}[{{.window}}]))'),
        (False, "hits", "sum(sum_over_time(hits[{{.window}}]))"),
    ],
)
def test_a_plain_metric_gets_the_windows_put_around_it(counter: bool, query: str, ours: str) -> None:
    assert only(slo(indicator=sli(counter=counter, total=source(query)))).total == ours


def test_a_fixed_range_is_replaced_by_the_windows_and_said() -> None:
    slos, told = openslo.read([slo(indicator=sli(total=source("sum(rate(hits[5m]))")))], ["slos/a.yaml, document 1"])
    assert slos["checkout"][0].total == "sum(rate(hits[{{.window}}]))"
    assert told == ["slos/a.yaml, document 1 (SLO availability): the range [5m] of total is replaced by each window."]


def test_indicators_and_data_sources_are_found_by_reference_in_any_order() -> None:
    by_reference = {"metricSource": {"metricSourceRef": "prom", "spec": {"query": ALL}}}
    shared = {"apiVersion": "openslo/v1", "kind": "SLI", **sli(total=by_reference)}
    prom = {
        "apiVersion": "openslo/v1",
        "kind": "DataSource",
        "metadata": {"name": "prom"},
        "spec": {"type": "Prometheus"},
    }
    assert only(slo(indicator=None, indicatorRef="served"), shared, prom).total == ALL


def test_each_objective_is_an_slo_of_its_own() -> None:
    slos, told = openslo.read([slo(objectives=[{"target": 0.99}, {"target": 0.999}])])
    assert [(each.name, each.objective) for each in slos["checkout"]] == [
        ("availability-1", 99),
        ("availability-2", 99.9),
    ]
    assert told == []


@pytest.mark.parametrize(
    ("document", "said"),
    [
        (slo(budgetingMethod="Timeslices"), "budgetingMethod 'Timeslices' counts slices of time"),
        (slo(timeWindow=[{"duration": "1M", "isRolling": False, "calendar": {}}]), "aligned to the calendar"),
        (slo(timeWindow=[{"duration": "1M", "isRolling": True}]), "differs from month to month; write days"),
        (slo(timeWindow=[{"duration": "soon", "isRolling": True}]), "'soon' is not a number with m, h, d or w"),
        (slo(timeWindow=[]), "exactly one item"),
        (slo(service=None), "spec.service is missing"),
        (slo(objectives=[]), "spec.objectives is empty"),
        (slo(objectives=[{"target": 1}]), "target 1 must be above 0 and below 1"),
        (slo(objectives=True), "spec.objectives is empty"),
        (slo(objectives=[{"target": float("nan")}]), "is no number"),
        (slo(objectives=[{"target": "high"}]), "target 'high' is no number"),
        (slo(objectives=[{"target": 0.9, "targetPercent": 90}]), "exactly one of target and targetPercent"),
        (slo(objectives=[{"target": 0.9, "op": "lte", "value": 1}]), "belong to a threshold metric"),
        (slo(objectives=[{"target": 0.9, "indicatorRef": "a"}]), "composite"),
        (slo(indicator=None, indicatorRef="gone"), "indicatorRef 'gone' leads to no SLI document"),
        (slo(indicator={"spec": {"thresholdMetric": {}}}), "a thresholdMetric is not mapped"),
        (slo(indicator={"spec": {"ratioMetric": {"rawType": "success", "raw": {}}}}), "a raw ratio"),
        (slo(indicator=sli(good=None)), "needs total, and good or bad"),
        (slo(indicator=sli(total=source(ALL, "Datadog"))), "total is measured with Datadog"),
        (slo(indicator=sli(total=source(""))), "total has no query"),
        (slo(indicator=sli(total=source("sum_over_time(rate(a[5m])[1h:5m])"))), "has no single range"),
        (slo(indicator=sli(total=source("a / b"))), "has no single range to put the windows into"),
        ({"apiVersion": "openslo/v1alpha", "kind": "SLO", "metadata": {"name": "x"}}, "only openslo/v1 is read"),
        ({"apiVersion": "openslo/v1", "kind": "SLO"}, "metadata.name is missing"),
        ({"apiVersion": "openslo/v1", "kind": "AlertPolicy", "metadata": {"name": "x"}}, "four pairs of windows"),
        ({"apiVersion": "openslo/v1", "kind": "Wish", "metadata": {"name": "x"}}, "there is no such kind"),
        ({}, "only openslo/v1 is read"),
    ],
)  # fmt: skip
def test_what_cannot_be_mapped_is_said_in_a_sentence(document: dict[str, Any], said: str) -> None:
    assert said in refused(document)


def test_alert_policies_are_left_out_and_the_slo_is_not() -> None:
    slos, told = openslo.read([slo(alertPolicies=[{"alertPolicyRef": "fast"}])])
    assert len(slos["checkout"]) == 1 and "alertPolicies are not mapped" in told[0]


def test_a_second_slo_of_the_same_name_is_left_out_and_said() -> None:
    slos, told = openslo.read([slo(), slo()])
    assert len(slos["checkout"]) == 1 and "has an SLO 'availability' already" in told[0]


def test_files_with_several_documents_are_read_and_named(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(yaml.safe_dump_all([slo(), slo(budgetingMethod="Timeslices")]))
    (tmp_path / "b.yaml").write_text("a: [")
    (tmp_path / "c.yaml").write_text("- 1")
    (tmp_path / "d.yaml").write_bytes(b"\xff\xfe\xff")
    slos, told = openslo.read_files([*tmp_path.glob("*.yaml"), tmp_path / "none.yaml"])
    assert len(slos["checkout"]) == 1 and len(told) == 5
    assert told[0].startswith(f"{tmp_path}/b.yaml: is not YAML") and "c.yaml, document 1: is no mapping" in told[1]
    assert "d.yaml cannot be read" in told[2] and "none.yaml cannot be read: No such file" in told[3]
    assert "a.yaml, document 2 (SLO availability)" in told[4]


def test_the_catalog_that_is_written_is_the_catalog_that_is_read() -> None:
    slos, _ = openslo.read([slo(), slo(service="auth")])
    for text in openslo.catalog_yaml(slos).split("\n---\n"):
        service = convert(yaml.safe_load(text), Service, "test")
        assert service.slos == slos[service.name]


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(st.sampled_from(["indicator", "timeWindow", "objectives", "service", "indicatorRef", "alertPolicies"]), anything)
def test_whatever_a_document_says_is_answered_and_never_raises(field: str, value: Any) -> None:
    document = slo()
    document["spec"][field] = value
    slos, told = openslo.read([document])
    assert slos or told
    msgspec.json.encode(openslo.catalog_yaml(slos))
