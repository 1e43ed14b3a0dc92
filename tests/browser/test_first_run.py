"""From the first sign-in to a stanch that wakes somebody: the checklist ticks itself (R2, R8), wide and narrow, without JavaScript."""

import re
import urllib.request
from pathlib import Path

import pytest

pytest.importorskip("playwright", reason="needs playwright")

from playwright.sync_api import Browser, expect

from stanch.kernel.contacts import EscalationPolicy, EscalationStep
from stanch.kernel.policy import Policy, Service
from tests.browser.house import PERSON, running
from tests.end_to_end.phones import Phones


@pytest.mark.parametrize("size", [(1280, 900), (390, 844)], ids=["1280", "390"])
def test_the_checklist_ticks_itself(tmp_path: Path, browser: Browser, size: tuple[int, int]) -> None:
    phones = Phones()
    policy = Policy(
        services={"shop": Service("shop")}, escalation={"default": EscalationPolicy([EscalationStep([PERSON], 300)])}
    )
    with running(tmp_path, keys={"default": "the-key"}, policy_=policy) as house:
        page = browser.new_context(java_script_enabled=False, viewport={"width": size[0], "height": size[1]}).new_page()
        house.sign_in(page)
        first = page.locator("#first-run")
        expect(first).to_contain_text("1 of 6 done")
        expect(page.locator("#step-service")).to_contain_text("Done")
        expect(page.locator("#step-sender")).to_contain_text("Waiting for the first alert ...")
        page.goto(house.url + "/me")
        page.get_by_label("Add a contact method").select_option("webhook")
        page.get_by_label("Your address there").fill(" webhook: ")
        page.get_by_role("button", name="Add it").click()
        expect(page.get_by_role("alert")).to_have_text("That is no address. Webhook: https://example.org/hook.")
        expect(page.get_by_label("Add a contact method")).to_have_value("webhook")
        page.get_by_label("Your address there").fill(f"{phones.url}/ada")
        page.get_by_role("button", name="Add it").click()
        expect(page.locator("#methods")).to_contain_text("no contact method has been confirmed yet")
        for _ in range(100):
            if phones.pages:
                break
            page.wait_for_timeout(50)
        message = phones.pages[0].data
        code = re.findall(r"type the code (\S+)", message["text"])[0]
        page.reload()
        page.get_by_label("The code in a test page").fill(code)
        page.get_by_role("button", name="It arrived").click()
        expect(page.locator("#methods")).to_contain_text(f"{PERSON} can be reached.")
        page.goto(house.url + "/people")
        page.get_by_label("The name they sign in with").fill("ben")
        page.get_by_role("button", name="Make a link to send").click()
        link = re.findall(r"http\S+/login\?once=[\w-]+", page.get_by_role("status").inner_text())[0]
        theirs = browser.new_context(java_script_enabled=False).new_page()
        theirs.goto(link)
        theirs.get_by_role("button", name="Sign in").click()
        theirs.wait_for_url(house.url + "/")
        theirs.context.close()
        request = urllib.request.Request(
            f"{house.url}/hooks/generic", b'{"title": "It works", "severity": "info"}',
            {"Authorization": "Bearer the-key", "Content-Type": "application/json"},
        )  # fmt: skip
        urllib.request.urlopen(request).close()
        page.wait_for_timeout(500)
        page.goto(house.url)
        expect(first).to_contain_text("5 of 6 done")
        for step in ("you", "second", "oncall", "sender", "service"):
            expect(page.locator(f"#step-{step}")).to_contain_text("Done")
        page.get_by_role("button", name="Hide this here").click()
        expect(first).to_have_count(0)
        page.goto(house.url + "/more")
        page.get_by_role("link", name="Set-up").click()
        expect(first).to_contain_text("5 of 6 done")
        page.context.close()
    phones.stop()
