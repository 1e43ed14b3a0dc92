"""``/stanch`` in Slack, the button, and the key that is pressed on the phone."""

import hashlib
import hmac
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from stanch.kernel.clock import SECOND
from stanch.kernel.errors import Problem
from stanch.web import slack, twilio_callback
from stanch.web.app import _on_problem
from stanch.web.slack_requests import SlackCommand, command_of, presses_of, verify
from tests.scenarios.house import POLICY, House, opened

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
# The request that Slack's documentation signs as an example.
DOCUMENTED = (
    b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar"
    b"&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com"
    b"%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a1"
    b"4d10d2c447fce8b6703c"
)
SIGNED = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"


def test_the_documented_request_is_slacks() -> None:
    assert verify(SECRET, "1531420618", DOCUMENTED, SIGNED, 1531420618 * SECOND)


@pytest.mark.parametrize(
    ("secret", "timestamp", "signature", "late"),
    [
        ("", "1531420618", SIGNED, 0),
        ("x", "1531420618", SIGNED, 0),
        (SECRET, "1531420619", SIGNED, 0),
        (SECRET, "1531420618", SIGNED[:-1] + "4", 0),
        (SECRET, "1531420618", SIGNED + "ü", 0),
        (SECRET, "1531420618", "", 0),
        (SECRET, "1531420618", SIGNED, 301),
        (SECRET, "1531420618", SIGNED, -301),
        (SECRET, "now", SIGNED, 0),
        (SECRET, "1531420618.0", SIGNED, 0),
        (SECRET, "", SIGNED, 0),
        (SECRET, "9" * 5000, SIGNED, 0),
        (SECRET, "¹²", SIGNED, 0),
    ],
)
def test_nothing_else_is(secret: str, timestamp: str, signature: str, late: int) -> None:
    assert not verify(secret, timestamp, DOCUMENTED, signature, (1531420618 + late) * SECOND)


@pytest.mark.parametrize(
    ("command", "text", "line"),
    [
        ("/stanch", "ack INC-1", "/ack INC-1"),
        ("/stanch", "/ack INC-1", "/ack INC-1"),
        ("/ack", "INC-1", "/ack INC-1"),
        ("/stanch", "say INC-1 “it’s back”", '/say INC-1 "it\'s back"'),
        ("/stanch", "   ", ""),
    ],
)
def test_a_slash_command_is_a_line_of_the_chat_face(command: str, text: str, line: str) -> None:
    assert command_of({"user_id": "U1", "command": command, "text": text}) == SlackCommand("U1", line)


@pytest.mark.parametrize("payload", ["[]", '{"type": "view_closed"}', '{"type": "block_actions", "actions": 3}'])
def test_what_is_no_press_is_none(payload: str) -> None:
    assert presses_of({"payload": payload}) == []


@pytest.fixture
def house(sqlite_url: str, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    monkeypatch.setenv("SIGNING", SECRET)
    contacts = {
        **POLICY["contacts"],
        "ada": {**POLICY["contacts"]["ada"], "names": ["slack:U0ADA"]},
        "ben": {**POLICY["contacts"]["ben"], "reach": ["pager:ben", "slack:U0BEN"]},
    }
    for house in opened(sqlite_url, tmp_path, {**POLICY, "contacts": contacts}):
        house.stanch.settings.integrations = {"slack": {"signing_secret_env": "SIGNING"}}
        yield house


@pytest.fixture
def client(house: House) -> Iterator[TestClient]:
    routes = [*slack.routes(house.stanch), *twilio_callback.routes(house.stanch)]
    handlers: Any = {Problem: _on_problem}
    with TestClient(Starlette(routes=routes, exception_handlers=handlers)) as client:
        yield client


def _post(house: House, client: TestClient, path: str, body: bytes, *, secret: str = SECRET, late: int = 0) -> Any:
    stamp = str(house.clock.now() // SECOND - late)
    signed = hmac.new(secret.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256).hexdigest()
    headers = {
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": f"v0={signed}",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    return client.post(path, content=body, headers=headers)


def _write(house: House, client: TestClient, text: str, member: str = "U0ADA") -> str:
    body = urlencode({"user_id": member, "command": "/stanch", "text": text}).encode()
    answer = _post(house, client, "/hooks/slack/command", body)
    assert answer.status_code == 200 and answer.json()["response_type"] == "ephemeral"
    return str(answer.json()["text"])


def test_an_acknowledgement_in_slack_is_the_persons_own(house: House, client: TestClient) -> None:
    house.do("declare", title="Checkout is down", actor="grace")
    assert _write(house, client, "ack INC-1").startswith("ada has INC-1.")
    (page,) = house.record().pages.values()
    assert page.acknowledged_by == "ada"
    with house.application.reading() as uow:
        assert uow.entries("INC-1")[-1].source == "chat"
    assert "ada has it" in _write(house, client, "ack inc-1", "U0BEN")


def test_the_only_open_incident_needs_no_name_and_of_two_one_is_asked_for(house: House, client: TestClient) -> None:
    house.do("declare", title="Checkout is down")
    assert "INC-1" in _write(house, client, "say zone b looks bad")
    assert house.sentences()[-1].endswith("zone b looks bad")
    house.do("declare", title="Search is slow <!channel>")
    said = _write(house, client, "ack")
    assert "Which incident?" in said and "INC-2 Search is slow &lt;!channel&gt;" in said


def test_a_line_names_one_incident_and_may_speak_of_others(house: House, client: TestClient) -> None:
    for title in ("Checkout is down", "Search is slow"):
        house.do("declare", title=title)
    _write(house, client, "say INC-2 the same as INC-1?")
    assert house.sentences("INC-2")[-1].endswith("the same as INC-1?")


def test_reading_in_slack_answers_in_lines(house: House, client: TestClient) -> None:
    assert _write(house, client, "incidents") == "There is nothing to list."
    house.do("declare", title="Checkout is down")
    assert _write(house, client, "incidents") == "INC-1 · Checkout is down · open · triage"
    house.do("severity", incident="INC-1", severity="SEV-2")
    said = _write(house, client, "show INC-1")
    assert "Severity: SEV-2" in said and "Customer impact: missing" in said and "Needed now: " in said


def test_a_stranger_is_told_what_to_add(house: House, client: TestClient) -> None:
    house.do("declare", title="Checkout is down")
    said = _write(house, client, "ack INC-1", "U0EVE")
    assert "does not know who you are" in said and "slack:U0EVE" in said
    assert "does not know who you are" in _write(house, client, "incidents", "")
    assert next(iter(house.record().pages.values())).acknowledged_at is None


def test_a_private_incident_stays_hidden(house: House, client: TestClient) -> None:
    house.do("declare", title="A leak", private=True, actor="grace")
    assert "There is no incident INC-1" in _write(house, client, "say INC-1 hello", "U0BEN")
    assert "A leak" not in _write(house, client, "ack", "U0BEN") + _write(house, client, "incidents", "U0BEN")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "/stanch ack INC-1"),
        ("dance INC-1", "no command '/dance'"),
        ("ack INC-99", "no incident INC-99"),
        ("severity INC-1 SEV-9", "severity"),
        ("ack INC-1 a b c", "no page"),
        ("say INC-1 \x00", "NUL"),
        ("'", "no command"),
        ("/ /", "no command"),
    ],
)
def test_a_mistake_is_a_sentence(house: House, client: TestClient, text: str, says: str) -> None:
    house.do("declare", title="Checkout is down")
    assert says in _write(house, client, text)


def test_what_slack_did_not_sign_is_not_carried_out(house: House, client: TestClient) -> None:
    house.do("declare", title="Checkout is down")
    body = urlencode({"user_id": "U0ADA", "command": "/stanch", "text": "ack INC-1"}).encode()
    for wrong in ({"secret": "other"}, {"late": 301}, {"late": -301}):
        assert _post(house, client, "/hooks/slack/command", body, **wrong).status_code == 401  # type: ignore[arg-type]
    assert client.post("/hooks/slack/command", content=body).status_code == 401
    assert _post(house, client, "/hooks/slack/command", b"\xff=\xff").status_code == 422
    assert _post(house, client, "/hooks/slack/command", b"x" * 300_000).status_code == 413
    house.stanch.settings.integrations = {}
    assert _post(house, client, "/hooks/slack/command", body).status_code == 404
    assert next(iter(house.record().pages.values())).acknowledged_at is None


def test_what_was_signed_once_is_done_once(house: House, client: TestClient) -> None:
    """Whoever sends a signed request again within its five minutes does nothing; Slack's own ones are never the same twice."""
    house.do("declare", title="Checkout fails", service="shop")
    before = len(house.sentences())
    form = {"command": "/stanch", "text": "say INC-1 rolled back", "user_id": "U0ADA", "trigger_id": "1.2"}
    answers = [_post(house, client, "/hooks/slack/command", urlencode(form).encode()) for _ in range(3)]
    assert len({answer.text for answer in answers}) == 1 and answers[0].status_code == 200
    assert len(house.sentences()) == before + 1
    _post(house, client, "/hooks/slack/command", urlencode({**form, "trigger_id": "1.3"}).encode())
    assert len(house.sentences()) == before + 2


def _press(house: House, client: TestClient, value: str, member: str = "U0ADA") -> int:
    actions = [{"action_id": "acknowledge", "type": "button", "value": value}]
    payload = {"type": "block_actions", "user": {"id": member}, "actions": actions}
    body = urlencode({"payload": json.dumps(payload)}).encode()
    return int(_post(house, client, "/hooks/slack/interactive", body).status_code)


def test_a_press_on_the_button_acknowledges_for_who_pressed_it(house: House, client: TestClient) -> None:
    house.do("declare", title="Checkout is down", actor="grace")
    assert _press(house, client, "INC-1", "U0EVE") == 200 and _press(house, client, "INC-7") == 200
    assert _press(house, client, "close INC-1") == 200
    assert next(iter(house.record().pages.values())).acknowledged_at is None
    assert _press(house, client, "INC-1", "U0BEN") == 200
    assert next(iter(house.record().pages.values())).acknowledged_by == "ben"
    assert _post(house, client, "/hooks/slack/interactive", b"payload=%7B").status_code == 422


def test_the_key_1_on_the_phone_acknowledges_and_another_does_not(house: House, client: TestClient) -> None:
    house.do("declare", title="Checkout is down", actor="grace")
    house.settle()
    path = house.pager.sent[0][1].acknowledge_url.partition("8080")[2] + "/call"
    for digits, says in (
        ("2", "not the key 1"),
        ("", "not the key 1"),
        ("1", "You have INC-1"),
        ("1", "Ada has INC-1"),
    ):
        answer = client.post(path, data={"Digits": digits, "CallSid": "CA1"})
        assert answer.status_code == 200 and answer.headers["content-type"].startswith("text/xml")
        assert says in answer.text and answer.text.startswith("<Response><Say>")
    assert next(iter(house.record().pages.values())).acknowledged_by == "ada"
    assert client.post(path.replace("/call", "x/call"), data={"Digits": "1"}).status_code == 403
    assert client.get(path).status_code == 405
    house.clock.forward(days=2)
    assert "too old" in client.post(path, data={"Digits": "1"}).text
