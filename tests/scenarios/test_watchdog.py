"""stanch is watched by another stanch: its engine's sign of life is the other's heartbeat."""

import time
from pathlib import Path
from typing import Any

import pytest
import urllib3

from stanch.detect import heartbeats
from stanch.detect.watchdog import WatchdogHandler
from stanch.kernel.policy import Heartbeat
from stanch.web.intake.heartbeats import token_of
from tests.browser.house import House, running
from tests.components.process import wait_until


def state(house: House) -> Any:
    with house.stanch.application.reading() as uow:
        return heartbeats.find(uow, "the other stanch")


@pytest.mark.slow
def test_one_stanch_watches_another_and_alerts_when_its_engine_stops(tmp_path: Path) -> None:
    with running(tmp_path / "watcher") as watcher:
        with watcher.stanch.application.uow() as uow:
            heartbeats.define(uow, "the other stanch", Heartbeat(every=1, grace=1))
        token = token_of(watcher.stanch.settings.secret_key, "the other stanch")
        with running(tmp_path / "watched", watchdog=f"{watcher.url}/hooks/heartbeats/{token}") as watched:
            wait_until(lambda: state(watcher)["last_beat"] is not None, 10)
            time.sleep(3)
            assert not state(watcher)["silent"], "it is heard again and again"
            assert urllib3.request("GET", f"{watched.url}/readyz").status == 200
        wait_until(lambda: state(watcher)["silent"], 10)


@pytest.mark.slow
def test_an_engine_that_does_not_move_is_not_ready_and_gives_no_sign_of_life(tmp_path: Path) -> None:
    with running(tmp_path / "house") as house:
        house.stanch.application.liveness._came_round["digest"] = (
            time.monotonic() - 60
        )  # as if its turn hung for a minute
        house.stanch.engine._stopping.set()
        assert urllib3.request("GET", f"{house.url}/readyz").status == 503
        with pytest.raises(Exception, match="the heartbeat is not sent"):
            WatchdogHandler(house.stanch.application).perform(None)  # type: ignore[arg-type]
