"""What is said must be so with none, too: with nobody to wake, every place says so and what to do (R2, R5, R8)."""

import html
import warnings
from pathlib import Path
from typing import Any

import pytest

from stanch.kernel.contacts import Contact, ContactMethod, EscalationPolicy, EscalationStep
from stanch.kernel.policy import Heartbeat, Policy
from stanch.kernel.schedule import Layer, Schedule, Times
from stanch.prepare import readiness
from stanch.prepare.catalog import mistakes
from stanch.prepare.oncall.rules import never_on_call
from stanch.prepare.reachability import nobody, reachability
from stanch.web.app import create_app
from tests.scenarios.house import POLICY, House, opened

NOBODY: list[tuple[dict[str, Any], str]] = [
    ({}, "there is no contact"),
    ({"eve": {"name": "Eve of the vendor", "kind": "vendor", "reach": ["pager:eve"]}}, "there is no contact"),
    ({"ada": {"name": "Ada"}}, "no contact has a contact method"),
    (
        {"ada": {"name": "Ada", "reach": ["pigeon:ada"]}},
        "no contact has a contact method that a configured notifier serves",
    ),
]


def pages(house: House, *paths: str) -> list[str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Starlette warns about its own choice of client library
        from starlette.testclient import TestClient
    with TestClient(create_app(house.stanch), headers=house.bearer("ada")) as client:
        return [html.unescape(client.get(path).text) for path in paths]


@pytest.mark.parametrize(("contacts", "why"), NOBODY)
def test_every_place_says_that_nobody_would_be_woken(
    database_url: str, tmp_path: Path, contacts: dict[str, Any], why: str
) -> None:
    policy = {**POLICY, "contacts": contacts, "escalation": {}}
    for house in opened(database_url, tmp_path, policy):
        said = f"Nobody would be woken: {why}."
        assert said in house.do("declare", title="Shop is down").message
        (first, *_) = house.do("reachability")
        assert (first["worry"], first["name"]) == ("unreachable", "Nobody") and why in first["text"] and first["do"]
        lacks = [lack["text"] for each in house.do("readiness")["services"] for lack in each["lacks"]]
        assert f"Nobody would be woken: {why}" in lacks
        home, oncall = pages(house, "/", "/oncall")
        assert said in home and "Whoever is on call is paged" not in home
        assert "Everybody whom a page may go to" not in oncall and why in oncall
        for shown in (home, oncall):
            assert "There is no escalation policy either: a page would wake nobody" in shown
            assert "whom they name" not in shown and "whom it names" not in shown


def test_who_cannot_be_woken_is_sent_to_the_profile_first() -> None:
    """R2: whoever signs in adds a contact method there, without the server's file."""
    for contacts in ({}, {"ada": Contact("Ada")}):
        said = nobody(Policy(contacts=contacts), frozenset({"pager"}))
        assert "Add a contact method on your profile, or " in said and said.endswith(", then send a test page.")


def test_with_somebody_nothing_of_it_is_said(house: House) -> None:
    assert house.do("declare", title="Shop is down").message == "INC-1 declared: Shop is down"
    (home,) = pages(house, "/")
    assert "Whoever is on call is paged" in home and "Nobody would be woken" not in home


def test_where_only_a_calendar_names_people_everyone_is_looked_at() -> None:
    by_calendar = EscalationPolicy([EscalationStep(["schedule:cal"])])
    policy = Policy(
        contacts={"ada": Contact("Ada", reach=[ContactMethod("pager:ada")])}, escalation={"default": by_calendar}
    )
    findings = reachability(policy, [], frozenset(["pager"]), 0)
    assert [(each.name, each.worry) for each in findings] == [("Ada", "weak"), ("Ada", "untested")]
    assert nobody(policy, None) == ""


def test_an_empty_catalog_reaches_no_score() -> None:
    assert readiness.report(Policy(), readiness.Around(), 0).services == []


WEEKDAYS = [Times("09:00", "19:00", ["mon", "tue", "wed", "thu", "fri"])]


@pytest.mark.parametrize(
    ("people", "rotation", "every", "only", "idle"),
    [
        (7, "daily", 1, WEEKDAYS, "p5 and p6 never have a turn"),
        (6, "daily", 1, WEEKDAYS, ""),
        (7, "weekly", 1, WEEKDAYS, ""),
        (7, "daily", 1, [], ""),
        (14, "daily", 1, WEEKDAYS, "p5, p6, p12 and p13 never have a turn"),
        (7, "daily", 1, [Times(days=["sat", "sun"])], "p0, p1, p2 and p3 never have a turn"),
        (2, "hours", 12, [Times("09:00", "17:00")], "p1 never has a turn"),
        (3, "hours", 24, WEEKDAYS, ""),
    ],
)
def test_nobody_is_silently_never_on_call(people: int, rotation: Any, every: int, only: list[Times], idle: str) -> None:
    start = "2026-11-02T06:00" if rotation == "hours" else "2026-11-02T09:00"  # a Monday
    layer = Layer([f"p{n}" for n in range(people)], start, "d", rotation, every, only=only)
    said = never_on_call(Schedule([layer], "UTC"))
    assert bool(said) == bool(idle) and idle in "".join(said)
    assert all(text in " ".join(mistakes(Policy(schedules={"wd": Schedule([layer], "UTC")}))) for text in said)


@pytest.mark.parametrize("name", ["db/backup", "a\\b", " x", "x ", "", ".", "..", "a\tb", "a\nb"])
def test_a_heartbeat_that_could_never_be_heard_is_refused(name: str) -> None:
    (said,) = mistakes(Policy(heartbeats={name: Heartbeat(every=60)}))
    assert "can never be heard" in said
    assert mistakes(Policy(heartbeats={"nightly backup, zone-b (ü)": Heartbeat(every=60)})) == []
