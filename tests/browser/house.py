"""A real stanch server on SQLite in a thread, with a small shop in its catalog, and a browser to look at it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn
from playwright.sync_api import Browser, Page, sync_playwright

from stanch.demo.shop.ports import free_port
from stanch.identity import credentials, people
from stanch.kernel.clock import Clock
from stanch.kernel.contacts import EscalationPolicy, EscalationStep
from stanch.kernel.policy import Criterion, Mitigation, Policy, Service
from stanch.main import Stanch, open_stanch
from stanch.prepare.settings import Settings
from stanch.web.app import create_app

ARGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
PERSON = "ada"


def policy() -> Policy:
    """A shop that can be rolled back and drained."""
    shop = Service(
        name="shop", title="Shop", core=True, public_name="Checkout", criteria_hold=300, runbook="# Shop\n\nLook at `errors`.",
        criteria=[Criterion("checkout error rate", "http_json", "http://127.0.0.1:9/#error_rate", below=0.01)],
        mitigations=[
            Mitigation("rollback", "Roll the shop back to the release before", "rollback", "command", "shop, both zones",
                       {"argv": ["true"]}, {"argv": ["true"]}, observe_seconds=2, users_lose="the new basket page"),
            Mitigation("drain-zone-b", "Move all traffic away from zone-b", "traffic_shift", "command", "zone-b",
                       {"argv": ["true"]}, {"argv": ["true"]}, "instant", "zone", effect_seconds=5, observe_seconds=2),
        ],
    )  # fmt: skip
    return Policy(
        services={"shop": shop}, escalation={"default": EscalationPolicy([EscalationStep([PERSON], 300)])}, criteria_every=60
    )  # fmt: skip


class House:
    """A running server: its address, and its insides for tests that prepare or check something."""

    def __init__(self, stanch: Stanch, url: str) -> None:
        self.stanch = stanch
        self.url = url

    def sign_in(self, page: Page, person: str = PERSON) -> None:
        """By a one-time link, as a person does the first time."""
        application = self.stanch.application
        code = credentials.create_link(application.database, person, application.clock.now())
        page.goto(credentials.link_address(self.url, code))
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(self.url + "/")

    def declare(self, page: Page, title: str) -> str:
        """Through the page; answers with the address of the war room."""
        page.goto(self.url + "/")
        page.locator("#declare > summary").click()
        page.get_by_label("What is wrong?").fill(title)
        page.get_by_role("button", name="Declare an incident").click()
        page.wait_for_url("**/incidents/INC-*")
        return page.url


@contextmanager
def running(
    folder: Path,
    clock: Clock | None = None,
    keys: dict[str, str] | None = None,
    policy_: Policy | None = None,
    signing: dict[str, str] | None = None,
    watchdog: str = "",
) -> Iterator[House]:
    """Start a server on a free port, and stop it. With a clock of one's own the engine rests: a still picture."""
    port = free_port()
    folder.mkdir(parents=True, exist_ok=True)
    settings = Settings(
        data=folder, database_url=f"sqlite:///{folder / 'stanch.db'}", secret_key="for-tests-only", port=port,
        policy=policy_ or policy(), intake_keys=keys or {"default": "for-tests-only"}, signing_secrets=signing or {}, watchdog_url=watchdog, watchdog_every=1,
    )  # fmt: skip
    stanch = open_stanch(settings=settings, clock=clock)
    people.add(stanch.application.database, PERSON, stanch.application.clock.now(), admin=True)
    with served(stanch, port, engine=clock is None) as house:
        yield house


@contextmanager
def served(stanch: Stanch, port: int, *, engine: bool) -> Iterator[House]:
    """A server for a stanch that is open; without its engine it is a still picture."""
    config = uvicorn.Config(
        create_app(stanch), host="127.0.0.1", port=port, log_level="warning", ws="none", timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    if engine:
        stanch.start()
    thread.start()
    try:
        while not server.started and thread.is_alive():
            thread.join(0.02)
        yield House(stanch, f"http://127.0.0.1:{port}")
    finally:
        server.should_exit = True
        thread.join(10)
        if engine:
            stanch.stop()
        else:
            stanch.application.database.close()


@contextmanager
def chromium(path: str) -> Iterator[Browser]:
    """A headless browser."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGS)
        try:
            yield browser
        finally:
            browser.close()
