"""Following the status page in a real Chromium: nothing is shown without JavaScript, and one tap begins and ends it (R33)."""

import json

import pytest
from playwright.sync_api import Browser, expect

from stanch.communicate.subscribers.store import proof
from stanch.kernel.base64url import packed
from tests.browser.house import House
from tests.browser.test_phone import REMEMBER, SHOWN, SUBSCRIBED
from tests.contracts.push_service import PushService

pytestmark = [pytest.mark.browser, pytest.mark.needs("chromium")]


def test_without_javascript_nothing_is_offered_that_would_not_work(browser: Browser, house: House) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{house.url}/status/subscribe")
    expect(page.get_by_role("heading", name="On this device")).to_be_hidden()
    expect(page.get_by_role("button")).to_have_count(1)
    context.close()


def test_one_tap_begins_it_and_one_ends_it(browser: Browser, house: House) -> None:
    there = PushService()
    context = browser.new_context(viewport={"width": 390, "height": 844})
    context.grant_permissions(["notifications"], origin=house.url)
    page = context.new_page()
    # The push services of browsers cannot be reached from here: what they would answer is in their place.
    made = {"endpoint": "https://fcm.googleapis.com/fcm/send/" + packed(there.auth), "key": "", "p256dh": packed(there.point), "auth": packed(there.auth)}  # fmt: skip
    page.add_init_script(f"({SUBSCRIBED})({json.dumps(made)})")
    page.goto(f"{house.url}/status/subscribe")
    page.get_by_role("button", name="Notify me in this browser").click()
    expect(page.get_by_role("status")).to_have_text(
        "Nearly there. A first notification is on its way; with it the updates begin."
    )
    database = house.stanch.application.database
    (row,) = database.select("SELECT id, kind, state FROM status_subscribers")
    assert (row["kind"], row["state"]) == ("push", "pending"), "what a stranger made up would stay so"
    there_now = context.service_workers
    worker = there_now[0] if there_now else context.wait_for_event("serviceworker")
    worker.evaluate(REMEMBER)
    path = f"/status/confirm/{proof(house.stanch.settings.secret_key, 'confirm', row['id'])}"
    for confirm, title in ((path, "Updates will come"), ("/status/confirm/1.wrong", "Updates of Status?")):
        asked = {
            "title": "Updates will come",
            "question": "Updates of Status?",
            "confirm": confirm,
            "tag": "t",
            "body": title,
        }
        worker.evaluate("(said) => show({ json: () => said })", asked)
        (first,) = worker.evaluate(SHOWN, title)
        assert first["title"] == title
    assert database.select("SELECT state FROM status_subscribers")[0]["state"] == "active"
    said = {"title": "[Status] Investigating", "body": "Some payments fail.", "tag": "t", "leave": "/status/u/1.x", "stop": "End them"}  # fmt: skip
    worker.evaluate("(said) => show({ json: () => said })", said)
    (shown,) = worker.evaluate(SHOWN, "Some payments fail.")
    assert shown["actions"] == ["End them"]
    page.get_by_role("button", name="No more notifications in this browser").click()
    expect(page.get_by_role("status")).to_have_text("This browser gets no more updates.")
    assert house.stanch.application.database.select("SELECT id FROM status_subscribers") == []
    context.close()
