"""Capturing evidence never delays the action, also when everything that is asked hangs (R24)."""

import socket
import statistics
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from stanch.integrations import http_probe, prometheus
from stanch.kernel.actor import Actor
from stanch.kernel.command import REGISTRY
from stanch.kernel.filling import fill
from stanch.kernel.policy import Mitigation, Policy
from stanch.main import Stanch, open_stanch
from stanch.ports import Applied, EvidenceItem, Preview, Say, World
from stanch.prepare.settings import Settings
from stanch.prepare.yaml_file import convert

pytestmark = [pytest.mark.slow, pytest.mark.alone]
RUNS = 25


class Stopwatch:
    """A mitigator that notes when it was called; asking it for the state before takes for ever."""

    name = "stopwatch"

    def __init__(self) -> None:
        self.called: dict[str, float] = {}
        self.going = threading.Event()

    def run(self, arguments: Any, say: Say) -> Applied:
        self.called[arguments["word"]] = time.monotonic()
        return Applied("done")

    def preview(self, arguments: Any) -> Preview:
        return Preview("would note the time")

    def describe(self, arguments: Any) -> list[EvidenceItem]:
        self.going.wait(60)
        return []

    def offers(self, address: str) -> list[Mitigation]:
        return []


@pytest.fixture
def hanging() -> Iterator[int]:
    """A Prometheus that accepts connections and never answers."""
    with socket.create_server(("127.0.0.1", 0), backlog=256) as listener:
        kept: list[socket.socket] = []

        def accept() -> None:
            try:
                while True:
                    kept.append(listener.accept()[0])
            except OSError:
                pass  # closed: the test is over

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        for one in kept:
            one.close()


def started(folder: Path, watch: Stopwatch, port: int) -> Stanch:
    tools = [
        {"name": f"m{n}", "title": f"M{n}", "kind": "custom", "adapter": "stopwatch", "target": f"t{n}", "run": {"word": f"m{n}"}}
        for n in range(RUNS)
    ]  # fmt: skip
    criteria = [{"name": f"c{n}", "source": "prometheus", "query": f"up{n}", "below": 1} for n in range(6)]
    shop = {"name": "shop", "mitigations": tools, "criteria": criteria}
    settings = Settings(
        data=folder,
        database_url=f"sqlite:///{folder}/stanch.db",
        secret_key="k" * 32,
        policy=convert({"services": {"shop": shop}}, Policy, "test"),
    )
    silent = prometheus.build(prometheus.Settings(f"http://127.0.0.1:{port}", timeout=30))
    world = World(
        {}, {}, {"stopwatch": watch}, {"prometheus": silent}, {"http": http_probe.build(http_probe.Settings())}
    )
    stanch = open_stanch(settings=settings, world=world)
    stanch.engine.start()
    return stanch


def delays(stanch: Stanch, watch: Stopwatch) -> list[float]:
    """Seconds from the confirmation's commit to the adapter's call, for each run."""
    command, found = REGISTRY["mitigate"], []
    for number in range(RUNS):
        word = f"m{number}"
        values = {"incident": "INC-1", "mitigation": word, "confirm": word}
        with stanch.application.uow(Actor("ada"), "cli") as uow:
            command.handle(uow, fill(command, values))
        began = time.monotonic()
        while word not in watch.called and time.monotonic() - began < 20:
            time.sleep(0.0005)
        found.append(watch.called[word] - began)
    return found


def measured(folder: Path, port: int, *, evidence: bool) -> list[float]:
    folder.mkdir()
    watch = Stopwatch()
    stanch = started(folder, watch, port)
    try:
        if not evidence:
            handler: Any = stanch.engine.outbox.handlers["evidence"]
            handler.wanted = lambda uow, effect: False
        with stanch.application.uow(Actor("ada"), "cli") as uow:
            REGISTRY["declare"].handle(uow, fill(REGISTRY["declare"], {"title": "Slow", "service": "shop"}))
        return delays(stanch, watch)
    finally:
        watch.going.set()
        stanch.engine._stopping.set()
        stanch.application.database.close()


def test_evidence_adds_under_50_ms_to_the_start_although_prometheus_hangs(tmp_path: Path, hanging: int) -> None:
    without = measured(tmp_path / "without", hanging, evidence=False)
    beside = measured(tmp_path / "beside", hanging, evidence=True)
    added = statistics.median(beside) - statistics.median(without)
    worst = sorted(beside)[int(RUNS * 0.95)] - sorted(without)[int(RUNS * 0.95)]
    print(f"evidence adds {added * 1000:.1f} ms at the median, {worst * 1000:.1f} ms at the 95th percentile")
    assert added < 0.05 and worst < 0.05, (sorted(beside), sorted(without))
