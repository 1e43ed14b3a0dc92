"""Planned work: on the page by the clock, wakes nobody while it runs, and what still fires at its end is judged anew (R33, R1)."""

import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from icalendar import Calendar

from stanch.kernel.clock import iso
from stanch.kernel.errors import Conflict, Denied, Invalid, NotFound
from stanch.web.app import create_app
from tests.scenarios.house import POLICY, House, opened

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient


@pytest.fixture
def house(database_url: str, tmp_path: Path) -> Iterator[House]:
    services = {**POLICY["services"], "mails": {"name": "mails", "public_name": "Order mails"}, "db": {"name": "db"}}
    for house in opened(database_url, tmp_path, {**POLICY, "services": services}):
        house.stanch.seed()
        yield house


@pytest.fixture
def client(house: House) -> Iterator[TestClient]:
    with TestClient(create_app(house.stanch)) as client:
        yield client


def at(house: House, minutes: float) -> str:
    return iso(house.clock.now() + int(minutes * 60_000_000))


def plan(house: House, services: list[str], start: float = 30, end: float = 90, **more: Any) -> str:
    done = house.do(
        "maintenance",
        title="New payment database",
        services=services,
        starts=at(house, start),
        ends=at(house, end),
        **more,
    )
    return str(done.id)


def works(client: TestClient, which: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get(f"/status/api/v2/scheduled-maintenances{which}.json").json()[
        "scheduled_maintenances"
    ]
    return found


def disposition(house: House) -> tuple[str, str]:
    with house.application.reading() as uow:
        row = uow.tx.one("SELECT disposition, reason FROM signals")
    assert row
    return row["disposition"], row["reason"]


def test_it_begins_and_ends_by_the_clock_with_a_post_each(house: House, client: TestClient) -> None:
    plan(house, ["Checkout"], text="Payments may take a minute.")
    (work,) = works(client, "/upcoming")
    assert (work["status"], work["impact"], work["components"][0]["status"]) == (
        "scheduled",
        "maintenance",
        "operational",
    )
    assert "Payments may take a minute." in client.get("/status/").text
    house.wait(minutes=31, step=30)
    (work,) = works(client, "/active")
    assert work["status"] == "in_progress" and work["components"][0]["status"] == "under_maintenance"
    assert client.get("/status/api/v2/status.json").json()["status"]["indicator"] == "maintenance"
    house.crash()
    with TestClient(create_app(house.stanch)) as client:
        house.wait(minutes=60, step=30)
        assert works(client, "/active") == works(client, "/upcoming") == []
        (work,) = works(client, "")
        assert work["status"] == "completed" and [u["status"] for u in work["incident_updates"]] == [
            "completed",
            "in_progress",
            "scheduled",
        ]
        assert work["components"][0]["status"] == "operational"


def test_its_signals_wake_nobody_and_what_still_fires_at_its_end_is_judged_anew(house: House) -> None:
    plan(house, ["shop"], start=1, end=60)
    house.wait(minutes=2)
    house.alert(fingerprint="f1")
    house.alert(fingerprint="f2", severity="page", name="AtOnce")
    house.wait(minutes=50, step=30)
    assert house.pager.sent == [] and disposition(house) == ("", "")
    house.alert(fingerprint="f2", firing=False, name="AtOnce")
    with house.application.reading() as uow:
        assert (uow.tx.one("SELECT reason FROM signals WHERE fingerprint = 'f2'") or {})[
            "reason"
        ] == "cleared while the planned work MNT-1 ran"
    house.wait(minutes=10, step=30)
    assert [to for to, _ in house.pager.sent][:1] == ["ada"]
    with house.application.reading() as uow:
        row = uow.tx.one("SELECT disposition, reason FROM signals WHERE fingerprint = 'f1'")
    assert (
        row and row["disposition"] == "incident" and "still firing when the planned work MNT-1 ended" in row["reason"]
    )


def test_an_early_end_judges_at_once_and_other_services_page_as_ever(house: House) -> None:
    work = plan(house, ["shop"], start=1, end=60)
    house.wait(minutes=2)
    house.alert(fingerprint="other", service="mails")
    house.wait(minutes=2)
    assert len(house.pager.sent) == 1
    house.alert(fingerprint="f1")
    house.wait(minutes=2)
    assert len(house.pager.sent) == 1
    house.do("maintenance-post", maintenance=work, state="cancelled", text="Not today.")
    house.settle()
    assert len(house.pager.sent) == 2
    with pytest.raises(Conflict, match="is cancelled"):
        house.do("maintenance-post", maintenance=work, state="in_progress")


def test_another_time_moves_it_and_calendars_see_a_cancelled_one(house: House, client: TestClient) -> None:
    work = plan(house, ["shop"])
    house.do("maintenance-post", maintenance=work, starts=at(house, 60), ends=at(house, 120))
    house.wait(minutes=45, step=60)
    assert works(client, "/active") == []
    (event,) = Calendar.from_ical(client.get("/status/maintenance.ics").content).walk("VEVENT")
    first = event["SEQUENCE"]
    house.do("maintenance-post", maintenance=work, state="cancelled")
    (event,) = Calendar.from_ical(client.get("/status/maintenance.ics").content).walk("VEVENT")
    assert event["STATUS"] == "CANCELLED" and event["SEQUENCE"] > first
    assert works(client, "")[0]["status"] == "completed"


def test_work_on_what_is_not_public_wakes_nobody_and_stands_nowhere(house: House, client: TestClient) -> None:
    plan(house, ["db"], start=1, end=60)
    house.wait(minutes=2)
    house.alert(service="db")
    house.wait(minutes=3)
    assert house.pager.sent == [] and works(client, "") == [] and "New payment" not in client.get("/status/").text


def test_an_incident_beside_it_outweighs_it_on_the_page(house: House, client: TestClient) -> None:
    plan(house, ["shop"], start=1, end=60)
    house.wait(minutes=2)
    house.do("declare", title="x", service="shop")
    house.do(
        "status", incident="INC-1", state="investigating", text="Some payments fail.", components=["shop=major_outage"]
    )
    assert works(client, "/active")[0]["components"][0]["status"] == "major_outage"
    house.do("status", incident="INC-1", state="resolved", text="All payments work again.")
    assert works(client, "/active")[0]["components"][0]["status"] == "under_maintenance"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"services": ["nothing"]}, "not on the status page"), ({"services": [" "]}, "Which services"), ({"starts": "soon"}, "is not a time"),
        ({"ends": "2020-01-01"}, "before it begins"), ({"starts": "2020-01-01", "ends": "2020-01-02"}, "is in the past"),
        ({"ends": "2030-01-01"}, "longer than a month"), ({"text": "Ask Grace about […]"}, "Customers would read this"),
    ],
)  # fmt: skip
def test_bad_plans_are_refused_in_words(house: House, change: dict[str, Any], said: str) -> None:
    values = {"title": "Work", "services": ["shop"], "starts": at(house, 10), "ends": at(house, 20)}
    with pytest.raises(Invalid, match=said):
        house.do("maintenance", **{**values, **change})
    with pytest.raises(NotFound):
        house.do("maintenance-post", maintenance="MNT-99")


def test_it_needs_the_word_of_those_who_approve(database_url: str, tmp_path: Path) -> None:  # R8
    for house in opened(database_url, tmp_path, {**POLICY, "public_approval": ["grace"]}):
        values = {"title": "Work", "services": ["shop"], "starts": at(house, 10), "ends": at(house, 20)}
        with pytest.raises(Denied, match="the word of Grace"):
            house.do("maintenance", actor="ben", **values)
        assert house.do("maintenance", actor="grace", **values).id == "MNT-1"
        assert house.do("maintenances")[0]["state"] == "scheduled"
