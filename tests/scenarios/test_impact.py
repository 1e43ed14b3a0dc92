"""What an incident did, from the metrics: measured after it is resolved, kept as it was known, never invented (R46)."""

import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from stanch.kernel.errors import Conflict
from stanch.learn.impact.commands import Figures, ImpactFigures, impact_figures
from stanch.ports import Failed
from stanch.web.app import create_app
from tests.scenarios.house import POLICY, House, opened

with warnings.catch_warnings():
    # Starlette warns about its own choice of client library.
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

SLO = {"name": "payments", "objective": 99, "total": "sum(rate(all[{{.window}}]))", "errors": "sum(rate(bad[{{.window}}]))", "source": "meter"}  # fmt: skip
HARM = {"source": "meter", "users": "count(hit[{{.window}}])", "money": 2.5, "currency": "EUR"}


class Meter:
    """Metrics by what a query asks for; while it is asked somebody else may write."""

    name = "meter"

    def __init__(self, house: House) -> None:
        self.house, self.asked, self.down, self.traffic = house, list[str](), False, True

    def series(self, query: str, start: int, end: int, step_seconds: float) -> list[tuple[int, float]]:
        self.asked.append(query)
        with self.house.application.uow() as uow:  # would wait for ever inside a write transaction
            uow.tx.execute("UPDATE status_version SET changed_at = changed_at")
        if self.down:
            raise Failed("the meter is away", again=True)
        if not self.traffic:
            return []
        if start != end:
            return [
                (at, 0.3 if at < start + 120_000_000 else 0.0)
                for at in range(start, end + 1, int(step_seconds * 1_000_000))
            ]
        if query.startswith("count(hit"):
            return [(end, 41.0)]
        if "all[30d]" in query and "bad" not in query:
            return [(end, 1_000_000.0)]
        return [(end, 2_000.0)]


def service(**more: object) -> dict[str, object]:
    return {**POLICY, "services": {"shop": {**POLICY["services"]["shop"], "criteria": [], **more}}}


@pytest.fixture
def house(database_url: str, tmp_path: Path) -> Iterator[House]:
    for house in opened(database_url, tmp_path, service(slos=[SLO], harm=HARM)):
        house.application.world.metrics["meter"] = Meter(house)  # type: ignore[assignment]
        yield house


def resolved(house: House) -> None:
    house.do("declare", title="Checkout fails", service="shop", severity="SEV-1")
    house.wait(seconds=300, step=60)
    house.do("status", incident="INC-1", state="investigating", text="You cannot pay. We will post again by 15:40 UTC.")
    house.wait(seconds=240, step=60)
    house.do("resolve", incident="INC-1", override=True, reason="rolled back")


def figures(house: House) -> Figures:
    with house.application.reading() as uow:
        return impact_figures(uow, ImpactFigures("INC-1"))


def said(house: House) -> list[str]:
    return [amount.said() for amount in figures(house).amounts]


def test_it_is_measured_two_minutes_after_the_end_and_kept(house: House) -> None:
    meter = house.application.world.metrics["meter"]
    assert isinstance(meter, Meter)
    resolved(house)
    before = len(meter.asked)
    house.wait(seconds=130, step=65)
    found = figures(house)
    assert said(house) == [
        "Minutes in which customers were hit: 2 of 9 min", "Requests failed: 2,000", "Users hit: 41",
        "Error budget spent (payments): 20 %", "Money: 5,000 EUR", "From noticed to the first public word: 5 min",
    ]  # fmt: skip
    assert len(meter.asked) > before and "bad[540s]" in found.amounts[1].how and found.amounts[1].how.endswith("* 540")
    assert "2,000 failed of 10,000 that may fail (1 % of 1,000,000 in 30 d)" in found.amounts[3].how
    assert found.amounts[4].how == "2,000 failed requests x 2.5 EUR"
    meter.traffic = False
    house.crash()
    house.wait(seconds=60)
    assert figures(house).measured_at == found.measured_at, "what was known stays"


def test_a_source_that_is_away_is_asked_again_and_then_said_to_be_away(house: House) -> None:
    meter = house.application.world.metrics["meter"]
    assert isinstance(meter, Meter)
    resolved(house)
    meter.down = True
    house.wait(minutes=20, step=60)
    amounts = figures(house).amounts
    assert all(a.value is None for a in amounts[:4]) and amounts[1].problem == "the meter is away"
    assert amounts[4].problem == "the failed requests were not measured"
    meter.down = False
    house.do("measure-impact", incident="INC-1")
    house.settle()
    assert "Requests failed: 2,000" in said(house)
    told = [line for line in house.sentences("INC-1") if line.startswith("Impact from")]
    assert len(told) == 2 and "Requests failed: not measured" in told[0] and "Requests failed: 2,000" in told[1]


def test_no_traffic_and_no_series_are_not_zero(house: House) -> None:
    meter = house.application.world.metrics["meter"]
    assert isinstance(meter, Meter)
    meter.traffic = False
    resolved(house)
    house.wait(seconds=130, step=65)
    assert said(house)[:4] == [
        "Minutes in which customers were hit: not measured", "Requests failed: not measured", "Users hit: not measured",
        "Error budget spent (payments): not measured",
    ]  # fmt: skip


def test_a_reopened_incident_is_measured_when_it_is_over_again(house: House) -> None:
    resolved(house)
    house.wait(seconds=30)
    house.do("reopen", incident="INC-1", reason="it came back")
    house.wait(seconds=300, step=60)
    assert house.record("INC-1").measured is None
    with pytest.raises(Conflict, match="not resolved"):
        house.do("measure-impact", incident="INC-1")
    house.do("resolve", incident="INC-1", override=True, reason="over")
    house.wait(seconds=130, step=65)
    assert "bad[870s]" in figures(house).amounts[1].how


def test_without_queries_nobody_is_asked_and_it_says_what_to_declare(database_url: str, tmp_path: Path) -> None:
    for house in opened(database_url, tmp_path, service()):
        resolved(house)
        house.do("close", incident="INC-1")
        house.wait(seconds=130, step=65)
        found = figures(house)
        assert found.measured_at is None
        problems = {a.name: a.problem for a in found.amounts}
        assert problems["users"] == "set harm.users of the service 'shop' in the catalog"
        assert problems["money"] == "set harm.money of the service 'shop' in the catalog"
        with TestClient(create_app(house.stanch), follow_redirects=False) as client:
            client.headers.update(house.bearer("ada"))
            page = client.get("/incidents/INC-1/postmortem").text
            assert "Users hit: not measured" in page and "set harm.users" in page
            # What the record knows stands below, so that "nothing" would be no true word.
            assert (
                "The metrics have not been asked." in page
                and "Nothing was measured" not in page
                and "Measure now" in page
            )
            assert ("is from the record" in page) == any(a.value is not None for a in found.amounts)
            assert client.get("/api/v1/incidents/INC-1/impact-figures").json()["measured_at"] is None
