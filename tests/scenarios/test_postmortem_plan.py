"""The decision on a postmortem can be argued; it has a leader, a date, a state and a meeting that moves (R42, R43)."""

import pytest

from stanch.kernel.clock import DAY, iso
from stanch.kernel.errors import Conflict, Invalid
from tests.scenarios.house import House


@pytest.fixture
def closed(house: House) -> House:
    """A closed incident of which a short review is enough."""
    house.do("declare", title="Checkout is slow", severity="SEV-4")
    house.do("resolve", incident="INC-1", override=True, reason="over")
    house.do("close", incident="INC-1")
    house.pager.told.clear()
    assert house.record().postmortem_form == "review"
    return house


def test_the_form_is_argued_up_and_down_with_reasons_that_stay(closed: House) -> None:
    with pytest.raises(Invalid, match="needs a reason"):
        closed.do("plan", incident="INC-1", form="postmortem")
    with pytest.raises(Conflict, match="already"):
        closed.do("plan", incident="INC-1", form="review", reason="x")
    closed.do("plan", incident="INC-1", form="postmortem", reason="It is the third this month")
    assert closed.record().postmortem_form == "postmortem"
    closed.do("plan", "ben", incident="INC-1", form="review", reason="The other two are written")
    assert closed.record().postmortem_form == "review"
    assert closed.record().postmortem_reasons[-2:] == [
        "ada: It is the third this month",
        "ben: The other two are written",
    ]


def test_who_leads_it_is_told_when_it_is_late(house: House) -> None:
    house.do("declare", title="Checkout is slow", severity="SEV-2")
    house.do("resolve", incident="INC-1", override=True, reason="over")
    house.do("close", incident="INC-1")
    closed = house
    closed.pager.told.clear()
    due = iso(closed.clock.now() + 5 * DAY)
    closed.do("plan", incident="INC-1", facilitator="Grace", due=due)
    closed.wait(days=4.9, step=86400)
    assert closed.pager.told == []
    closed.wait(days=0.3, step=3600)
    assert [(to, message.text) for to, message in closed.pager.told] == [
        ("grace", "The postmortem is not published yet.")
    ]
    for wrong in ({"facilitator": "nobody-known"}, {"due": "2020-01-01"}, {"due": "soon"}, {}):
        with pytest.raises(Invalid):
            closed.do("plan", incident="INC-1", **wrong)


def test_the_state_goes_from_draft_to_review_to_published_and_back(closed: House) -> None:
    closed.do("plan", incident="INC-1", stage="in_review")
    assert closed.record().postmortem_stage == "in_review"
    closed.do("postmortem", incident="INC-1", summary="Checkout was slow for ten minutes", publish=True)
    assert closed.record().published_at
    said = closed.do("plan", incident="INC-1", stage="draft").message
    assert said == "Postmortem of INC-1: reopened." and closed.record().published_at is None
    assert closed.sentences()[-1] == "Postmortem reopened; it is a draft again"


def test_the_meeting_moves(closed: House) -> None:
    closed.do("plan", incident="INC-1", meeting=iso(closed.clock.now() + 2 * DAY))
    assert closed.record().postmortem_at == closed.clock.now() // 1000 * 1000 + 2 * DAY
    with pytest.raises(Invalid, match="passed"):
        closed.do("plan", incident="INC-1", meeting=iso(closed.clock.now() - DAY))


def test_an_open_incident_and_one_that_no_alert_saw(house: House) -> None:
    """R43: a monitoring failure is a trigger."""
    house.do("declare", title="Customers cannot pay", severity="SEV-4")
    with pytest.raises(Conflict, match="INC-1 is open"):
        house.do("plan", incident="INC-1", stage="in_review")
    house.do("status", incident="INC-1", state="investigating", text="Customers cannot pay at the moment.")
    house.do("resolve", incident="INC-1", override=True, reason="over")
    house.do("close", incident="INC-1")
    assert house.record().postmortem_form == "postmortem"
    assert any(reason.startswith("monitoring failed") for reason in house.record().postmortem_reasons)
