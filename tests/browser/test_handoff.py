"""Two browsers: a handoff that is offered in one is acknowledged in the other, and the chat's pin says so (R34, R35)."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from stanch.identity import credentials, people
from tests.browser.house import House
from tests.components.process import wait_until
from tests.scenarios.hall import Hall

pytestmark = [pytest.mark.browser, pytest.mark.needs("chromium")]


def signed_in(house: House, browser: Browser, person: str) -> Page:
    application = house.stanch.application
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    page.set_default_timeout(8000)
    page.goto(
        credentials.link_address(
            house.url, credentials.create_link(application.database, person, application.clock.now())
        )
    )
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(house.url + "/")
    return page


@pytest.fixture
def hall(house: House) -> Iterator[Hall]:
    chats, hall = house.stanch.application.world.chats, Hall()
    chats["hall"] = hall
    yield hall
    del chats["hall"]


def pins(hall: Hall, room: str) -> list[str]:
    """What the pinned messages of this incident say now; incidents of other tests that are open may have a room as well."""
    incident = room.rpartition("/")[2]
    return [
        hall.posts[int(post[1:])][1].text
        for place, post in hall.pins
        if hall.rooms[place].title.startswith(incident + " ")
    ]


def pinned(hall: Hall, room: str) -> str:
    """What the pinned message of this incident says now."""
    return "".join(pins(hall, room)[:1])


def test_what_one_offers_the_other_acknowledges(house: House, browser: Browser, hall: Hall) -> None:
    database = house.stanch.application.database
    if "ben" not in {person.name for person in people.everybody(database)}:
        people.add(database, "ben", house.stanch.application.clock.now())
    ada, ben = signed_in(house, browser, "ada"), signed_in(house, browser, "ben")
    room = house.declare(ada, "Customers cannot pay")
    ada.locator("[data-fact=incident_commander]").get_by_role("button", name="I'll take it").click()
    with ben.expect_request("**/events*"):
        ben.goto(room)
    ada.goto(room + "#people")
    hand = ada.locator("#hand-incident_commander")
    hand.locator("summary").click()
    hand.get_by_label("To whom").fill("ben")
    text = hand.get_by_label("What they need to know").input_value()
    hand.get_by_label("What they need to know").fill(text.replace("Next action: […]", "Next action: drain zone-b"))
    hand.get_by_role("button", name="Offer it").click()
    expect(ada.locator("#people")).to_contain_text("offered to ben")
    expect(ada.locator("[data-fact=incident_commander] .value")).to_have_text("ada")
    wait_until(lambda: "Incident Commander: ada" in pinned(hall, room), 10, lambda: pinned(hall, room))
    expect(ben.locator("#now")).to_contain_text("Next action: drain zone-b")
    ben.get_by_role("button", name="Acknowledge: I am now IC").click()
    expect(ben.locator("[data-fact=incident_commander] .value")).to_have_text("ben")
    expect(ada.locator("[data-fact=incident_commander] .value")).to_have_text("ben")
    wait_until(lambda: "Incident Commander: ben" in pinned(hall, room), 10, lambda: pinned(hall, room))
    assert len(pins(hall, room)) == 1, "edited in place"
    ada.context.close()
    ben.context.close()
