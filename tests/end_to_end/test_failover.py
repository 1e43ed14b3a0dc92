"""The database goes away under two replicas and comes back (P3): everything waits, then goes on; nothing is lost or run twice."""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import urllib3
import yaml

from stanch.demo.cli import Server
from stanch.main import open_stanch
from stanch.timeline.record import Record
from tests.components.postgres import Postgres
from tests.components.process import free_port, wait_until
from tests.end_to_end.test_kill_pages import KEY, Phone, send

ALERTS, AWAY_SECONDS = 40, 4.0
pytestmark = [pytest.mark.slow, pytest.mark.real, pytest.mark.needs("postgresql")]


@pytest.fixture
def postgres(tmp_path: Path) -> Iterator[Postgres]:
    """A database of its own, since it is killed."""
    with Postgres(tmp_path / "postgres", durable=True) as postgres:
        yield postgres


def configure(folder: Path, port: int, database_url: str, phone: Phone, marks: Path) -> Path:
    folder.mkdir()
    tool = {
        "name": "slow", "title": "Slow", "kind": "custom", "adapter": "command", "target": "shop", "observe_seconds": 2,
        "run": {"argv": ["sh", "-c", f"echo begun >> {marks}; sleep 2; echo ended"]}, "undo": {"argv": ["true"]},
    }  # fmt: skip
    values = {
        "data": str(folder / "data"), "port": port, "database_url": database_url, "secret_key": "k" * 40,
        "intake_keys": {"k": KEY}, "integrations": {"webhook": {}},
        "policy": {
            "storm_after": 10 * ALERTS, "rules": [{"at_once": True, "name": "all"}],
            "services": {"shop": {"name": "shop", "mitigations": [tool]}},
            "escalation": {"default": {"steps": [{"notify": ["ada"], "wait": 600}], "repeat": 0}},
            "contacts": {"ada": {"name": "ada", "reach": [f"webhook:{phone.url}"]}},
        },
    }  # fmt: skip
    config = folder / "stanch.yaml"
    config.write_text(yaml.safe_dump(values))
    return config


def ask(server: Server, method: str, path: str, token: str = "", **values: Any) -> urllib3.BaseHTTPResponse:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return urllib3.request(
        method, server.url + path, json=values or None, headers=headers, timeout=40, retries=False, redirect=False
    )


def test_a_database_that_goes_away_pauses_everything_and_loses_nothing(postgres: Postgres, tmp_path: Path) -> None:
    url, phone, marks = postgres.create_database(), Phone(), tmp_path / "marks"
    ports = [free_port(), free_port()]
    configs = [configure(tmp_path / f"replica-{n}", port, url, phone, marks) for n, port in enumerate(ports)]
    servers = [Server(config, port) for config, port in zip(configs, ports, strict=True)]
    try:
        for server in servers:
            server.start()
        servers[0].local("user", "add", "ben", "--admin")
        token = servers[0].local("token", "create", "ben")
        assert ask(servers[0], "POST", "/api/v1/incidents", token, title="Checkout fails", service="shop").status == 200
        started = ask(servers[1], "POST", "/api/v1/incidents/INC-1/mitigations", token, mitigation="slow", confirm="go")
        assert started.status == 200, started.data
        wait_until(marks.exists, 20)

        postgres.kill()  # the mitigation is running, and its answer comes while nobody can write it down
        senders = [threading.Thread(target=send, args=(servers[n % 2], f"service-{n}")) for n in range(ALERTS)]
        for sender in senders:
            sender.start()
        _says_so_and_answers(servers[0], token)
        time.sleep(AWAY_SECONDS)
        postgres.start()
        for sender in senders:
            sender.join(60)

        wait_until(lambda: _paged(phone) == ALERTS + 1, 30, lambda: f"only {_paged(phone)} of {ALERTS + 1} were paged")
        assert len(records(configs[0])) == ALERTS + 1
        (run,) = records(configs[0])[0].runs.values()
        assert marks.read_text() == "begun\n"
        assert run.ok is True, "its answer was known, and is not lost"
    finally:
        for server in servers:
            server.stop()


def _says_so_and_answers(server: Server, token: str) -> None:
    """No hang and no traceback: a 503 that says what is wrong, and what can be done."""
    began = time.monotonic()
    answers = [
        ask(server, "POST", "/hooks/prometheus/api/v2/alerts", KEY),
        ask(server, "GET", "/api/v1/incidents", token),
        ask(server, "GET", "/readyz"),
    ]
    assert Counter(answer.status for answer in answers) == {503: 3}, [answer.data for answer in answers]
    assert b"database" in answers[1].data
    assert b"Traceback" not in b"".join(answer.data for answer in answers)
    assert time.monotonic() - began < 30


def _paged(phone: Phone) -> int:
    return len({incident for _, _, incident in phone.arrived})


def records(config: Path) -> list[Record]:
    stanch = open_stanch(config)
    with stanch.application.reading() as uow:
        found = [uow.record(row["id"]) for row in uow.tx.all("SELECT id FROM incidents ORDER BY number")]
    stanch.application.database.close()
    return found
