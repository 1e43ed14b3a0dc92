"""The phone in a real Chromium: installed, offline, woken by a push message, answered from the notification (formats/14, 14.10)."""

import base64
import json
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, CDPSession, Page, expect

from stanch.identity import credentials, push_key
from stanch.kernel.actor import Actor
from stanch.kernel.base64url import packed, unpacked
from stanch.prepare.profile.device_commands import AddDevice, add_device
from stanch.respond.page_effect import acknowledge_code
from stanch.respond.reactions import request_page
from stanch.timeline.facts.detect import Declared
from tests.browser.house import PERSON, House
from tests.contracts.push_service import PushService

pytestmark = [pytest.mark.browser, pytest.mark.needs("chromium")]

# No push service can be reached from here: what it would answer is in its place.
SUBSCRIBED = """(there) => {
  const made = { endpoint: there.endpoint, options: { applicationServerKey: Uint8Array.from(atob(there.key), (c) => c.charCodeAt(0)).buffer },
    toJSON: () => ({ endpoint: there.endpoint, keys: { p256dh: there.p256dh, auth: there.auth } }), unsubscribe: async () => true };
  PushManager.prototype.subscribe = async function () { window.made = made; return made; };
  PushManager.prototype.getSubscription = async function () { return sessionStorage.getItem("made") || window.made ? made : null; };
  window.addEventListener("pagehide", () => { if (window.made) sessionStorage.setItem("made", "yes"); });
}"""


@pytest.fixture
def context(browser: Browser, house: House) -> Any:
    context = browser.new_context(viewport={"width": 390, "height": 844})
    context.grant_permissions(["notifications"], origin=house.url)
    yield context
    context.close()


def worker(context: BrowserContext, page: Page, house: House) -> tuple[CDPSession, str]:
    """The installed service worker, and how to give it a push message."""
    page.goto(house.url + "/offline")
    page.evaluate(
        "navigator.serviceWorker.register('/sw.js').then(() => navigator.serviceWorker.ready).then(() => true)"
    )
    cdp = context.new_cdp_session(page)
    found: list[str] = []
    cdp.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda said: found.extend(r["registrationId"] for r in said["registrations"]),
    )
    cdp.send("ServiceWorker.enable")
    page.wait_for_function("navigator.serviceWorker.controller")
    while not found:
        page.wait_for_timeout(10)  # events are heard while the page is waited on
    (there,) = context.service_workers
    there.evaluate(REMEMBER)
    return cdp, found[-1]


# Remembers what was shown. Chromium forgets a notification that is asked about while it is being shown, so nobody may ask in a loop.
REMEMBER = """() => { const show = ServiceWorkerRegistration.prototype.showNotification; self.displayed = [];
  ServiceWorkerRegistration.prototype.showNotification = async function (title, options) {
    await show.call(this, title, options); self.displayed.push(`${title} ${options.body}`); }; }"""
# Waits until a notification that says so was shown, and answers with all that are there.
SHOWN = """async (words) => {
  for (let turn = 0; turn < 400 && !self.displayed.some((said) => said.includes(words)); turn += 1) await new Promise((done) => setTimeout(done, 25));
  return (await registration.getNotifications()).map((n) => ({ title: n.title, body: n.body, tag: n.tag, actions: n.actions.map((a) => a.title),
    silent: n.silent, stays: n.requireInteraction })); }"""


def shown(context: BrowserContext, words: str) -> list[dict[str, Any]]:
    """What notifications say, once one says this."""
    (there,) = context.service_workers
    found: list[dict[str, Any]] = there.evaluate(SHOWN, words)
    assert any(words in f"{each['title']} {each['body']}" for each in found), f"none says '{words}': {found}"
    return found


def push(cdp: CDPSession, registration: str, house: House, data: str = "", **said: Any) -> None:
    """A push message arrives."""
    data = data or json.dumps({"v": 1, **said})
    cdp.send("ServiceWorker.deliverPushMessage", {"origin": house.url, "registrationId": registration, "data": data})


def click(context: BrowserContext, action: str) -> None:
    """The first notification, in the worker, as the platform does; windows that it would open are noted."""
    (there,) = context.service_workers
    there.evaluate(
        """async (action) => { const [notification] = await registration.getNotifications(); self.opened = [];
        self.clients.openWindow = async (url) => { self.opened.push(url); };
        const event = new NotificationEvent("notificationclick", { notification, action }); const waits = [];
        event.waitUntil = (promise) => waits.push(promise); self.dispatchEvent(event); await Promise.all(waits); }""",
        action,
    )


def paged(house: House, title: str) -> tuple[str, str]:
    """An incident that pages, and the path of its acknowledge link."""
    with house.stanch.application.uow(Actor(PERSON, admin=True), "page") as uow:
        incident = uow.open(Declared(title, "shop", quiet=True))
        page = request_page(uow, uow.record(incident), "test", person=PERSON)
    code = acknowledge_code(house.stanch.settings.secret_key, incident, page, PERSON)
    return incident, f"/ack/{incident}/{page}/{PERSON}/{code}"


@pytest.fixture
def woken(house: House) -> None:
    """Ada has a device, so that she can be paged."""
    there = PushService()
    with house.stanch.application.uow(Actor(PERSON, admin=True), "page") as uow:
        key = "BD" + "x" * 85
        add_device(
            uow,
            AddDevice(
                "https://push.example.invalid/" + packed(there.auth),
                packed(there.point),
                packed(there.auth),
                key,
                "Phone",
            ),
        )


def test_a_page_is_acknowledged_with_one_tap_on_its_notification(
    context: BrowserContext, house: House, woken: None
) -> None:
    page = context.new_page()
    cdp, registration = worker(context, page, house)
    incident, link = paged(house, "Customers cannot pay")
    said = {"title": "Customers cannot pay", "tag": "t1", "open": f"/incidents/{incident}"}
    push(cdp, registration, house, kind="page", body="Severity: SEV-1", ack=link, **said)
    (found,) = shown(context, "Customers cannot pay")
    assert (found["body"], found["tag"], found["silent"], found["stays"]) == ("Severity: SEV-1", "t1", False, True)
    assert found["actions"] == ["I have it", "Open"]
    click(context, "ack")
    (found,) = shown(context, f"Thank you. {PERSON} has {incident}.")
    with house.stanch.application.reading() as uow:
        assert uow.record(incident).acknowledged_at is not None
    push(cdp, registration, house, kind="over", body="You have it.", **said)
    (found,) = shown(context, "You have it.")
    assert found["silent"] and found["actions"] == []


def test_a_tap_beside_the_button_opens_the_page_that_asks_and_takes_nothing(
    context: BrowserContext, house: House, woken: None
) -> None:
    page = context.new_page()
    cdp, registration = worker(context, page, house)
    incident, link = paged(house, "Slow")
    push(cdp, registration, house, kind="page", title="Slow", tag="t2", ack=link, open=f"/incidents/{incident}")
    shown(context, "Slow")
    click(context, "")
    (there,) = context.service_workers
    assert there.evaluate("self.opened") == [house.url + link]
    with house.stanch.application.reading() as uow:
        assert uow.record(incident).acknowledged_at is None
    page.goto(house.url + link)
    button = page.get_by_role("button", name="I have it")
    box = button.bounding_box()
    assert box is not None and box["y"] + box["height"] < 844, "within the first screen"
    button.click()
    expect(page.locator("h1")).to_contain_text("Thank you.")


def test_what_cannot_be_sent_says_that_nobody_has_it_and_what_cannot_be_read_shows(
    context: BrowserContext, house: House
) -> None:
    page = context.new_page()
    cdp, registration = worker(context, page, house)
    push(
        cdp,
        registration,
        house,
        kind="page",
        title="Down",
        tag="t3",
        ack="/ack/INC-1/p/ada/wrong",
        open="/incidents/INC-1",
    )
    shown(context, "Down")
    click(context, "ack")
    (found,) = shown(context, "not one of ours")
    assert found["title"] == "Not noted: Down"
    push(cdp, registration, house, "no JSON")
    assert any(each["actions"] == [] for each in shown(context, "stanch has something for you"))


def test_a_device_is_added_by_a_tap_and_never_asked_for_at_load(context: BrowserContext, house: House) -> None:
    page = context.new_page()
    house.sign_in(page)
    there = PushService()
    application = house.stanch.application
    key = push_key.push_key(application.database, application.installation.secret_key, application.clock.now()).public
    made = {
        "endpoint": "https://push.example.invalid/abc",
        "p256dh": packed(there.point),
        "auth": packed(there.auth),
        "key": base64.b64encode(unpacked(key)).decode(),
    }
    page.add_init_script(
        f"({SUBSCRIBED})({json.dumps(made)}); window.permission = 0; "
        "const real = Notification.requestPermission; Notification.requestPermission = () => { window.permission += 1; return real.call(Notification); };"
    )
    page.goto(house.url + "/me")
    button = page.get_by_role("button", name="Wake me on this device")
    button.wait_for()
    assert (
        page.evaluate("window.permission") == 0
        and "Linux" in page.get_by_label("What you call this device").input_value()
    )
    page.get_by_label("What you call this device").fill("Work phone")
    button.click()
    page.get_by_text("Work phone (this device)").wait_for()
    assert page.locator("[data-phone=on]").is_visible() and not button.is_visible()
    page.get_by_role("button", name="Remove").last.click()
    button.wait_for()


def test_it_is_an_app_and_says_so_where_there_is_no_network(context: BrowserContext, house: House) -> None:
    page = context.new_page()
    worker(context, page, house)
    found = context.new_cdp_session(page).send("Page.getAppManifest")
    assert found["errors"] == [] and found["url"] == house.url + "/manifest.webmanifest"
    manifest = json.loads(found["data"])
    assert manifest["display"] == "standalone" and manifest["id"] == manifest["scope"] == "/"
    for icon in manifest["icons"]:
        size = page.evaluate(
            "(src) => new Promise((done) => { const i = new Image(); i.onload = () => done([i.naturalWidth, i.naturalHeight]); i.src = src; })",
            icon["src"],
        )
        assert "x".join(map(str, size)) == icon["sizes"]
    assert {(icon["sizes"], icon["purpose"]) for icon in manifest["icons"]} >= {
        ("192x192", "any"),
        ("512x512", "any"),
        ("512x512", "maskable"),
    }
    signed_in = {
        "Authorization": f"Bearer {credentials.create_token(house.stanch.application.database, PERSON, 0, 'test')}"
    }
    for shortcut in manifest["shortcuts"]:
        assert page.request.get(house.url + shortcut["url"], headers=signed_in).status == 200
    context.set_offline(True)
    page.goto(house.url + "/incidents/INC-1")
    expect(page.locator("h1")).to_have_text("stanch cannot be reached")
    assert page.evaluate("getComputedStyle(document.body).fontFamily").startswith("Inter"), "with its stylesheet"
    context.set_offline(False)
    page.get_by_role("link", name="Try again").click()
    page.wait_for_url("**/login**")
