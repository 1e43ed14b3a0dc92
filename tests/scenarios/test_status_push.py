"""A browser follows the status page by Web Push: encrypted, ended by a tap, and ended by its push service (R33; formats/14)."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from stanch.integrations.webpush import Settings, WebPush
from stanch.kernel.base64url import packed
from stanch.prepare.devices import introduce
from stanch.web.app import create_app
from tests.contracts.notifier_contract import serving
from tests.contracts.push_service import PushService
from tests.scenarios.house import POLICY, House, opened
from tests.scenarios.test_subscribers import TestClient, post


@pytest.fixture
def service() -> PushService:
    return PushService()


@pytest.fixture
def house(database_url: str, tmp_path: Path, service: PushService) -> Iterator[House]:
    services = {**POLICY["services"], "mails": {"name": "mails", "public_name": "Order mails"}}
    for house in opened(database_url, tmp_path, {**POLICY, "services": services}):
        house.application.world.notifiers["webpush"] = WebPush(Settings(private_addresses=True, timeout=5.0))
        introduce(house.application)
        house.stanch.seed()
        house.do("declare", title="x", service="shop")
        house.settle()
        yield house


@pytest.fixture
def client(house: House) -> Iterator[TestClient]:
    with TestClient(create_app(house.stanch), follow_redirects=False) as client:
        yield client


def form(house: House, service: PushService, url: str, **more: Any) -> dict[str, Any]:
    """What the script of the page sends."""
    key = house.application.world.notifiers["webpush"].devices.key()[1]  # type: ignore[attr-defined]
    keys = {"p256dh": packed(service.point), "auth": packed(service.auth), "key": key}
    return {"kind": "push", "address": f"{url}{service.path}", **keys, **more}


def confirm(house: House, client: TestClient, service: PushService) -> None:
    """What the worker of the page does with the first push."""
    house.settle()
    (said,) = service.got
    assert said["title"] == "Status: Updates will come" and followers(house) == 0
    assert client.post(said["confirm"]).status_code == 200
    service.got.clear()


def followers(house: House) -> int:
    return sum(row["active"] for row in house.do("subscribers"))


def test_a_browser_gets_each_update_once_and_ends_it_with_a_tap(
    house: House, client: TestClient, service: PushService
) -> None:
    page = client.get("/status/subscribe").text
    assert 'id="push" hidden' in page and "Notify me in this browser" in page
    with serving(service.answer) as server:
        for _ in range(2):  # a page that is loaded again asks again
            assert client.post("/status/subscribe", data=form(house, service, server.url)).status_code == 204
            if not followers(house):
                confirm(house, client, service)
        assert followers(house) == 1
        post(house)
        post(house, "We know more.")
        house.settle()
        assert [said["title"] for said in service.got] == ["[Status] Investigating: Trouble with Checkout"] * 2
        first, second = service.got
        assert first["tag"] == second["tag"] and "We know more." in second["body"]
        assert urlsplit(second["open"]).path.startswith("/status/incidents/INC-1") and second["stop"] == "End them"
        assert client.post(second["leave"], content="List-Unsubscribe=One-Click").status_code == 200
        post(house, "Still at it.")
        assert len(service.got) == 2 and followers(house) == 0


def test_one_that_its_push_service_knows_no_more_is_forgotten(
    house: House, client: TestClient, service: PushService
) -> None:
    with serving(service.answer) as server:
        client.post("/status/subscribe", data=form(house, service, server.url))
        confirm(house, client, service)
        service.with_answer(410)
        post(house)
        assert len(service.got) == 1 and house.do("subscribers") == []


def test_only_about_what_was_chosen_and_the_browser_can_end_it_itself(
    house: House, client: TestClient, service: PushService
) -> None:
    from stanch.communicate.page.posts import identity

    with serving(service.answer) as server:
        chosen = form(house, service, server.url, components=[identity("Order mails")])
        client.post("/status/subscribe", data=chosen)
        confirm(house, client, service)
        post(house, components=["shop=major_outage"])
        assert service.got == []
        assert client.post("/status/subscribe", data={**chosen, "stop": "yes"}).status_code == 204
        assert followers(house) == 0


def test_what_no_browser_would_send_is_refused(house: House, client: TestClient, service: PushService) -> None:
    """R33: a stranger cannot make stanch write to an address of somebody else."""
    right = form(house, service, "https://fcm.googleapis.com")
    for wrong in (
        {"p256dh": "x"}, {"p256dh": packed(b"\x04" + b"x" * 64)}, {"auth": packed(b"short")}, {"key": "another"},
        {"address": "javascript:alert(1)"}, {"address": "https://a:b@fcm.googleapis.com/x"},
    ):  # fmt: skip
        assert client.post("/status/subscribe", data={**right, **wrong}).status_code == 422, wrong
    house.application.world.notifiers["webpush"] = WebPush(Settings())
    introduce(house.application)
    for address in (
        "https://shop.example/x",
        "https://notgoogleapis.com/x",
        "https://10.0.0.1/x",
        "http://fcm.googleapis.com/x",
        "https://victim.example\\.fcm.googleapis.com/x",
        "https://fcm.googleapis.com:22/x",
        "https://storage.googleapis.com/x",
        "https://www.apple.com/x",
    ):
        assert client.post("/status/subscribe", data={**right, "address": address}).status_code == 422, address
    assert followers(house) == 0
    assert client.post("/status/subscribe", data=right).status_code == 204
    del house.application.world.notifiers["webpush"]
    assert 'id="push"' not in client.get("/status/subscribe").text
    assert client.post("/status/subscribe", data=right).status_code == 422
