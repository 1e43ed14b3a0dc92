"""Kill -9 at random moments around offering and acknowledging a role: it moves once each time, and both are told (R35, P1)."""

import os
import random
import threading
import time
from pathlib import Path
from typing import Any

import pytest
import urllib3
import yaml

from stanch.demo.cli import Server
from stanch.identity import credentials, people
from stanch.kernel.clock import SystemClock
from stanch.main import open_stanch
from stanch.prepare.settings import load
from tests.components.process import free_port, wait_until
from tests.end_to_end.phones import Phones

# Two kills for each handoff; ``STANCH_HANDOFFS=15`` makes thirty.
HANDOFFS = int(os.environ.get("STANCH_HANDOFFS", "2"))


class Killed:
    """A server that is killed while it is asked, and started again; whoever asks goes on until there is an answer."""

    def __init__(self, folder: Path, phones: Phones, chance: random.Random) -> None:
        self.chance, port = chance, free_port()
        contacts = {name: {"name": name, "reach": [f"webhook:{phones.url}/{name}"]} for name in ("ada", "ben")}
        values = {
            "data": str(folder / "data"),
            "port": port,
            "integrations": {"webhook": {}},
            "policy": {"contacts": contacts},
        }
        config = folder / "stanch.yaml"
        config.write_text(yaml.safe_dump(values))
        database, now = open_stanch(settings=load(config, {})).application.database, SystemClock().now()
        self.tokens = {}
        for name in ("ada", "ben"):
            people.add(database, name, now, password="a long password")
            self.tokens[name] = credentials.create_token(database, name, now, "test")
        database.close()
        self.server = Server(config, port)
        self.server.start()

    def kill(self) -> None:
        time.sleep(self.chance.uniform(0, 0.25))
        assert self.server.process is not None
        self.server.process.kill()
        self.server.process.wait()
        self.server.start()

    def ask(self, person: str, method: str, path: str, body: Any = None, key: str = "") -> Any:
        """One Idempotency-Key for every attempt."""
        headers = {"Authorization": f"Bearer {self.tokens[person]}"} | ({"Idempotency-Key": key} if key else {})
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            try:
                answer = urllib3.request(
                    method, self.server.url + path, json=body, headers=headers, timeout=5.0, retries=False
                )
            except (urllib3.exceptions.HTTPError, OSError):
                time.sleep(0.05)
                continue
            assert answer.status == 200, answer.data
            return answer.json()
        raise AssertionError("nobody answers")

    def ask_while_killed(self, person: str, body: Any, key: str) -> Any:
        killer = threading.Thread(target=self.kill)
        killer.start()
        time.sleep(self.chance.uniform(0, 0.25))
        answer = self.ask(person, "POST", "/api/v1/incidents/INC-1/handoffs", body, key)
        killer.join()
        return answer


def told(phones: Phones, name: str) -> set[str]:
    """The keys of what somebody got who has handed a role over; a message that was repeated has one."""
    return {
        page.data["key"] for page in phones.pages if page.to == name and "You are not any more" in page.data["text"]
    }


@pytest.mark.slow
def test_a_role_moves_once_for_each_handoff(tmp_path: Path) -> None:
    seed = random.randrange(10**6)
    phones = Phones()
    stanch = Killed(tmp_path, phones, random.Random(seed))
    try:
        stanch.ask(
            "ada", "POST", "/api/v1/incidents", {"title": "Checkout outage", "incident_commander": "me"}, "declare"
        )
        holders = ["ada", "ben"] * HANDOFFS
        for number in range(HANDOFFS):
            outgoing, to = holders[number], holders[number + 1]
            stanch.ask_while_killed(outgoing, {"to": to, "summary": f"summary {number}."}, f"offer {number}")
            said = stanch.ask_while_killed(to, {"acknowledge": True}, f"take {number}")
            assert said["message"] == "You are now IC of INC-1.", f"seed {seed}"
        wait_until(lambda: len(told(phones, "ada")) + len(told(phones, "ben")) >= HANDOFFS, 20, lambda: f"seed {seed}")
        shown = stanch.ask("ada", "GET", "/api/v1/incidents/INC-1")
        kinds = [entry["kind"] for entry in shown["timeline"]]
        assert kinds.count("handoff_offered") == kinds.count("handoff_answered") == HANDOFFS, f"seed {seed}"
        assert kinds.count("role_taken") == HANDOFFS + 1, f"seed {seed}"
        assert shown["roles"]["incident_commander"] == holders[HANDOFFS], f"seed {seed}"
        assert {handoff["standing"] for handoff in shown["handoffs"]} == {"acknowledged"}, f"seed {seed}"
        lost = holders[:HANDOFFS]
        assert {name: len(told(phones, name)) for name in ("ada", "ben")} == {
            name: lost.count(name) for name in ("ada", "ben")
        }, f"seed {seed}"
        assert stanch.ask("ada", "GET", "/api/v1/verify")[0]["wrong"] is None
    finally:
        if stanch.server.process:
            stanch.server.process.kill()
            stanch.server.process.wait()
        phones.stop()
