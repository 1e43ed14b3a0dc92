"""Silence is an alert (R13)."""

from pathlib import Path
from typing import Any

from stanch.detect import heartbeats
from stanch.detect.digest import fold
from stanch.ports import Alert, Beat, Received
from tests.scenarios.house import POLICY, House, opened

BEATS: dict[str, Any] = {
    "backup": {"every": 3600, "grace": 300, "service": "shop"},
    "prometheus": {"every": 60, "grace": 60, "match": {"alertname": "Watchdog"}},
}


def listening(database_url: str, folder: Path) -> Any:
    for house in opened(database_url, folder, {**POLICY, "heartbeats": BEATS}):
        with house.application.uow() as uow:
            heartbeats.seed(uow)
        yield house


def hear(house: House, *received: Received) -> None:
    with house.application.uow(source="alert") as uow:
        fold(uow, list(received), "cron")


def state(house: House, name: str) -> str:
    return next(row["state"] for row in house.do("heartbeats") if row["heartbeat"] == name)


def watchdog(firing: bool = True) -> Alert:
    labels = {"alertname": "Watchdog", "severity": "none"}
    return Alert("w1", "Watchdog", firing, 1, None if firing else 2, labels, {})


def test_a_heartbeat_sleeps_until_its_first_beat_and_pages_when_it_falls_silent(
    database_url: str, tmp_path: Path
) -> None:
    for house in listening(database_url, tmp_path):
        house.wait(hours=3, step=600)
        assert state(house, "backup") == "waits for its first beat"
        assert house.pager.sent == []
        hear(house, Beat("backup"))
        house.wait(minutes=64, step=60)
        assert state(house, "backup") == "heard"
        house.wait(minutes=2, step=5)
        assert state(house, "backup") == "silent"
        assert [address for address, _ in house.pager.sent] == ["ada"]
        assert house.record().title == "backup has not been heard of for 1 h 05 min"
        hear(house, Beat("backup"))
        assert state(house, "backup") == "heard"
        assert not next(iter(house.record().signals.values())).firing


def test_a_sender_that_says_it_failed_alerts_at_once(database_url: str, tmp_path: Path) -> None:
    for house in listening(database_url, tmp_path):
        hear(house, Beat("backup", failed=True, text="disk full"))
        house.settle()
        assert house.record().title == "backup says that it failed: disk full"
        hear(house, Beat("nobody knows this one"))


def test_the_watchdog_of_prometheus_is_a_heartbeat_and_no_signal(database_url: str, tmp_path: Path) -> None:
    for house in listening(database_url, tmp_path):
        for _ in range(5):
            hear(house, watchdog())
            house.wait(seconds=60, step=30)
        assert house.do("signals") == []
        house.wait(minutes=2, step=5)
        assert state(house, "prometheus") == "silent"
        assert house.record().title.startswith("prometheus has not been heard of")


def test_after_our_own_absence_every_heartbeat_gets_a_full_interval(database_url: str, tmp_path: Path) -> None:
    for house in listening(database_url, tmp_path):
        hear(house, Beat("backup"))
        house.clock.forward(hours=9)  # nothing ran: the machine was suspended
        house.settle()
        assert state(house, "backup") == "heard"
        house.wait(minutes=66, step=10)
        assert state(house, "backup") == "silent"


def test_after_a_restart_every_heartbeat_gets_a_full_interval(database_url: str, tmp_path: Path) -> None:
    for house in listening(database_url, tmp_path):
        hear(house, Beat("backup"))
        house.clock.forward(minutes=64)
        house.crash()
        with house.application.uow() as uow:
            heartbeats.after_absence(uow)
        house.wait(minutes=30, step=60)
        assert state(house, "backup") == "heard"


def test_a_heartbeat_that_is_no_longer_configured_is_forgotten_and_its_alert_ends(
    database_url: str, tmp_path: Path
) -> None:
    for house in listening(database_url, tmp_path):
        hear(house, Beat("backup", failed=True))
        house.settle()
        house.policy = {**POLICY, "heartbeats": {}}
        house.crash()
        with house.application.uow() as uow:
            heartbeats.seed(uow)
        assert house.do("heartbeats") == []
        assert not next(iter(house.record().signals.values())).firing


def test_raw_bodies_go_after_their_time_and_unread_ones_stay(house: House) -> None:
    from stanch.engine import retention

    with house.application.uow() as uow:
        rows = [{"at": uow.now, "state": state} for state in ("digested", "unparsable", "new")]
        uow.tx.many(
            "INSERT INTO intake (intake_key, format, received_at, body, state, note) VALUES ('k', 'f', :at, :body, :state, '')",
            [{**row, "body": b"x"} for row in rows],
        )
        retention.run_due(uow)
    house.wait(days=6, step=3600)
    with house.application.reading() as uow:
        assert len(uow.tx.all("SELECT * FROM intake")) == 3
    house.wait(days=2, step=3600)
    with house.application.reading() as uow:
        assert [row["state"] for row in uow.tx.all("SELECT state FROM intake")] == ["new"]
