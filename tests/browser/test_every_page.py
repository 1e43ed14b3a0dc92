"""Every page there is, found by the app's routes: axe finds nothing in light and dark at 1360 and 390 px, nothing overflows, and a first look is light."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, ViewportSize

from stanch.kernel.clock import SteppedClock
from tests.browser import addresses
from tests.browser.house import House, running
from tests.browser.screenshots import year

pytestmark = [pytest.mark.browser, pytest.mark.needs("chromium")]
MOST_BYTES = 120_000
PAINTED_AND_STYLED = """() => [performance.getEntriesByName('first-contentful-paint')[0].startTime,
    performance.getEntriesByType('resource').find(each => each.name.includes('stanch.css')).responseEnd]"""
WIDE, PHONE = ViewportSize(width=1360, height=900), ViewportSize(width=390, height=844)
AXE = Axe().axe_script
# What was found, in a line each: the whole answer of axe is many times as long. Stylesheets need not be fetched again.
RUN = """async () => (await axe.run(document, { resultTypes: ["violations"], preload: false })).violations
  .map((found) => `${found.id} (${found.impact}): ${found.nodes.slice(0, 4).map((node) => `${node.target} ${node.any[0]?.message || ""}`).join(" | ")}`)"""
# Whatever can be opened is open: forms, menus, every tab of a war room.
OPEN = """() => { for (const each of document.querySelectorAll("details")) each.open = true;
  const all = document.head.appendChild(document.createElement("style")); all.textContent = ".tab { display: block !important }"; }"""
OVER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def organisation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[House, str, str]]:
    """The example organisation with its newest incident."""
    with year(tmp_path_factory.mktemp("year"), newest=1) as there:
        yield there


@pytest.fixture
def page(organisation: tuple[House, str, str], browser: Browser) -> Iterator[Page]:
    """A browser with Ada signed in."""
    context = browser.new_context(viewport=WIDE, reduced_motion="reduce", bypass_csp=True)
    page = context.new_page()
    organisation[0].sign_in(page)
    yield page
    context.close()


def looked_at(page: Page, name: str) -> list[str]:
    """What is wrong with the page that is open: as it comes, wide and light; all of it, on a phone and dark; and its width."""
    page.evaluate(AXE)
    page.set_viewport_size(WIDE)
    page.emulate_media(color_scheme="light")
    found = [f"{name} light, 1360 px: {text}" for text in page.evaluate(RUN)]
    for width in (320, 680):  # 680: a window of 1360 px at 200 %
        page.set_viewport_size({"width": width, "height": 700})
        if page.evaluate(OVER) > 0:
            found.append(f"{name}: wider than {width} px")
    page.evaluate(OPEN)
    page.set_viewport_size(PHONE)
    page.emulate_media(color_scheme="dark")
    return found + [f"{name} dark, 390 px, opened: {text}" for text in page.evaluate(RUN)]


def test_axe_finds_nothing_on_any_page_and_nothing_overflows(organisation: tuple[House, str, str], page: Page) -> None:
    house = organisation[0]
    every = addresses.of(*organisation)
    found, seen = [], 0
    for address in sorted(every, key=lambda each: each.startswith(addresses.OUTSIDE)):
        if address.startswith(addresses.OUTSIDE):
            page.context.clear_cookies()
        answer = page.request.get(house.url + address)
        if not answer.headers["content-type"].startswith("text/html"):
            continue
        assert answer.status == 200, f"{address}: {answer.status}"
        page.goto(house.url + address)
        found += looked_at(page, address)
        seen += 1
    assert not found, "\n".join(found)
    assert seen > 45


def test_axe_finds_nothing_where_nothing_has_happened_yet(tmp_path: Path, browser: Browser) -> None:
    with running(tmp_path, SteppedClock(1_800_000_000_000_000)) as house:
        context = browser.new_context(viewport=WIDE, reduced_motion="reduce", bypass_csp=True)
        page, found = context.new_page(), []
        house.sign_in(page)
        for address in (
            "/",
            "/incidents",
            "/signals",
            "/oncall",
            "/maintenance",
            "/drills",
            "/postmortems",
            "/actions",
            "/learning",
            "/nowhere",
        ):
            page.goto(house.url + address)
            found += looked_at(page, address)
        context.close()
    assert not found, "\n".join(found)


def test_a_first_look_at_the_war_room_is_light_and_names_it_before_the_stylesheet(
    organisation: tuple[House, str, str], page: Page
) -> None:
    house, opened, _done = organisation
    wire = page.context.new_cdp_session(page)
    wire.send("Network.enable")
    wire.send("Network.setCacheDisabled", {"cacheDisabled": True})
    sizes: list[int] = []
    wire.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    page.context.clear_cookies(name="stanch_look")
    slow = {"offline": False, "latency": 1000, "downloadThroughput": -1, "uploadThroughput": -1}
    wire.send("Network.emulateNetworkConditions", slow)
    page.goto(house.url + f"/incidents/{opened}")
    page.wait_for_function("document.fonts.status == 'loaded'")
    painted, styled = page.evaluate(PAINTED_AND_STYLED)
    assert painted < styled and page.locator(".first-look").is_hidden()
    assert 20_000 < sum(sizes) < MOST_BYTES
