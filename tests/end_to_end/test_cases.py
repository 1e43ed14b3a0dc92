"""Every folder of tests/data/cases (what senders really sent) through a real server: no page lost, none false (R1, P8)."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import urllib3
import yaml

from stanch.demo.cli import Server
from stanch.detect.commands.signals import SignalRow, Signals, list_signals
from stanch.main import open_stanch
from tests.components.process import free_port, wait_until
from tests.end_to_end.phones import Phones

CASES = Path(__file__).parent.parent / "data" / "cases"
FOLDERS = {path.name: path for path in CASES.iterdir()}
# What is still under way: deliveries to read, alerts that are held, pages to send.
UNDER_WAY = (
    "SELECT 1 AS one FROM intake WHERE state = 'new'",
    "SELECT 1 AS one FROM signals WHERE hold_until IS NOT NULL",
    "SELECT 1 AS one FROM outbox WHERE kind = 'page' AND state IN ('waiting', 'running')",
)


class House:
    """A running server, its phone, and one integration key for each story."""

    def __init__(self, folder: Path, database_url: str, phones: Phones) -> None:
        self.phones, port = phones, free_port()
        self.keys = {name: f"key-of-{name}" for name in [*(path[:2] for path in FOLDERS), "eu", "us"]}
        values = {
            "data": str(folder / "data"), "port": port, "database_url": database_url, "intake_keys": self.keys,
            "integrations": {"webhook": {}},
            "policy": {
                "hold": 1, "storm_after": 1000, "contacts": {"ada": {"name": "Ada", "reach": [f"webhook:{phones.url}/ada"]}},
                "escalation": {"default": {"steps": [{"notify": ["ada"], "wait": 600}]}},
                "services": {"checkout": {"name": "checkout"}},
            },
        }  # fmt: skip
        config = folder / "stanch.yaml"
        config.write_text(yaml.safe_dump(values))
        self.server = Server(config, port)
        self.server.start()
        self.reading = open_stanch(config)

    def post(self, path: str, case: str, name: str, key: str = "") -> None:
        (folder,) = (found for found in FOLDERS.values() if found.name.startswith(case))
        answer = urllib3.request(
            "POST", f"{self.server.url}/hooks/{path}", body=(folder / name).read_bytes(),
            headers={"Authorization": f"Bearer {self.keys[key or case]}"},
        )  # fmt: skip
        assert answer.status < 300, answer.data

    def settle(self) -> None:
        """Until all that was posted is read, every hold is over and every page has left."""

        def settled() -> bool:
            with self.reading.application.reading() as uow:
                return not any(uow.tx.one(sql) for sql in UNDER_WAY)

        wait_until(settled, 60)

    def signals(self, key: str) -> list[SignalRow]:
        with self.reading.application.reading() as uow:
            return [row for row in list_signals(uow, Signals(limit=500)) if row.origin == key]

    def states(self, key: str) -> list[tuple[str, str]]:
        return sorted((row.name, row.state) for row in self.signals(key))

    def pages(self) -> list[str]:
        return sorted(page.data["title"] + " " + page.data["text"] for page in self.phones.pages)

    def paged(self, words: str) -> int:
        """How many pages say this; a prompt that names the incident is none."""
        return sum(words in told and "Severity: " in told for told in self.pages())

    def notes(self, key: str) -> str:
        with self.reading.application.reading() as uow:
            rows = uow.tx.all("SELECT state, note FROM intake WHERE intake_key = :key", key=key)
        return "; ".join(f"{row['state']}: {row['note']}" for row in rows)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def house(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder, phones = tmp_path_factory.mktemp("house"), Phones()
    if request.param == "sqlite":
        url = f"sqlite:///{folder / 'stanch.db'}"
    else:
        url = request.getfixturevalue("postgres_cluster").create_database()
    house = House(folder, url, phones)
    yield house
    house.reading.application.database.close()
    house.server.stop()
    phones.stop()


@pytest.fixture(scope="module")
def posted(house: House) -> House:
    """Everything is posted first, so that all of it waits out the hold once."""
    for name in ("1-db1-alerting.json", "2-db2-alerting.json", "5-title-changes-alerting.json"):
        house.post("generic", "01", name)
    house.post("generic", "02", "1-cpu-open.json")
    house.post("generic", "02", "2-disk-open.json")
    house.post("alertmanager", "03", "alertmanager-0.18.json")
    for path in sorted(FOLDERS["04-one-bad-alert"].iterdir()):
        house.post("alertmanager", "04", path.name)
    house.post("alertmanager", "05", "1-by-key-eu-firing.json", "eu")
    house.post("alertmanager", "05", "2-by-key-us-firing.json", "us")
    for path in sorted(FOLDERS["06-severity-words"].iterdir()):
        house.post("generic", "06", path.name)
    house.post("generic", "07", "sns-1-alarm.json")
    house.post("generic", "07", "uptime-kuma-1-down.json")
    house.post("alertmanager", "22", "body.json")
    house.settle()
    for name in ("3-db2-ok.json", "6-title-changes-ok.json"):
        house.post("generic", "01", name)
    house.post("generic", "02", "3-unrelated-ok.json")
    house.post("alertmanager", "05", "3-by-key-us-resolved.json", "us")
    house.post("generic", "07", "sns-2-ok.json")
    house.post("generic", "07", "uptime-kuma-2-up.json")
    house.settle()
    return house


@pytest.mark.slow
def test_signals_that_have_a_key_of_their_own_are_known_by_it(posted: House) -> None:
    """Case 01: two things of one title are two, and an end ends only what it names, whatever its title."""
    lag = {row.summary: row.state for row in posted.signals("01")}
    assert lag == {"db1": "firing", "db2": "resolved", "gw-3": "resolved"}
    assert posted.paged("db1") == 1 and posted.paged("db2") == 1 and posted.paged("gw-3") == 1
    posted.post("generic", "01", "4-db1-ok-nothing-but-the-key.json")
    wait_until(lambda: {row.state for row in posted.signals("01")} == {"resolved"}, 10)
    assert len(posted.signals("01")) == 3


@pytest.mark.slow
def test_bodies_with_nothing_to_know_them_by_are_separate(posted: House) -> None:
    """Case 02: two signals, two pages; an end that names something else ends neither."""
    assert posted.states("02") == [("cpu", "firing"), ("disk", "firing")]
    assert posted.paged("CPU of vm-1") == 1 and posted.paged("Disk of vm-2") == 1


@pytest.mark.slow
def test_an_alert_without_a_fingerprint_pages(posted: House) -> None:
    """Case 03: Alertmanager before 0.19."""
    assert posted.states("03") == [("PaymentsDown", "firing")] and "digested" in posted.notes("03")


@pytest.mark.slow
def test_one_odd_part_costs_only_itself(posted: House) -> None:
    """Case 04: the good alert beside it and the odd one both page, and a note says what was odd."""
    assert [name for name, _ in posted.states("04")] == ["A01", "A02", "A03", "A04", "A07", "A08"]
    assert {row.disposition for row in posted.signals("04")} == {"incident"}
    notes = posted.notes("04")
    assert notes.count("partly") == 3 and "cluster is null" in notes and "port is a number" in notes


@pytest.mark.slow
def test_two_integration_keys_are_two_senders(posted: House) -> None:
    """Case 05: the end of one ends nothing of the other."""
    assert posted.states("eu") == [("KubeNodeNotReady", "firing")]
    assert posted.states("us") == [("KubeNodeNotReady", "resolved")]
    assert posted.paged("node-1 not ready") == 2


@pytest.mark.slow
def test_words_that_ask_nobody_to_act_wake_nobody(posted: House) -> None:
    """Case 06."""
    assert posted.paged("certificate renews") == 0 and posted.paged("queue is empty") == 0
    assert {row.disposition for row in posted.signals("06")} <= {"noise", "ticket"}


@pytest.mark.slow
def test_a_recovery_never_pages(posted: House) -> None:
    """Case 07: Amazon SNS and Uptime Kuma as they are, without a mapping."""
    assert posted.states("07") == [("Shop", "resolved"), ("cpu", "resolved")]
    assert posted.paged("Cpu") == 1 and posted.paged("[Shop]") == 1


@pytest.mark.slow
def test_what_the_sender_left_out_is_said(posted: House) -> None:
    """Case 22."""
    assert "37 more alerts of this group were left out by the sender" in posted.notes("22")
