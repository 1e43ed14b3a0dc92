"""The war room as people see it: wide and narrow, with and without JavaScript, light and dark."""

import time
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import urllib3
from playwright.sync_api import Browser, Page, expect

from tests.browser.house import House

pytestmark = [pytest.mark.browser, pytest.mark.needs("chromium")]
WIDE, PHONE = (1280, 900), (390, 844)
FACTS = [
    "Severity",
    "Incident Commander",
    "Customer impact",
    "Leading hypothesis",
    "Mitigations attempted",
    "Next update",
]


def signed_in(house: House, browser: Browser, size: tuple[int, int] = WIDE, **options: Any) -> Page:
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, **options)
    context.set_default_timeout(8000)
    page = context.new_page()
    house.sign_in(page)
    return page


def overflow(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["1280", "390"])
@pytest.mark.parametrize("script", [True, False], ids=["javascript", "no-javascript"])
def test_a_title_is_enough_to_declare_and_the_six_facts_are_there(
    house: House, browser: Browser, size: tuple[int, int], script: bool
) -> None:
    page = signed_in(house, browser, size, java_script_enabled=script)
    house.declare(page, "Customers cannot pay")
    for label in FACTS:
        expect(page.locator("dt", has_text=label)).to_be_visible()
    expect(page.locator("[data-fact=incident_commander]")).to_contain_text("Missing.")
    page.locator("[data-fact=incident_commander]").get_by_role("button", name="I'll take it").click()
    expect(page.locator("[data-fact=incident_commander] .value")).to_have_text("ada")
    page.get_by_label("What do you see, try or decide?").fill("Errors began after the release")
    page.get_by_role("button", name="Say", exact=True).click()
    expect(page.locator(".entries .sentence").first).to_have_text("Errors began after the release")
    if script:
        assert overflow(page) <= 0
    page.context.close()


def test_every_tab_fits_a_phone(house: House, browser: Browser) -> None:
    page = signed_in(house, browser, PHONE)
    room = house.declare(page, "A title with averyveryveryveryveryveryveryverylongwordthatcannotbreakanywhere" * 2)
    assert overflow(page) <= 0
    for tab in ("Mitigate", "Updates", "Hypotheses", "Recovery", "People", "Evidence", "Close"):
        page.goto(room)
        page.locator(".tabs:visible").get_by_role("link", name=tab, exact=True).click()
        expect(page.locator(".tab:target > .panel").first).to_be_visible()
        expect(page.locator("#timeline")).to_be_hidden()
        assert overflow(page) <= 0, tab
    page.context.close()


def test_on_a_phone_what_needs_me_stands_in_the_first_screen_and_keys_move_through_the_timeline(
    house: House, browser: Browser
) -> None:
    page = signed_in(house, browser, PHONE)
    room = house.declare(page, "Customers cannot pay in the shop, and nobody knows why")
    page.goto(room)
    button = page.locator("#now .asking").first.get_by_role("button").first
    expect(button).to_be_in_viewport(ratio=1)
    box, say = button.bounding_box(), page.locator("#say").bounding_box()
    assert box and say and box["y"] + box["height"] <= say["y"], "narration covers the first answer"
    page.keyboard.press("n")
    expect(page.get_by_label("What do you see, try or decide?")).to_be_focused()
    page.locator("h1").click()
    page.keyboard.press("j")
    expect(page.locator(".entry:focus")).to_have_count(1)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("say what you see")
    page.context.close()


def test_another_window_shows_it_within_two_seconds_and_keeps_what_is_being_typed(
    house: House, browser: Browser
) -> None:
    one, two = signed_in(house, browser), signed_in(house, browser, PHONE)
    room = house.declare(one, "Checkout is slow")
    with two.expect_request("**/events*"):
        two.goto(room)
    two.get_by_label("What do you see, try or decide?").fill("half a sent")
    one.get_by_label("What do you see, try or decide?").fill("Draining zone-b")
    one.get_by_role("button", name="Say", exact=True).click()
    before = time.monotonic()
    expect(two.locator(".entries .sentence").first).to_have_text("Draining zone-b", timeout=2000)
    assert time.monotonic() - before < 2
    expect(two.get_by_label("What do you see, try or decide?")).to_have_value("half a sent")
    expect(two.get_by_label("What do you see, try or decide?")).to_be_focused()
    one.context.close()
    two.context.close()


def test_a_past_moment_is_marked_and_cannot_be_changed(house: House, browser: Browser) -> None:
    page = signed_in(house, browser, java_script_enabled=False)
    room = house.declare(page, "Something odd")
    page.get_by_label("What do you see, try or decide?").fill("Known only later")
    page.get_by_role("button", name="Say", exact=True).click()
    page.goto(room + "?entry=1")
    assert "?at=" in page.url
    expect(page.locator(".banner")).to_contain_text("You are looking at the past")
    expect(page.get_by_text("Known only later")).to_have_count(0)
    assert page.locator("main form[method=post]").count() == 0
    page.context.close()


def test_a_mitigation_is_confirmed_on_a_page_that_says_what_it_does(house: House, browser: Browser) -> None:
    page = signed_in(house, browser, java_script_enabled=False)
    room = house.declare(page, "Errors after the release")
    page.get_by_role("link", name="Start Roll the shop back to the release before").click()
    expect(page.locator("main")).to_contain_text("shop, both zones")
    expect(page.locator("main")).to_contain_text("the new basket page")
    page.get_by_role("button", name="Yes, start it now").click()
    page.wait_for_url(room + "*")
    expect(page.locator("[data-fact=mitigations] .value")).to_contain_text("Roll the shop back")
    page.context.close()


def test_an_investigation_asks_three_questions_and_is_declared_with_one_tap(house: House, browser: Browser) -> None:
    page = signed_in(house, browser, PHONE, java_script_enabled=False)
    page.locator("#declare > summary").click()
    page.locator("#investigate summary").click()
    page.get_by_label("What looks odd?").fill("Latency is odd")
    page.get_by_role("button", name="Start looking").click()
    page.wait_for_url("**/incidents/INC-*")
    expect(page.get_by_text("Not answered yet.")).to_have_count(3)
    page.get_by_label("Is this real?", exact=True).fill("I cannot pay either")
    page.get_by_role("button", name="Answer").first.click()
    expect(page.get_by_text("Not answered yet.")).to_have_count(2)
    assert overflow(page) <= 0
    page.get_by_role("button", name="Declare it an incident").click()
    expect(page.locator("dt", has_text="Incident Commander")).to_be_visible()
    expect(page.locator(".entries .sentence", has_text="Is this real? I cannot pay either")).to_be_visible()
    page.context.close()


def test_a_key_shows_what_came_and_a_mapping_is_tried_on_it(house: House, browser: Browser) -> None:
    headers = {"Authorization": "Bearer for-tests-only"}
    body = {"what": "Disk is full", "tags": {"service": "shop"}}
    urllib3.request("POST", f"{house.url}/hooks/generic", json=body, headers=headers)
    urllib3.request("POST", f"{house.url}/hooks/alertmanager", body=b"{}", headers=headers)
    page = signed_in(house, browser, PHONE, java_script_enabled=False)
    page.goto(house.url + "/signals/keys/default")
    expect(page.locator("main")).to_contain_text("Could not be read")
    page.get_by_label("Body", exact=True).select_option(index=1)
    page.get_by_role("textbox", name="Mapping").fill("name: what\nservice: tags.service")
    page.get_by_role("button", name="Try it").click()
    tried = page.get_by_role("status")
    expect(tried).to_contain_text("Disk is full")
    expect(tried).to_contain_text("shop")
    page.get_by_role("textbox", name="Mapping").fill("name: 'a['")
    page.get_by_role("button", name="Try it").click()
    expect(page.get_by_role("status")).to_contain_text("JMESPath")
    assert overflow(page) <= 0
    assert "for-tests-only" not in page.content()
    assert page.goto(house.url + "/signals/keys/none").status == 404  # type: ignore[union-attr]
    page.context.close()


def test_a_refused_form_comes_back_with_what_was_typed(house: House, browser: Browser) -> None:
    page = signed_in(house, browser)
    house.declare(page, "Slow pages")
    page.get_by_role("link", name="Updates", exact=True).click()
    page.get_by_label("Public, in words that customers can check").fill("Pages are slow since [time].")
    page.get_by_role("button", name="Post to the status page").click()
    expect(page.locator("[data-problem]")).to_contain_text("it was not filled in")
    expect(page.get_by_label("Public, in words that customers can check")).to_have_value("Pages are slow since [time].")
    page.context.close()


def test_times_are_in_the_zone_of_the_profile_and_the_page_is_whole(house: House, browser: Browser) -> None:
    page = signed_in(house, browser)
    page.goto(house.url + "/me")
    page.get_by_label("Time zone in which times are shown").fill("Asia/Kolkata")
    page.get_by_role("button", name="Keep it").click()
    house.declare(page, "Slow in the evening")
    expect(page.locator("#timeline-h")).to_contain_text("GMT+5:30")
    shown = page.locator(".entries time").first
    began = datetime.fromisoformat(shown.get_attribute("datetime") or "")
    expect(shown).to_have_text(f"{began.astimezone(ZoneInfo('Asia/Kolkata')):%H:%M}")
    page.goto(house.url + "/maintenance")
    page.get_by_label("What is done").fill("New disks")
    page.get_by_label("Services").select_option("shop")
    page.get_by_label("From (UTC)").fill("2031-05-14T20:00")
    page.get_by_label("To (UTC)").fill("2031-05-14T21:00")
    page.locator("main form").last.get_by_role("button").last.click()
    expect(page.locator("main")).to_contain_text("Thu 15 May, 01:30 GMT+5:30")
    page.goto(house.url + "/me")
    page.get_by_label("Time zone in which times are shown").fill("device")
    page.get_by_role("button", name="Keep it").click()
    page.context.close()
