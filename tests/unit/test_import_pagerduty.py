"""Leaving PagerDuty: what it has on call is what stanch has on call, and what does not map is named."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stanch.kernel.contacts import ContactMethod
from stanch.kernel.schedule import Times
from stanch.prepare.importers import pagerduty_dump as pagerduty
from stanch.prepare.importers.zones import RAILS
from tests.unit.imports import (
    TODAY,
    assert_loads_back,
    assert_read_or_refused,
    at,
    dump,
    on_call,
    places,
    spoilt,
    told,
)

NEW_YORK = ZoneInfo("America/New_York")
KEYS = {"PXPGF42": "earline-greenholt", "PAM4FGS": "jorg-muller", "P0QWERT": "ana-sousa", "PGONE99": "left-person"}


def pagerduty_says(schedule: dict[str, Any], zone: ZoneInfo, moment: datetime) -> str:
    """The documented rule, written plainly: overrides beat layers; the last layer beats those before it, and the API lists it
    first; turns are counted from rotation_virtual_start on the wall clock; restrictions are hours of the wall clock.
    """
    for entry in schedule.get("overrides_subschedule", {}).get("rendered_schedule_entries", []):
        if datetime.fromisoformat(entry["start"]) <= moment < datetime.fromisoformat(entry["end"]):
            return KEYS[entry["user"]["id"]]
    wall = moment.astimezone(zone).replace(tzinfo=None)
    for layer in schedule["schedule_layers"]:
        end = layer.get("end")
        if moment < datetime.fromisoformat(layer["start"]) or (end and moment >= datetime.fromisoformat(end)):
            continue
        if layer["restrictions"] and not any(_within(restriction, wall) for restriction in layer["restrictions"]):
            continue
        first = datetime.fromisoformat(layer["rotation_virtual_start"]).astimezone(zone).replace(tzinfo=None)
        turn = (wall - first) // timedelta(seconds=layer["rotation_turn_length_seconds"])
        return KEYS[layer["users"][turn % len(layer["users"])]["user"]["id"]]
    return ""


def _within(restriction: dict[str, Any], wall: datetime) -> bool:
    hour, minute, _ = map(int, restriction["start_time_of_day"].split(":"))
    for back in range(8):
        day = (wall - timedelta(days=back)).replace(hour=hour, minute=minute, second=0)
        right_day = restriction["type"] == "daily_restriction" or day.isoweekday() == restriction["start_day_of_week"]
        if right_day and day <= wall < day + timedelta(seconds=restriction["duration_seconds"]):
            return True
    return False


@pytest.mark.parametrize(("number", "key"), [(0, "daily-engineering-rotation"), (1, "berlin-nights")])
def test_whoever_pagerduty_has_on_call_is_on_call_here_every_hour_over_both_changes_of_the_clocks(
    number: int, key: str
) -> None:
    document = dump("pagerduty")
    schedule = document["schedules"][number]
    zone = NEW_YORK if number == 0 else ZoneInfo("Europe/Berlin")
    imported = pagerduty.read(document, at(TODAY))
    moment = datetime.fromisoformat("2026-02-01T00:30:00Z")
    for hour in range(0, 24 * 300, 5):  # to the end of November
        when = moment + timedelta(hours=hour)
        assert on_call(imported, key, when.isoformat()) == pagerduty_says(schedule, zone, when), when


def test_the_hand_over_stays_at_nine_when_the_clocks_change() -> None:
    imported = pagerduty.read(dump("pagerduty"))
    before = [
        on_call(imported, "daily-engineering-rotation", f"2026-03-02T{t}-05:00") for t in ("08:59:00", "18:00:00")
    ]
    after = [on_call(imported, "daily-engineering-rotation", f"2026-03-09T{t}-04:00") for t in ("08:59:00", "18:00:00")]
    assert before == ["jorg-muller", "left-person"] or before[0] != before[1]
    assert before[1] == after[0] and after[0] != after[1]


def test_the_first_of_a_layer_is_whom_pagerduty_has_at_that_moment() -> None:
    imported = pagerduty.read(dump("pagerduty"), at(TODAY))
    layer = imported.schedules["daily-engineering-rotation"].layers[0]
    assert layer.start == "2026-01-05T09:00"  # one week after rotation_virtual_start, where the second has the turn
    assert layer.people == ["jorg-muller", "left-person", "earline-greenholt"]
    assert (layer.rotation, layer.every, layer.name) == ("weekly", 1, "Layer 1")


def test_a_layer_that_begins_in_the_middle_of_a_turn_still_to_come_begins_exactly_then() -> None:
    document = dump("pagerduty")
    imported = pagerduty.read(document)  # now is the epoch: everything is still to come
    assert (
        on_call(imported, "daily-engineering-rotation", "2026-01-07T15:42:32-05:00") == "jorg-muller"
    )  # layer 2, alone
    assert on_call(imported, "daily-engineering-rotation", "2026-01-07T08:00:00-05:00") == ""
    assert on_call(imported, "daily-engineering-rotation", "2026-01-07T20:00:00-05:00") == "jorg-muller"
    assert on_call(imported, "daily-engineering-rotation", "2026-01-12T18:00:00-05:00") == "left-person"
    assert_loads_back(imported)


def test_what_has_ended_is_left_behind() -> None:
    imported = pagerduty.read(dump("pagerduty"), at("2026-04-01T00:00:00Z"))
    assert [layer.name for layer in imported.schedules["daily-engineering-rotation"].layers] == ["Layer 1", "Layer 2"]
    assert imported.schedules["daily-engineering-rotation"].overrides == []
    assert "long-gone" not in imported.contacts


def test_restrictions_of_single_days_are_written_as_people_would() -> None:
    imported = pagerduty.read(dump("pagerduty"), at(TODAY))
    assert imported.schedules["daily-engineering-rotation"].layers[1].only == [
        Times("09:00", "17:00", ["mon", "tue", "wed", "thu", "fri"])
    ]
    assert imported.schedules["berlin-nights"].layers[0].only == [Times("20:00", "08:00")]


def test_a_weekend_from_friday_evening_to_monday_morning_stays_one() -> None:
    document = dump("pagerduty")
    document["schedules"][1]["schedule_layers"][0]["restrictions"] = [
        {
            "type": "weekly_restriction",
            "start_time_of_day": "17:00:00",
            "duration_seconds": 64 * 3600,
            "start_day_of_week": 5,
        }
    ]
    imported = pagerduty.read(document, at(TODAY))
    schedule = document["schedules"][1]
    for hour in range(24 * 14):
        when = datetime.fromisoformat("2026-03-20T00:15:00Z") + timedelta(hours=hour)  # Berlin changes on the 29th
        said = pagerduty_says(schedule, ZoneInfo("Europe/Berlin"), when)
        assert on_call(imported, "berlin-nights", when.isoformat()) == said, when


def test_the_final_schedule_of_the_dump_decides_which_layer_wins() -> None:
    document = dump("pagerduty")
    schedule = document["schedules"][0]
    first, second = schedule["schedule_layers"][:2]
    first["name"], second["name"] = "Application", "Base"
    assert told(pagerduty.read(document), "Daily Engineering Rotation", "the dump does not prove it")
    span = {"start": "2026-02-02T10:00:00-05:00", "end": "2026-02-02T12:00:00-05:00"}
    for layer, user in ((first, "PAM4FGS"), (second, "PXPGF42")):
        layer["rendered_schedule_entries"] = [{**span, "user": {"id": user, "type": "user_reference"}}]
    for winner, names in (("PAM4FGS", ["Base", "Application"]), ("PXPGF42", ["Application", "Base"])):
        schedule["final_schedule"]["rendered_schedule_entries"] = [
            {**span, "user": {"id": winner, "type": "user_reference"}}
        ]
        imported = pagerduty.read(document, at(TODAY))
        assert [layer.name for layer in imported.schedules["daily-engineering-rotation"].layers] == names
        assert not told(imported, "the dump does not prove it")


def test_people_keep_their_ways_to_be_reached_and_the_delays() -> None:
    imported = pagerduty.read(dump("pagerduty"))
    earline = imported.contacts["earline-greenholt"]
    assert earline.reach == ["sms:+15125550142", ContactMethod("voice:+15125550142", 300)]
    assert earline.names == ["125.greenholt.earline@graham.name"]
    assert imported.contacts["jorg-muller"].reach == ["smtp:joerg@example.com"]
    assert told(imported, "Earline Greenholt", "push to 'Pixel 3'", "ntfy")
    assert told(imported, "Ana Sousa", "whatsapp", "WhatsApp")


def test_escalation_keeps_its_waits_targets_and_repeats() -> None:
    policy = pagerduty.read(dump("pagerduty")).escalation["engineering-escalation-policy"]
    assert [(step.notify, step.wait) for step in policy.steps] == [
        (["schedule:daily-engineering-rotation"], 900),
        (["earline-greenholt"], 1800),
    ]
    assert policy.repeat == 2


def test_a_rule_of_which_nothing_is_left_still_takes_its_time() -> None:
    document = dump("pagerduty")
    document["escalation_policies"][0]["escalation_rules"][1]["targets"].pop(0)
    imported = pagerduty.read(document)
    assert [step.wait for step in imported.escalation["engineering-escalation-policy"].steps] == [2700]
    assert told(imported, "rule 2 has no target left")


def test_services_have_their_escalation_and_their_team() -> None:
    imported = pagerduty.read(dump("pagerduty"))
    service = imported.services["my-application-service"]
    assert (service.title, service.team, service.escalation) == (
        "My Application Service", "Engineering", "engineering-escalation-policy",
    )  # fmt: skip
    assert told(imported, "Checkout Escalation", "was not taken", "PNOTHERE")


def test_everything_that_does_not_map_is_named_with_its_id() -> None:
    imported = pagerduty.read(dump("pagerduty"))
    for words in (
        ("Managers", "PMISSING"), ("round robin", "PT20YPA"), ("Left Person", "PGONE99"), ("disabled", "PIJ90N8"),
        ("Email Integration", "/hooks/pagerduty"), ("Database upgrade", "PW98YIO"), ("acknowledgement_timeout", "PIJ90N7"),
    ):  # fmt: skip
        assert told(imported, *words), words


def test_a_turn_that_is_no_whole_hours_is_reported_and_not_guessed() -> None:
    document = dump("pagerduty")
    document["schedules"][1]["schedule_layers"][0]["rotation_turn_length_seconds"] = 3605
    imported = pagerduty.read(document)
    assert "berlin-nights" not in imported.schedules
    assert told(imported, "3605 seconds", "Berlin nights")


def test_turns_of_twelve_hours_stay_twelve_hours() -> None:
    document = dump("pagerduty")
    layer = document["schedules"][1]["schedule_layers"][0]
    layer |= {"rotation_turn_length_seconds": 43200, "restrictions": [], "start": layer["rotation_virtual_start"]}
    imported = pagerduty.read(document)
    found = imported.schedules["berlin-nights"].layers
    assert [(layer.rotation, layer.every) for layer in found] == [("hours", 12)]
    hours = [
        on_call(imported, "berlin-nights", f"2026-02-0{day}T{hour}:00:00+01:00")
        for day in (2, 3)
        for hour in ("09", "21")
    ]
    assert hours == ["ana-sousa", "jorg-muller"] * 2
    assert told(imported, "real hours", "Berlin nights")


def test_a_dump_in_another_time_zone_is_noticed_where_it_matters() -> None:
    document = dump("pagerduty")
    document["schedules"][1]["schedule_layers"][0]["start"] = "2026-01-31T23:00:00Z"
    assert told(pagerduty.read(document), "Nights", "another time zone")
    assert not told(pagerduty.read(dump("pagerduty")), "another time zone")


def test_single_answers_and_lists_and_pages_make_the_same_import() -> None:
    document = dump("pagerduty")
    singular = {
        "users": "user",
        "schedules": "schedule",
        "escalation_policies": "escalation_policy",
        "services": "service",
    }
    pieces: list[Any] = [{one: item} for many, one in singular.items() for item in document[many]]
    pieces.append({"users": document["users"][:2], "limit": 2, "more": True})  # a page again
    pieces.append({"maintenance_windows": document["maintenance_windows"]})
    assert pagerduty.read(pieces) == pagerduty.read(document)
    bare = [item for many in singular for item in document[many]] + [
        {"maintenance_windows": document["maintenance_windows"]}
    ]
    assert pagerduty.read(bare) == pagerduty.read(document)


def test_a_list_and_the_details_of_one_add_up() -> None:
    document = dump("pagerduty")
    short = [
        {"id": s["id"], "type": "schedule", "name": s["name"], "schedule_layers": None} for s in document["schedules"]
    ]
    assert pagerduty.read([document, {"schedules": short}]).schedules == pagerduty.read(document).schedules
    assert told(pagerduty.read({"schedules": short}), "Berlin nights", "has no layers")


def test_the_written_files_read_back_as_what_was_imported() -> None:
    assert_loads_back(pagerduty.read(dump("pagerduty"), at(TODAY)))


def test_people_of_the_same_name_stay_two() -> None:
    document = {"users": [{"id": f"P{n}", "name": "Sam Lee", "email": f"sam{n}@example.com"} for n in (1, 2)]}
    assert sorted(pagerduty.read(document).contacts) == ["sam-lee", "sam-lee-2"]


def test_a_name_in_other_letters_still_gives_a_key() -> None:
    imported = pagerduty.read({"users": [{"id": "P1", "name": "Владимир", "email": "vova@example.com"}]})
    assert imported.contacts["vova"].name == "Владимир"


def test_every_rails_zone_is_one_that_this_machine_knows() -> None:
    assert len(RAILS) == 151
    for name, zone in RAILS.items():
        assert ZoneInfo(zone), name
    assert RAILS["Eastern Time (US & Canada)"] == "America/New_York"


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ([], "nothing of PagerDuty"),
        ({}, "nothing of PagerDuty"),
        ("text", "where an object or a list is expected"),
        (None, "null"),
        ({"users": {"id": "P1"}, "schedules": [3]}, "schedules[0] is a whole number"),
        ({"users": [{"id": "P1", "name": ["x"]}]}, "users[0].name is a list where a text is expected"),
        (
            {"schedules": [{"id": "S", "name": "s", "time_zone": "Mars", "schedule_layers": [{}]}]},
            "'Mars' is not a time zone",
        ),
        (
            {"schedules": [{"id": "S", "name": "s", "schedule_layers": [{"users": [{"user": {"id": "P"}}]}]}]},
            "schedule_layers[0].start: '' is not a time",
        ),
        (
            {
                "users": [
                    {"id": "P1", "notification_rules": [{"contact_method": {"id": "M"}, "start_delay_in_minutes": -1}]}
                ]
            },
            "start_delay_in_minutes is a whole number",
        ),
    ],
)
def test_what_is_wrong_is_said_with_its_place(document: Any, words: str) -> None:
    with pytest.raises(ValueError, match=r".") as raised:
        pagerduty.read(document)
    assert words in str(raised.value)


PLACES = places(dump("pagerduty"))


@given(st.data())
def test_a_dump_with_anything_in_the_wrong_place_is_read_or_refused_in_a_sentence(data: st.DataObject) -> None:
    assert_read_or_refused(pagerduty.read, spoilt(data, "pagerduty", PLACES))
