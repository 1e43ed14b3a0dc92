"""A defect in one timer, one effect or one signal costs itself: everybody else is paged as if it were not there (P2)."""

from typing import Any

import pytest

from stanch.detect import signals
from stanch.kernel.clock import MINUTE
from stanch.respond.page_effect import PageHandler
from stanch.timeline.unit_of_work import Due
from tests.scenarios.house import House


def paged(house: House) -> list[tuple[str, str]]:
    """Whom, for which incident."""
    return [(address, message.title[1:6]) for address, message in house.pager.sent]


def test_an_incident_whose_clock_fails_holds_back_no_escalation_of_another(house: House) -> None:
    house.do("declare", title="first", service="shop")
    bad_from = house.clock.now() + MINUTE

    def clock(_uow: Any, record: Any) -> list[Due]:
        return [Due("defect", bad_from, lambda *_: 1 / 0)] if record.id == "INC-1" else []  # type: ignore[arg-type,return-value]

    clocks, house.application.clocks = house.application.clocks, (*house.application.clocks, clock)
    house.do("say", incident="INC-1", text="its timer is written again")
    house.do("declare", title="second")
    house.wait(minutes=6)
    assert ("ben", "INC-2") in paged(house)
    house.application.clocks = clocks
    house.wait(minutes=1)
    assert ("ben", "INC-1") in paged(house)


def test_a_page_that_nobody_can_judge_leaves_and_holds_back_no_other(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    judge = PageHandler.wanted

    def odd(self: PageHandler, uow: Any, effect: Any) -> bool:
        return judge(self, uow, effect) if effect.incident != "INC-1" else bool(1 / 0)

    monkeypatch.setattr(PageHandler, "wanted", odd)
    house.do("declare", title="first", service="shop")
    house.do("declare", title="second")
    house.settle()
    assert paged(house) == [("ada", "INC-1"), ("ada", "INC-2")]


def test_a_page_whose_receipt_cannot_be_written_is_not_sent_every_few_seconds(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PageHandler, "settle", lambda *_: 1 / 0)
    house.do("declare", title="first", service="shop")
    house.wait(seconds=295)
    assert len(house.pager.sent) == 3  # at once, after one minute and after two more
    house.do("ack", incident="INC-1")
    house.wait(minutes=20, step=30)
    assert len(house.pager.sent) == 3


def test_an_answer_that_no_database_keeps_is_kept_without_the_odd_part(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def send(address: str, message: Any) -> str:
        if message.urgent:
            house.pager.sent.append((address, message))
        return "ok \x00"

    monkeypatch.setattr(house.pager, "send", send)
    house.do("declare", title="first", service="shop")
    house.wait(minutes=2)
    assert paged(house) == [("ada", "INC-1")]
    assert any("ada" in sentence and "ok" in sentence for sentence in house.sentences())


def test_a_signal_that_cannot_be_judged_holds_back_no_other(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    dispose = signals.dispose

    def odd(uow: Any, row: Any, verdict: Any, by: str) -> str:
        incident = dispose(uow, row, verdict, by)
        return incident if row["fingerprint"] != "bad" else str(1 / 0)

    monkeypatch.setattr(signals, "dispose", odd)
    house.alert(fingerprint="bad", service="mail")
    house.alert(fingerprint="good")
    house.wait(minutes=2)
    found = {signal["fingerprint"]: signal for signal in house.do("signals")}
    assert found["good"]["disposition"] == "incident"
    assert found["bad"]["disposition"] == "held"
    assert len(house.do("incidents")) == 1  # what the failed attempt had opened is undone
    assert paged(house)[0][0] == "ada"
    monkeypatch.setattr(signals, "dispose", dispose)
    house.wait(minutes=1)
    assert len(house.do("incidents")) == 2
