"""Whatever is slow outside holds up nobody: no adapter within a write transaction, one hung way beside a healthy one."""

import threading
import time
from pathlib import Path
from typing import Any

import pytest

from stanch.integrations.generic import Generic, Settings
from stanch.integrations.generic.try_mapping_process import SECONDS as TRY_SECONDS
from stanch.kernel.clock import SystemClock
from stanch.kernel.errors import Conflict
from stanch.kernel.policy import Policy
from stanch.main import open_stanch
from stanch.mitigate import dry_runs
from stanch.ports import Failed, Message, Preview, World
from stanch.prepare import settings
from stanch.prepare.yaml_file import convert
from stanch.timeline.facts.detect import Declared
from tests.scenarios.house import POLICY, Door, Gauge, House, Lever, Pager


def test_a_dry_run_in_the_narration_box_asks_no_adapter_within_the_write_transaction(house: House) -> None:  # P2
    asked: list[str] = []
    house.lever.preview = lambda arguments: asked.append("asked") or Preview("would")  # type: ignore[assignment,func-returns-value]
    house.do("declare", title="down", service="shop")
    done = house.do("chat", incident="INC-1", text="/dry-run rollback")
    assert "only shows something" in done.message and not asked
    with house.application.uow() as uow, pytest.raises(RuntimeError):
        uow.release()


def test_dry_runs_hold_no_snapshot_and_more_than_a_few_at_once_are_refused(house: House) -> None:  # P2
    house.do("declare", title="down", service="shop")
    go, inside = threading.Event(), threading.Semaphore(0)

    def preview(_arguments: Any) -> Preview:
        inside.release()
        go.wait(10)
        return Preview("would pull")

    house.lever.preview = preview  # type: ignore[method-assign]
    said: list[Any] = []
    asking = [
        threading.Thread(target=lambda: said.append(house.do("dry-run", incident="INC-1", mitigation="rollback")))
        for _ in range(dry_runs.AT_ONCE)
    ]
    for each in asking:
        each.start()
    for _ in asking:
        assert inside.acquire(timeout=5)
    with pytest.raises(Conflict, match="under way"):
        house.do("dry-run", incident="INC-1", mitigation="rollback")
    began = time.monotonic()
    house.do("say", incident="INC-1", text="others write meanwhile")
    assert time.monotonic() - began < 2
    go.set()
    for each in asking:
        each.join(10)
    assert [each["would"] for each in said] == ["would pull"] * dry_runs.AT_ONCE


def test_a_mapping_that_would_compute_for_ever_is_stopped_in_a_process_of_its_own() -> None:  # P2
    bomb = "name: to_string(" + "|".join(["[@,@]"] * 40) + ")"
    began = time.monotonic()
    rows, errors = Generic(Settings()).try_mapping(bomb, b'{"a": "text"}', 0)
    assert rows == [] and "was stopped" in errors[0]
    assert time.monotonic() - began < TRY_SECONDS + 3
    assert Generic(Settings()).try_mapping("name: a", b'{"a": "text"}', 0)[0][0]["name"] == "text"


class Hung(Pager):
    """A mail server that takes the connection and never answers."""

    name = "hung"

    def __init__(self) -> None:
        super().__init__()
        self.go = threading.Event()

    def send(self, address: str, message: Message) -> str:
        self.go.wait(30)
        return super().send(address, message)


def test_forty_pages_beside_a_way_that_hangs_leave_by_the_healthy_way_within_two_seconds(  # P2
    database_url: str, tmp_path: Path
) -> None:
    healthy, hung = Pager(), Hung()
    ada = {"name": "Ada", "reach": ["hung:ada", "pager:ada"]}
    policy = {**POLICY, "contacts": {**POLICY["contacts"], "ada": ada}}
    stanch = open_stanch(
        clock=SystemClock(),
        settings=settings.Settings(
            data=tmp_path, database_url=database_url, secret_key="k" * 32, policy=convert(policy, Policy, "t")
        ),
        world=World({}, {"pager": healthy, "hung": hung}, {"lever": Lever()}, {"gauge": Gauge()}, {"http": Door()}),
    )
    stanch.start()
    try:
        for i in range(40):
            with stanch.application.uow() as uow:
                uow.open(Declared(f"down {i}", "shop", uow.now))
        began = time.monotonic()
        while len(healthy.sent) < 40 and time.monotonic() - began < 10:
            time.sleep(0.01)
        assert len(healthy.sent) >= 40
        assert time.monotonic() - began < 2
    finally:
        hung.go.set()
        stanch.stop()


def test_nobody_else_decides_for_how_long_a_page_is_put_off() -> None:  # P2
    assert Failed("busy", again=True, after=1e9).after == 300
    assert Failed("busy", again=True, after=float("inf")).after == 300
    assert Failed("busy", again=True, after=float("nan")).after is None
    assert Failed("busy", again=True, after=-5).after is None
    assert Failed("busy", again=True, after=7).after == 7
