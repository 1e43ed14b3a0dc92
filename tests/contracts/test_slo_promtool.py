"""The generated rules before the judge that Prometheus itself is: ``promtool check rules`` and ``promtool test rules``."""

import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from stanch.detect.slo import generate
from stanch.kernel.policy import Service, Slo

pytestmark = pytest.mark.needs("promtool")
ERRORS = 'sum(rate(requests_total{code=~"5.."}[{{.window}}]))'
TOTAL = "sum(rate(requests_total[{{.window}}]))"
AVAILABILITY = Slo("availability", 99.9, TOTAL, errors=ERRORS, title="Requests answered")


def shop(*slos: Slo) -> Service:
    return Service("checkout", title="Checkout", core=True, slos=list(slos))


def promtool(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["promtool", *arguments], cwd=folder, capture_output=True, text=True, timeout=120, check=False
    )


def proved(folder: Path, rules: str, tests: list[dict[str, Any]]) -> None:
    (folder / "rules.yml").write_text(rules)
    (folder / "test.yml").write_text(
        yaml.safe_dump({"rule_files": ["rules.yml"], "evaluation_interval": "1m", "tests": tests}, sort_keys=False)
    )
    answer = promtool(folder, "test", "rules", "test.yml")
    assert answer.returncode == 0, answer.stdout + answer.stderr


def firing(severity: str, long: str, short: str) -> dict[str, Any]:
    return {
        "alertname": "SLOBurn",
        "service": "checkout",
        "slo": "availability",
        "severity": severity,
        "long": long,
        "short": short,
    }


def at(when: str, *labels: dict[str, Any]) -> dict[str, Any]:
    """What is pending or firing at a moment; only the labels, as the annotations are checked elsewhere."""
    return {"expr": 'ALERTS{alertstate="firing"}', "eval_time": when,
            "exp_samples": [{"labels": named(each), "value": 1} for each in labels]}  # fmt: skip


def named(labels: dict[str, Any]) -> str:
    inside = ",".join(f'{name}="{value}"' for name, value in {**labels, "alertstate": "firing"}.items())
    return f"ALERTS{{{inside}}}"


@pytest.mark.parametrize(
    "slo",
    [
        AVAILABILITY,
        Slo("good-ones", 99.5, TOTAL, good='sum(rate(requests_total{code!~"5.."}[{{.window}}]))', period_days=28),
        Slo("counted", 99, "increase(requests_total[{{.window}}])", errors="increase(failures_total[{{.window}}])", minimum_events=50),
        Slo("loose", 80, TOTAL, errors=ERRORS, period_days=7),
        Slo('odd "name"\\ {{x}}', 99, TOTAL, errors=ERRORS, title="Braces {{ .Labels }} and “quotes”", labels={"team": "a: b # c"}),
    ],
    ids=lambda slo: slo.name.split(" ")[0],
)  # fmt: skip
def test_prometheus_accepts_the_rules(slo: Slo, tmp_path: Path) -> None:
    (tmp_path / "rules.yml").write_text(generate.rule_file([shop(slo)], "https://stanch.example.org"))
    answer = promtool(tmp_path, "check", "rules", "rules.yml")
    assert answer.returncode == 0 and "SUCCESS" in answer.stdout, answer.stdout + answer.stderr


def test_the_same_declarations_give_the_same_file_in_any_order() -> None:
    other = Slo("latency", 99, TOTAL, errors=ERRORS)
    first, second = shop(AVAILABILITY, other), Service("auth", slos=[AVAILABILITY])
    again = shop(other, AVAILABILITY)
    assert generate.rule_file([first, second]) == generate.rule_file([second, again])


def test_an_slo_that_cannot_be_measured_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="SLO 'availability' of checkout: errors needs"):
        generate.rule_file([shop(Slo("availability", 99.9, TOTAL, errors="sum(rate(x[5m]))"))])


def test_a_service_without_slos_is_answered_with_those_that_have_some() -> None:
    from stanch.kernel.policy import Policy

    policy = Policy(services={"checkout": shop(AVAILABILITY), "mail": Service("mail")})
    with pytest.raises(ValueError, match="'mail' has no SLO in the catalog; services with SLOs: checkout"):
        generate.declared(policy, "mail")


def test_a_total_outage_pages_within_a_minute_and_is_over_when_the_short_window_is(tmp_path: Path) -> None:
    """99.9 %: 1 h x 14.4 x 0.001 = 52 s of outage are above the long window's bound."""
    served = {"series": 'requests_total{code="200"}', "values": "0+60x180 10800+0x10 10860+60x200"}
    failed = {"series": 'requests_total{code="500"}', "values": "0+0x180 60+60x10 660+0x200"}
    page, slow = firing("page", "1h", "5m"), firing("page", "6h", "30m")
    proved(tmp_path, generate.rule_file([shop(AVAILABILITY)]), [{
        "interval": "1m", "input_series": [served, failed],
        "promql_expr_test": [
            at("180m"),
            at("182m", page, slow, firing("ticket", "1d", "2h"), firing("ticket", "3d", "6h")),
            at("196m", slow, firing("ticket", "1d", "2h"), firing("ticket", "3d", "6h")),
        ],
    }])  # fmt: skip


def test_before_the_first_error_the_ratio_is_zero_and_not_absent(tmp_path: Path) -> None:
    served = {"series": 'requests_total{code="200"}', "values": "0+60x120"}
    ids = '{service="checkout", slo="availability"}'
    proved(tmp_path, generate.rule_file([shop(AVAILABILITY)]), [{
        "interval": "1m", "input_series": [served],
        "promql_expr_test": [
            {"expr": "stanch:slo_error_ratio:1h", "eval_time": "90m",
             "exp_samples": [{"labels": f"stanch:slo_error_ratio:1h{ids}", "value": 0}]},
            {"expr": "stanch:slo_budget_remaining:ratio", "eval_time": "90m",
             "exp_samples": [{"labels": f"stanch:slo_budget_remaining:ratio{ids}", "value": 1}]},
            at("90m"),
        ],
    }])  # fmt: skip


def test_without_traffic_nothing_fires_and_without_series_a_ticket_says_so(tmp_path: Path) -> None:
    idle = {"series": 'requests_total{code="200"}', "values": "5+0x120"}
    absent = {"alertname": "SLONotMeasured", "service": "checkout", "slo": "availability", "severity": "ticket"}
    proved(tmp_path, generate.rule_file([shop(AVAILABILITY)]), [
        {"interval": "1m", "input_series": [idle], "promql_expr_test": [at("100m")]},
        {"interval": "1m", "input_series": [], "promql_expr_test": [at("14m"), at("16m", absent)]},
    ])  # fmt: skip


def test_fewer_events_than_the_minimum_never_fire(tmp_path: Path) -> None:
    """Half of 30 requests in an hour fail: a ratio of 0.5, and nobody is woken below 100 events."""
    series = [
        {"series": 'requests_total{code="200"}', "values": "0+0.25x120"},
        {"series": 'requests_total{code="500"}', "values": "0+0.25x120"},
    ]
    careful = Slo("availability", 99.9, TOTAL, errors=ERRORS, minimum_events=100)
    everything = [
        firing("page", "1h", "5m"),
        firing("page", "6h", "30m"),
        firing("ticket", "1d", "2h"),
        firing("ticket", "3d", "6h"),
    ]
    for slo, expected in ((careful, []), (AVAILABILITY, everything)):
        proved(tmp_path, generate.rule_file([shop(slo)]), [
            {"interval": "1m", "input_series": series, "promql_expr_test": [at("110m", *expected)]}
        ])  # fmt: skip


def test_an_alert_says_what_burns_how_fast_and_where_the_runbook_is(tmp_path: Path) -> None:
    series = [
        {"series": 'requests_total{code="200"}', "values": "0+90x100"},
        {"series": 'requests_total{code="500"}', "values": "0+10x100"},
    ]
    rules = generate.rule_file([shop(AVAILABILITY)], "https://stanch.example.org/")
    labels = firing("page", "1h", "5m")
    others = [firing("page", "6h", "30m"), firing("ticket", "1d", "2h"), firing("ticket", "3d", "6h")]
    texts = {}
    for each in (labels, *others):
        alert = next(
            r for g in yaml.safe_load(rules)["groups"] for r in g["rules"] if r["labels"].get("long") == each["long"]
        )
        texts[each["long"]] = alert["annotations"]
    assert texts["1h"]["summary"] == "Checkout: Requests answered burns its error budget more than 14.4 times too fast"
    expected = [
        {"exp_labels": {k: v for k, v in each.items() if k != "alertname"},
         "exp_annotations": {k: v.replace("{{ $value | humanizePercentage }}", "10%") for k, v in texts[each["long"]].items()}}
        for each in (labels, *others)
    ]  # fmt: skip
    assert expected[0]["exp_annotations"]["runbook"] == "https://stanch.example.org/services"
    proved(tmp_path, rules, [{
        "interval": "1m", "input_series": series,
        "alert_rule_test": [{"eval_time": "90m", "alertname": "SLOBurn", "exp_alerts": expected}],
    }])  # fmt: skip
