"""Recovery is held to stated criteria (R41)."""

import pytest

from stanch.kernel.errors import Conflict, Invalid
from tests.scenarios.house import House


@pytest.fixture
def holding(house: House) -> House:
    house.gauge.values["errors"] = 0.0
    house.do("declare", title="Checkout fails", service="shop")
    house.do("ack", incident="INC-1")
    house.do("criteria", incident="INC-1", propose=True)
    house.wait(seconds=10)
    return house


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


def test_resolving_with_the_cause_unknown_leaves_a_follow_up(holding: House) -> None:
    holding.wait(seconds=70)
    holding.do("resolve", incident="INC-1", cause_unknown=True)
    holding.do("close", incident="INC-1")
    assert [i.title for i in holding.record().action_items.values()] == ["Find the cause of 'Checkout fails'"]


def test_reopening_puts_it_back_into_mitigate(holding: House) -> None:
    holding.wait(seconds=70)
    holding.do("resolve", incident="INC-1")
    holding.do("reopen", incident="INC-1", reason="errors are back")
    assert holding.record().status == "open"
    assert holding.record().phase == "mitigate"
