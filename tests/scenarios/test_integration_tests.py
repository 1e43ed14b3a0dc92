"""The test of an integration asks the other side and says truly what happened (R8)."""

import socket
from typing import Any

import pytest
from starlette.testclient import TestClient

from stanch.kernel.actor import Actor
from stanch.kernel.command import REGISTRY
from stanch.kernel.errors import Denied, NotFound
from stanch.kernel.filling import fill
from stanch.main import load_world
from stanch.web.app import create_app
from tests.scenarios.house import House


def tried(house: House, name: str, **values: object) -> tuple[str, str]:
    """Outcome and text after an administrator has tested it."""
    with house.application.uow(Actor("ada", admin=True), "page") as uow:
        REGISTRY["test-integration"].handle(uow, fill(REGISTRY["test-integration"], {"name": name, **values}))
    assert row(house, name)["outcome"] == "waiting"
    house.settle()
    return row(house, name)["outcome"], row(house, name)["text"]


def row(house: House, name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(each for each in house.do("integrations") if each["name"] == name)
    return found


def test_a_notifier_sends_to_whoever_asks_and_says_what_came_of_it(house: House) -> None:
    assert row(house, "pager")["outcome"] == "never tested"
    assert tried(house, "pager") == ("answered", "A test message was taken: 250 ok")
    ((address, message),) = house.pager.told
    assert address == "ada" and message.title == "Test from stanch" and not house.pager.sent
    house.pager.down = True
    assert tried(house, "pager") == ("failed", "the pager does not answer")


def test_what_cannot_be_asked_is_not_said_to_answer(house: House) -> None:
    assert tried(house, "lever")[0] == "not asked" and tried(house, "http") == (
        "not asked",
        "The catalog has no probe of this kind.",
    )
    house.gauge.values["errors"] = 0.25
    assert tried(house, "gauge") == ("answered", "Shop, error rate: 0.25")
    house.gauge.values.clear()
    assert tried(house, "gauge")[0] == "failed"


def test_a_real_system_that_is_not_there_is_said_to_be_so(house: House) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # nobody listens
        address = f"http://127.0.0.1:{taken.getsockname()[1]}"
        prometheus = load_world({"prometheus": {"url": address}}).metrics["prometheus"]
        prometheus.name = "gauge"
        house.application.world.metrics["gauge"] = prometheus
        outcome, text = tried(house, "gauge")
    assert outcome == "failed" and "refused" in text


def test_only_admins_test_and_an_unknown_name_says_what_there_is(house: House) -> None:
    with house.application.uow(Actor("ada"), "page") as uow, pytest.raises(Denied):
        REGISTRY["test-integration"].handle(uow, fill(REGISTRY["test-integration"], {"name": "pager"}))
    with house.application.uow(Actor("ada", admin=True), "page") as uow, pytest.raises(NotFound, match="nothing"):
        REGISTRY["test-integration"].handle(uow, fill(REGISTRY["test-integration"], {"name": "nothing"}))


def test_a_crash_in_the_middle_asks_again_and_the_page_shows_the_answer(house: House) -> None:
    headers = house.bearer("carl")
    with house.application.uow(Actor("ada", admin=True), "page") as uow:
        REGISTRY["test-integration"].handle(
            uow, fill(REGISTRY["test-integration"], {"name": "pager", "port": "notifiers"})
        )
    page = TestClient(create_app(house.stanch)).get("/settings/notifiers/pager", headers=headers)
    assert page.status_code == 200 and "It is being asked" in page.text and ">Test<" not in page.text
    house.outbox.lease(50)
    house.crash()
    house.wait(minutes=2, step=30)
    page = TestClient(create_app(house.stanch)).get("/settings/notifiers/pager", headers=headers)
    assert "A test message was taken: 250 ok" in page.text
    assert TestClient(create_app(house.stanch)).get("/settings/notifiers/other", headers=headers).status_code == 404
