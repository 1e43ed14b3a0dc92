"""From the ranking to the evidence, on a phone (R16, R22, R23, R24, R39)."""

import io
import json
import zipfile

import pytest
from playwright.sync_api import Browser, expect

from stanch.kernel.actor import Actor
from stanch.kernel.command import REGISTRY
from stanch.kernel.filling import fill
from tests.browser.house import House
from tests.browser.test_war_room import PHONE, overflow, signed_in

pytestmark = [pytest.mark.browser, pytest.mark.needs("chromium")]


def do(house: House, name: str, **values: object) -> None:
    with house.stanch.application.uow(Actor("ada", admin=True), "page") as uow:
        REGISTRY[name].handle(uow, fill(REGISTRY[name], values))


def test_a_mitigation_is_understood_tried_started_and_its_evidence_taken_home(house: House, browser: Browser) -> None:
    do(
        house,
        "deploy",
        service="shop",
        release="v142",
        previous="v141",
        irreversible=True,
        reason="it dropped a column",
    )
    do(house, "declare", title="Customers cannot pay", service="shop")
    incident = house.stanch.application
    with incident.reading(Actor("ada", admin=True)) as uow:
        row = uow.tx.one("SELECT id FROM incidents ORDER BY number DESC LIMIT 1")
    assert row
    room = f"{house.url}/incidents/{row['id']}"
    page = signed_in(house, browser, PHONE)
    page.goto(f"{room}#mitigations")
    page.reload()
    panel = page.locator("#mitigations")
    first = panel.locator(".ranked > li").first
    expect(first).to_contain_text("Move all traffic away from zone-b")
    expect(panel).to_contain_text("v142 cannot be rolled back cleanly: it dropped a column")
    first.get_by_text("Why here").click()
    expect(first.locator(".why li").first).to_be_visible()

    first.get_by_role("link", name="Start").click()
    expect(page.locator("dl.confirm")).to_contain_text("Blast radius")
    page.get_by_role("link", name="Dry run").click()
    expect(page.locator("pre.output")).to_contain_text("would run: true")
    assert overflow(page) <= 0
    with page.expect_navigation():  # a page that is left at once would take the sent form with it
        page.get_by_role("button", name="Yes, start it now").click()
    page.goto(f"{room}#evidence")
    page.reload()
    evidence = page.locator("#evidence")
    expect(evidence.get_by_role("link", name="ranking")).to_be_visible(timeout=15_000)
    with page.expect_download() as downloading:
        evidence.get_by_role("link", name="Everything, with its manifest").click()
    with zipfile.ZipFile(io.BytesIO(downloading.value.path().read_bytes())) as archive:
        manifest = json.loads(archive.read("manifest.json"))
    assert {"alerts", "deploys", "ranking"} <= {piece["name"] for piece in manifest["pieces"]}
    evidence.get_by_role("link", name="ranking").click()
    expect(page.locator("body")).to_contain_text('"ranking"')
    page.context.close()


def test_a_question_gets_a_time_box_from_the_panel(house: House, browser: Browser) -> None:
    page = signed_in(house, browser, PHONE)
    room = house.declare(page, "Search is slow")
    page.goto(f"{room}#mitigations")
    page.reload()
    page.locator("#timebox summary").click()
    page.get_by_label("What is to be found out?").fill("Is it the index?")
    page.get_by_label("If there is no answer, we …").fill("call the vendor")
    page.get_by_role("button", name="Start the clock").click()
    expect(page.locator("#mitigations")).to_contain_text("Is it the index? Otherwise: call the vendor")
    assert overflow(page) <= 0
    page.context.close()
