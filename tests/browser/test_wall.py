"""The big screen of a room: all of it fits, it is live, it works without scripts, and keeps the screen on."""

import json
import urllib.request
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect

from stanch.kernel.actor import Actor
from stanch.timeline.facts.detect import Declared
from stanch.timeline.facts.mitigate import MitigationApplied, MitigationStarted
from stanch.timeline.facts.respond import ImpactSet, Said, SeveritySet
from stanch.timeline.facts.roles import RoleTaken
from tests.browser.house import PERSON, House

pytestmark = [pytest.mark.browser, pytest.mark.needs("chromium")]
LONG = "Customers in every country see an error page in place of the basket, the check-out and their orders. " * 8


def declared(house: House, *facts: Any) -> str:
    with house.stanch.application.uow(Actor(PERSON, admin=True), "page") as uow:
        name = uow.open(Declared("Customers cannot pay " * 9, "shop", quiet=True))
        for each in facts:
            uow.append(name, each)
    return name


def say(house: House, incident: str, facts: Any) -> None:
    with house.stanch.application.uow(Actor(PERSON, admin=True), "page") as uow:
        uow.append(incident, facts)


def full(house: House) -> str:
    runs = [
        MitigationStarted(f"r{n}", f"m{n}", f"Move traffic {n}", "traffic_shift", "zone-b", "zone", "argv", 600)
        for n in range(5)
    ]
    return declared(
        house, SeveritySet("SEV-1"), ImpactSet(LONG), RoleTaken("incident_commander", PERSON), *runs, Said(LONG)
    )


@pytest.mark.parametrize(("size", "scheme"), [((1920, 1080), "light"), ((1024, 768), "dark"), ((390, 844), "dark")])
def test_everything_is_seen_without_scrolling_whatever_was_written(
    house: House, browser: Browser, size: tuple[int, int], scheme: Any
) -> None:
    incident = full(house)
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, color_scheme=scheme)
    page = context.new_page()
    house.sign_in(page)
    page.goto(f"{house.url}/incidents/{incident}/wall")
    page.wait_for_function("document.fonts.status === 'loaded'")
    wide, high = page.evaluate("[document.documentElement.scrollWidth, document.querySelector('.screen').scrollHeight]")
    assert wide <= size[0] and (size[0] < 700 or high <= size[1])
    cut = page.evaluate(
        "[...document.querySelectorAll('.wall dl > div')].filter((d) => d.scrollHeight > d.clientHeight + 2).map((d) => d.innerText)"
    )
    assert cut == []
    if size[0] > 700:  # 13 arc minutes of a capital letter at five metres on a screen 1.2 m wide
        sizes = page.evaluate(
            "[...document.querySelectorAll('.wall dd')].map((d) => parseFloat(getComputedStyle(d).fontSize) / Math.min(innerWidth, innerHeight * 1.78))"
        )
        assert sizes and min(sizes) > 0.022
    assert "Move traffic 4" in page.locator(".wall-facts").inner_text(), "the newest one"
    assert Axe().run(page).response["violations"] == []
    context.close()


def test_it_is_live_counts_down_and_keeps_the_screen_on(house: House, browser: Browser) -> None:
    incident = declared(house)
    context = browser.new_context(viewport={"width": 1360, "height": 765})
    page = context.new_page()
    page.add_init_script(
        "window.awake = []; Object.defineProperty(navigator, 'wakeLock', { value: { request: async (what) => { window.awake.push(what); } } });"
    )
    house.sign_in(page)
    page.goto(f"{house.url}/incidents/{incident}/wall")
    assert page.evaluate("window.awake") == ["screen"]
    expect(page.locator(".late")).to_contain_text("not promised")
    say(
        house,
        incident,
        MitigationStarted("r1", "drain", "Drain zone-b", "traffic_shift", "zone-b", "zone", "argv", 600),
    )
    expect(page.locator(".watching .label")).to_have_text("Drain zone-b: running for")
    say(house, incident, MitigationApplied("r1", True, "drained", 1.0))
    expect(page.locator(".watching .label")).to_have_text("Drain zone-b: verdict in")
    before = page.locator(".watching .num").inner_text()
    expect(page.locator(".watching .num")).not_to_have_text(before)
    context.close()


def test_without_scripts_it_loads_again_and_a_private_one_is_for_members(house: House, browser: Browser) -> None:
    from stanch.identity import credentials, people

    incident = declared(house)
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    house.sign_in(page)
    page.goto(f"{house.url}/incidents/{incident}/wall")
    assert (
        page.locator("noscript").inner_html().count('http-equiv="refresh"')
        or page.locator("meta[http-equiv=refresh]").count()
    )
    expect(page.locator(".lines")).to_contain_text("Declared")
    context.close()
    application = house.stanch.application
    with application.uow(Actor(PERSON, admin=True), "page") as uow:
        secret = uow.open(Declared("Whose payroll leaked", private=True, quiet=True))
    people.add(application.database, "eve", application.clock.now())
    token = credentials.create_token(application.database, "eve", application.clock.now(), "t")
    answers = {}
    for name in (incident, secret, "INC-999999"):
        asked = urllib.request.Request(
            f"{house.url}/incidents/{name}/wall", headers={"Authorization": f"Bearer {token}"}
        )
        try:
            with urllib.request.urlopen(asked) as answer:
                answers[name] = (answer.status, answer.read().decode())
        except urllib.error.HTTPError as error:
            answers[name] = (error.code, error.read().decode().replace(name, ""))
            error.close()
    assert (
        answers[incident][0] == 200
        and answers[secret] == answers["INC-999999"]
        and "payroll" not in json.dumps(answers)
    )
