"""One tap does no damage: sheets ask, an undo follows; what was typed in a postmortem is kept (R12, R25, R42, R46)."""

import pytest
from playwright.sync_api import Browser, Page, expect

from stanch.identity import people
from stanch.kernel.actor import Actor
from stanch.kernel.command import REGISTRY
from stanch.kernel.errors import Problem
from stanch.kernel.filling import fill
from tests.browser.house import House
from tests.browser.test_war_room import PHONE, overflow, signed_in

pytestmark = [pytest.mark.browser, pytest.mark.needs("chromium")]
both = pytest.mark.parametrize("script", [True, False], ids=["javascript", "no-javascript"])


def fits(page: Page, script: bool) -> None:
    """Without JavaScript nothing can be measured in the page."""
    if script:
        assert overflow(page) <= 0


@both
def test_a_phase_is_moved_by_a_sheet_and_moved_back(house: House, browser: Browser, script: bool) -> None:
    page = signed_in(house, browser, PHONE, java_script_enabled=script)
    room = house.declare(page, "The phase moves")
    page.locator("#move-resolve summary").click()
    expect(page.locator(".phases [aria-current=step]")).to_contain_text("Triage")
    fits(page, script)
    page.get_by_label("Why, if you like").locator("visible=true").fill("the errors are gone")
    with page.expect_navigation():
        page.get_by_role("button", name="Yes, the harm is stopped: Move to Resolve").click()
    expect(page.locator(".phases [aria-current=step]")).to_contain_text("Resolve")
    page.locator("#move-back summary").click()
    with page.expect_navigation():
        page.get_by_role("button", name="Move back to Triage").click()
    expect(page.locator(".phases [aria-current=step]")).to_contain_text("Triage")
    assert page.url.split("#")[0] == room.split("#")[0]
    page.context.close()


@both
def test_a_held_role_asks_whether_its_holder_was_asked(house: House, browser: Browser, script: bool) -> None:
    application = house.stanch.application
    with_ben = "ben"
    try:
        people.add(application.database, with_ben, application.clock.now(), admin=False)
    except Problem:
        pass  # the other case has added them
    page = signed_in(house, browser, PHONE, java_script_enabled=script)
    room = house.declare(page, "A role is held")
    incident = room.rpartition("/")[2].partition("#")[0]
    # Ben takes it himself: of a role that ada gave and nobody has acknowledged she may dispose.
    with application.uow(Actor(with_ben), "page") as uow:
        command = REGISTRY["role"]
        command.handle(uow, fill(command, {"incident": incident, "role": "incident_commander"}))
    page.goto(room)
    fact = page.locator("[data-fact=incident_commander]")
    expect(fact.locator(".value")).to_have_text(with_ben)
    fact.locator("details summary").click()
    expect(fact).to_contain_text("ben is Incident Commander and hands it over")
    with page.expect_navigation():
        fact.get_by_role("button", name="Ask ben for it").click()
    expect(fact.locator(".value")).to_have_text(with_ben)
    expect(page.locator("body")).to_contain_text("asks ben for the role of")
    fits(page, script)
    page.context.close()


@both
def test_a_false_alarm_is_closed_in_one_action_and_owes_nothing(house: House, browser: Browser, script: bool) -> None:
    page = signed_in(house, browser, PHONE, java_script_enabled=script)
    room = house.declare(page, "A false alarm")
    page.goto(f"{room.partition('#')[0]}#closing")
    page.reload()
    page.locator("#false-alarm summary").click()
    expect(page.locator("#false-alarm")).to_contain_text("It closes at once and owes nothing")
    with page.expect_navigation():
        page.get_by_role("button", name="Close as a false alarm").click()
    expect(page.locator("#now")).to_contain_text("Nothing waits for your answer")
    expect(page.locator("h1, header").first).to_be_visible()
    expect(page.locator("body")).to_contain_text("Closed")
    fits(page, script)
    page.context.close()


@both
def test_a_postmortem_keeps_what_was_typed_when_an_action_item_is_added(
    house: House, browser: Browser, script: bool
) -> None:
    page = signed_in(house, browser, PHONE, java_script_enabled=script)
    room = house.declare(page, "To be learned from")
    page.goto(f"{room.partition('#')[0]}/postmortem")
    page.locator("#t-lessons").fill("The rollback was quick")
    page.locator("#t-factors").fill("No canary")
    page.locator("#add-action summary").click()
    page.get_by_label("What changes").locator("visible=true").fill("Add a canary")
    page.get_by_label("Done when").locator("visible=true").fill("A broken release stops there")
    with page.expect_navigation():
        page.get_by_role("button", name="Add", exact=True).click()
    expect(page.locator("#actions")).to_contain_text("Add a canary")
    expect(page.locator("#lessons .prose")).to_contain_text("The rollback was quick")
    expect(page.locator("#factors .prose")).to_contain_text("No canary")
    fits(page, script)
    page.locator("#edit-summary").evaluate("d => { d.open = true }") if script else None
    page.locator("#t-impact").fill("Three of ten payments failed")
    page.get_by_role("button", name="Save: ").first.click()
    expect(page.locator("#impact .prose")).to_contain_text("Three of ten payments failed")
    page.context.close()
