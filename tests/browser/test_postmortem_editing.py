"""The postmortem in a browser: two versions side by side where merging is not safe, and drafts that stay with whoever typed them (R46)."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from stanch.identity import people
from stanch.kernel.actor import Actor
from stanch.kernel.command import REGISTRY
from tests.browser.house import House

pytestmark = [pytest.mark.browser, pytest.mark.needs("chromium")]

FIRST, THEIRS, MINE = "Some payments failed.", "Nine of ten payments failed.", "Three of ten payments failed."
BOTH = "Between three and nine of ten payments did not go through."
LOOK = "field => field.dispatchEvent(new Event('blur'))"  # for what others wrote, at once
DRAFTS = "Object.keys(localStorage).filter((key) => key.startsWith('draft '))"


def done(house: House, person: str, name: str, **values: Any) -> Any:
    command = REGISTRY[name]
    with house.stanch.application.uow(Actor(person), "api") as uow:
        return command.handle(uow, command.struct(**values))


@pytest.fixture
def incident(house: House) -> str:
    """An incident with a summary, and two people."""
    database, now = house.stanch.application.database, house.stanch.application.clock.now()
    if "ben" not in {person.name for person in people.everybody(database)}:
        people.add(database, "ben", now)
    made: str = done(house, "ada", "declare", title="Payments fail").incident
    done(house, "ada", "postmortem", incident=made, summary=FIRST)
    return made


def summary(house: House, incident: str) -> str:
    with house.stanch.application.reading() as uow:
        return uow.record(incident).parts["summary"]


def opened(house: House, browser: Browser, incident: str, person: str = "ada", **context: Any) -> Page:
    """Their postmortem, with the field of the summary open."""
    page = browser.new_context(**context).new_page()
    page.set_default_timeout(8000)
    house.sign_in(page, person)
    return looked_at(house, page, incident)


def looked_at(house: House, page: Page, incident: str) -> Page:
    page.goto(f"{house.url}/incidents/{incident}/postmortem")
    page.locator("#edit-summary").evaluate("details => { details.open = true }")
    return page


@pytest.mark.parametrize("width", [1360, 390])
def test_both_versions_stand_side_by_side_until_they_are_one(
    house: House, browser: Browser, incident: str, width: int, tmp_path: Path
) -> None:
    page = browser.new_context(viewport={"width": width, "height": 800}).new_page()
    page.set_default_timeout(8000)
    house.sign_in(page)
    page.route("**/sections", lambda route: route.abort())  # so that it does not see the other's words before it sends
    looked_at(house, page, incident)
    done(house, "ben", "postmortem", incident=incident, summary=THEIRS)
    field, box = page.locator("#t-summary"), page.locator("#summary [role=alert]")
    field.fill(MINE)
    expect(box).to_be_visible()
    expect(box).to_contain_text(
        "ben changed the same words of the summary meanwhile. What you typed is kept in the field, and is not saved yet."
    )
    expect(box.locator(".theirs")).to_have_text(THEIRS)
    expect(field).to_have_value(MINE)
    box.scroll_into_view_if_needed()
    page.screenshot(path=tmp_path / "conflict.png")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "it is wider than the page"
    assert summary(house, incident) == THEIRS
    field.fill(BOTH)
    box.get_by_role("button").click()
    expect(box).to_be_hidden()
    expect(page.locator("#pm")).to_have_attribute("data-unsaved", "0")
    assert summary(house, incident) == BOTH


@pytest.mark.parametrize(
    ("typed", "theirs", "shown", "rest", "made"),
    [
        # At the caret, with white space on both sides: the caret stays with the word.
        ("It fails sin", "It fails sin and more ", True, "ce", "It fails since and more "),
        ("It fails ", "It fails more ", True, "since", "It fails more since"),
        # Two places, the last of which ends with the letter that stands before the caret.
        ("It fails sin", "Here it fails sin again", False, "ce", "Here it fails since again"),
    ],
)
def test_what_others_write_at_the_caret_splits_no_word(
    house: House, browser: Browser, incident: str, typed: str, theirs: str, shown: bool, rest: str, made: str
) -> None:
    done(house, "ada", "postmortem", incident=incident, part="summary", text=typed, base=FIRST)
    page = opened(house, browser, incident)
    field = page.locator("#t-summary")
    field.press("End")
    done(house, "ben", "postmortem", incident=incident, part="summary", text=theirs, base=typed)
    with page.expect_response(lambda answer: answer.url.endswith("/sections") and theirs.strip() in answer.text()):
        field.evaluate(LOOK)
    with page.expect_request("**/sections"):  # it looks again when it has done what the first answer asks for
        field.evaluate(LOOK)
    expect(field).to_have_value(theirs if shown else typed)
    page.keyboard.type(rest)
    expect(page.locator("#pm")).to_have_attribute("data-unsaved", "0")
    assert summary(house, incident) == made


def test_without_javascript_the_form_comes_back_with_both(
    house: House, browser: Browser, incident: str, tmp_path: Path
) -> None:
    page = opened_without_script(house, browser, incident)
    done(house, "ben", "postmortem", incident=incident, summary=THEIRS)
    page.locator("#t-summary").fill(MINE)
    page.get_by_role("button", name="Save: Summary").click()
    expect(page.locator(".theirs")).to_have_text(THEIRS)
    expect(page.locator("#problem")).to_contain_text(
        "ben changed the same words of the summary meanwhile. What you typed is still in the form"
    )
    page.screenshot(path=tmp_path / "conflict.png")
    field = page.locator("textarea[name=summary]")
    expect(field).to_have_value(MINE)
    field.fill(BOTH)
    page.locator("main form").get_by_role("button").first.click()
    page.wait_for_url("**/postmortem")
    assert summary(house, incident) == BOTH


def opened_without_script(house: House, browser: Browser, incident: str) -> Page:
    page = browser.new_context(java_script_enabled=False).new_page()
    page.set_default_timeout(8000)
    house.sign_in(page)
    page.goto(f"{house.url}/incidents/{incident}/postmortem")
    page.locator("#edit-summary > summary").click()
    return page


def away(context: BrowserContext) -> None:
    """The server takes nothing of the postmortem."""
    context.route("**/api/v1/incidents/*/postmortem", lambda route: route.abort())


def test_what_one_typed_is_never_sent_as_another_and_goes_with_them(
    house: House, browser: Browser, incident: str
) -> None:
    """The tab of one person stays open while another signs in, in the same browser."""
    first = opened(house, browser, incident)
    context = first.context
    away(context)
    first.locator("#t-summary").fill(MINE)
    expect(first.locator("#summary [role=status]")).to_contain_text("kept in this browser and is sent again")
    assert len(first.evaluate(DRAFTS)) == 1

    second = context.new_page()
    second.set_default_timeout(8000)
    second.goto(house.url + "/me")
    asked: list[str] = []
    second.on("dialog", lambda dialog: (asked.append(dialog.message), dialog.accept()))
    second.get_by_role("button", name="Sign out here").click()
    second.wait_for_url("**/login")
    assert asked == [
        f"What you typed in the postmortem of {incident} is not saved. Signing out removes it from this browser."
    ]
    assert second.evaluate(DRAFTS) == []

    house.sign_in(second, "ben")
    sent: list[int] = []
    context.unroute("**/api/v1/incidents/*/postmortem")
    first.on(
        "response",
        lambda answer: (
            sent.append(answer.status)
            if answer.url.endswith("/postmortem") and answer.request.method == "POST"
            else None
        ),
    )
    expect(first.locator("#summary [role=status]")).to_contain_text(
        "ada is not signed in here any more. What you typed is kept on this page only."
    )
    assert set(sent) == {401} and first.evaluate(DRAFTS) == []
    looked_at(house, second, incident)
    expect(second.locator("#t-summary")).to_have_value(FIRST)
    assert summary(house, incident) == FIRST

    house.sign_in(second, "ada")
    expect(first.locator("#pm")).to_have_attribute("data-unsaved", "0")
    assert summary(house, incident) == MINE
    with house.stanch.application.reading() as uow:
        assert uow.record(incident).written["summary"][1] == "ada"


def test_a_session_that_ended_keeps_the_draft_for_its_writer(house: House, browser: Browser, incident: str) -> None:
    """Nobody signed out: the draft waits, and only its writer gets it back."""
    page = opened(house, browser, incident)
    away(page.context)
    page.locator("#t-summary").fill(MINE)
    expect(page.locator("#summary [role=status]")).to_contain_text("kept in this browser")
    page.context.clear_cookies()
    house.sign_in(page, "ben")
    page.context.unroute("**/api/v1/incidents/*/postmortem")
    looked_at(house, page, incident)
    expect(page.locator("#t-summary")).to_have_value(FIRST)
    page.context.clear_cookies()
    house.sign_in(page, "ada")
    looked_at(house, page, incident)
    expect(page.locator("#t-summary")).to_have_value(MINE)
    expect(page.locator("#pm")).to_have_attribute("data-unsaved", "0")
    assert summary(house, incident) == MINE
