"""An incident that two people run wholly from a chat has the same record as one from the page and one from the CLI (R30)."""

import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest
import uvicorn
from click.testing import CliRunner
from starlette.testclient import TestClient

from stanch.chat.reader import ChatReader
from stanch.cli import stanch as command_line
from stanch.cli.place import Place
from stanch.identity import credentials
from stanch.kernel.clock import SystemClock
from stanch.kernel.command import REGISTRY
from stanch.kernel.errors import NotFound
from stanch.timeline.facts.prompting import Prompted
from stanch.web.app import create_app
from tests.components.process import free_port, wait_until
from tests.components.slack import APP_TOKEN, BOT_TOKEN, SIGNING, SlackServer
from tests.components.synapse import Synapse
from tests.conftest import need
from tests.contracts.matrix_town import MatrixTown
from tests.contracts.slack_town import SlackTown
from tests.scenarios.house import House

Step = tuple[str, str, str, dict[str, Any]]
# Who, what they write in the chat, the command that this is, and its values.
STEPS: list[Step] = [
    ("ada", "declare Checkout outage service=shop severity=sev2", "declare", {"title": "Checkout outage", "service": "shop", "severity": "sev2"}),
    ("ada", "ack", "ack", {}),
    ("ada", "role ic ben", "role", {"role": "incident_commander", "person": "ben"}),
    ("ben", "", "say", {"text": "503 since the release, <b>all</b> zones & both clusters"}),
    ("ada", "role ops", "role", {"role": "operations_lead"}),
    ("ben", "impact A third of checkouts fail", "impact", {"text": "A third of checkouts fail"}),
    ("ada", "hypothesis Release v2 breaks payments", "hypothesis", {"text": "Release v2 breaks payments"}),
    ("ben", "criteria propose", "criteria", {"propose": True}),
    ("ada", "mitigate rollback confirm=go", "mitigate", {"mitigation": "rollback", "confirm": "go"}),
    ("ben", "update “We have rolled back and watch”", "update", {"text": "We have rolled back and watch"}),
    ("ben", "phase resolve", "phase", {"phase": "resolve"}),
    ("ada", "resolve cause_unknown", "resolve", {"cause_unknown": True}),
    ("ben", "close", "close", {}),
]  # fmt: skip
PAUSES = {"mitigate": 100, "phase": 5}
DIFFERS = {"room", "name", "url", "page", "run", "key"}


def facts(house: House, incident: str) -> list[tuple[str, str, str]]:
    """The record: kinds, facts and authors, without moments and the ids that are new each time."""
    with house.application.reading() as uow:
        entries = uow.entries(incident)
    found = []
    for entry in entries:
        stated = {k: v for k, v in msgspec.to_builtins(entry.facts).items() if k not in DIFFERS}
        text = re.sub(
            r"\d{10,}|\d\d:\d\d(:\d\d)?( UTC)?|run-[0-9a-f]+|[A-Z]+-[0-9A-Z]{8,}|INC-\d+",
            "#",
            json.dumps(stated, sort_keys=True),
        )
        found.append((entry.kind, text, entry.author))
    return found


def play(house: House, do: Callable[[Step, str], None]) -> str:
    """Run the incident step by step, with the same pauses; answers with its id."""
    house.gauge.values = {"errors": 0.3}
    incident = ""
    for step in STEPS:
        if step[2] == "mitigate":
            house.gauge.values["errors"] = 0.001
        do(step, incident)
        house.wait(seconds=PAUSES.get(step[2], 5))
        if not incident:
            incident = str(house.do("incidents", actor="ada", limit=1)[0]["id"])
    return incident


class Chatting:
    """Both people in the town, and the one who listens to them."""

    def __init__(self, house: House, town: Any, chat: Any) -> None:
        self.house, self.town, self.chat = house, town, chat
        self.listener = ChatReader(house.application, chat)
        self.listener.turn()
        self.listener.turn()
        self.room = ""
        self.heard: Callable[[], None] = lambda: None

    def do(self, step: Step, incident: str) -> None:
        who, line, _, values = step
        if incident and not self.room:
            with self.house.application.reading() as uow:
                row = uow.tx.one("SELECT room FROM chat_rooms WHERE incident = :i", i=incident)
            assert row is not None
            self.room = row["room"]
            self.town.join("ada", self.room)
        if who == "ben" and self.town.people["ben"] not in self.town.members(self.room):
            self.town.join("ben", self.room)
        text = f"!stanch {line}" if line else values["text"]
        message = self.town.say(who, self.room or self.town.lobby, text)
        for _ in range(20):
            self.listener.turn(0.5)
            with self.house.application.reading() as uow:
                if uow.tx.one("SELECT 1 AS yes FROM chat_heard WHERE id = :id", id=message):
                    break
        else:
            raise AssertionError(f"'{text}' was not heard")
        self.house.settle()


def over_the_api(house: House, tokens: dict[str, dict[str, str]]) -> Callable[[Step, str], None]:
    client = TestClient(create_app(house.stanch), follow_redirects=False)

    def do(step: Step, incident: str) -> None:
        path = REGISTRY[step[2]].path.replace("{incident}", incident)
        answer = client.post(path, json=step[3], headers=tokens[step[0]])
        assert answer.status_code == 200, answer.text

    return do


def from_the_page(house: House) -> Callable[[Step, str], None]:
    """The forms that the page sends, each person signed in."""
    browsers = {}
    for person in ("ada", "ben"):
        secret = credentials.open_session(house.application.database, person, house.clock.now())
        browsers[person] = TestClient(
            create_app(house.stanch), cookies={"stanch_session": secret}, follow_redirects=False
        )

    def do(step: Step, incident: str) -> None:
        values = {name: "1" if value is True else value for name, value in step[3].items()}
        form = values | ({"incident": incident} if REGISTRY[step[2]].needs_incident else {})
        headers = {"Sec-Fetch-Site": "same-origin", "Accept": "text/html"}
        answer = browsers[step[0]].post(f"/do/{step[2]}", data=form, headers=headers)
        assert answer.status_code == 303, answer.text

    return do


def from_the_command_line(house: House, monkeypatch: pytest.MonkeyPatch) -> Callable[[Step, str], None]:
    monkeypatch.setattr(Place, "stanch", property(lambda self: house.stanch))

    def do(step: Step, incident: str) -> None:
        command = REGISTRY[step[2]]
        words = [incident] if command.needs_incident else []
        words += [step[3][name] for name in command.positional if name in step[3]]
        for name, value in step[3].items():
            if name not in command.positional:
                words += [f"--{name.replace('_', '-')}", *([] if value is True else [value])]
        ran = CliRunner().invoke(command_line, ["--as", step[0], step[2], *words])
        assert ran.exit_code == 0, ran.output

    return do


@contextmanager
def served(house: House) -> Iterator[str]:
    """The addresses of this stanch, for events over HTTP."""
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(create_app(house.stanch), port=port, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    wait_until(lambda: server.started)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join()


@pytest.fixture(params=["matrix", "slack over Socket Mode", "slack over HTTP"])
def town(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    for name, value in {"SLACK_CHAT_TOKEN": BOT_TOKEN, "SLACK_CHAT_APP": APP_TOKEN, "SLACK_SIGNING": SIGNING}.items():
        monkeypatch.setenv(name, value)
    if request.param == "matrix":
        need("synapse")
        with Synapse(tmp_path / "synapse") as server:
            town = MatrixTown(server, "MATRIX_CHAT_TOKEN")
            monkeypatch.setenv("MATRIX_CHAT_TOKEN", town.bot)
            yield town, town.chat(lobby=town.lobby), "matrix"
        return
    with SlackServer() as slack:
        here = SlackTown(slack)
        chat = here.chat(app_token_env="" if "HTTP" in request.param else "SLACK_CHAT_APP")
        yield here, chat, "slack"


def the_house(here: Any, chat: Any, prefix: str, url: str, folder: Path) -> House:
    """With contacts who have accounts in the town, and the world's time, by which Slack signs."""
    house = House(url, folder)
    house.application.database.close()
    contacts = {
        key: contact | {"names": [f"{prefix}:{here.people[key]}"] if key in here.people else []}
        for key, contact in house.policy["contacts"].items()
    }
    house.policy = house.policy | {"contacts": contacts}
    house.chats[prefix] = chat
    house.clock.moment = SystemClock().now()
    house.open()
    if prefix == "slack":
        house.stanch.settings.integrations["slack_chat"] = {"signing_secret_env": "SLACK_SIGNING"}
    return house


def questions_are_withdrawn(house: House, here: Any, room: str, pin: str) -> None:
    """R11: what was asked in the room and answered elsewhere says so where it stands, and offers nothing any more."""
    seen = {message: text for message, (_, text) in here.seen(room).items() if message != pin}
    with house.application.reading() as uow:
        asked = {e.facts.text.splitlines()[0] for e in uow.entries("INC-1") if isinstance(e.facts, Prompted)}
    answered = [text for text in seen.values() if "Answered: " in text]
    assert answered and all(any(text in said for text in asked) for said in answered)
    assert not [text for text in seen.values() if ": !stanch " in text or ": /stanch " in text], "no choice is left"


def test_the_record_is_the_same_from_every_face(
    town: Any, sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, chat, prefix = town
    house = the_house(here, chat, prefix, sqlite_url, tmp_path)
    chatting = Chatting(house, here, chat)
    if prefix == "slack" and not chat.settings.app_token_env:
        with served(house) as url:
            here.server.events_url = f"{url}/hooks/slack/events"
            by_chat = play(house, chatting.do)
            assert {status for _, status in here.server.deliveries} == {200}
            assert here.server.post(here.server.events_url, {"type": "url_verification", "challenge": "x"}) == 200
            assert here.server.post(here.server.events_url, {}, {"X-Slack-Signature": "v0=forged"}) == 401
        here.server.events_url = "http://127.0.0.1:9"
    else:
        by_chat = play(house, chatting.do)
    tokens = {person: house.bearer(person) for person in ("ada", "ben")}
    by_page = play(house, from_the_page(house))
    by_cli = play(house, from_the_command_line(house, monkeypatch))
    assert facts(house, by_chat) == facts(house, by_page) == facts(house, by_cli)
    if prefix == "matrix":  # once is enough: the API carries out the same command
        assert facts(house, play(house, over_the_api(house, tokens))) == facts(house, by_page)
    kinds = [kind for kind, _, _ in facts(house, by_chat)]
    assert {"declared", "acknowledged", "role_taken", "said", "mitigation_applied", "outcome_measured", "update_posted", "resolved", "closed"} <= set(kinds)  # fmt: skip
    pinned = here.pinned(chatting.room)
    assert len(pinned) == 1 and "Status: closed, Learn" in here.seen(chatting.room)[pinned[0]][1]
    told = "\n".join(text for _, text in here.seen(chatting.room).values())
    for line in ("Incident Commander", "Roll back the shop", "We have rolled back and watch", "Resolved", "Closed"):
        assert line in told
    questions_are_withdrawn(house, here, chatting.room, pinned[0])
    with pytest.raises(NotFound):
        house.do("show", actor="eve", incident="INC-99")
    if prefix == "matrix":
        assert not here.may_write("ada", chatting.room)
    house.application.database.close()
