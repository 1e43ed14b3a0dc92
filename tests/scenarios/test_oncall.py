"""Who is on call, taking over, swapping and taking it back (R2), on both databases."""

from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from stanch.kernel.clock import DAY, HOUR, SECOND, iso, parse_moment
from stanch.kernel.errors import Conflict, Invalid, NotFound
from stanch.prepare.oncall import store
from stanch.prepare.oncall.calendar_cache import CalendarCache
from stanch.web.app import create_app
from tests.scenarios.house import POLICY, House, opened

SCHEDULES: dict[str, Any] = {
    "primary": {
        "time_zone": "Europe/Berlin",
        "layers": [{"name": "week", "people": ["ada", "ben"], "start": "2026-01-05T09:00"}],
    },
    "nights": {
        "layers": [{"people": ["grace"], "start": "2026-01-05", "only": [{"start": "22:00", "until": "06:00"}]}],
    },
}


@pytest.fixture
def house(database_url: str, tmp_path: Path) -> Iterator[House]:
    contacts = {**POLICY["contacts"], "ben": {**POLICY["contacts"]["ben"], "names": ["ben@example.org"]}}
    for house in opened(database_url, tmp_path, {**POLICY, "contacts": contacts, "schedules": dict(SCHEDULES)}):
        # A Wednesday: ada has the week in primary, nobody is on call in nights.
        house.clock.moment = at("2026-01-07T12:00:00+00:00")
        yield house


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp()) * SECOND


def who(house: House, schedule: str = "primary", **after: float) -> list[str]:
    moment = house.clock.now() + int(after.get("days", 0) * DAY + after.get("hours", 0) * HOUR)
    with house.application.reading() as uow:
        return store.on_call(uow, schedule, moment)


def resolved(house: House, *targets: str) -> list[tuple[list[str], str]]:
    with house.application.reading() as uow:
        return [(t.people, t.reason) for t in store.resolve(uow, targets, uow.now)]


def test_oncall_says_who_has_it_until_when_who_is_next_and_names_the_gap(house: House) -> None:
    nights, primary = house.do("oncall")
    assert primary["on_call"] == ["ada"] and primary["until"] == parse_moment("2026-01-12T08:00:00Z")
    assert primary["says"] == "Ada is on call until Mon 12 Jan 09:00 (Europe/Berlin), then Ben."
    assert nights["on_call"] == [] and nights["next"] == ["Grace"]
    assert nights["says"] == (
        "Nobody is on call until Wed 07 Jan 22:00 (UTC), then Grace: no layer, calendar or override covers it."
    )


def test_schedules_lists_shifts_and_gaps_without_a_hole(house: House) -> None:
    rows = house.do("schedules", schedule="nights", days=2)
    assert [(r["name"], r["layer"]) for r in rows][:3] == [("nobody", "gap"), ("Grace", "layer 1"), ("nobody", "gap")]
    assert all(one["end"] == two["start"] for one, two in pairwise(rows))


def test_targets_become_people_or_a_reason(house: House) -> None:
    answers = resolved(house, "ada", "schedule:primary", "ben@example.org", "schedule:nights", "schedule:primry", "zoe")
    assert [people for people, _ in answers] == [["ada"], ["ada"], ["ben"], [], [], []]
    assert [bool(reason) for _, reason in answers] == [False, False, False, True, True, True]
    assert answers[3][1].startswith("Nobody is on call in the schedule 'nights' at 2026-01-07T12:00Z")
    assert answers[4][1] == "There is no schedule 'primry'. Did you mean 'primary'?"
    assert answers[5][1] == "'zoe' is not in the contacts."


def test_an_override_takes_over_and_cancelling_it_gives_back_what_is_left(house: House) -> None:
    done = house.do("override", actor="ben", schedule="primary", start="2026-01-07T14:00", end="2026-01-07T18:00")
    assert done.message == "Ben has primary from Wed 07 Jan 14:00 to Wed 07 Jan 18:00 (Europe/Berlin)."
    assert who(house) == ["ada"] and who(house, hours=1) == ["ben"] and who(house, hours=5) == ["ada"]
    house.clock.forward(hours=2)
    assert who(house) == ["ben"]
    house.do("cancel-override", id=done.id)
    assert who(house) == ["ada"]
    assert who(house, hours=-0.5) == ["ben"], "what was, stays"
    with pytest.raises(Conflict, match="cancelled already"):
        house.do("cancel-override", id=done.id)


def test_the_newest_override_counts_and_an_earlier_one_counts_again_when_it_is_cancelled(house: House) -> None:
    house.do("override", schedule="primary", person="Grace", end="2026-01-08T12:00")
    house.clock.forward(seconds=1)
    newest = house.do("override", schedule="primary", person="ben@example.org", end="2026-01-08T12:00")
    assert who(house) == ["ben"]
    house.do("cancel-override", id=newest.id)
    assert who(house) == ["grace"]


def test_a_start_in_the_past_begins_now_so_that_what_was_stays(house: House) -> None:
    house.do("override", actor="ben", schedule="primary", start="2026-01-06T00:00", end="2026-01-08T00:00")
    assert who(house) == ["ben"] and who(house, hours=-1) == ["ada"]


def test_a_swap_exchanges_two_shifts_and_only_those(house: House) -> None:
    done = house.do("swap", schedule="primary", mine="2026-01-20T10:00", theirs="2026-01-15T10:00", reason="wedding")
    assert "Ben has primary from Mon 19 Jan 09:00 to Mon 26 Jan 09:00" in done.message
    assert "Ada from Mon 12 Jan 09:00 to Mon 19 Jan 09:00" in done.message
    assert [who(house, days=d)[0] for d in (0, 7, 14, 21)] == ["ada", "ada", "ben", "ben"]
    assert len(done.id.split()) == 2
    rows = house.do("schedules", schedule="primary", days=35)
    assert [r["name"] for r in rows] == ["Ada", "Ada", "Ben", "Ben", "Ada", "Ben"]


def test_a_shift_that_has_begun_is_swapped_from_now_on(house: House) -> None:
    house.do("swap", schedule="primary", mine="2026-01-07T13:00", theirs="2026-01-13")
    assert who(house) == ["ben"] and who(house, hours=-1) == ["ada"] and who(house, days=7) == ["ada"]


@pytest.mark.parametrize(
    ("mine", "theirs", "actor", "said"),
    [
        ("2026-01-13", "2026-01-07T13:00", "ada", "That shift is not Ada's"),
        ("2026-01-07T13:00", "2026-01-20", "ada", "Both shifts are Ada's"),
        ("2025-01-07", "2026-01-13", "ada", "Nobody is on call"),
        ("2026-01-06T13:00", "2025-12-01", "ada", "Nobody is on call"),
        ("yesterday", "2026-01-13", "ada", "'yesterday' is not a time"),
        ("2026-01-07T13:00", "2026-01-13", "zoe", r"You \(zoe\) are not in the contacts"),
    ],
)
def test_a_swap_that_makes_no_sense_changes_nothing(
    house: House, mine: str, theirs: str, actor: str, said: str
) -> None:
    with pytest.raises((Conflict, Invalid), match=said):
        house.do("swap", actor=actor, schedule="primary", mine=mine, theirs=theirs)
    with house.application.reading() as uow:
        assert uow.tx.all("SELECT id FROM overrides") == []


def test_a_shift_that_is_over_or_never_ends_cannot_be_swapped(house: House) -> None:
    house.clock.forward(days=14)
    with pytest.raises(Conflict, match="is over"):
        house.do("swap", schedule="primary", mine="2026-01-07", theirs="2026-01-28")
    house.policy["schedules"]["alone"] = {"layers": [{"people": ["ada"], "start": "2026-01-05"}]}
    house.crash()
    with pytest.raises(Invalid, match="no end within a year"):
        house.do("swap", schedule="alone", mine="2026-01-22", theirs="2026-02-22")


@pytest.mark.parametrize(
    ("values", "field", "said"),
    [
        ({"person": "adda"}, "person", "not in the contacts"),
        ({"end": "2026-01-07T12:59"}, "end", "not after the start"),
        ({"end": "2029-01-01"}, "end", "at most 366 days"),
        ({"end": "soon"}, "end", "write it like"),
        ({"start": "0001-01-01"}, "start", "1971"),
    ],
)
def test_an_override_that_cannot_be_says_what_is_wrong_and_where(
    house: House, values: dict[str, str], field: str, said: str
) -> None:
    with pytest.raises(Invalid, match=said) as wrong:
        house.do("override", **{"schedule": "primary", "end": "2026-01-08", **values})
    assert wrong.value.field == field


def test_an_unknown_schedule_or_override_is_answered_with_what_was_meant(house: House) -> None:
    with pytest.raises(NotFound) as wrong:
        house.do("override", schedule="primry", end="2026-01-08")
    assert wrong.value.hint == "Did you mean 'primary'?"
    with pytest.raises(NotFound):
        house.do("cancel-override", id="ovr-none")
    with pytest.raises(NotFound):
        house.do("oncall", schedule="x")


def test_a_schedule_that_cannot_be_read_hides_no_other_and_is_a_reason(house: House) -> None:
    house.policy["schedules"]["broken"] = {"time_zone": "Mars", "layers": [{"people": ["ada"], "start": "2026-01-05"}]}
    house.crash()
    says = {row["schedule"]: row["says"] for row in house.do("oncall")}
    assert "'Mars' is not a time zone" in says["broken"] and says["primary"].startswith("Ada is on call")
    ((people, reason),) = resolved(house, "schedule:broken")
    assert people == [] and "'Mars' is not a time zone" in reason


def test_someone_on_call_whom_the_contacts_do_not_know_is_a_reason(house: House) -> None:
    house.policy["schedules"]["odd"] = {"layers": [{"people": ["zed"], "start": "2026-01-05"}]}
    house.crash()
    assert resolved(house, "schedule:odd") == [([], "'zed' has the schedule 'odd', but is not in the contacts.")]


def test_the_moment_of_the_hand_over_is_the_next_ones(house: House) -> None:
    house.clock.moment = at("2026-01-12T08:00:00+00:00") - 1
    assert who(house) == ["ada"]
    house.clock.moment += 1
    assert who(house) == ["ben"] and iso(house.clock.moment) == "2026-01-12T08:00:00.000Z"


CALENDAR = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//other//EN
BEGIN:VEVENT
UID:1
DTSTAMP:20260101T000000Z
SUMMARY:ben@example.org, Grace
DTSTART:20260107T000000Z
DTEND:20260108T000000Z
END:VEVENT
BEGIN:VEVENT
UID:2
DTSTAMP:20260101T000000Z
SUMMARY:Zoe
DTSTART:20260108T000000Z
DTEND:20260109T000000Z
END:VEVENT
END:VCALENDAR
"""


def test_a_calendar_file_says_who_is_on_call_and_a_name_it_does_not_know_is_the_reason(house: House) -> None:
    house.policy["schedules"]["vendor"] = {"ical": "vendor.ics"}
    house.crash()
    calendars = CalendarCache(house.application.policy, house.clock, house.folder)
    house.application.calendars = calendars
    assert "its calendar has not been read yet" in resolved(house, "schedule:vendor")[0][1]
    (house.folder / "vendor.ics").write_text(CALENDAR)
    assert calendars.refresh() == {}
    assert resolved(house, "schedule:vendor") == [(["ben", "grace"], "")]
    house.clock.forward(days=1)
    ((people, reason),) = resolved(house, "schedule:vendor")
    assert people == [] and "the calendar names 'Zoe', who is not in the contacts" in reason
    (row,) = house.do("oncall", schedule="vendor")
    assert "Zoe" in row["says"]


# R2
def test_a_month_and_my_shifts_are_the_same_at_the_command_and_on_the_page(house: House) -> None:
    house.policy["schedules"] |= {
        "tokyo": {"time_zone": "Asia/Tokyo", "layers": [{"people": ["grace"], "start": "2026-03-10"}]}
    }
    house.crash()
    house.do(
        "override", schedule="primary", person="ben", start="2026-03-18T10:00", end="2026-03-18T12:00", reason="<b>"
    )
    rows = house.do("schedules", schedule="primary", month="2026-03")
    assert (rows[0]["start"], rows[-1]["end"]) == ("2026-03-01T00:00:00+01:00", "2026-04-01T00:00:00+02:00")
    assert [(r["name"], r["lasts"]) for r in rows if r["start"][:10] >= "2026-03-18"][:1] == [("Ben", "2 h 00 min")]
    mine = house.do("schedules", actor="ben", month="2026-03", person="me")
    assert [(r["start"][:16], r["end"][:16], r["lasts"]) for r in mine] == [
        ("2026-03-01T00:00", "2026-03-02T09:00", "1 d 9 h 00 min"), ("2026-03-09T09:00", "2026-03-16T09:00", "7 d"),
        ("2026-03-18T10:00", "2026-03-18T12:00", "2 h 00 min"), ("2026-03-23T09:00", "2026-03-30T09:00", "6 d 23 h 00 min"),
    ]  # fmt: skip
    assert {r["schedule"] for r in house.do("schedules", month="2026-03", person="Grace")} == {"nights", "tokyo"}
    for refused in ({"month": "March"}, {"month": "2026-03", "start": "2026-03-02"}, {"person": "zoe"}):
        with pytest.raises(Invalid):
            house.do("schedules", **refused)

    client = TestClient(create_app(house.stanch))
    ben, zoe = house.bearer("ben"), house.bearer("zoe")
    page = client.get("/oncall?view=month&from=2026-03-15", headers=ben).text
    for said in (
        "On call, March 2026",
        "February 2026",
        "from=2026-04-01",
        "The clocks change: this day has 23 h.",
        "Asia/Tokyo",
        "No gap in March 2026: somebody has every hour of it.",
        "1 gap</span>, 9 d",
        "&lt;b&gt;, by Ada",
        "<strong>primary</strong> from",
        "(7 d)",
    ):
        assert said in page, said
    assert page.count("The clocks change") == 1 and 'aria-current="date"' not in page
    assert client.get("/oncall?view=month", headers=ben).text.count('<li aria-current="date">') == 3
    page = client.get("/oncall", headers=zoe).text
    assert "You (zoe) are not in the contacts" in page
    assert "<p>On call until Mon 12 Jan 09:00 (Europe/Berlin), then Ben.</p>" in page
    assert "Ada is on call" not in page, "her name stands above"
    assert client.get("/oncall?view=month&from=soon", headers=ben).status_code == 422
