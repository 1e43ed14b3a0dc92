"""Recovery is held to stated criteria (R41)."""

from pathlib import Path

import pytest

from stanch.kernel.errors import Conflict, Invalid
from tests.scenarios.house import POLICY, House, opened


@pytest.fixture
def holding(house: House) -> House:
    house.gauge.values["errors"] = 0.0
    house.do("declare", title="Checkout fails", service="shop")
    house.do("ack", incident="INC-1")
    house.do("criteria", incident="INC-1", propose=True)
    house.wait(seconds=10)
    return house


def test_without_criteria_the_next_step_is_to_set_them_not_to_wait(house: House) -> None:
    """R41: with none set, waiting changes nothing; with some, it may."""
    house.do("declare", title="Checkout fails", service="shop")
    with pytest.raises(Conflict) as refused:
        house.do("resolve", incident="INC-1")
    assert refused.value.hint.startswith("Set them with 'stanch criteria INC-1 --propose', or give --override")
    house.do("criteria", incident="INC-1", propose=True)
    with pytest.raises(Conflict) as refused:
        house.do("resolve", incident="INC-1")
    assert refused.value.hint.startswith("Wait, or ")


def test_a_breach_restarts_the_hold(holding: House) -> None:
    holding.wait(seconds=40)
    holding.gauge.values["errors"] = 0.5
    holding.wait(seconds=10)
    holding.gauge.values["errors"] = 0.0
    holding.wait(seconds=40)
    assert holding.record().criteria_held_at is None
    holding.wait(seconds=30)
    assert holding.record().criteria_held_at is not None


def test_resolving_early_is_refused_and_takes_a_reason(holding: House) -> None:
    with pytest.raises(Conflict, match="to go"):
        holding.do("resolve", incident="INC-1")
    with pytest.raises(Invalid, match="needs a reason"):
        holding.do("resolve", incident="INC-1", override=True)
    holding.do("resolve", incident="INC-1", override=True, reason="the vendor confirmed")
    assert holding.record().status == "resolved"
    assert "before the criteria held" in " ".join(holding.sentences())


def test_a_criterion_that_cannot_be_measured_does_not_hold_and_says_why(holding: House) -> None:
    holding.gauge.values.clear()
    holding.wait(seconds=10)
    state = holding.record().criteria["error rate"]
    assert not state.holds
    assert "no data" in state.detail
    with pytest.raises(Conflict) as refused:
        holding.do("resolve", incident="INC-1")
    assert refused.value.detail == "Not yet: 'error rate' cannot be measured."
    assert "'stanch criteria INC-1' says why" in refused.value.hint
    assert f"error rate (not measured: {state.detail})" in holding.do("criteria", incident="INC-1").message


def test_resolving_with_the_cause_unknown_leaves_a_follow_up(holding: House) -> None:
    holding.wait(seconds=70)
    holding.do("resolve", incident="INC-1", cause_unknown=True)
    holding.do("close", incident="INC-1")
    assert [i.title for i in holding.record().action_items.values()] == ["Find the cause of 'Checkout fails'"]


def test_the_follow_up_on_the_cause_is_known_by_a_field_and_added_once(holding: House) -> None:
    holding.do("action", incident="INC-1", title="Find the cause of the noise in the office", owner="ada")
    for _ in range(2):
        holding.wait(seconds=70)
        holding.do("resolve", incident="INC-1", cause_unknown=True)
        holding.do("close", incident="INC-1")
        holding.do("reopen", incident="INC-1", reason="errors are back")
    titles = [i.title for i in holding.record().action_items.values()]
    assert titles.count("Find the cause of 'Checkout fails'") == 1


def test_reopening_puts_it_back_into_mitigate(holding: House) -> None:
    holding.wait(seconds=70)
    holding.do("resolve", incident="INC-1")
    holding.do("reopen", incident="INC-1", reason="errors are back")
    assert holding.record().status == "open"
    assert holding.record().phase == "mitigate"


def declared_by_alert(house: House) -> None:
    """An incident that an alert has opened and that is resolved again."""
    house.gauge.values["errors"] = 0.3
    house.alert()
    house.wait(minutes=2)
    house.do("ack", incident="INC-1")
    house.alert(firing=False)
    house.do("resolve", incident="INC-1", override=True, reason="it is over")


def test_the_same_alert_soon_after_resolving_reopens_the_incident_and_wakes_somebody(house: House) -> None:
    declared_by_alert(house)
    house.wait(minutes=20)
    house.pager.sent.clear()
    house.alert()
    house.wait(minutes=2)
    assert house.record().status == "open" and house.record().phase == "mitigate"
    assert any(s.startswith("Reopened: ErrorBudgetBurn fires again, 2") for s in house.sentences())
    assert [to for to, message in house.pager.sent if message.urgent][:1] == ["ada"]
    assert len(house.do("incidents")) == 1


def test_the_same_alert_days_later_is_a_new_incident_that_names_the_old_one(house: House) -> None:
    declared_by_alert(house)
    house.do("close", incident="INC-1")
    house.wait(days=2, step=3600)
    house.alert()
    house.wait(minutes=2)
    assert house.record("INC-2").recurs == "INC-1"
    assert house.sentences("INC-2")[0].endswith("it looks like INC-1 again)")


def test_another_alert_is_another_incident(house: House) -> None:
    declared_by_alert(house)
    house.alert(fingerprint="other", name="DiskFull")
    house.wait(minutes=2)
    assert house.record("INC-2").recurs == ""
    assert house.record().status == "resolved"


def test_a_private_incident_is_never_named_in_a_new_one(house: House) -> None:
    declared_by_alert(house)
    house.do("close", incident="INC-1")
    with house.application.uow() as uow:
        uow.tx.execute("UPDATE incidents SET private = 1 WHERE id = 'INC-1'")
    house.wait(days=2, step=3600)
    house.alert()
    house.wait(minutes=2)
    with house.application.reading() as uow:
        (row,) = uow.tx.all("SELECT facts FROM entries WHERE incident = 'INC-2' AND kind = 'declared'")
    assert "INC-1" not in row["facts"]


def test_a_criterion_that_breaks_after_it_held_restarts_the_hold_and_asks_whether_to_go_back(house: House) -> None:
    house.gauge.values["errors"] = 0.0
    house.do("declare", title="Checkout fails", service="shop")
    house.do("criteria", incident="INC-1", propose=True)
    house.wait(seconds=30)
    house.do("phase", incident="INC-1", phase="resolve")
    house.gauge.values["errors"] = 0.2
    house.wait(seconds=10)
    house.gauge.values["errors"] = 0.0
    house.wait(seconds=10)
    assert house.record().criteria_held_at is None
    house.gauge.values["errors"] = 0.2
    house.wait(seconds=10)
    asked = [p["text"] for p in house.do("show", incident="INC-1")["prompts"]]
    assert "'error rate' is out of its bound again; the hold starts over. Back to Mitigate?" in asked


def test_slos_probes_and_dependants_are_proposed_as_criteria(database_url: str, tmp_path: Path) -> None:
    shop = {
        **POLICY["services"]["shop"], "depends_on": ["payments"],
        "slos": [{"name": "availability", "objective": 99.9, "total": "rate(all[{{.window}}])", "errors": "rate(bad[{{.window}}])", "source": "gauge"}],
        "probes": [{"name": "pay", "url": "https://shop.example.org", "every": 15}],
    }  # fmt: skip
    payments = {"name": "payments", "criteria": [{"name": "latency", "source": "gauge", "query": "p99", "below": 0.8}]}
    for house in opened(database_url, tmp_path, {**POLICY, "services": {"shop": shop, "payments": payments}}):
        house.stanch.seed()
        house.door.open = False
        house.do("declare", title="Payments hang", service="payments")
        house.do("criteria", incident="INC-1", propose=True)
        names = list(house.record().criteria)
        assert names == ["latency", "error rate", "availability: error share over 5 min", "probe pay is green"]
        house.wait(seconds=60)
        assert not house.record().criteria["probe pay is green"].holds
        house.door.open = True
        house.wait(seconds=30)
        assert house.record().criteria["probe pay is green"].holds
