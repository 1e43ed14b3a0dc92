"""A page is passed on: from the link in it, by name, without losing it or waking twice (R2, R8)."""

import re
import warnings
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from stanch.kernel.actor import Actor
from stanch.kernel.clock import parse_moment
from stanch.kernel.errors import Invalid
from stanch.web.app import create_app
from tests.reading_pages import as_read
from tests.scenarios.house import POLICY, House, opened

with warnings.catch_warnings():
    # Starlette warns about its own choice of client library.
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient


@pytest.fixture
def browser(house: House) -> Iterator[TestClient]:
    with TestClient(create_app(house.stanch), follow_redirects=False) as client:
        yield client


def link(house: House, person: str = "ada") -> str:
    """The path of the link in the newest page that reached a person."""
    message = [message for address, message in house.pager.sent if address == person][-1]
    return urlsplit(message.acknowledge_url).path


def woken(house: House) -> list[str]:
    return [address for address, _ in house.pager.sent]


def heading(text: str) -> str:
    return re.findall(r"<h1>(.*?)</h1>", as_read(text))[0]


def test_the_link_says_what_it_is_about_and_a_look_changes_nothing(house: House, browser: TestClient) -> None:  # R2
    house.alert()
    house.wait(seconds=65)
    house.do("impact", incident="INC-1", text="Three of ten checkouts fail")
    house.settle()
    entries, told = len(house.sentences()), woken(house)
    shown = browser.get(link(house))
    assert shown.status_code == 200 and shown.headers["cache-control"] == "no-store"
    for words in ("INC-1 needs you, Ada.", "Shop", "not set yet", "burning", "Three of ten checkouts fail", "declared"):
        assert words in shown.text, words
    for answer in ("I have it", "I cannot, wake the next", "Ask them instead"):
        assert answer in shown.text
    browser.head(link(house))
    house.settle()
    assert len(house.sentences()) == entries and woken(house) == told


def test_the_link_of_a_page_that_waited_for_monday_is_good_and_says_when_one_was_paged(
    house: House, browser: TestClient
) -> None:  # R2
    house.clock.moment = parse_moment("2026-11-27T18:00:00Z")  # a Friday, after working hours
    house.do("declare", title="Exports are slow", service="shop", severity="SEV-3")
    house.settle()
    house.clock.moment = parse_moment("2026-11-30T09:00:01Z")
    house.settle()
    house.wait(seconds=90, step=45)
    shown = browser.get(link(house)).text
    assert "INC-1 needs you, Ada." in shown
    assert re.search(r"declared <time [^>]*>2 d ago</time>; you were paged <time [^>]*>1 min", shown), shown
    house.clock.moment = parse_moment("2026-12-01T09:05:00Z")
    assert "too old" in browser.get(link(house)).text


def test_whoever_pages_somebody_hears_that_the_last_message_did_not_reach_them(house: House) -> None:  # R8
    house.do("declare", title="Down", service="shop")
    house.settle()
    assert house.do("page", incident="INC-1", person="ada").message == "Paging Ada for INC-1."
    house.pager.down = True
    house.wait(seconds=5)
    said = house.do("page", incident="INC-1", person="ada").message
    assert said.startswith("Paging Ada for INC-1. Ada could not be reached ") and "when something was last sent" in said
    offer = next(o for o in house.do("askable", incident="INC-1") if o["person"] == "ada")
    assert offer["problem"] or "could not be reached" in offer["doubt"]
    given = house.do("role", "ben", incident="INC-1", role="incident_commander", person="ada").message
    assert "Ada could not be reached" in given and given.endswith("tell them yourself.")


def test_a_button_of_a_phone_posts_nothing_and_acknowledges(house: House, browser: TestClient) -> None:
    house.do("declare", title="Down", service="shop")
    house.settle()
    assert heading(browser.post(link(house)).text) == "Thank you. Ada has INC-1."
    assert heading(browser.post(link(house)).text) == "Ada has INC-1 already."


def test_who_cannot_wakes_the_next_at_once_and_only_once(house: House, browser: TestClient) -> None:  # R2
    house.do("declare", title="Down", service="shop")
    house.settle()
    mine = link(house)
    assert "The page goes to Ben now" in heading(browser.post(mine, data={"choice": "cannot", "reason": "train"}).text)
    house.settle()
    assert woken(house) == ["ada", "ben"]
    assert "ada cannot take the page (train), so that the escalation moves on now" in house.sentences()
    assert "already" in heading(browser.post(mine, data={"choice": "cannot"}).text)
    house.settle()
    assert woken(house) == ["ada", "ben"]
    # Steps follow from that moment, and pass over who cannot.
    house.wait(minutes=20)
    assert woken(house) == ["ada", "ben", "ben"]
    assert any("ada cannot take it" in sentence for sentence in house.sentences())
    assert heading(browser.post(mine).text) == "Thank you. Ada has INC-1."


def test_with_no_next_step_it_says_that_nobody_further_can_be_woken(house: House) -> None:
    house.do("declare", title="Down", service="shop")
    house.settle()
    house.do("wake-next", "ada", incident="INC-1")
    house.settle()
    said = house.do("wake-next", "ben", incident="INC-1").message
    assert "nobody further can be woken" in said
    house.wait(hours=1)
    assert woken(house) == ["ada", "ben"]
    assert any(s.startswith("ben cannot take the page: nobody further can be woken") for s in house.sentences())
    assert house.record().pages and next(iter(house.record().pages.values())).waiting(), "nobody has it by that"


def test_at_night_of_a_sev_3_the_next_one_sleeps_and_is_not_said_to_be_woken(house: House) -> None:
    house.clock.moment = 1_767_650_400_000_000  # Monday, 22:00 UTC
    house.do("declare", title="Slow", service="shop")
    house.settle()
    house.do("severity", incident="INC-1", severity="SEV-3")
    assert "Nobody else is woken before 2026-01-06 " in house.do("wake-next", "ada", incident="INC-1").message
    house.settle()
    assert woken(house) == ["ada"]


def test_of_alerts_that_have_cleared_nobody_new_is_woken(house: House) -> None:
    house.alert()
    house.wait(seconds=65)
    house.alert(firing=False)
    assert "every alert has cleared" in house.do("wake-next", "ada", incident="INC-1").message
    house.settle()
    assert woken(house) == ["ada"]


def test_asked_instead_the_page_goes_to_one_more_and_the_escalation_stays(house: House, browser: TestClient) -> None:
    house.do("declare", title="Down", service="shop")
    house.settle()
    before = next(iter(house.record().pages.values())).next_at
    answered = browser.post(link(house), data={"choice": "ask", "person": "grace"})
    assert heading(answered.text).startswith("The page goes to Grace as well.")
    page = next(iter(house.record().pages.values()))
    assert page.next_at == before and page.step == 0 and page.waiting()
    house.crash()
    house.settle()
    assert woken(house) == ["ada", "grace"]
    house.wait(minutes=5)
    assert woken(house) == ["ada", "grace", "ben"]
    assert house.do("ack", "grace", incident="INC-1").message == "grace has INC-1."


def without_methods(**extra: object) -> dict[str, object]:
    contacts = {**POLICY["contacts"], "dan": {"name": "Dan"}, "eve": {"name": "Eve", "reach": ["fax:1"]}, **extra}
    return {**POLICY, "contacts": contacts}


def test_only_who_can_be_reached_is_offered_and_the_others_are_named(database_url: str, tmp_path: Path) -> None:  # R8
    for house in opened(database_url, tmp_path, without_methods()):
        house.do("declare", title="Down", service="shop")
        house.settle()
        with TestClient(create_app(house.stanch)) as browser:
            shown = browser.get(link(house)).text
            assert "Dan has no contact method" in shown
            assert "Eve would be reached by fax, which is not configured" in shown
            assert '<option value="dan">' not in shown and '<option value="grace">' in shown
            refused = browser.post(link(house), data={"choice": "ask", "person": "dan"}).text
            assert "Dan has no contact method. Nobody was asked" in refused
        with pytest.raises(Invalid, match="Dan has no contact method"):
            house.do("page", incident="INC-1", person="dan")
        with pytest.raises(Invalid, match="Eve would be reached by fax"):
            house.do("ask-instead", incident="INC-1", person="eve")
        house.settle()
        assert woken(house) == ["ada"]


def test_a_step_whose_people_have_no_working_way_is_passed_over(database_url: str, tmp_path: Path) -> None:
    policy = without_methods() | {"escalation": {"default": {"steps": [{"notify": ["eve"]}, {"notify": ["ben"]}]}}}
    for house in opened(database_url, tmp_path, policy):
        house.do("declare", title="Down", service="shop")
        house.settle()
        assert woken(house) == ["ben"]


def test_a_person_is_paged_by_name_at_any_hour(house: House) -> None:  # R2
    house.clock.moment = 1_767_650_400_000_000  # Monday, 22:00 UTC
    house.do("declare", title="Slow", service="shop", severity="SEV-3")
    assert house.do("page", incident="INC-1").message.startswith("Nobody is woken before 2026-01-06")
    assert house.do("page", incident="INC-1", person="Grace").message == "Paging Grace for INC-1."
    house.settle()
    assert woken(house) == ["grace"]
    assert any(s.startswith("Paging grace by name") for s in house.sentences())


def test_the_name_of_a_policy_pages_by_it_and_an_unknown_name_nobody(house: House) -> None:
    house.do("declare", title="Down", service="shop", severity="SEV-4")
    assert house.do("page", incident="INC-1", person="default").message == "Paging Ada for INC-1."
    with pytest.raises(Invalid, match="Nobody known is called 'zoe'"):
        house.do("page", incident="INC-1", person="zoe")


def test_of_a_private_incident_a_link_lets_nobody_else_in_and_ends_with_the_invitation(
    house: House, browser: TestClient
) -> None:  # P6
    incident = house.do("declare", title="Breach", service="shop", private=True).incident
    house.settle()
    mine = link(house)
    shown = browser.get(mine).text
    assert "Breach" in shown and "Grace" not in shown and "Nobody else can be asked from here" in shown
    assert "Nobody was asked" in browser.post(mine, data={"choice": "ask", "person": "grace"}).text
    _take_out(house, incident, "ada")
    refused = browser.get(mine)
    assert refused.status_code == 403 and "Breach" not in refused.text
    assert browser.post(mine).status_code == 403
    assert not any("acknowledged" in s for s in house.sentences(incident))


def _take_out(house: House, incident: str, person: str) -> None:
    with house.application.uow(Actor("admin", admin=True)) as uow:
        uow.tx.execute("DELETE FROM members WHERE incident = :i AND person = :p", i=incident, p=person)


def test_a_link_of_somebody_else_is_none(house: House, browser: TestClient) -> None:
    house.do("declare", title="Down", service="shop")
    house.settle()
    forged = link(house).replace("/ada/", "/ben/")
    assert browser.get(forged).status_code == 403 and browser.post(forged, data={"choice": "cannot"}).status_code == 403
    house.settle()
    assert woken(house) == ["ada"]
