"""How many taps the urgent things take on a phone 390 px wide, counted as the touches that really happened (R12, R13, R26, R33).

Every tap lands on something that can be seen without opening a menu. Typing is not counted; a field that is typed into has the focus already.
"""

from collections.abc import Iterator

import msgspec
import pytest
from playwright.sync_api import Browser, Locator, expect

from stanch.kernel.actor import Actor
from stanch.kernel.contacts import Contact
from stanch.kernel.schedule import Layer, Schedule
from stanch.respond.page_effect import acknowledge_code
from stanch.respond.reactions import request_page
from stanch.timeline.facts.detect import Declared
from tests.browser.house import PERSON, House, policy, running

pytestmark = [pytest.mark.browser, pytest.mark.needs("chromium")]
# Of this page's session; a touch that leads to another page is kept, too.
COUNT = """addEventListener("touchstart", (event) => {
  if (event.isTrusted) sessionStorage.setItem("taps", Number(sessionStorage.getItem("taps") || 0) + 1); }, true)"""


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house with somebody on call, and no incident."""
    ours = msgspec.structs.replace(
        policy(),
        contacts={PERSON: Contact("Ada Lovelace")},
        schedules={"primary": Schedule([Layer([PERSON], "2026-01-05")], title="Primary")},
    )
    with running(tmp_path_factory.mktemp("taps"), policy_=ours) as house:
        yield house


class Phone:
    """A phone with Ada signed in, that counts its touches."""

    def __init__(self, house: House, browser: Browser) -> None:
        self.house = house
        self.context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
        self.context.set_default_timeout(8000)
        self.page = self.context.new_page()
        house.sign_in(self.page)
        self.page.add_init_script(COUNT)

    def starts_at(self, path: str) -> None:
        """From here on it is counted."""
        self.page.goto(self.house.url + path)
        self.page.evaluate("sessionStorage.removeItem('taps')")

    def tap(self, what: Locator, *, leads: bool = True) -> None:
        """Touch it, where it stands; ``leads``: another page opens."""
        expect(what).to_be_visible()
        assert what.evaluate("e => !e.closest('details:not([open])')"), "in a menu that is closed"
        if not leads:
            what.tap()
            return
        with self.page.expect_navigation():
            what.tap()

    @property
    def taps(self) -> int:
        """So many since ``starts_at``."""
        return int(self.page.evaluate("Number(sessionStorage.getItem('taps') || 0)"))


@pytest.fixture
def phone(small: House, browser: Browser) -> Iterator[Phone]:
    phone = Phone(small, browser)
    yield phone
    phone.context.close()


def opened(house: House, title: str, service: str = "shop") -> str:
    """An incident that nobody is paged for; answers with the path of its war room."""
    with house.stanch.application.uow(Actor(PERSON, admin=True), "page") as uow:
        return f"/incidents/{uow.open(Declared(title, service, quiet=True))}"


def on_top(what: Locator) -> bool:
    """Whether it is in view and nothing lies over it."""
    return bool(
        what.evaluate(
            "e => { const b = e.getBoundingClientRect(); return e.contains(document.elementFromPoint(b.x + b.width / 2, b.y + b.height / 2)); }"
        )
    )


def test_who_is_on_call_is_seen_on_now_with_no_tap(phone: Phone) -> None:
    phone.starts_at("/")
    name = phone.page.locator(".topbar .duty", has_text="Ada Lovelace")
    assert on_top(name)
    assert name.evaluate("e => e.scrollWidth <= e.clientWidth"), "cut off"
    assert phone.taps == 0


def test_an_incident_is_declared_with_two_taps_and_a_title(phone: Phone) -> None:
    phone.starts_at("/")
    phone.tap(phone.page.get_by_role("link", name="Declare", exact=True))
    expect(phone.page.get_by_label("What is wrong?")).to_be_focused()
    phone.page.keyboard.type("Customers cannot pay")
    phone.tap(phone.page.get_by_role("button", name="Declare an incident"))
    expect(phone.page.locator("h1")).to_have_text("Customers cannot pay")
    assert phone.taps == 2


def test_a_role_is_taken_with_one_tap_in_the_first_screen(phone: Phone) -> None:
    phone.starts_at(opened(phone.house, "Checkout is slow"))
    button = phone.page.locator("[data-fact=incident_commander]").get_by_role("button", name="I'll take it")
    assert on_top(button)
    phone.tap(button)
    expect(phone.page.locator("[data-fact=incident_commander] .value")).to_have_text("Ada Lovelace")
    assert phone.taps == 1


def test_the_top_mitigation_is_started_with_two_taps(phone: Phone) -> None:
    phone.starts_at(opened(phone.house, "Errors after the release"))
    first = phone.page.get_by_role("link", name="Start").locator("visible=true").first
    phone.tap(first)
    button = phone.page.get_by_role("button", name="Yes, start it now")
    assert on_top(button)
    phone.tap(button)
    expect(phone.page.locator("[data-fact=mitigations] .value")).to_contain_text("Move all traffic away from zone-b")
    assert phone.taps == 2


def test_the_first_public_word_takes_three_taps_from_now(phone: Phone) -> None:
    path = opened(phone.house, "Nobody can sign in", "")  # nobody has said yet which service it is
    phone.starts_at("/")
    phone.tap(phone.page.get_by_role("link", name="Nobody can sign in").locator("visible=true").first)
    phone.tap(phone.page.get_by_role("link", name="Updates", exact=True).locator("visible=true"), leads=False)
    button = phone.page.get_by_role("button", name="Post to the status page")
    assert on_top(button)
    phone.tap(button)
    updates = phone.page.locator("#updates")
    expect(updates).to_contain_text("Public: investigating")
    expect(updates).to_contain_text("Some customers may have trouble. We are looking into it and will post again by")
    expect(updates).to_contain_text("You promised")
    assert phone.taps == 3
    assert phone.page.url.split("#")[0].endswith(path)


def test_a_page_is_acknowledged_with_one_tap_from_its_notification(phone: Phone) -> None:
    """The link is what a tap on a notification opens where it has no buttons; with buttons: test_phone."""
    house = phone.house
    with house.stanch.application.uow(Actor(PERSON, admin=True), "page") as uow:
        incident = uow.open(Declared("The shop is down", "shop", quiet=True))
        page = request_page(uow, uow.record(incident), "test", person=PERSON)
    code = acknowledge_code(house.stanch.settings.secret_key, incident, page, PERSON)
    phone.starts_at(f"/ack/{incident}/{page}/{PERSON}/{code}")
    button = phone.page.get_by_role("button", name="I have it")
    assert on_top(button)
    phone.tap(button)
    expect(phone.page.locator("h1")).to_contain_text("Thank you.")
    assert phone.taps == 1
    with house.stanch.application.reading() as uow:
        assert uow.record(incident).acknowledged_at is not None
