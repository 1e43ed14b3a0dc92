"""Inviting, roles, taking access away; and the checklist of a new stanch, which only what happened ticks (R8)."""

import re
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from stanch.identity import credentials, people
from stanch.kernel.actor import Actor
from stanch.kernel.command import REGISTRY
from stanch.kernel.errors import Conflict, Denied, NotFound
from stanch.web.app import create_app
from tests.scenarios.house import POLICY, House, opened

with warnings.catch_warnings():
    # Starlette warns about its own choice of client library.
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

SAME = {"sec-fetch-site": "same-origin", "accept": "text/html"}


def run(house: House, command: str, actor: str = "dana", **values: Any) -> Any:
    asked = REGISTRY[command].struct(**values)
    with house.application.uow(Actor(actor, admin=actor == "dana"), "cli") as uow:
        return REGISTRY[command].handle(uow, asked)


def row(house: House, person: str) -> Any:
    return next(each for each in run(house, "people") if each.person == person)


@pytest.fixture
def bare(database_url: str, tmp_path: Path) -> Iterator[House]:
    """A new stanch: nothing is configured but a notifier."""
    for house in opened(database_url, tmp_path, {**POLICY, "contacts": {}, "escalation": {}, "services": {}}):
        people.add(house.application.database, "dana", house.clock.now(), admin=True)
        yield house


@pytest.fixture
def browser(bare: House) -> Iterator[TestClient]:
    with TestClient(create_app(bare.stanch), follow_redirects=False) as client:
        client.headers.update(SAME)
        client.cookies.set(
            "stanch_session", credentials.open_session(bare.application.database, "dana", bare.clock.now())
        )
        yield client


def test_an_invitation_is_a_link_that_works_once_and_can_be_taken_back(bare: House, browser: TestClient) -> None:
    shown = browser.post("/people/invitations", data={"name": "ben"}).text
    link = re.findall(r"<code>\S*(/login\?once=\S+?)</code>", shown)[0]
    assert "Invited" in browser.get("/people").text and row(bare, "ben").invited_until
    assert "does not sign in" not in browser.get("/people").text and not row(bare, "ben").signs_in
    again = re.findall(r"once=(\S+)", run(bare, "invite-person", name="ben").id)[0]
    with TestClient(create_app(bare.stanch), follow_redirects=False) as other:
        other.headers.update(SAME)
        assert other.post("/login", data={"once": link.partition("once=")[2]}).status_code == 401, (
            "a newer link was made"
        )
        assert other.post("/login", data={"once": again}).status_code == 303
        assert other.get("/me").status_code == 200
        assert other.post("/login", data={"once": again}).status_code == 401
        assert "Only administrators" in other.post("/people/invitations", data={"name": "eve"}).text
    assert row(bare, "ben").invited_until is None and row(bare, "ben").signs_in
    with pytest.raises(NotFound, match="No invitation"):
        run(bare, "withdraw-invitation", person="ben")
    with pytest.raises(Conflict, match="already"):
        run(bare, "invite-person", name="ben")
    code = re.findall(r"once=(\S+)", run(bare, "invite-person", name="eve").id)[0]
    run(bare, "withdraw-invitation", person="eve")
    assert browser.post("/login", data={"once": code}).status_code == 401
    assert [each.person for each in run(bare, "people")] == ["ben", "dana"]


def test_the_answer_with_the_link_is_not_kept(bare: House) -> None:
    token = credentials.create_token(bare.application.database, "dana", bare.clock.now(), "t")
    with TestClient(create_app(bare.stanch)) as client:
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": "once"}
        answer = client.post("/api/v1/invite-person", headers=headers, json={"name": "ben"})
        assert answer.status_code == 200 and "once=" in answer.json()["message"]
        assert client.get("/api/v1/people", headers=headers).json()[0]["person"] == "ben"
    with bare.application.database.reading() as tx:
        assert not tx.all("SELECT body FROM answers WHERE body LIKE '%once=%'")


def test_somebody_stays_an_administrator_and_who_leaves_is_out_at_once(bare: House, browser: TestClient) -> None:
    run(bare, "invite-person", name="ben", admin=True)
    for command, values in (("person-role", {"admin": False}), ("remove-person", {})):
        with pytest.raises(Conflict, match="only administrator"):
            run(bare, command, person="dana", **values)
    credentials.open_session(bare.application.database, "ben", bare.clock.now())
    assert run(bare, "person-role", person="dana", admin=False).message == "dana is no administrator any more."
    assert not row(bare, "dana").admin
    with pytest.raises(Denied):
        run(bare, "remove-person", actor="ben", person="dana")
    run(bare, "person-role", person="dana", admin=True)
    assert run(bare, "remove-person", person="ben").message == "ben can no longer sign in."
    with pytest.raises(NotFound):
        run(bare, "remove-person", person="ben")


def steps(house: House) -> dict[str, bool]:
    return {step.key: step.done for step in run(house, "first-run").steps}


def test_each_line_ticks_itself_from_what_happened(bare: House, browser: TestClient) -> None:
    house = bare
    assert not any(steps(house).values())
    first = browser.get("/").text
    assert "0 of 6 done" in first and "Waiting for the first alert ..." in first and "/hooks/alertmanager" in first
    assert house.stanch.settings.intake_keys["default"] in first if house.stanch.settings.intake_keys else True
    run(house, "add-method", to="pager:dana")
    house.settle()
    assert not steps(house)["you"], "sent is not arrived"
    assert "nobody has said that it arrived" in browser.get("/").text
    code = re.findall(r"type the code (\S+)", house.pager.sent[-1][1].text)[0]
    run(house, "confirm-method", code=code)
    assert steps(house)["you"]
    run(house, "invite-person", name="ben")
    first = browser.get("/").text
    assert not steps(house)["second"], "invited is not there"
    assert "You are alone. ben has not signed in yet." in first and "Send them their link again." in first
    credentials.open_session(house.application.database, "ben", house.clock.now())
    assert steps(house)["second"] and "ben has signed in." in browser.get("/").text
    house.alert()
    assert steps(house)["sender"] and "came by the key" in browser.get("/").text
    policy = {"escalation": {"default": {"steps": [{"notify": ["dana"]}]}}, "services": POLICY["services"]}
    house.policy = {**house.policy, **policy, "status_pages": {"main": {"title": "Example status"}}}
    house.crash()
    assert all(steps(house).values())
    with TestClient(create_app(house.stanch)) as after:
        after.cookies.set("stanch_session", browser.cookies["stanch_session"])
        assert "first-run-h" not in after.get("/").text
        assert "Everything is set up" in after.get("/first-run").text


def test_it_is_hidden_by_each_for_themselves_and_found_again(bare: House, browser: TestClient) -> None:
    assert browser.post("/do/hide-first-run", data={"next": "/"}).status_code == 303
    assert "first-run-h" not in browser.get("/").text
    assert 'href="/first-run"' in browser.get("/more").text
    assert "0 of 6 done" in browser.get("/first-run").text
    browser.post("/do/hide-first-run", data={"show": "true"})
    assert "first-run-h" in browser.get("/").text
