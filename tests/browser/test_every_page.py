"""Every page of the example organisation fits the narrowest phone and a page at 200 %, and a first look at the war room is light."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.screenshots import PAGES, year
from tests.browser.test_war_room import overflow

pytestmark = [pytest.mark.browser, pytest.mark.needs("chromium")]
MOST_BYTES = 120_000


def test_every_page_fits_and_a_first_look_at_the_war_room_is_light(tmp_path: Path, browser: Browser) -> None:
    with year(tmp_path, newest=1) as (house, pages):
        for width in (320, 680):  # 680: a window of 1360 px at 200 %
            context = browser.new_context(viewport={"width": width, "height": 700})
            page = context.new_page()
            house.sign_in(page)
            for name in PAGES.keys() - {"docs"}:  # the API's own page
                answer = page.goto(house.url + pages[name])
                assert answer is None or answer.status == 200, name
                assert overflow(page) <= 0, f"{name} at {width} px"
            context.close()
        context = browser.new_context(viewport={"width": 390, "height": 844})
        page = context.new_page()
        house.sign_in(page)
        wire = page.context.new_cdp_session(page)
        wire.send("Network.enable")
        wire.send("Network.setCacheDisabled", {"cacheDisabled": True})
        sizes: list[int] = []
        wire.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
        page.goto(house.url + pages["room"])
        page.wait_for_function("document.fonts.status == 'loaded'")
        context.close()
    assert 20_000 < sum(sizes) < MOST_BYTES
