"""SLOs evaluated live (R4): what raises an alert, what ends it, and what is only shown."""

import json
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml

from stanch.detect.digest import fold
from stanch.detect.slo import evaluation, generate, store
from stanch.kernel.clock import DAY, MINUTE
from stanch.kernel.policy import Policy, Slo
from stanch.ports import Failed, Post
from tests.scenarios.house import POLICY, House, opened

SLO = {
    "name": "availability", "objective": 99.9, "source": "scripted", "minimum_events": 10,
    "total": "rate(all[{{.window}}])", "errors": "rate(bad[{{.window}}])",
}  # fmt: skip
WITH_SLO: dict[str, Any] = {
    **POLICY,
    "services": {"shop": {**POLICY["services"]["shop"], "slos": [SLO]}},
}


class Scripted:
    """A metrics source that answers every window alike, or as ``only`` says."""

    name = "scripted"

    def __init__(self) -> None:
        self.total: float | None = 10.0
        self.bad = 0.0
        self.only: dict[str, float] = {}
        self.down: set[str] = set()
        self.asked: list[tuple[str, int, int]] = []

    def value(self, query: str) -> float:
        raise AssertionError("SLOs are evaluated as of a moment")

    def series(self, query: str, start: int, end: int, step_seconds: float) -> list[tuple[int, float]]:
        self.asked.append((query, start, end))
        if any(f"[{span}]" in query for span in self.down) or "all" in self.down:
            raise Failed("Prometheus cannot be reached", again=True)
        if self.total is None:
            return []
        bad = next((ratio for span, ratio in self.only.items() if f"[{span}]" in query), self.bad)
        return [(end, self.total * bad if "bad" in query else self.total)]

    def by_label(self, query: str, label: str) -> dict[str, float]:
        raise Failed("no breakdown here", again=False)


@pytest.fixture
def scripted() -> Scripted:
    return Scripted()


@pytest.fixture
def house(database_url: str, tmp_path: Path, scripted: Scripted) -> Iterator[House]:
    for house in opened(database_url, tmp_path, WITH_SLO):
        house.stanch.world.metrics["scripted"] = scripted
        with house.application.uow() as uow:
            evaluation.seed(uow)
        yield house


def state(house: House) -> store.SloState:
    with house.application.reading() as uow:
        (found,) = store.read(uow)
    return found


def signals(house: House) -> list[tuple[str, str, str]]:
    return sorted((s["severity"], s["state"], s["disposition"]) for s in house.do("signals"))


def test_an_outage_raises_a_page_that_ends_with_it(house: House, scripted: Scripted) -> None:
    house.wait(minutes=3)
    assert state(house).action == "none" and signals(house) == []
    scripted.bad = 0.021
    house.wait(minutes=3)
    assert state(house).action == "page"
    assert state(house).reason == "error rate 2.1 % is 21x budget over 1 h and 5 m; 14.4x pages"
    assert state(house).proposal.endswith("shop is core: SEV-1 proposed")
    assert signals(house) == [("page", "firing", "incident")]
    assert house.record().service == "shop"
    assert "shop" in house.do("signals")[0]["service"] and "21x budget" in house.do("signals")[0]["summary"]
    scripted.bad = 0
    house.wait(minutes=2)
    assert state(house).action == "none" and signals(house) == [("page", "resolved", "incident")]


def test_a_slow_burn_is_a_ticket_and_wakes_nobody(house: House, scripted: Scripted) -> None:
    scripted.only = {"1d": 0.004, "2h": 0.004}
    house.wait(minutes=4)
    assert signals(house) == [("ticket", "firing", "ticket")] and house.pager.sent == []


def test_a_ticket_that_grows_into_a_page_ends_and_the_page_begins(house: House, scripted: Scripted) -> None:
    scripted.only = {"3d": 0.002, "6h": 0.002}
    house.wait(minutes=3)
    scripted.only = {}
    scripted.bad = 0.5
    house.wait(minutes=3)
    assert signals(house) == [("page", "firing", "incident"), ("ticket", "resolved", "ticket")]


def test_when_the_source_goes_away_nothing_begins_and_nothing_ends(house: House, scripted: Scripted) -> None:
    scripted.down = {"all"}
    house.wait(minutes=3)
    assert (
        state(house).action == "none"
        and state(house).problem == "Prometheus cannot be reached"
        and signals(house) == []
    )
    scripted.down, scripted.bad = set(), 0.5
    house.wait(minutes=3)
    since = state(house).since
    scripted.down = {"all"}
    house.wait(minutes=3)
    assert state(house).action == "page" and state(house).since == since
    assert state(house).problem == "Prometheus cannot be reached"
    assert signals(house) == [("page", "firing", "incident")]


def test_one_slow_window_does_not_keep_the_others_from_paging(house: House, scripted: Scripted) -> None:
    scripted.down, scripted.bad = {"3d"}, 0.5
    house.wait(minutes=3)
    assert state(house).action == "page" and state(house).problem == "Prometheus cannot be reached"


def test_a_window_that_never_answers_does_not_keep_an_alert_alive(house: House, scripted: Scripted) -> None:
    scripted.down, scripted.bad = {"3d", "30d"}, 0.5
    house.wait(minutes=3)
    scripted.bad = 0
    house.wait(minutes=2)
    assert state(house).action == "none" and signals(house) == [("page", "resolved", "incident")]


def test_a_period_that_cannot_be_measured_is_said_and_not_asked_for_each_minute(
    house: House, scripted: Scripted
) -> None:
    scripted.down = {"30d"}
    house.settle()
    assert state(house).problem == "the error budget is not known: Prometheus cannot be reached"
    house.wait(minutes=10)
    assert sum("[30d]" in query for query, _, _ in scripted.asked) == 1
    assert state(house).budget_remaining() is None and state(house).action == "none"


def test_an_alert_of_the_generated_rules_is_understood_when_it_arrives(house: House) -> None:
    """Prometheus delivers what ``stanch slo rules`` wrote: service, SLO and severity are recognised."""
    from stanch.integrations import prometheus_alerts

    reader = prometheus_alerts.build(prometheus_alerts.Settings())
    written = yaml.safe_load(generate.rule_file(generate.declared(house.application.policy())))
    rules = [rule for rule in written["groups"][0]["rules"] if rule.get("alert") == "SLOBurn"]
    for rule in rules:
        alert = {"labels": {"alertname": rule["alert"], **rule["labels"]}, "annotations": rule["annotations"]}
        received, errors = reader.read(Post(json.dumps([alert]).encode(), house.clock.now()))
        assert errors == []
        with house.application.uow(source="alert") as uow:
            fold(uow, received, "prometheus")
    house.wait(minutes=2)
    assert signals(house) == [
        ("page", "firing", "incident"), ("page", "firing", "incident"),
        ("ticket", "firing", "ticket"), ("ticket", "firing", "ticket"),
    ]  # fmt: skip
    assert {s["service"] for s in house.do("signals")} == {"shop"} and len(house.do("incidents")) == 1


def test_no_traffic_is_shown_and_never_alerts(house: House, scripted: Scripted) -> None:
    scripted.total, scripted.bad = 0.0, 1.0
    house.wait(minutes=2)
    assert state(house).reason == "no traffic, so nothing burns" and state(house).problem == "" and signals(house) == []


def test_series_that_are_not_there_are_shown_and_never_alert(house: House, scripted: Scripted) -> None:
    scripted.total = None
    house.wait(minutes=2)
    assert "the query of all events gives nothing" in state(house).problem and signals(house) == []


def test_below_the_minimum_of_events_nothing_alerts_and_the_reason_is_kept(house: House, scripted: Scripted) -> None:
    scripted.total, scripted.bad = 0.00001, 1.0
    house.wait(minutes=2)
    assert "too little traffic" in state(house).reason and signals(house) == []


def test_every_window_is_asked_as_of_one_moment_and_the_period_less_often(house: House, scripted: Scripted) -> None:
    house.settle()
    first = list(scripted.asked)
    assert len({end for _, _, end in first}) == 1 and all(start == end for _, start, end in first)
    assert sum("[30d]" in query for query, _, _ in first) == 2
    house.wait(minutes=14)
    assert sum("[30d]" in query for query, _, _ in scripted.asked) == 2
    house.wait(minutes=2)
    assert sum("[30d]" in query for query, _, _ in scripted.asked) == 4
    assert state(house).budget_remaining() == 1.0


def test_history_has_a_row_for_each_minute_and_a_week_at_most(house: House, scripted: Scripted) -> None:
    scripted.bad = 0.0005
    house.wait(minutes=5)
    with house.application.reading() as uow:
        rows = store.history(uow, "shop", "availability", 0)
    assert [later[0] - row[0] for row, later in pairwise(rows)] == [MINUTE] * (len(rows) - 1)
    assert len(rows) >= 5 and rows[-1][1:] == (0.5, 0.5)
    house.clock.forward(days=8)
    house.wait(minutes=1)
    with house.application.reading() as uow:
        assert min(at for at, _, _ in store.history(uow, "shop", "availability", 0)) >= uow.now - 7 * DAY


def test_a_restart_goes_on_where_it_was(house: House, scripted: Scripted) -> None:
    scripted.bad = 0.5
    house.wait(minutes=2)
    house.crash()
    house.stanch.world.metrics["scripted"] = scripted
    house.wait(minutes=3)
    assert state(house).action == "page" and len(house.do("signals")) == 1


def test_an_slo_that_is_no_longer_declared_ends_its_alert(house: House, scripted: Scripted) -> None:
    scripted.bad = 0.5
    house.wait(minutes=2)
    house.application.policy = lambda: Policy()
    house.wait(minutes=2)
    assert signals(house)[0][1] == "resolved"
    with house.application.reading() as uow:
        assert store.known(uow) == []


def test_an_slo_whose_source_is_not_configured_says_so(house: House) -> None:
    del house.stanch.world.metrics["scripted"]
    house.wait(minutes=1)
    assert state(house).problem == "no metrics source 'scripted' is configured"


def test_an_objective_of_a_hundred_percent_is_refused_in_words(house: House, scripted: Scripted) -> None:
    with house.application.uow() as uow:
        hopeless = Slo("perfect", 100, "rate(all[{{.window}}])", errors="rate(bad[{{.window}}])", source="scripted")
        evaluation.settle(uow, "shop", hopeless, evaluation.measure(scripted, hopeless, uow.now, period=False))
        assert "leaves no error budget" in store.one(uow, "shop", hopeless).problem
