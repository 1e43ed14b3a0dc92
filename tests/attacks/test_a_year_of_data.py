"""A folder that has lived is as quick as a new one: no statement on the way to a page reads a large table through."""

from pathlib import Path
from typing import Any

from bench.year_of_data import fill
from stanch.detect.digest import digest
from stanch.engine import retention
from stanch.engine.due import due
from stanch.kernel.clock import DAY
from stanch.main import load_world
from tests.attacks.plans import complaints, recorded
from tests.scenarios.house import POLICY, House

WATCHED: dict[str, Any] = {
    **POLICY,
    "keep_raw": 400 * DAY // 1_000_000,
    "heartbeats": {"backup": {"every": 60}},
    "services": {
        "shop": {
            **POLICY["services"]["shop"],
            "probes": [{"name": "front", "url": "http://127.0.0.1:1/"}],
            "saturation": [{"name": "load", "source": "gauge", "query": "load", "below": 0.9}],
        }
    },
}
ALERT = b'[{"labels":{"alertname":"%s","service":"%s","severity":"page"},"annotations":{"summary":"burns"}}]'


def post(house: House, name: bytes, service: bytes) -> None:
    with house.application.uow() as uow:
        uow.tx.execute(
            "INSERT INTO intake (intake_key, format, received_at, body, state, note) VALUES ('k', 'prometheus', :now, :body, 'new', '')",
            now=uow.now, body=ALERT % (name, service),
        )  # fmt: skip
    digest(house.application, load_world({}).sources)


def live(house: House) -> None:
    """Idle, intake, folding, an incident, its page, its acknowledgement, watching, its end, and what comes back."""
    engine = house.stanch.engine
    for _ in range(2):
        digest(house.application, {})
        house.timers.run_due()
        for lane in due(house.application, house.outbox).lanes:
            for effect in house.outbox.lease(5, lane=lane):
                house.outbox.work(effect)
    house.stanch.seed()
    engine.outbox.reclaim()
    house.settle()
    for name, service in ((b"Burn", b"shop"), (b"Burn", b"service-3"), (b"Stray", b"")):
        post(house, name, service)
    house.wait(minutes=3, step=10)
    assert house.pager.sent
    incident = house.do("incidents", status="live")[-1]["id"]
    house.do("ack", incident=incident)
    house.wait(minutes=2, step=10)
    house.alert(firing=False, fingerprint="f1")
    with house.application.uow() as uow:
        retention.run_due(uow)


def test_no_statement_that_runs_while_idle_on_intake_or_on_the_way_to_a_page_reads_a_large_table_through(  # P2
    database_url: str, tmp_path: Path
) -> None:
    house = House(database_url, tmp_path, WATCHED)
    try:
        counted = fill(house.application.database, house.clock.now())
        assert counted["intake"] == 400_000 and counted["signals"] == 50_000 and counted["incidents"] == 2_000
        steps: dict[str, int] = {}
        with recorded(house.application.database, steps) as seen:
            live(house)
        for table in ("intake", "signals", "incidents", "entries", "outbox", "timers", "surveys", "heartbeats"):
            assert any(f" {table} " in statement for statement in seen), f"nothing read {table}"
        found = complaints(house.application.database, seen, steps)
        assert not found, "\n".join(found)
    finally:
        house.application.database.close()
