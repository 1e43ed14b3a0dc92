"""The on-call page as people see it: who has it now, what comes, taking over and giving back."""

import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from playwright.sync_api import Browser, Page, expect

from stanch.kernel.clock import SteppedClock, parse_moment
from stanch.kernel.contacts import Contact
from stanch.kernel.schedule import Layer, Override, Schedule, Times
from tests.browser.house import House, policy, running
from tests.conftest import need

pytestmark = [pytest.mark.browser, pytest.mark.needs("chromium")]
WIDE, PHONE = (1280, 900), (390, 844)
PRIMARY = Schedule(
    [
        Layer(["ada", "ben", "chi"], "2026-01-05T09:00", "week"),
        Layer(["dee", "ben"], "2026-01-05", "nights", "daily", only=[Times("22:00", "06:00", ["fri", "sat", "sun"])]),
    ],
    "Europe/Berlin",
    [Override("chi", "2026-01-09T10:00", "2026-01-09T18:00")],
    title="Primary",
)
APPLICATION = Schedule(
    [Layer(["ben"], "2026-01-05T09:00", "application", only=[Times("09:00", "17:00")])], title="Application hours"
)


@pytest.fixture(scope="module")
def rota(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A Wednesday evening: ada has the primary schedule, nobody is on call in the other."""
    need("chromium")
    clock = SteppedClock(parse_moment("2026-01-07T18:30"))
    contacts = {
        key: Contact(name) for key, name in (("ada", "Ada Lovelace"), ("ben", "Ben"), ("chi", "Chi"), ("dee", "Dee"))
    }
    schedules = {"primary": PRIMARY, "application": APPLICATION, "broken": Schedule([Layer(["ada"], "soon")])}
    with running(tmp_path_factory.mktemp("oncall"), clock) as house:
        ours = msgspec.structs.replace(policy(), contacts=contacts, schedules=schedules)
        house.stanch.application.policy = lambda: ours
        yield house


def opened(rota: House, browser: Browser, size: tuple[int, int] = PHONE, **options: Any) -> Page:
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, **options)
    context.set_default_timeout(8000)
    page = context.new_page()
    rota.sign_in(page)
    page.goto(rota.url + "/oncall")
    return page


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["1280", "390"])
def test_who_is_on_call_comes_first_and_gaps_are_called_out_in_words(
    rota: House, browser: Browser, size: tuple[int, int]
) -> None:
    page = opened(rota, browser, size)
    primary = page.get_by_role("region", name="Primary")
    expect(primary.locator(".figure")).to_have_text("Ada Lovelace")
    expect(primary.locator(".figure")).to_have_text("Ada Lovelace")
    expect(primary).to_contain_text("On call until Fri 09 Jan 10:00 (Europe/Berlin), then Chi.")
    gaps = page.locator(".banner")
    expect(gaps).to_contain_text("Application hours: nobody is on call")
    expect(gaps).to_contain_text("from now to Thu 08 Jan 09:00")
    expect(gaps).to_contain_text("more gaps in the next 14 days")
    assert "Ada Lovelace from Wed 07 Jan 19:30" in str(primary.locator("svg.strips").get_attribute("aria-label"))
    expect(page.get_by_role("region", name="broken")).to_contain_text("'soon' is not a time")
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
    page.context.close()


def test_on_a_phone_the_open_page_stands_in_view_in_the_tab_bar(rota: House, browser: Browser) -> None:
    page = opened(rota, browser)
    expect(page.locator(".tabbar [aria-current=page]")).to_be_in_viewport()
    expect(page.locator(".tabbar [aria-current=page]")).to_have_text("On call")
    assert page.evaluate("window.scrollY") == 0
    page.context.close()


def test_taking_over_and_giving_back_without_javascript(rota: House, browser: Browser) -> None:
    page = opened(rota, browser, java_script_enabled=False)
    primary = page.get_by_role("region", name="Primary")
    primary.get_by_text("Take it over").first.click()
    form = primary.locator("form[action='/do/override']")
    form.get_by_label("Who takes it").select_option("ben")
    form.get_by_label("To").fill("2026-01-08T08:00")
    form.get_by_label("Why").fill("Ada sleeps")
    form.get_by_role("button").click()
    expect(primary.locator(".figure")).to_have_text("Ben")
    expect(primary).to_contain_text("Ben from Wed 07 Jan 19:30 to Thu 08 Jan 08:00: Ada sleeps by Ada")
    primary.get_by_role("button", name="Cancel: Ben").click()
    expect(primary.locator(".figure")).to_have_text("Ada Lovelace")
    expect(primary.get_by_role("button", name="Cancel")).to_have_count(0)
    page.context.close()


def test_a_shift_that_is_pointed_at_fills_in_the_form_without_javascript(rota: House, browser: Browser) -> None:
    page = opened(rota, browser, WIDE, java_script_enabled=False)
    primary = page.get_by_role("region", name="Primary")
    primary.locator("svg a[aria-label^='Take over: Chi from Fri 09 Jan 10:00'] rect").click()
    form = primary.locator("form[action='/do/override']")
    expect(form.get_by_label("From")).to_have_value("2026-01-09T10:00")
    expect(form.get_by_label("To")).to_have_value("2026-01-09T18:00")
    page.goto(rota.url + "/oncall?view=month&from=2026-01-01")
    page.get_by_role("region", name="Application hours").get_by_role("link", name="Ben").nth(1).click()
    form = page.get_by_role("region", name="Application hours").locator("form[action='/do/override']")
    expect(form.get_by_label("From")).to_have_value("2026-01-09T09:00")
    expect(form.get_by_label("To")).to_have_value("2026-01-09T17:00")
    page.context.close()


def test_an_end_before_the_start_comes_back_with_what_was_typed(rota: House, browser: Browser) -> None:
    page = opened(rota, browser, java_script_enabled=False)
    primary = page.get_by_role("region", name="Primary")
    primary.get_by_text("Take it over").first.click()
    form = primary.locator("form[action='/do/override']")
    form.get_by_label("To").fill("2026-01-01T08:00")
    form.get_by_label("Why").fill("because")
    form.get_by_role("button").click()
    expect(page.locator("main")).to_contain_text("is not after the start")
    expect(page.get_by_label("Reason")).to_have_value("because")
    page.context.close()


def test_the_calendar_link_works_without_signing_in_and_only_with_its_key(rota: House, browser: Browser) -> None:
    page = opened(rota, browser)
    link = rota.url + str(page.get_by_role("link", name="Calendar of Primary").get_attribute("href"))
    page.context.close()
    with urllib.request.urlopen(link) as answer:
        body, headers = answer.read(), answer.headers
    assert headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert headers["Cache-Control"].startswith("private") and headers["ETag"]
    assert b"SUMMARY:Ada Lovelace\r\n" in body and b"SUMMARY:Chi\r\n" in body
    rota.stanch.application.clock.forward(minutes=10)  # type: ignore[attr-defined]
    again = urllib.request.Request(link, headers={"If-None-Match": headers["ETag"]})
    for request, status in (
        (again, 304),
        (link[:-1] + "x", 404),
        (link.replace("primary", "application"), 404),
        (link.split("?")[0], 404),
    ):
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(request)
        assert refused.value.code == status
        refused.value.close()
