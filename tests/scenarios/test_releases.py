"""Releases seen by watching become deploys on record: once, whatever crashes, and together with what a webhook tells (R17)."""

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from stanch.detect import deploys, releases
from stanch.ports import ChangeEvent, Failed, Release, Watched
from tests.scenarios.house import POLICY, House, Lever, opened

BOUND: dict[str, Any] = copy.deepcopy(POLICY)
BOUND["services"]["shop"]["runs_on"] = ["lever:shop/deployment/web"]


class Watcher(Lever):
    """Answers each look with what the test has put there; the bookmark counts the looks that were kept."""

    def __init__(self) -> None:
        super().__init__()
        self.going_out: list[Release] = []
        self.bookmarks: list[str] = []
        self.away = ""

    def watch(self, addresses: list[str], bookmark: str) -> Watched:
        assert addresses == ["shop/deployment/web"]
        self.bookmarks.append(bookmark)
        if self.away:
            raise Failed(self.away, again=True)
        seen = int(bookmark or 0)
        return Watched(self.going_out[seen:], str(len(self.going_out)))


@pytest.fixture
def house(database_url: str, tmp_path: Path) -> Iterator[House]:
    for house in opened(database_url, tmp_path, BOUND):
        bind(house, Watcher())
        yield house


def bind(house: House, watcher: Watcher) -> None:
    house.lever = watcher
    house.application.world.mitigators["lever"] = watcher
    house.stanch.seed()


def went_out(house: House, release: str, identity: str = "", **more: Any) -> Release:
    return Release("shop/deployment/web", release, house.clock.now(), identity or release, **more)


def recorded(house: House) -> list[tuple[str, str, bool]]:
    with house.application.reading() as uow:
        rows = uow.tx.all("SELECT * FROM deploys WHERE service = 'shop' ORDER BY deployed_at, id")
        return [(row["release"], row["summary"], bool(row["reversible"])) for row in rows]


def watcher_of(house: House) -> Watcher:
    assert isinstance(house.lever, Watcher)
    return house.lever


def test_a_release_is_recorded_once_and_lifts_the_rollback(house: House) -> None:
    watcher_of(house).going_out.append(went_out(house, "v2", summary="deploy v2 by ci #43", previous="v1"))
    house.wait(seconds=30)
    assert recorded(house) == [("v2", "deploy v2 by ci #43", True)]
    house.do("declare", title="Checkout fails", service="shop")
    rollback = next(line for line in house.do("mitigations", incident="INC-1") if line["name"] == "rollback")
    assert any("v2" in reason for reason in rollback["reasons"])


def test_a_crash_between_the_look_and_its_record_sees_it_again_once(house: House) -> None:
    watcher_of(house).going_out.append(went_out(house, "v2"))
    leased = [effect for effect in house.outbox.lease(50, lane="waiting") if effect.kind == "releases"]
    assert len(leased) == 1
    watcher = watcher_of(house)
    house.crash()
    bind(house, watcher)
    house.wait(seconds=30)
    assert recorded(house) == [("v2", "", True)]
    assert watcher.bookmarks[0] == "" and watcher.bookmarks[-1] == "1"


def test_more_that_is_known_later_is_added(house: House) -> None:
    watcher_of(house).going_out.append(went_out(house, "v2"))
    house.wait(seconds=10)
    again = went_out(house, "v2", summary="deploy v2", reversible=False, reason="the job db-up migrates with it")
    watcher_of(house).going_out.append(again)
    house.wait(seconds=10)
    assert recorded(house) == [("v2", "deploy v2", False)]


@pytest.mark.parametrize("first", ["webhook", "watch"])
def test_what_a_webhook_tells_too_is_one_deploy(house: House, first: str) -> None:
    def tell() -> None:
        with house.application.uow() as uow:
            told = ChangeEvent(
                "shop", "v2", uow.now, identity="argocd/key/shop", reversible=False, reason="it drops a column"
            )
            deploys.record(uow, told, "argocd")

    def watch() -> None:
        watcher_of(house).going_out.append(went_out(house, "v2", summary="by ci"))
        house.wait(seconds=10)

    for step in (tell, watch) if first == "webhook" else (watch, tell):
        step()
        house.wait(seconds=10)
    assert recorded(house) == [("v2", "by ci", False)]


def test_going_back_to_a_release_within_minutes_is_another_deploy(house: House) -> None:
    with house.application.uow() as uow:
        for release in ("v1", "v2"):
            deploys.record(
                uow,
                ChangeEvent(
                    "shop", release, uow.now - (60 if release == "v1" else 30) * 1_000_000, identity=f"ci/{release}"
                ),
                "ci",
            )
    watcher_of(house).going_out.append(went_out(house, "v1", summary="back to what ran before"))
    house.wait(seconds=10)
    assert [release for release, _, _ in recorded(house)] == ["v1", "v2", "v1"]


def test_a_system_that_is_away_is_said_and_asked_again(house: House) -> None:
    watcher_of(house).away = "the cluster cannot be reached"
    house.wait(seconds=30)
    with house.application.reading() as uow:
        assert releases.troubles(uow) == ["releases of lever are not seen: the cluster cannot be reached"]
    watcher_of(house).away = ""
    watcher_of(house).going_out.append(went_out(house, "v2"))
    house.wait(seconds=30)
    assert recorded(house) == [("v2", "", True)]
    with house.application.reading() as uow:
        assert releases.troubles(uow) == []


def test_what_is_bound_no_longer_is_watched_no_longer(house: House) -> None:
    house.wait(seconds=10)
    house.application.policy().services["shop"].runs_on.clear()
    house.wait(seconds=30)
    looks = len(watcher_of(house).bookmarks)
    house.wait(seconds=30)
    assert len(watcher_of(house).bookmarks) == looks


def test_watching_waits_in_a_lane_of_its_own(house: House) -> None:
    """Neither a page nor a probe ever waits behind it."""
    house.wait(seconds=10)
    house.clock.moment += 60_000_000
    for lane in ("urgent", "looking"):
        assert all(effect.kind != "releases" for effect in house.outbox.lease(50, lane=lane))
    assert [effect.kind for effect in house.outbox.lease(50, lane="waiting")] == ["releases"]
