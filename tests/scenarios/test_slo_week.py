"""A scripted week, minute by minute: the Workbook's table by plain arithmetic here, against the live evaluation over a real
Prometheus and against ``promtool test rules`` on the generated rules. All three agree at the minute (R4).
"""

import os
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from itertools import accumulate, groupby
from pathlib import Path
from typing import Any

import pytest
import yaml

from stanch.detect.slo import evaluation, generate, store
from stanch.integrations import prometheus as integration
from stanch.kernel.clock import SECOND
from stanch.kernel.harm import Harm
from stanch.kernel.policy import Service, Slo
from stanch.learn.impact.measuring import measure
from stanch.learn.impact.queries import Window
from tests.components.prometheus import Prometheus
from tests.scenarios.house import POLICY, House, opened

MINUTES = 7 * 24 * 60
GUARD = 100
# The table, written out a second time and independently of the product: long, short (minutes), bound at 99.9 %, action.
TABLE = {
    "1h": (60, 5, Fraction(144, 10_000), "page", "5m"),
    "6h": (360, 30, Fraction(60, 10_000), "page", "30m"),
    "1d": (1440, 120, Fraction(30, 10_000), "ticket", "2h"),
    "3d": (4320, 360, Fraction(10, 10_000), "ticket", "6h"),
}
AVAILABILITY = Slo(
    "availability", 99.9, "sum(rate(requests_total[{{.window}}]))", errors="sum(rate(request_errors_total[{{.window}}]))",
    minimum_events=GUARD,
)  # fmt: skip


@dataclass(frozen=True)
class Stretch:
    """From a minute on, for so many: requests a minute (or one in ``every`` minutes), and how many of 10 000 fail."""

    name: str
    start: int
    minutes: int
    per_minute: int = 10_000
    failing: int = 1
    every: int = 1


def day(number: int, hour: int = 0) -> int:
    return number * 1440 + hour * 60


SCRIPT = [
    Stretch("low traffic, all of it failing", day(0, 12), 8 * 60, per_minute=1, failing=10_000, every=10),
    Stretch("sharp outage", day(1, 10), 3, failing=10_000),
    Stretch("blip of two minutes", day(1, 20), 2, failing=1_003),
    Stretch("no traffic", day(2, 9), 120, per_minute=0),
    Stretch("short partial outage", day(2, 14), 5, failing=2_100),
    Stretch("slow burn", day(3), 26 * 60, failing=35),
    Stretch("moderate burn", day(4, 12), 7 * 60, failing=80),
]


@cache
def traffic() -> tuple[list[int], list[int]]:
    """Counters at half past each minute: all requests and failed ones, of a process that has been up for long."""
    whole, bad = [10_000] * MINUTES, [1] * MINUTES
    for part in SCRIPT:
        for minute in range(part.start, part.start + part.minutes):
            whole[minute] = part.per_minute if minute % part.every == 0 else 0
            bad[minute] = whole[minute] * part.failing // 10_000
    return list(accumulate(whole, initial=10_000_000))[1:], list(accumulate(bad, initial=1_000_000))[1:]


def over(minute: int, window: int) -> tuple[int, int] | None:
    """(all, failed) requests between the first and the last sample of a window that ends at a minute."""
    first, last = max(0, minute - window), minute - 1
    if last <= first:
        return None
    whole, bad = traffic()
    return whole[last] - whole[first], bad[last] - bad[first]


def firing(minute: int, *, guard: int = GUARD) -> set[str]:
    """The rows of the table that hold at a minute, by their long window."""
    found = set()
    for name, (long, short, bound, _, _) in TABLE.items():
        windows = [over(minute, long), over(minute, short)]
        if all(seen and seen[0] and Fraction(seen[1], seen[0]) > bound for seen in windows) and windows[0]:
            if windows[0][0] >= guard:
                found.add(name)
    return found


def action(minute: int) -> str:
    does = {TABLE[name][3] for name in firing(minute)}
    return "page" if "page" in does else "ticket" if "ticket" in does else "none"


@cache
def expected() -> list[tuple[set[str], str]]:
    return [(firing(minute), action(minute)) for minute in range(MINUTES + 1)]


def stretches(values: list[Any]) -> list[tuple[Any, int, int]]:
    """(value, first minute, last minute) of each run of equal values."""
    found = []
    for value, group in groupby(enumerate(values), key=lambda pair: pair[1]):
        minutes = [minute for minute, _ in group]
        found.append((value, minutes[0], minutes[-1]))
    return found


def in_stretch(name: str, *, after: int = 0) -> list[str]:
    part = next(part for part in SCRIPT if part.name == name)
    return [expected()[minute][1] for minute in range(part.start, part.start + part.minutes + after)]


def test_the_script_holds_what_it_promises_by_the_table_alone() -> None:
    assert {each for _, each in expected()[: day(1, 10)]} == {"none"}, "quiet until the first outage"
    outage = expected()[day(1, 10) : day(1, 17)]
    assert outage[0][1] == "none" and outage[1][1] == "page", "a total outage pages after its first minute"
    assert set(TABLE) == set().union(*(pairs for pairs, _ in outage)), "and every row has its turn"
    assert set(in_stretch("blip of two minutes", after=60)) == {"none"}
    assert set(in_stretch("no traffic", after=30)) == {"none"}
    partial = in_stretch("short partial outage", after=10)
    assert partial.index("page") == 5 and partial[-1] != "page", "five minutes at 21 %, and over with the short window"
    assert "page" not in in_stretch("slow burn") and "ticket" in in_stretch("slow burn")
    assert "page" in in_stretch("moderate burn")
    low = next(part for part in SCRIPT if part.name.startswith("low"))
    inside = range(low.start, low.start + low.minutes)
    assert {expected()[minute][1] for minute in inside} == {"none"}
    assert any(firing(minute, guard=0) for minute in inside), "without the guard it would alert"
    assert expected()[-1][1] == "none"


def test_the_script_keeps_clear_of_every_bound_so_that_rounding_decides_nothing() -> None:
    for minute in range(MINUTES + 1):
        for long, short, bound, _, _ in TABLE.values():
            for window in (long, short):
                seen = over(minute, window)
                if seen and seen[0]:
                    assert abs(Fraction(seen[1], seen[0]) / bound - 1) > Fraction(1, 10**9), (minute, window)
            counted = over(minute, long)
            assert not counted or not GUARD / 2 < counted[0] < GUARD * 2, (minute, long)


@pytest.fixture(scope="module")
def week(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Prometheus, int]]:
    """A real Prometheus with the week in its store, and the second at which the week begins."""
    folder: Path = tmp_path_factory.mktemp("week")
    start = (int(time.time()) - 8 * 86400) // 7200 * 7200
    lines = []
    for name, counter in zip(("requests", "request_errors"), traffic(), strict=True):
        lines.append(f"# TYPE {name} counter")
        lines += [f"{name}_total {value} {start + minute * 60 + 30}" for minute, value in enumerate(counter)]
    (folder / "week.txt").write_text("\n".join([*lines, "# EOF\n"]))
    subprocess.run(
        ["promtool", "tsdb", "create-blocks-from", "openmetrics", "week.txt", "tsdb"],
        cwd=folder, check=True, capture_output=True, timeout=60,
    )  # fmt: skip
    with Prometheus(folder) as server:
        yield server, start


@pytest.fixture
def house(sqlite_url: str, tmp_path: Path, week: tuple[Prometheus, int]) -> Iterator[House]:
    policy = {**POLICY, "services": {"checkout": {"name": "checkout", "core": True, "slos": [AVAILABILITY]}}}
    for house in opened(sqlite_url, tmp_path, policy):
        house.stanch.world.metrics["prometheus"] = integration.build(integration.Settings(week[0].url))
        house.clock.moment = week[1] * SECOND
        with house.application.uow() as uow:
            evaluation.seed(uow)
        yield house


def looked_at() -> list[int]:
    """Every minute within three of a change, and every 97th between."""
    changes = [first for _, first, _ in stretches([pairs for pairs, _ in expected()])]
    near = {minute + step for minute in changes for step in range(-3, 4)}
    return sorted({*near, *range(1, MINUTES, 97), MINUTES} & set(range(1, MINUTES + 1)))


@pytest.mark.slow
@pytest.mark.needs("prometheus", "promtool")
def test_the_live_evaluation_pages_tickets_and_keeps_silent_at_the_minute(
    house: House, week: tuple[Prometheus, int]
) -> None:
    minutes = looked_at()
    for minute in minutes:
        house.clock.moment = (week[1] + minute * 60) * SECOND
        house.settle()
        with house.application.reading() as uow:
            (state,) = store.read(uow)
        assert state.evaluated_at == house.clock.moment
        assert state.problem == "" or minute == 1, "with one sample only there is no rate yet"
        assert state.action == expected()[minute][1], f"minute {minute}: {state.reason}"
        raised = [s["severity"] for s in house.do("signals") if s["state"] == "firing"]
        assert raised == ([] if state.action == "none" else [state.action]), minute
    seen = over(MINUTES, MINUTES)
    assert seen and state.budget_remaining() == pytest.approx(float(1 - Fraction(seen[1], seen[0]) * 1000), abs=0.01)


@pytest.mark.slow
@pytest.mark.needs("prometheus", "promtool")
def test_the_impact_of_the_outage_is_what_the_counters_say_and_bad_answers_are_said(
    week: tuple[Prometheus, int],
) -> None:
    """R46: three minutes of 10 000 failed requests each. Prometheus extrapolates to the edges of a window."""
    metrics, start = (
        {"prometheus": integration.build(integration.Settings(week[0].url))},
        week[1] + (day(1, 10) - 4) * 60,
    )
    window = Window(start * SECOND, (start + 12 * 60) * SECOND)
    whole, bad = traffic()
    failed = bad[day(1, 10) + 7] - bad[day(1, 10) - 4]
    allowed = whole[day(1, 10) + 7] / 1000
    service = Service("checkout", slos=[AVAILABILITY], harm=Harm(users="sum(requests_total) > bool 0", money=0.5))
    answer = measure(metrics, service, window)
    found = {amount.name: amount for amount in answer.amounts}
    assert not answer.again and failed > 30_000
    assert found["failed"].value == pytest.approx(failed, rel=0.1)
    assert found["minutes"].value == 3 and found["minutes"].of == 12
    assert found["budget"].value == pytest.approx(100 * failed / (allowed - 10_000), rel=0.2)
    assert found["money"].value == pytest.approx(found["failed"].value / 2) and found["users"].value == 1
    for harm, problem in (
        (Harm(failed="sum(increase(request_errors_total[{{.window}}])"), "parse error"),
        (Harm(failed="sum(increase(errors_of_another_world[{{.window}}]))"), "gives nothing for this time"),
        (Harm(failed='{__name__=~"request.*_total"}'), "gives 2 series"),
        (Harm(failed="sum(up)", source="elsewhere"), "no metrics source 'elsewhere'"),
    ):
        amounts = measure(metrics, Service("checkout", harm=harm), window).amounts
        (amount,) = [each for each in amounts if each.name == "failed"]
        assert amount.value is None and problem in amount.problem


@pytest.mark.slow
@pytest.mark.needs("promtool")
def test_promtool_agrees_at_every_minute(tmp_path: Path) -> None:
    """The minutes of each stretch are counted, and of the whole week: no alert is missing, none too many."""
    checks = []
    for name, (_, _, _, severity, short) in TABLE.items():
        ids = f'service="checkout",slo="availability",severity="{severity}",long="{name}",short="{short}"'
        chosen = f'ALERTS{{alertname="SLOBurn",alertstate="firing",{ids}}}'
        labels = f'{{alertname="SLOBurn",alertstate="firing",{ids}}}'
        runs = [run for run in stretches([name in pairs for pairs, _ in expected()]) if run[0]]
        assert runs, name
        for _, first, last in [*runs, (True, 0, MINUTES)]:
            count = sum(name in expected()[minute][0] for minute in range(first, last + 1))
            checks.append({
                "expr": f"count_over_time({chosen}[{(last - first) * 60 + 30}s])", "eval_time": f"{last}m",
                "exp_samples": [{"labels": labels, "value": count}],
            })  # fmt: skip
    series = [
        {"series": name, "values": " ".join(f"_ {value}" for value in counter)}
        for name, counter in zip(("requests_total", "request_errors_total"), traffic(), strict=True)
    ]
    service = Service("checkout", core=True, slos=[AVAILABILITY])
    (tmp_path / "rules.yml").write_text(generate.rule_file([service]))
    tests = [{"interval": "30s", "input_series": series, "promql_expr_test": checks}]
    (tmp_path / "test.yml").write_text(
        yaml.safe_dump({"rule_files": ["rules.yml"], "evaluation_interval": "1m", "tests": tests}, width=10**9)
    )
    answer = subprocess.run(
        ["promtool", "test", "rules", "test.yml"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        env=os.environ | {"GOGC": "1000"},  # a fifth of its time went into collecting garbage
    )
    assert answer.returncode == 0, (answer.stdout + answer.stderr)[:5000]
