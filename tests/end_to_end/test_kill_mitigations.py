"""Kills -9 across start, run and observation of mitigations, two replicas on PostgreSQL (P3, P4): none twice, none forgotten."""

import json
import random
import threading
import time
from pathlib import Path
from typing import Any

import pytest
import urllib3
import yaml

from stanch.demo.cli import Server
from stanch.main import open_stanch
from stanch.timeline.run import Run
from tests.components.kills import kills
from tests.components.process import free_port, wait_until

KILLS, OBSERVE_SECONDS = kills(8), 2.0
pytestmark = pytest.mark.slow


class Measured:
    """What the criterion reads: a document with one number."""

    def __init__(self) -> None:
        from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

        class Answer(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = b'{"errors": 0.2}'
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: Any) -> None:
                """Silent."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}/health.json"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


def configure(folder: Path, port: int, database_url: str, measured: Measured, marks: Path) -> Path:
    folder.mkdir()
    tools = [
        {"name": f"m{n}", "title": f"M{n}", "kind": "custom", "adapter": "command", "target": f"target {n}",
         "observe_seconds": OBSERVE_SECONDS,
         # Appending one line is atomic: two runs leave two lines.
         "run": {"argv": ["sh", "-c", f"echo begun >> {marks}/m{n}; sleep 0.3; echo ended"]},
         "undo": {"argv": ["true"]}}
        for n in range(KILLS * 3)
    ]  # fmt: skip
    criteria = [{"name": "errors", "source": "http_json", "query": f"{measured.url}#errors", "below": 0.01}]
    values = {
        "data": str(folder / "data"), "port": port, "database_url": database_url, "secret_key": "k" * 40,
        "policy": {"criteria_every": 0.5, "services": {"shop": {"name": "shop", "mitigations": tools, "criteria": criteria}}},
    }  # fmt: skip
    config = folder / "stanch.yaml"
    config.write_text(yaml.safe_dump(values))
    return config


class People:
    """Start mitigations, as people do: on whichever replica answers, with one confirmation for each intended run."""

    def __init__(self, servers: list[Server], token: str, dice: random.Random) -> None:
        self.servers, self.token, self.dice = servers, token, dice
        self.confirmed: list[str] = []

    def post(self, path: str, **values: Any) -> dict[str, Any]:
        """Again on another replica until one has answered; the same confirmation each time."""
        for _ in range(200):
            server = self.dice.choice(self.servers)
            try:
                answer = urllib3.request(
                    "POST", f"{server.url}{path}", json=values, headers={"Authorization": f"Bearer {self.token}"},
                    timeout=10, retries=False,
                )  # fmt: skip
                if answer.status < 300:
                    return dict(json.loads(answer.data))
                assert answer.status >= 500, answer.data
            except (urllib3.exceptions.HTTPError, OSError):
                pass  # killed just now; the other one, or again
            time.sleep(0.1)
        raise AssertionError(f"{path} was never answered")

    def mitigate(self) -> None:
        name = f"m{len(self.confirmed)}"
        self.post("/api/v1/incidents/INC-1/mitigations", mitigation=name, confirm=f"yes {name}")
        self.confirmed.append(name)


def test_kills_of_two_replicas_run_no_mitigation_twice_and_forget_none(postgres_url: str, tmp_path: Path) -> None:
    seed = random.randrange(10**6)
    dice = random.Random(seed)
    measured, marks = Measured(), tmp_path / "marks"
    marks.mkdir()
    ports = [free_port(), free_port()]
    configs = [configure(tmp_path / str(n), port, postgres_url, measured, marks) for n, port in enumerate(ports)]
    servers = [Server(config, port) for config, port in zip(configs, ports, strict=True)]
    try:
        for server in servers:
            server.start()
        servers[0].local("user", "add", "ada", "--admin")
        people = People(servers, servers[0].local("token", "create", "ada"), dice)
        people.post("/api/v1/incidents", title="Checkout fails", service="shop")
        people.post("/api/v1/incidents/INC-1/criteria", propose=True)
        for _ in range(KILLS):
            people.mitigate()
            # From before the lease to after the outcome: at any of these moments the process may end.
            time.sleep(dice.uniform(0, 0.9))
            victim = dice.choice(servers)
            assert victim.process is not None
            victim.process.kill()
            victim.process.wait()
            victim.start()
        wait_until(
            lambda: all(run.outcome or run.ok is False for run in runs(configs[0])),
            60,
            f"some run is forgotten, seed {seed}",
        )
    finally:
        for server in servers:
            server.stop()
        measured.server.shutdown()
        measured.server.server_close()
    judge(runs(configs[0]), people.confirmed, marks, seed)


def runs(config: Path) -> list[Run]:
    stanch = open_stanch(config)
    try:
        with stanch.application.reading() as uow:
            return list(uow.record("INC-1").runs.values())
    finally:
        stanch.application.database.close()


def judge(found: list[Run], confirmed: list[str], marks: Path, seed: int) -> None:
    said = f"seed {seed}"
    assert sorted(run.mitigation for run in found) == sorted(confirmed), f"each confirmation is one run, {said}"
    times = {run.mitigation: _lines(marks / run.mitigation) for run in found}
    assert max(times.values()) == 1, f"ran twice: {[name for name, n in times.items() if n > 1]}, {said}"
    applied = [run for run in found if run.ok]
    unknown = [run for run in found if run.ok is None]
    assert all(times[run.mitigation] == 1 for run in applied), said
    assert all(run.outcome is not None for run in applied), said
    assert all(run.outcome == "unknown" for run in unknown), said
    assert len(applied) + len(unknown) == len(found), said
    assert applied, said
    happened = sum(times[run.mitigation] for run in unknown)
    print(
        f"{said}: {KILLS} kills, {len(found)} runs, none twice; {len(applied)} applied and judged, {len(unknown)} left unknown "
        f"to a person ({happened} of them had run)"
    )


def _lines(path: Path) -> int:
    return len(path.read_text().splitlines()) if path.exists() else 0
