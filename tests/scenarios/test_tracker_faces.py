"""Tickets on the pages and by webhook, and one item filed in a real shape of GitHub through the whole product (R47)."""

import hashlib
import hmac
import json
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from stanch.identity import people
from stanch.learn.action_items.answer_link import answer_code
from stanch.now.needs import ended, item_entries
from stanch.web.app import create_app
from tests.contracts.github_town import GithubTown
from tests.contracts.notifier_contract import serving
from tests.contracts.tracker_town import SECRET, TOKEN
from tests.reading_pages import as_read
from tests.scenarios.desk import Desk, open_desk
from tests.scenarios.house import House, opened
from tests.scenarios.test_trackers import add, closed, item

with warnings.catch_warnings():
    # Starlette warns about its own choice of client library.
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """What is shown and heard does not depend on the database."""
    yield from opened(f"sqlite:///{tmp_path}/stanch.db", tmp_path)


@pytest.fixture
def desk(house: House) -> Desk:
    found = open_desk(house)
    closed(house)
    add(house)
    return found


@pytest.fixture
def client(house: House, desk: Desk) -> Iterator[TestClient]:
    with TestClient(create_app(house.stanch), follow_redirects=False) as client:
        client.headers.update(house.bearer("ben") | {"Origin": "http://testserver"})
        yield client


def test_a_webhook_is_taken_once_signed_and_of_a_tracker_that_is_configured(
    house: House, desk: Desk, client: TestClient
) -> None:
    desk.edit("1", title="Told by a webhook")
    for headers, status, said in (
        ({"delivery": "d1"}, 401, "not signed by Desk"),
        ({"delivery": "d1", "signed": "yes"}, 200, "taken"),
        ({"delivery": "d1", "signed": "yes"}, 200, "known already"),
    ):
        answer = client.post("/hooks/desk", content=b"1", headers=headers)
        assert answer.status_code == status and said in answer.text
    assert (
        client.post("/hooks/desk", content=b"unknown", headers={"delivery": "d2", "signed": "yes"}).status_code == 200
    )
    assert client.post("/hooks/jira", content=b"1").status_code == 404
    assert client.post("/hooks/desk", content=b"x" * 1_000_001, headers={"signed": "yes"}).status_code == 413
    house.settle()
    assert item(house).title == "Told by a webhook"


def test_pages_show_the_ticket_and_what_a_person_decides(house: House, desk: Desk, client: TestClient) -> None:
    page = as_read(client.get("/incidents/INC-1/postmortem").text)
    assert '<a href="https://desk.example/1" rel="noreferrer">DESK-1</a> in Desk: To do' in page
    assert "DESK-1" in client.get("/actions").text
    desk.edit("1", title="Canary <b>B</b>", state="done")
    house.do("action", incident="INC-1", item="A1", title="Canary A")
    house.wait(minutes=6, step=120)
    page = as_read(client.get("/incidents/INC-1/postmortem").text)
    assert "Title was changed on both sides." in page and "Canary &lt;b&gt;B&lt;/b&gt;" in page
    assert "DESK-1 was closed in Desk" in page and "It is not done: reopen the ticket" in page
    actions = client.get("/actions").text
    assert "Changed on both sides: title." in actions and "Closed there." in actions
    assert "Canary A" in client.get("/").text, "what was closed there is asked on Now"
    answer = client.post(
        "/do/settle-ticket",
        data={"incident": "INC-1", "item": "A1", "field": "title", "keep": "theirs", "next": "/actions"},
    )
    assert answer.status_code == 303 and item(house).title == "Canary <b>B</b>"
    code = answer_code(house.stanch.settings.secret_key, "INC-1", "A1", "ben")
    shown = as_read(client.get(f"/answer/INC-1/A1/ben/{code}").text)
    assert "DESK-1 was closed in Desk. What shows that it is done?" in shown
    assert (
        client.post(f"/answer/INC-1/A1/ben/{code}", data={"done": "true", "evidence": "build 812"}).status_code == 200
    )
    assert item(house).done_at and "Canary" not in client.get("/").text
    house.do("action", incident="INC-1", item="A1", reopen=True, note="It was another build")
    with house.application.reading() as uow:
        rows = item_entries(uow)
    assert ended(rows) == {}, "an item that is open again is not done"


def test_a_tracker_that_is_away_is_said_on_every_page(house: House, desk: Desk, client: TestClient) -> None:
    desk.down = True
    add(house, "Write it down")
    house.wait(minutes=11, step=120)
    for path in ("/incidents/INC-1/postmortem", "/actions", "/settings"):
        assert "Desk has not answered since" in client.get(path).text, path
    assert "Try again now" in client.get("/incidents/INC-1/postmortem").text
    api = client.get("/api/v1/tickets?problems=true").json()
    assert {row["item"] for row in api} == {"A1", "A2"}
    desk.down = False
    answer = client.post("/api/v1/incidents/INC-1/tickets", json={"item": "A2"})
    assert answer.status_code < 300 and "asked again now" in answer.json()["message"]
    house.settle()
    assert item(house, "A2").ticket.key == "DESK-2"
    for body in ({"item": "A9"}, {"item": "A1"}, {"item": "A1", "tracker": 7}, {}):
        assert 400 <= client.post("/api/v1/incidents/INC-1/tickets", json=body).status_code < 500


def test_the_button_to_file_is_there_only_where_the_policy_files_it(
    house: House, desk: Desk, client: TestClient
) -> None:
    house.trackers["desk"].tickets.clear()
    house.wait(days=1.1, step=43200)
    house.wait(minutes=6, step=120)
    page = as_read(client.get("/incidents/INC-1/postmortem").text)
    assert "File a ticket" in page and ">gone<" in page
    secret = house.do("declare", "ben", title="Breach", service="shop", private=True).incident
    house.do("action", "ben", incident=secret, title="Turn keys", owner="ben", test="None is old")
    assert "File a ticket" not in client.get(f"/incidents/{secret}/postmortem").text
    answer = client.post("/do/file-item", data={"incident": "INC-1", "item": "A1", "next": "/actions"})
    assert answer.status_code == 303
    house.settle()
    assert not item(house).ticket.gone and item(house).ticket.key


def test_a_signal_that_is_normal_work_says_where_it_is_filed(house: House, desk: Desk, client: TestClient) -> None:
    house.alert(severity="ticket", fingerprint="slow")
    house.wait(seconds=65)
    assert "filed in no tracker" in client.get("/signals").text
    house.policy["filing"][0]["signals"] = True
    house.crash()
    house.do("triage", fingerprint="slow", disposition="ticket")
    house.settle()
    with TestClient(create_app(house.stanch)) as again:
        again.headers.update(house.bearer("ada"))
        assert "DESK-2 in Desk, To do" in as_read(again.get("/signals").text)


def test_one_item_through_the_whole_product_into_github(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Filed by the engine, closed by a person there, told by a signed webhook that comes twice, done here with evidence."""
    monkeypatch.setenv("TRACKER_TOKEN", TOKEN)
    monkeypatch.setenv("TRACKER_SECRET", SECRET)
    town = GithubTown()
    with serving(town.answer) as service:
        town.url = service.url
        open_desk(house, tracker="github_issues", place="example/shop")
        tracker = town.tracker(service.url)
        tracker.service.sleep = lambda seconds: None  # type: ignore[attr-defined]
        house.trackers["github_issues"] = tracker
        house.crash()
        people.add(house.application.database, "ben", house.clock.now())
        closed(house)
        add(house)
        assert item(house).ticket.key == "example/shop#17" and len(town.issues) == 1
        town.touch(town.issues[0], state="done")
        body = json.dumps({"action": "closed", "issue": {"node_id": "I_17", "state": "open"}}).encode()
        signature = "sha256=" + hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
        headers = {"X-GitHub-Event": "issues", "X-GitHub-Delivery": "d-1", "X-Hub-Signature-256": signature}
        with TestClient(create_app(house.stanch)) as client:
            for status in ("taken", "known already"):
                assert client.post("/hooks/github_issues", content=body, headers=headers).json() == {"status": status}
            assert client.post("/hooks/github_issues", content=body + b" ", headers=headers).status_code == 401
        house.settle()
        assert item(house).ticket.closed == "done" and item(house).done_at is None, (
            "the body is not believed, the issue is read"
        )
        house.do("action", "ben", incident="INC-1", item="A1", done=True, evidence="build 812")
        house.settle()
        assert item(house).done_at and town.issues[0].state == "done" and len(town.issues) == 1
