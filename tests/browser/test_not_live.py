"""A war room that is not live says so within five seconds, and since when; it goes when it is live again (R10, P9)."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

pytest.importorskip("playwright", reason="needs playwright")

from playwright.sync_api import Browser, Page, expect

from tests.components.process import answers, free_port

WITHIN = 5_000


class Served:
    """``stanch serve`` as a process that can be killed, stopped for a while, and started again at the same address."""

    def __init__(self, folder: Path) -> None:
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        config = folder / "stanch.yaml"
        config.write_text(f"data: {folder}\nport: {port}\n")
        self.environment = {k: v for k, v in os.environ.items() if not k.startswith("STANCH_")} | {
            "STANCH_CONFIG": str(config)
        }

    def start(self) -> None:
        self.process = subprocess.Popen([sys.executable, "-m", "stanch", "serve"], env=self.environment, stdout=-3)
        end = time.monotonic() + 60
        while not answers(f"{self.url}/readyz"):
            assert time.monotonic() < end and self.process.poll() is None
            time.sleep(0.1)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def local(self, *words: str) -> str:
        done = subprocess.run([sys.executable, "-m", "stanch", *words], env=self.environment, capture_output=True)
        assert done.returncode == 0, done.stderr
        return done.stdout.decode()


@contextmanager
def room(folder: Path, browser: Browser) -> Iterator[tuple[Served, Page]]:
    """The war room of INC-1, live."""
    served = Served(folder)
    link = re.findall(r"http\S+", served.local("user", "add", "ada", "--admin"))[0]
    served.local("declare", "Customers cannot pay")
    served.start()
    try:
        page = browser.new_context().new_page()
        page.goto(link)
        page.get_by_role("button", name="Sign in").click()
        page.goto(f"{served.url}/incidents/INC-1")
        expect(page.locator("#offline")).to_be_hidden()
        yield served, page
        page.context.close()
    finally:
        served.kill()


def test_a_dead_a_silent_and_a_restarted_server(tmp_path: Path, browser: Browser) -> None:
    with room(tmp_path, browser) as (served, page):
        served.kill()
        notice = page.locator("#offline")
        expect(notice).to_have_text(re.compile(r"^Not live since \d\d:\d\d, trying again\.$"), timeout=WITHIN)
        served.local("say", "INC-1", "Said while it was away")
        served.start()
        expect(notice).to_be_hidden(timeout=WITHIN)
        expect(page.locator("#timeline")).to_contain_text("Said while it was away")
        served.process.send_signal(signal.SIGSTOP)  # its connections stay open, and nothing comes
        expect(notice).to_be_visible(timeout=WITHIN + 500)
        served.process.send_signal(signal.SIGCONT)
        expect(notice).to_be_hidden(timeout=WITHIN)


def test_an_ended_session_leads_back_here_after_signing_in_again(tmp_path: Path, browser: Browser) -> None:
    with room(tmp_path, browser) as (served, page):
        other = page.context.new_page()
        other.goto(served.url)
        other.get_by_label("You: ada").click()
        other.get_by_role("button", name="Sign out").click()
        notice = page.locator("#offline")
        expect(notice).to_contain_text("you are signed out", timeout=WITHIN)
        notice.get_by_role("link", name="Sign in again").click()
        assert page.url == f"{served.url}/login?next=%2Fincidents%2FINC-1"


def test_without_javascript_nothing_claims_to_be_live(house: "object", browser: Browser) -> None:
    from tests.browser.house import House

    assert isinstance(house, House)
    page = browser.new_context(java_script_enabled=False).new_page()
    house.sign_in(page)
    page.goto(house.declare(page, "Slow"))
    assert not re.search(r"\blive\b", page.locator("body").inner_text(), re.IGNORECASE)
    expect(page.locator("#offline")).to_be_hidden()
    page.context.close()
