"""Kill -9 at random moments of an incident: it goes on, the due page leaves, nothing said is gone (P1, P2, P4)."""

import json
import random
import threading
import time
from pathlib import Path

import pytest

from stanch.demo.auto import Drive, report
from stanch.demo.cli import Server, break_shop, drive_all, join, stage
from stanch.demo.shop.ports import free_port
from tests.components.kills import kills

KILLS = kills(6)


class Killer(threading.Thread):
    """Kills the server again and again, each time at a random moment, and starts it again at once."""

    def __init__(self, server: Server, seed: int) -> None:
        super().__init__(daemon=True)
        self.server, self.random = server, random.Random(seed)
        self.kills, self.restarts = 0, list[float]()
        self.enough = threading.Event()

    def run(self) -> None:
        while self.kills < KILLS and not self.enough.wait(self.random.uniform(0.3, 3.0)):
            assert self.server.process is not None
            self.server.process.kill()
            self.server.process.wait()
            self.kills += 1
            began = time.monotonic()
            self.server.start()
            self.restarts.append(time.monotonic() - began)


@pytest.mark.slow
def test_an_incident_survives_kills(tmp_path: Path) -> None:
    seed = random.randrange(10**6)
    with stage(tmp_path, free_port(), 20, False) as (server, shop, phone, _):
        people = join(server)
        killer = Killer(server, seed)
        killer.start()
        break_shop(shop, people)
        drive = Drive(people, server.local, shop.error_rate, 20, print)
        drive_all(drive, None)
        said = []
        while killer.is_alive():
            said.append(f"line {len(said)} was acknowledged")
            drive.ben.run("say", drive.incident, said[-1])
        killer.join()
        assert "hash chain verified" in report(drive, drive.learn(tmp_path)), f"seed {seed}"
        shown = drive.show()
        kept = [entry["sentence"] for entry in shown["timeline"]]
        # P1: what was answered is there, once.
        assert [line for line in kept if line.startswith("line ")] == said, f"seed {seed}"
        # P2: the page left, and carries one key however often it was sent.
        assert phone.pages, f"seed {seed}"
        assert {page["id"] for page in phone.pages} <= {
            r["key"].replace(".", "_") for p in shown["pages"] for r in p["receipts"]
        }
        # R11: a message that only tells is no page, and rings nobody.
        assert {told["id"].partition(":")[0] for told in phone.told} <= {"prompt", "review"}
        # P4: the release tool went back once, whatever was killed in the middle.
        state = json.loads((shop.state / "release.json").read_text())
        assert state["current"]["release"] == "v1"
        assert killer.kills == KILLS
        assert server.local("verify", drive.incident)
