"""The public page as its readers have it: five languages, on a phone, without JavaScript, and for axe (R33)."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from stanch.communicate.page.language import words_of
from stanch.communicate.page.render import render
from tests.unit.status_snapshots import CHECKOUT, maintenance, snapshot, written

CODES = ["en", "de", "es", "fr", "ja"]
POSTS = [
    written("investigating", 34, components={CHECKOUT: "partial_outage"}),
    written("identified", 15, "We know why. " * 20),
]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_each_language_fits_a_phone_without_javascript_and_axe_finds_nothing(browser: Browser, scheme: str) -> None:
    files = render(snapshot(POSTS, [written("resolved", 900)], works=(maintenance(),), languages=CODES))
    context = browser.new_context(
        viewport={"width": 390, "height": 800},
        color_scheme=scheme,
        java_script_enabled=scheme == "dark",
        bypass_csp=True,
    )  # type: ignore[arg-type]
    page = context.new_page()

    def answer(route: object) -> None:
        name = route.request.url.partition("//page.test/")[2] or "index.html"  # type: ignore[attr-defined]
        document = files.get(name)
        route.fulfill(status=200 if document else 404, body=document.body if document else b"", content_type=document.media_type if document else "text/plain")  # type: ignore[attr-defined]  # fmt: skip

    page.route("**/*", answer)
    for code in CODES:
        page.goto(f"http://page.test/index{'' if code == 'en' else f'.{code}'}.html")
        assert page.get_by_text(words_of(code)["identified"]).count() == 1
        assert page.get_by_text(words_of(code)["partial_outage"]).count() == 1
        if scheme == "dark":  # axe and the width are asked by script
            assert page.evaluate("document.documentElement.scrollWidth") <= 390
            page.get_by_role("button", name=words_of(code)["use_mine"]).wait_for()
            found = Axe().run(page).response["violations"]
            assert [each["id"] for each in found if each["impact"] in ("serious", "critical")] == [], code
    page.goto("http://page.test/uptime.html")
    assert page.get_by_role("row").count() >= 2
    context.close()
