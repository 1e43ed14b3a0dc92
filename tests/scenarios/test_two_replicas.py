"""Two replicas on PostgreSQL digest one journal at the same time: nothing is lost, nothing is opened twice (P3)."""

import threading
from pathlib import Path
from typing import Any

from stanch.detect.digest import digest
from stanch.integrations import alertmanager
from tests.scenarios.house import POLICY, House
from tests.scenarios.test_poison import alertmanager_post, put, states

SERVICES, ALERTS, COPIES = 6, 5, 4


def replica(url: str, folder: Path, clock: Any) -> House:
    house = House(url, folder, {**POLICY, "hold": 0, "storm_after": 1000})
    house.clock = clock
    house.stanch.application.clock = clock
    return house


def test_two_digesters_open_one_incident_for_each_service_and_lose_nothing(postgres_url: str, tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    first = House(postgres_url, tmp_path / "a", {**POLICY, "hold": 0, "storm_after": 1000})
    second = replica(postgres_url, tmp_path / "b", first.clock)
    for copy in range(COPIES):
        for number in range(SERVICES * ALERTS):
            labels = {"alertname": f"A{number}", "service": f"service-{number % SERVICES}", "severity": "page"}
            put(first, alertmanager_post(labels, fingerprint=f"f{number}", startsAt=f"2026-05-14T10:00:0{copy}Z"))
    sources: Any = {"alertmanager": alertmanager.build(alertmanager.Settings())}
    failed: list[Exception] = []
    gate = threading.Barrier(2)

    def work(house: House) -> None:
        gate.wait()
        try:
            # Small bites, so that both have something to do all the time.
            import stanch.detect.digest as module

            module.BATCH = 7
            while digest(house.application, sources):
                house.timers.run_due()
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=work, args=(house,)) for house in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    for _ in range(5):
        first.timers.run_due()
        second.timers.run_due()
    assert failed == []
    assert {state for state, _ in states(first)} == {"digested"}
    with first.application.reading() as uow:
        signals = uow.tx.all("SELECT fingerprint, repeats, incident FROM signals")
        incidents = uow.tx.all("SELECT id, service FROM incidents")
    assert len(signals) == SERVICES * ALERTS
    assert {row["repeats"] for row in signals} == {COPIES}
    assert sorted(row["service"] for row in incidents) == sorted(f"service-{n}" for n in range(SERVICES))
    assert all(row["incident"] for row in signals)
    for house in (first, second):
        house.application.database.close()


def test_people_and_the_engine_never_wait_for_each_other(postgres_url: str, tmp_path: Path) -> None:
    """Criteria are set again and again while two engines measure them and run their clocks: nobody meets a deadlock."""
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    first = House(postgres_url, tmp_path / "a", {**POLICY, "criteria_every": 0.001})
    second = replica(postgres_url, tmp_path / "b", first.clock)
    first.gauge.values["errors"] = second.gauge.values["errors"] = 0.0
    first.do("declare", title="Checkout fails", service="shop")
    failed: list[Exception] = []
    over = threading.Event()

    def engine(house: House) -> None:
        try:
            while not over.is_set():
                first.clock.moment += 2_000
                house.timers.run_due()
                for effect in house.outbox.lease(5):
                    house.outbox.work(effect)
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=engine, args=(house,)) for house in (first, second)]
    for thread in threads:
        thread.start()
    try:
        for number in range(150):
            first.do("criteria", incident="INC-1", propose=True, hold=60 + number)
            second.do("say", incident="INC-1", text=f"line {number}")
    except Exception as error:
        failed.append(error)
    finally:
        over.set()
        for thread in threads:
            thread.join(30)
    assert failed == []
    for house in (first, second):
        house.application.database.close()
