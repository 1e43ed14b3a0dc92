"""Kill -9 at random moments while a chat runs: nothing said or told is lost or doubled, and the pin is right (R30, R34, P1).

Four kills against the strict local Slack; ``make kills`` kills more often, ``STANCH_CHAT=matrix`` against Synapse, ``STANCH_DATABASE=postgresql`` on PostgreSQL.
"""

import os
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import urllib3
import yaml

from stanch.identity import credentials, people
from stanch.kernel.clock import SystemClock
from stanch.main import open_stanch
from stanch.prepare.settings import load
from tests.components.kills import kills
from tests.components.process import Process, answers, wait_until
from tests.components.slack import APP_TOKEN, BOT_TOKEN, SlackServer
from tests.components.synapse import Synapse
from tests.conftest import need
from tests.contracts.matrix_town import MatrixTown
from tests.contracts.slack_town import SlackTown

KILLS = kills(4)
MATRIX = os.environ.get("STANCH_CHAT") == "matrix"


class Stanch(Process):
    """``stanch serve`` with a chat. ``database_url``: empty for SQLite."""

    def __init__(self, folder: Path, town: Any, database_url: str = "") -> None:
        super().__init__(folder, None)
        prefix = "matrix" if MATRIX else "slack"
        chats: dict[str, dict[str, str]] = {
            "matrix_chat": {"homeserver": town.server.url, "token_env": "MATRIX_CHAT_TOKEN", "lobby": town.lobby},
            "slack_chat": {"token_env": "SLACK_CHAT_TOKEN", "app_token_env": "SLACK_CHAT_APP", "base_url": town.server.url},
        }  # fmt: skip
        contacts = {name: {"name": name.title(), "names": [f"{prefix}:{town.people[name]}"]} for name in ("ada", "ben")}
        settings = {
            "data": str(folder / "data"), "port": self.port, "policy": {"contacts": contacts},
            "integrations": {f"{prefix}_chat": chats[f"{prefix}_chat"]},
        } | ({"database_url": database_url} if database_url else {})  # fmt: skip
        self.config = folder / "stanch.yaml"
        self.config.write_text(yaml.safe_dump(settings))
        self.headers = {"Authorization": f"Bearer {self._token()}"}

    def _token(self) -> str:
        """Ada's, made before the server runs."""
        stanch = open_stanch(settings=load(self.config, {}))
        database, now = stanch.application.database, SystemClock().now()
        people.add(database, "ada", now, password="a long password")
        token = credentials.create_token(database, "ada", now, "test")
        database.close()
        return token

    def command(self) -> list[str]:
        return [sys.executable, "-m", "stanch", "--config", str(self.config), "serve"]

    def ready(self) -> bool:
        return answers(f"{self.url}/readyz")

    def ask(self, method: str, path: str, body: Any = None, key: str = "") -> Any:
        """Until it is answered: with one Idempotency-Key for every attempt."""
        deadline = time.monotonic() + 60
        headers = self.headers | ({"Idempotency-Key": key} if key else {})
        while time.monotonic() < deadline:
            try:
                answer = urllib3.request(
                    method, self.url + path, json=body, headers=headers, timeout=10.0, retries=False
                )
            except urllib3.exceptions.HTTPError:
                time.sleep(0.05)
                continue
            assert answer.status == 200, answer.data
            return answer.json()
        raise AssertionError("nobody answers")


@contextmanager
def town_of(folder: Path, patch: pytest.MonkeyPatch) -> Iterator[Any]:
    if MATRIX:
        need("synapse")
        with Synapse(folder / "synapse") as server:
            matrix = MatrixTown(server, "MATRIX_CHAT_TOKEN")
            patch.setenv("MATRIX_CHAT_TOKEN", matrix.bot)
            yield matrix
    else:
        patch.setenv("SLACK_CHAT_TOKEN", BOT_TOKEN)
        patch.setenv("SLACK_CHAT_APP", APP_TOKEN)
        with SlackServer(resend=1.0) as slack:
            yield SlackTown(slack)


def room_of(server: Stanch) -> str:
    """Its id, once it is in the record."""
    found: list[str] = []

    def look() -> bool:
        timeline = server.ask("GET", "/api/v1/incidents/INC-1")["timeline"]
        found[:] = [entry["facts"]["room"] for entry in timeline if entry["kind"] == "channel_opened"]
        return bool(found)

    wait_until(look, 30)
    return found[0]


@pytest.mark.slow
def test_nothing_said_or_told_is_lost_or_doubled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    database = request.getfixturevalue("postgres_url") if os.environ.get("STANCH_DATABASE") == "postgresql" else ""
    seed = random.randrange(10**6)
    chance = random.Random(seed)
    with town_of(tmp_path, monkeypatch) as town, Stanch(tmp_path, town, database) as server:
        server.ask("POST", "/api/v1/incidents", {"title": "Checkout outage"}, "declare")
        room = room_of(server)
        wait_until(lambda: _seated(town, room), 30)
        spoken, written, asked = list[str](), list[str](), dict[str, str]()
        for kill in range(KILLS):
            for _ in range(chance.randrange(1, 5)):
                spoken.append(f"spoken {len(spoken)}.")
                town.say("ada", room, spoken[-1])
            written.append(f"written {len(written)}.")
            server.ask("POST", "/api/v1/incidents/INC-1/notes", {"text": written[-1]}, written[-1])
            impact = f"impact {kill}"
            asked[town.say("ada", room, f"!stanch impact {impact}")] = impact
            time.sleep(chance.uniform(0, 1.2))
            server.kill()
            spoken.append(f"spoken {len(spoken)}.")
            town.say("ada", room, spoken[-1])
            server.start()
        written.append("the last.")
        server.ask("POST", "/api/v1/incidents/INC-1/notes", {"text": "the last."}, "last")
        wait_until(lambda: _settled(server, town, room, spoken, asked), 60, lambda: f"seed {seed}: {town.seen(room)}")
        timeline = server.ask("GET", "/api/v1/incidents/INC-1")["timeline"]
        lines = [entry["sentence"] for entry in timeline]
        assert [line for line in lines if line.startswith("spoken ")] == spoken, f"seed {seed}"
        said = [entry["facts"].get("text") for entry in timeline if entry["kind"] == "impact_set"]
        assert said == list(asked.values()), f"seed {seed}"
        seen = town.seen(room)
        told = Counter(
            line for _, text in seen.values() for line in text.split("\n") if line.startswith(("written", "the last"))
        )
        assert told == {f"{line} (ada)": 1 for line in written}, f"seed {seed}"
        pinned = town.pinned(room)
        assert len(pinned) == 1 and f"Customer impact: impact {KILLS - 1}" in seen[pinned[0]][1], f"seed {seed}"
        assert sum("Severity: " in text and "Next update: " in text for _, text in seen.values()) == 1, f"seed {seed}"
        assert sum(text.startswith("Customer impact of INC-1 noted") for _, text in seen.values()) == len(asked), (
            f"seed {seed}"
        )
        assert server.ask("GET", "/api/v1/verify")[0]["wrong"] is None


def _seated(town: Any, room: str) -> bool:
    """Ada sits in the room, once she is invited."""
    if not MATRIX:
        return town.people["ada"] in town.members(room)
    if room in town.invitations("ada"):
        town.join("ada", room)
        return True
    return False


def _settled(server: Stanch, town: Any, room: str, spoken: list[str], asked: dict[str, str]) -> bool:
    """Everything has arrived on both sides at least once."""
    time.sleep(0.3)
    lines = [entry["sentence"] for entry in server.ask("GET", "/api/v1/incidents/INC-1")["timeline"]]
    texts = [text for _, text in town.seen(room).values()]
    answered = sum(text.startswith("Customer impact of INC-1 noted") for text in texts)
    summary = f"Customer impact: {list(asked.values())[-1]}\n"
    last = any("the last." in text for text in texts) and any(summary in text for text in texts)
    return set(spoken) <= set(lines) and answered >= len(asked) and last
