"""An incident from its declaration to its end, once with the keyboard alone, once without JavaScript on a phone (R9, R12, R13, R26, R33, R41)."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, ViewportSize, expect

from tests.browser.house import PERSON, House

pytestmark = [pytest.mark.browser, pytest.mark.needs("chromium")]
MOST_TABS = 250


class Hands:
    """Somebody who points: clicks what they want, and types into fields."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def press(self, what: Locator, *, leads: bool = True) -> None:
        """A link, a button or the head of what unfolds; ``leads``: another page opens."""
        what = what.locator("visible=true").first
        if not leads:
            self._act(what)
            return
        with self.page.expect_navigation():
            self._act(what)

    def write(self, where: Locator, text: str) -> None:
        """Into a field."""
        where.fill(text)

    def _act(self, what: Locator) -> None:
        what.click()


class Keyboard(Hands):
    """Somebody without a pointer: Tab until it has the focus, and one can see that it has; then Enter."""

    def write(self, where: Locator, text: str) -> None:
        self._reach(where)
        self.page.keyboard.type(text)

    def _act(self, what: Locator) -> None:
        self._reach(what)
        self.page.keyboard.press("Enter")

    def _reach(self, what: Locator) -> None:
        there = what.element_handle()
        for _ in range(MOST_TABS):
            found = there.evaluate(
                "e => e.isConnected ? e === document.activeElement && e.matches(':focus-visible') : null"
            )
            if found:
                return
            if found is None:  # its region has been drawn anew
                there = what.element_handle()
            self.page.keyboard.press("Tab")
        raise AssertionError(f"{MOST_TABS} times Tab, and {what} never had the focus")


@pytest.fixture(params=["keyboard", "without JavaScript"])
def hands(request: pytest.FixtureRequest, house: House, browser: Browser) -> Iterator[Hands]:
    keys = request.param == "keyboard"
    size = ViewportSize(width=1360, height=900) if keys else ViewportSize(width=390, height=844)
    context = browser.new_context(viewport=size, java_script_enabled=keys)
    context.set_default_timeout(8000)
    page = context.new_page()
    house.sign_in(page)
    yield Keyboard(page) if keys else Hands(page)
    context.close()


def test_it_is_declared_led_mitigated_told_resolved_and_closed(hands: Hands) -> None:
    page = hands.page
    hands.press(page.locator("#declare > summary"), leads=False)
    hands.write(page.get_by_label("What is wrong?"), "Nobody can pay")
    hands.press(page.get_by_text("Say more", exact=True), leads=False)
    hands.write(page.get_by_label("Service", exact=True), "shop")
    hands.press(page.get_by_role("button", name="Declare an incident"))
    expect(page.locator(".inc-head h1")).to_have_text("Nobody can pay")

    hands.press(page.locator("[data-fact=incident_commander]").get_by_role("button", name="I'll take it"))
    expect(page.locator("[data-fact=incident_commander] .value")).to_have_text(PERSON)

    hands.write(page.get_by_label("What do you see, try or decide?"), "Errors only in zone-b")
    said = page.get_by_role("button", name="Say", exact=True)
    hands.press(said, leads=not isinstance(hands, Keyboard))
    expect(page.locator(".entries .sentence").first).to_have_text("Errors only in zone-b")

    hands.press(page.get_by_role("link", name="Start Move all traffic away from zone-b"))
    hands.press(page.get_by_role("button", name="Yes, start it now"))
    expect(page.locator("[data-fact=mitigations] .value")).to_contain_text("Move all traffic away from zone-b")

    hands.press(page.get_by_role("link", name="Updates", exact=True), leads=False)
    hands.press(page.get_by_role("button", name="Post to the status page"))
    expect(page.locator("#updates")).to_contain_text("Public: investigating")

    hands.press(page.get_by_role("link", name="Recovery", exact=True), leads=False)
    hands.press(page.locator("#resolve > summary"), leads=False)
    hands.write(page.locator("#resolve-reason"), "zone-b is drained and payments go through")
    hands.press(page.locator("#resolve").get_by_role("button"))
    expect(page.locator(".inc-head")).to_contain_text("Resolved")

    hands.press(page.get_by_role("link", name="Close", exact=True), leads=False)
    hands.press(page.locator("#closing").get_by_role("button", name="Close", exact=True))
    expect(page.locator(".inc-head")).to_contain_text("Closed")
