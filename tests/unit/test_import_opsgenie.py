"""Leaving Opsgenie: everybody whom it has on call is on call here, and what does not map is named."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stanch.kernel.contacts import ContactMethod
from stanch.kernel.schedule import Times
from stanch.prepare.importers import opsgenie_dump as opsgenie
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

BERLIN = ZoneInfo("Europe/Berlin")
KEYS = {"john.doe@opsgenie.com": "john-doe", "jane.roe@opsgenie.com": "jane-roe", "sam@opsgenie.com": "sam-lee"}
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
LENGTHS = {"daily": timedelta(days=1), "weekly": timedelta(weeks=1)}


def opsgenie_says(rotation: dict[str, Any], moment: datetime) -> str:
    """The documented rule, written plainly: turns from startDate on the wall clock, within the rotation's own hours."""
    start = datetime.fromisoformat(rotation["startDate"])
    wall, first = (m.astimezone(BERLIN).replace(tzinfo=None) for m in (moment, start))
    if moment < start or not _within(rotation.get("timeRestriction"), wall):
        return ""
    turn = (wall - first) // (LENGTHS[rotation["type"]] * rotation["length"])
    return KEYS[rotation["participants"][turn % len(rotation["participants"])]["username"]]


def _within(restriction: dict[str, Any] | None, wall: datetime) -> bool:
    if not restriction:
        return True
    now = wall.hour * 60 + wall.minute
    if restriction["type"] == "time-of-day":
        limit = restriction["restriction"]
        begin, end = limit["startHour"] * 60 + limit["startMin"], limit["endHour"] * 60 + limit["endMin"]
        return begin <= now < end if begin < end else now >= begin or now < end
    now += wall.weekday() * 1440
    return any(
        DAYS.index(limit["startDay"]) * 1440 + limit["startHour"] * 60 + limit["startMin"]
        <= now
        < DAYS.index(limit["endDay"]) * 1440 + limit["endHour"] * 60 + limit["endMin"]
        for limit in restriction["restrictions"]
    )


def test_everybody_whom_opsgenie_has_on_call_is_on_call_here_over_the_change_of_the_clocks() -> None:
    """Application hours run through the night from Thursday to Friday, when the nights' rotation is on call as well."""
    document = dump("opsgenie")
    application, nights = document["schedules"][0]["rotations"][:2]
    document["schedules"][0]["overrides"] = []
    imported = opsgenie.read(document, at(TODAY))
    assert sorted(imported.schedules) == ["ops-schedule", "ops-schedule-managers", "ops-schedule-nights"]
    for step in range(24 * 60 * 2):  # sixty days of half hours, from the 1st of March
        when = datetime.fromisoformat("2026-03-01T00:10:00Z") + timedelta(minutes=30 * step)
        said = [opsgenie_says(rotation, when) for rotation in (application, nights)]
        ours = [on_call(imported, key, when.isoformat()) for key in ("ops-schedule", "ops-schedule-nights")]
        assert ours == said, when


def test_rotations_that_never_meet_are_layers_of_one_schedule() -> None:
    document = dump("opsgenie")
    document["schedules"][0]["rotations"].pop()
    document["schedules"][0]["rotations"][0]["timeRestriction"]["restrictions"].pop()
    imported = opsgenie.read(document, at(TODAY))
    assert list(imported.schedules) == ["ops-schedule"]
    application, nights = imported.schedules["ops-schedule"].layers
    assert application.only == [Times("09:00", "17:30", ["mon", "tue"])]
    assert nights.only == [Times("20:00", "06:00")]
    assert (nights.rotation, nights.every, nights.start) == ("daily", 2, "2026-01-05T20:00")
    assert not told(imported, "at the same time")


def test_rotations_that_are_on_call_together_are_all_paged_by_the_escalation() -> None:
    imported = opsgenie.read(dump("opsgenie"), at(TODAY))
    assert told(imported, "ops_schedule", "at the same time", "became 3 schedules")
    first = imported.escalation["ops-escalation"].steps[0]
    assert first.notify == ["schedule:ops-schedule", "schedule:ops-schedule-nights", "schedule:ops-schedule-managers"]


def test_delays_from_the_beginning_become_waits_between_steps() -> None:
    policy = opsgenie.read(dump("opsgenie")).escalation["ops-escalation"]
    assert [step.wait for step in policy.steps] == [300, 3300, 600]
    assert policy.steps[1].notify[-1] == "sam-lee"  # two rules of the same delay are one step
    assert policy.steps[2].notify == ["ops-team"]
    assert policy.repeat == 2


def test_an_escalation_that_begins_late_says_so() -> None:
    imported = opsgenie.read(dump("opsgenie"))
    assert imported.escalation["late-escalation"].repeat == 0
    assert told(imported, "late_escalation", "waits 10 minutes")


def test_people_keep_their_ways_to_be_reached_and_the_delays() -> None:
    imported = opsgenie.read(dump("opsgenie"))
    assert imported.contacts["john-doe"].reach == ["sms:+15125550100", ContactMethod("voice:+15125550100", 300)]
    assert imported.contacts["jane-roe"].reach == ["voice:+49301234567"]
    assert imported.contacts["sam-lee"].reach == ["smtp:sam@opsgenie.com"]
    assert told(imported, "john.doe@opsgenie.com", "push to the mobile app", "ntfy")
    assert told(imported, "jane.roe@opsgenie.com", "is disabled")


def test_a_team_is_a_contact_with_its_members_addresses() -> None:
    team = opsgenie.read(dump("opsgenie")).contacts["ops-team"]
    assert team.kind == "team"
    assert team.reach == ["sms:+15125550100", ContactMethod("voice:+15125550100", 300), "voice:+49301234567"]


def test_services_have_their_team_and_where_its_alerts_go() -> None:
    imported = opsgenie.read(dump("opsgenie"))
    assert (imported.services["checkout"].team, imported.services["checkout"].escalation) == (
        "ops_team",
        "ops-escalation",
    )
    assert imported.services["search"].escalation == "default"
    document = dump("opsgenie")
    del document["teams"][0]["routing_rules"]
    assert opsgenie.read(document).services["checkout"].escalation == "ops-escalation"  # the only one of its team


def test_overrides_go_to_the_rotations_they_are_meant_for() -> None:
    imported = opsgenie.read(dump("opsgenie"), at(TODAY))
    assert [len(schedule.overrides) for schedule in imported.schedules.values()] == [1, 1, 2]
    assert on_call(imported, "ops-schedule-nights", "2026-03-29T11:59:00Z") == "sam-lee"
    assert on_call(imported, "ops-schedule-managers", "2026-04-01T12:00:00Z") == "sam-lee"
    assert told(imported, "override 'nobody'", "not taken")
    assert opsgenie.read(dump("opsgenie"), at("2026-06-01T00:00:00Z")).schedules["ops-schedule"].overrides == []


def test_turns_of_nobody_go_to_somebody_and_are_told() -> None:
    imported = opsgenie.read(dump("opsgenie"), at(TODAY))
    assert imported.schedules["ops-schedule-managers"].layers[0].people == ["ops-team"]
    assert told(imported, "Managers", "turns of nobody")
    assert told(imported, "managers_escalation", "esc-x", "cannot take a turn")


def test_everything_that_does_not_map_is_named_with_its_id() -> None:
    imported = opsgenie.read(dump("opsgenie"))
    for words in (
        ("old_schedule", "sched-old", "disabled"), ("ops_escalation", "rule 2 notifies 'next'"), ("rule 3", "acknowledgement"),
        ("rule 5 has no recipient left",), ("closes the alert",), ("Prometheus", "int-1", "/hooks/opsgenie"),
        ("nightly backup",), ("Search", "svc-2", "default"), ("u3", "blocked"), ("team 'ops_team'", "routing rules"),
    ):  # fmt: skip
        assert told(imported, *words), words


def test_answers_of_the_api_as_they_come_make_the_same_import() -> None:
    document = dump("opsgenie")
    pieces: list[Any] = [
        {"data": document["users"], "took": 0.1, "requestId": "1", "paging": {"first": "x"}, "totalCount": 3},
        {"data": document["teams"][0], "took": 0.1, "requestId": "2"},
        *({"data": [item], "expandable": ["rotation"]} for item in document["schedules"]),
        {"data": document["escalations"]},
        {"data": document["services"]},
        {"data": document["integrations"]},
        {"data": {"heartbeats": document["heartbeats"]}},
    ]
    together, apart = opsgenie.read(document), opsgenie.read(pieces)
    assert (apart.contacts, apart.schedules, apart.escalation, apart.services) == (
        together.contacts, together.schedules, together.escalation, together.services,
    )  # fmt: skip
    assert len(apart.notes) == len(together.notes)


def test_overrides_in_an_answer_of_their_own_find_their_schedule() -> None:
    document = dump("opsgenie")
    overrides = document["schedules"][0].pop("overrides")
    imported = opsgenie.read([document, {"data": overrides[:2]}, {"overrides": overrides[2:]}])
    assert imported.schedules == opsgenie.read(dump("opsgenie")).schedules
    assert told(imported, "nobody", "does not say of which schedule")


def test_the_written_files_read_back_as_what_was_imported() -> None:
    assert_loads_back(opsgenie.read(dump("opsgenie"), at(TODAY)))


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ([], "nothing of Opsgenie"),
        ({"message": "Key format is not valid!", "took": 0.001, "requestId": "x"}, "nothing of Opsgenie"),
        ({"users": [{"id": "1", "username": {}}]}, "users[0].username is an object"),
        ([{"a": 1}, {"users": ["x"]}], "[1].users[0] is a text"),
        (
            {"schedules": [{"name": "s", "rotations": [{"startDate": "soon"}]}]},
            "schedules[0].rotations[0].startDate: 'soon' is not a time",
        ),
        (
            {"escalations": [{"name": "e", "rules": [{"delay": {"timeUnit": "fortnights"}}]}]},
            "delay.timeUnit is 'fortnights'",
        ),
    ],
)
def test_what_is_wrong_is_said_with_its_place(document: Any, words: str) -> None:
    with pytest.raises(ValueError, match=r".") as raised:
        opsgenie.read(document)
    assert words in str(raised.value)


PLACES = places(dump("opsgenie"))


@given(st.data())
def test_a_dump_with_anything_in_the_wrong_place_is_read_or_refused_in_a_sentence(data: st.DataObject) -> None:
    assert_read_or_refused(opsgenie.read, spoilt(data, "opsgenie", PLACES))
