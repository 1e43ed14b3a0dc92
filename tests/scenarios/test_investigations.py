"""Declare early: an hour of looking without a fix is an incident (R5); three questions of triage (R14)."""

from typing import Any

import pytest

from stanch.kernel.errors import Conflict, Invalid, NotFound
from stanch.web.app import create_app
from tests.scenarios.house import House
from tests.scenarios.test_true_sentences import TestClient


def asked(house: House) -> list[str]:
    return [p["text"] for p in house.do("show", incident="INC-1")["prompts"]]


def test_an_investigation_pages_nobody_and_asks_its_owner_at_the_hour(house: House) -> None:
    house.do("investigate", title="Latency looks odd", service="shop")
    house.wait(minutes=59, step=60)
    assert house.pager.sent == []
    assert house.do("incidents") == []
    assert [i["owner"] for i in house.do("investigations")] == ["ada"]
    house.wait(minutes=2, step=30)
    ((address, message),) = house.pager.told
    assert (address, message.urgent) == ("ada", False)
    assert message.text == "1 h 00 min without an answer: declare now, or say why not."


def test_whoever_does_not_declare_says_why_and_is_asked_again_an_hour_later(house: House) -> None:
    house.do("investigate", title="Latency looks odd")
    house.wait(minutes=61, step=60)
    with pytest.raises(Invalid, match="Say why"):
        house.do("decline", incident="INC-1", key="investigation:1")
    house.do("decline", incident="INC-1", key="investigation:1", reason="one customer, on a bad line")
    house.wait(minutes=58, step=60)
    assert len(house.pager.told) == 1
    house.wait(minutes=2, step=30)
    assert len(house.pager.told) == 2
    assert house.pager.told[-1][1].text.startswith("2 h 00 min without an answer")


def test_declaring_an_investigation_keeps_its_timeline_and_pages(house: House) -> None:
    house.do("investigate", title="Latency looks odd", service="shop")
    house.do("say", incident="INC-1", text="p99 is at 3 s")
    house.wait(minutes=20, step=60)
    house.do("declare", title="Checkout is slow", investigation="INC-1")
    house.settle()
    record = house.record()
    assert (record.status, record.service, record.title) == ("open", "shop", "Checkout is slow")
    assert record.declared_at - record.detected_at == 20 * 60 * 1_000_000
    assert "p99 is at 3 s" in house.sentences()
    assert [address for address, _ in house.pager.sent] == ["ada"]
    assert house.do("investigations") == []
    with pytest.raises(Conflict, match="INC-1 is open"):
        house.do("declare", title="again", investigation="INC-1")


def test_an_investigation_that_was_nothing_is_concluded_with_a_word(house: House) -> None:
    house.do("investigate", title="Latency looks odd")
    house.do("conclude", incident="INC-1", text="a batch job, as every Monday")
    house.wait(hours=3, step=600)
    assert house.pager.sent == house.pager.told == []
    assert house.record().status == "closed"
    with pytest.raises(Conflict, match="INC-1 is closed"):
        house.do("conclude", incident="INC-1", text="again")


def test_a_private_investigation_is_seen_by_its_owner_only(house: House) -> None:
    secret = house.do("investigate", title="Odd logins", owner="ben", private=True).incident
    assert [i["id"] for i in house.do("investigations", actor="ben")] == [secret]
    assert house.do("investigations", actor="eve") == []
    with pytest.raises(NotFound):
        house.do("answer", actor="eve", incident=secret, question="real", text="yes")


def test_the_three_questions_stay_visible_until_they_are_answered(house: House) -> None:
    house.do("declare", title="Checkout is down")
    house.do("ack", incident="INC-1")
    house.wait(minutes=3)
    assert {"Is this real?", "How bad is it? No severity is set.", "Who needs to be involved?"} <= set(asked(house))
    assert sum("How bad is it?" in text for text in asked(house)) == 1, "once"
    page = TestClient(create_app(house.stanch)).get("/incidents/INC-1", headers=house.bearer("ada")).text
    assert page.count("<h3>Is this real?") == 1 and "<h3>How bad is it?" not in page, "its prompt asks it"
    done = house.do("answer", incident="INC-1", question="real", text="yes, I cannot pay either")
    assert done.message == "Noted. Still open: How bad is it? Who needs to be involved?"
    house.do("severity", incident="INC-1", severity="SEV-2")
    assert "Is this real?" not in asked(house)
    assert not any("How bad is it?" in text for text in asked(house)), "a severity is an answer"
    assert "Who needs to be involved?" in asked(house)
    assert "Is this real? yes, I cannot pay either" in house.sentences()


def test_a_small_incident_is_closed_in_one_action(house: House) -> None:
    house.do("declare", title="The logo is blurred", severity="SEV-4")
    house.do("close", incident="INC-1", reason="one user, a cached picture")
    assert house.record().status == "closed"
    house.do("declare", title="Checkout is down", severity="SEV-1")
    with pytest.raises(Conflict, match="INC-2 is open"):
        house.do("close", incident="INC-2", reason="no")


@pytest.mark.parametrize(
    ("name", "more"),
    [
        ("page", {}),
        ("resolve", {"override": True, "reason": "over"}),
        ("close", {"reason": "over"}),
        ("mitigate", {"mitigation": "rollback", "confirm": "go"}),
        ("timebox", {"question": "Is it the deploy?", "fallback": "roll back"}),
        ("reopen", {"reason": "still slow"}),
    ],
)
def test_what_only_an_incident_can_be_asked_for_says_how_an_investigation_becomes_one(
    house: House, name: str, more: dict[str, Any]
) -> None:
    house.do("investigate", title="A little slow", service="shop")
    with pytest.raises(Conflict) as refused:
        house.do(name, incident="INC-1", **more)
    assert refused.value.sentence() == "INC-1 is an investigation. Declare it first, or conclude it."
    house.do("conclude", incident="INC-1", text="it was nothing")
    with pytest.raises(Conflict, match=r"concluded|closed already"):
        house.do(name, incident="INC-1", **more)
    assert house.record().status == "closed"


def test_what_is_merged_is_not_opened_again_beside_the_other(house: House) -> None:
    for title in ("Checkout fails", "Cart fails"):
        house.do("declare", title=title, service="shop")
    house.do("merge", incident="INC-2", into="INC-1", reason="the same")
    with pytest.raises(Conflict, match="merged into INC-1"):
        house.do("reopen", incident="INC-2", reason="still there")
