"""Leaving Grafana OnCall: everybody whom it has on call is on call here, and what does not map is named."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stanch.kernel.contacts import ContactMethod
from stanch.prepare.importers import grafana_oncall_dump as grafana_oncall
from tests.unit.imports import JSON, TODAY, assert_loads_back, assert_read_or_refused, at, dump, on_call, places, told

BERLIN, NEW_YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


def occurrences(shift: dict[str, Any], moment: datetime) -> list[datetime]:
    """Starts of occurrences (wall clock) that may still hold at a moment, by the recurrence as RFC 5545 spells it."""
    start, step = datetime.fromisoformat(shift["start"]), timedelta(days=1)
    found, day = [], max(start, moment - timedelta(days=8)).replace(hour=start.hour, minute=start.minute)
    while day <= moment:
        weeks = (day - start).days // 7
        fits = {
            "weekly": DAYS[day.weekday()] in (shift.get("by_day") or [DAYS[start.weekday()]])
            and weeks % shift["interval"] == 0,
            "daily": (day - start).days % shift["interval"] == 0,
        }[shift["frequency"]]
        if day >= start and fits:
            found.append(day)
        day += step
    return found


def oncall_says(shift: dict[str, Any], wall: datetime) -> list[str]:
    """Everybody whom a shift has on call at a moment of its wall clock."""
    start = datetime.fromisoformat(shift["start"])
    if shift.get("rolling_users"):
        groups = shift["rolling_users"]
        groups = (
            groups[shift.get("start_rotation_from_user_index", 0) :]
            + groups[: shift.get("start_rotation_from_user_index", 0)]
        )
    else:
        groups = [shift["users"]]
    for begun in reversed(occurrences(shift, wall)):
        if begun <= wall < begun + timedelta(seconds=shift["duration"]):
            turn = (begun - start) // timedelta(days=7 if shift["frequency"] == "weekly" else 1)
            return [person.removeprefix("U").lower() for person in groups[turn % len(groups)]]
    return []


def shifts(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {shift["id"]: shift for shift in document["on_call_shifts"]["results"]}


def test_everybody_whom_grafana_oncall_has_on_call_is_on_call_here_over_the_change_of_the_clocks() -> None:
    document = dump("grafana-oncall")
    known = shifts(document)
    document["schedules"]["results"][0]["shifts"] = ["OWEEK", "ONIGHT"]
    imported = grafana_oncall.read(document, at(TODAY))
    for step in range(24 * 60 * 2):  # sixty days of half hours, from the 1st of March
        when = datetime.fromisoformat("2026-03-01T00:10:00Z") + timedelta(minutes=30 * step)
        wall = when.astimezone(BERLIN).replace(tzinfo=None)
        said = oncall_says(known["ONIGHT"], wall) or oncall_says(known["OWEEK"], wall)
        assert [on_call(imported, "shop-on-call", when.isoformat())] == said, when


def test_who_is_notified_together_is_on_schedules_side_by_side() -> None:
    document = dump("grafana-oncall")
    pair = shifts(document)["OPAIR"]
    imported = grafana_oncall.read(document, at(TODAY))
    for step in range(14 * 48):
        when = datetime.fromisoformat("2026-03-02T00:10:00Z") + timedelta(minutes=30 * step)
        ours = {on_call(imported, key, when.isoformat()) for key in ("pairs", "pairs-2")} - {""}
        assert ours == set(oncall_says(pair, when.astimezone(NEW_YORK).replace(tzinfo=None))), when
    assert imported.escalation["shop"].steps[0].notify == ["schedule:pairs", "schedule:pairs-2"]


def test_an_override_beats_the_shifts() -> None:
    imported = grafana_oncall.read(dump("grafana-oncall"), at(TODAY))
    assert on_call(imported, "shop-on-call", "2026-03-03T11:00:00+01:00") == "bob"


def test_people_are_reached_as_their_rules_said_and_what_the_api_hides_is_named() -> None:
    imported = grafana_oncall.read(dump("grafana-oncall"), at(TODAY))
    assert imported.contacts["alex"].reach == ["slack:U0ALEX", ContactMethod("smtp:alex@example.org", 300.0)]
    assert imported.contacts["alex"].names == ["alex@example.org", "slack:U0ALEX"]
    assert imported.contacts["bob"].reach == ["smtp:bob@example.org"]
    assert told(imported, "alex", "phone call", "not in the API", "voice:+")
    assert told(imported, "dot", "nothing to be reached by")


def test_steps_and_waits_become_steps_that_wait() -> None:
    imported = grafana_oncall.read(dump("grafana-oncall"), at(TODAY))
    shop = imported.escalation["shop"]
    assert [(step.notify, step.wait) for step in shop.steps] == [
        (["schedule:pairs", "schedule:pairs-2"], 300),
        (["dot", "ughost"], 900),
    ]
    assert shop.repeat == 5
    assert imported.services["alertmanager-prod"].escalation == "shop"
    assert imported.services["cron-jobs"].escalation == "default"
    assert imported.schedules["managers"].ical == "https://calendar.example.org/managers.ics"


@pytest.mark.parametrize(
    "words",
    [
        ("first of the month", "recurs monthly"),
        ("Shop on-call", "shift 'OGONE' is not in the dump"),
        ("Managers", "calendar of overrides"),
        ("Shop", "'trigger webhook' does not map"),
        ("Only a channel", "reaches nobody"),
        ("FLOST", "not in the dump"),
        ("UGHOST", "not among the users"),
        ("us-(east|west)", "not taken"),
        ("Alertmanager prod", "/hooks/alertmanager"),
        ("Cron jobs", "no escalation chain"),
    ],
)
def test_what_does_not_map_is_in_the_report(words: tuple[str, ...]) -> None:
    assert told(grafana_oncall.read(dump("grafana-oncall"), at(TODAY)), *words)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"frequency": "hourly", "duration": 600}, "part of each hour"),
        ({"frequency": "daily", "interval": 3, "duration": 3600}, "part of every 3 turns"),
        ({"frequency": "daily", "by_day": ["MO", "WE"], "duration": 86400}, "daily turns on some days"),
        ({"frequency": "yearly"}, "recurs yearly"),
        ({"by_month": [1]}, "some months"),
    ],
)
def test_a_recurrence_that_our_layers_cannot_say_is_never_taken_wrongly(change: dict[str, Any], words: str) -> None:
    document = dump("grafana-oncall")
    shifts(document)["OWEEK"].update(change)
    imported = grafana_oncall.read(document, at(TODAY))
    assert told(imported, "week", words)


def test_it_loads_back_as_it_was_read() -> None:
    assert_loads_back(grafana_oncall.read(dump("grafana-oncall"), at(TODAY)))


def test_the_answers_of_the_api_may_be_in_any_number_of_files() -> None:
    whole = dump("grafana-oncall")
    pages = [{"count": 1, "results": [thing]} for answer in whole.values() for thing in answer["results"]]
    assert grafana_oncall.read(pages, at(TODAY)) == grafana_oncall.read(whole, at(TODAY))


def test_what_is_not_a_dump_of_it_is_said() -> None:
    with pytest.raises(ValueError, match="nothing of Grafana OnCall"):
        grafana_oncall.read({"hello": "world"})


@given(st.data())
def test_whatever_a_dump_holds_it_is_read_or_refused_with_a_sentence(data: st.DataObject) -> None:
    document = dump("grafana-oncall")
    *path, last = data.draw(st.sampled_from([place for place in places(document) if place]))
    inner: Any = document
    for key in path:
        inner = inner[key]
    inner[last] = data.draw(JSON)
    assert_read_or_refused(lambda changed: grafana_oncall.read(changed, at(TODAY)), document)
