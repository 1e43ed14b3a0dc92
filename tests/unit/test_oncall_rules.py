"""Who is on call when: stories, and properties over ten years and twelve time zones."""

import re
from bisect import bisect_right
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stanch.kernel.clock import DAY, HOUR, MINUTE, SECOND, iso
from stanch.kernel.policy import Policy
from stanch.kernel.schedule import DAYS, Layer, Override, Schedule, Times, WorkingHours
from stanch.kernel.shift import Shift
from stanch.prepare.oncall import plans, rules
from stanch.prepare.yaml_file import convert

ZONES = [
    "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Africa/Casablanca", "Pacific/Apia",
    "America/St_Johns", "Asia/Tehran", "Pacific/Chatham", "UTC", "Asia/Tokyo", "America/Sao_Paulo",
]  # fmt: skip
PEOPLE = ["ada", "ben", "chi", "dee"]
TEN_YEARS = 3653 * DAY


def at(text: str, zone: str = "UTC") -> int:
    """The moment of a local time that exists once."""
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp()) * SECOND


def wall(moment: int, zone: str) -> datetime:
    return datetime.fromtimestamp(moment / SECOND, UTC).astimezone(ZoneInfo(zone))


def weekly(*people: str, start: str = "2026-01-05T09:00", **more: object) -> Layer:
    return Layer(list(people), start, **more)  # type: ignore[arg-type]


def berlin(*layers: Layer, **more: object) -> Schedule:
    return Schedule(list(layers), "Europe/Berlin", **more)  # type: ignore[arg-type]


# --- stories --------------------------------------------------------------------------------------


def test_the_hand_over_stays_at_nine_when_the_clocks_change() -> None:
    shifts = rules.shifts(berlin(weekly("ada", "ben")), [], at("2026-10-19T09:00", "Europe/Berlin"), at("2026-11-09"))
    assert [s.person for s in shifts] == ["ben", "ada", "ben"]
    assert {wall(s.start, "Europe/Berlin").strftime("%a %H:%M") for s in shifts} == {"Mon 09:00"}
    assert shifts[0].end - shifts[0].start == 7 * DAY + HOUR


def test_turns_of_hours_count_real_hours() -> None:
    layer = weekly("ada", "ben", start="2026-10-24T09:00", rotation="hours", every=12)
    shifts = rules.turns(layer, "Europe/Berlin", at("2026-10-24T07:00"), at("2026-10-26"))
    assert {s.end - s.start for s in shifts[:-1]} == {12 * HOUR}
    assert wall(shifts[2].start, "Europe/Berlin").strftime("%H:%M") == "08:00"


def test_a_hand_over_that_the_spring_gap_leaves_out_is_at_the_first_moment_after() -> None:
    layer = weekly("ada", "ben", start="2026-03-27T02:30", rotation="daily")
    starts = [s.start for s in rules.turns(layer, "Europe/Berlin", at("2026-03-28T00:00"), at("2026-03-31"))]
    assert [iso(s)[5:16] for s in starts[1:]] == ["03-28T01:30", "03-29T01:00", "03-30T00:30"]


def test_a_hand_over_that_comes_twice_in_autumn_is_at_its_first_coming() -> None:
    layer = weekly("ada", "ben", start="2026-10-24T02:30", rotation="daily")
    starts = [s.start for s in rules.turns(layer, "Europe/Berlin", at("2026-10-24T12:00"), at("2026-10-26"))]
    assert iso(starts[1])[5:16] == "10-25T00:30"


def test_a_hand_over_is_not_taken_back_in_the_hour_that_comes_twice() -> None:
    schedule = berlin(weekly("ada", "ben", start="2026-10-24T02:30", rotation="daily"))
    quarter_past_two_again = at("2026-10-25T01:15")
    assert wall(quarter_past_two_again, "Europe/Berlin").strftime("%H:%M") == "02:15"
    assert rules.holder(schedule, [], at("2026-10-25T00:15")) == "ada"
    assert rules.holder(schedule, [], quarter_past_two_again) == "ben"


def test_on_the_day_that_samoa_left_out_there_is_no_hole() -> None:
    layer = weekly("ada", "ben", "chi", start="2011-12-28T09:00", rotation="daily")
    shifts = rules.turns(layer, "Pacific/Apia", at("2011-12-28T19:00"), at("2012-01-01T19:00"))
    assert [(s.person, iso(s.start)[5:16]) for s in shifts] == [
        ("ada", "12-28T19:00"), ("ben", "12-29T19:00"), ("chi", "12-30T10:00"), ("ada", "12-30T19:00"), ("ben", "12-31T19:00"),
    ]  # fmt: skip


def test_a_later_layer_beats_an_earlier_one_and_shows_it_through_outside_its_hours() -> None:
    nights = weekly("ben", name="nights", only=[Times("22:00", "06:00")])
    shifts = rules.shifts(
        berlin(weekly("ada", name="base"), nights), [], at("2026-06-01T10:00"), at("2026-06-02T10:00")
    )
    assert [(s.person, s.layer, iso(s.start)[11:16]) for s in shifts] == [
        ("ada", "base", "10:00"), ("ben", "nights", "20:00"), ("ada", "base", "04:00"),
    ]  # fmt: skip


def test_hours_over_midnight_belong_to_the_day_on_which_they_begin() -> None:
    layer = weekly("ada", only=[Times("20:00", "08:00", ["fri"])])
    (shift,) = rules.turns(layer, "UTC", at("2026-06-01"), at("2026-06-08"))
    assert (iso(shift.start)[:16], iso(shift.end)[:16]) == ("2026-06-05T20:00", "2026-06-06T08:00")


def test_hours_over_the_change_of_clocks_are_as_long_as_the_night_was() -> None:
    layer = weekly("ada", only=[Times("22:00", "06:00")])
    nights = rules.turns(layer, "Europe/Berlin", at("2026-10-24T12:00"), at("2026-10-25T12:00"))
    assert [s.end - s.start for s in nights] == [9 * HOUR]
    nights = rules.turns(layer, "Europe/Berlin", at("2026-03-28T12:00"), at("2026-03-29T12:00"))
    assert [s.end - s.start for s in nights] == [7 * HOUR]


def test_a_layer_holds_nobody_before_its_start_and_after_its_end() -> None:
    schedule = berlin(weekly("ada", start="2026-06-01", end="2026-06-03"))
    shifts = rules.shifts(schedule, [], at("2026-05-31"), at("2026-06-04"))
    assert [(s.person, s.gap) for s in shifts] == [("", True), ("ada", False), ("", True)]
    assert rules.layer_holders(schedule, at("2026-06-02T23:00")) == [("layer 1", "")]


def test_an_override_beats_every_layer_and_the_newest_override_beats_the_others() -> None:
    schedule = berlin(weekly("ada"), weekly("ben"), overrides=[Override("chi", "2026-06-01T10:00", "2026-06-01T14:00")])
    newest = Shift("dee", at("2026-06-01T09:00"), at("2026-06-01T10:00"), "override", True)
    shifts = rules.shifts(schedule, [newest], at("2026-06-01T07:00"), at("2026-06-01T15:00"))
    assert [(s.person, iso(s.start)[11:16], s.override) for s in shifts] == [
        ("ben", "07:00", False), ("chi", "08:00", True), ("dee", "09:00", True), ("chi", "10:00", True), ("ben", "12:00", False),
    ]  # fmt: skip
    assert rules.holder(schedule, [newest], at("2026-06-01T09:30")) == "dee"


def test_a_calendar_lies_below_every_layer_and_can_name_several() -> None:
    calendar = [Shift("ada", at("2026-06-01"), at("2026-06-02"), "calendar", others=("ben",))]
    schedule = berlin(weekly("chi", only=[Times("10:00", "12:00")]))
    shifts = rules.shifts(schedule, [], at("2026-06-01"), at("2026-06-02T06:00"), calendar)
    assert [s.people() for s in shifts] == [["ada", "ben"], ["chi"], ["ada", "ben"], []]
    assert rules.holders(schedule, [], at("2026-06-01T06:00"), calendar) == ["ada", "ben"]


def test_one_moment_costs_the_same_after_a_hundred_years() -> None:
    schedule = berlin(weekly(*PEOPLE, start="1971-01-04T09:00", rotation="daily"))
    shift = next(s for s in rules.shifts(schedule, [], at("2071-06-01"), at("2071-06-02")))
    assert rules.holder(schedule, [], at("2071-06-01")) == shift.person


def test_working_hours_respect_holidays_and_the_local_clock() -> None:
    hours = WorkingHours("America/New_York", holidays=["2026-12-25"])
    thursday_evening, friday, monday = at("2026-12-24T23:00"), at("2026-12-25T15:00"), at("2026-12-28T14:00")
    assert not rules.in_working_hours(hours, thursday_evening)
    assert not rules.in_working_hours(hours, friday)
    assert rules.next_working_moment(hours, thursday_evening) == monday
    assert rules.next_working_moment(hours, monday + HOUR) == monday + HOUR


def test_working_hours_that_never_come_hold_no_page_back_for_ever() -> None:
    hours = WorkingHours(days=[])
    assert rules.next_working_moment(hours, at("2026-06-01")) == at("2026-06-01")
    assert rules.check_hours(hours)


def test_what_is_wrong_with_a_schedule_is_said_in_sentences() -> None:
    schedule = Schedule(
        [
            Layer([], "yesterday", "empty", every=0, time_zone="Europe/Berlni"),
            Layer(["ada", ""], "2026-06-02", end="2026-06-01", only=[Times("25:00", "6", [])]),
        ],
        "Mars/Olympus",
        [Override("zed", "2026-06-02", "2026-06-01"), Override("", "soon", "")],
        "http://calendar.example.org/secret.ics",
    )
    told = "\n".join(rules.check(schedule, ["ada"]))
    for said in (
        "'Mars/Olympus' is not a time zone", "Layer empty has no people", "'every' is 0", "'yesterday' is not a time",
        "'Europe/Berlni' is not", "Layer 2 has an empty name", "Layer 2: its end (2026-06-01) is not after", "'25:00' is not",
        "'6' is not a time of day", "Layer 2, only: there is no day", "Override 1: its end", "Override 2 names nobody",
        "'soon' is not a time", "write https, not http", "'zed' is not in the contacts",
    ):  # fmt: skip
        assert said in told
    assert rules.check(Schedule())[0].startswith("There is neither a layer nor a calendar")
    assert rules.check(berlin(weekly("ada")), ["ada"]) == []


def test_a_zone_name_that_is_a_folder_or_a_path_is_no_zone() -> None:
    for name in ("Europe", "", "../../etc/passwd", "/etc/localtime", "Europe/Berlin\x00"):
        assert "is not a time zone" in rules.check(Schedule([weekly("ada")], name))[0]


def test_the_schedules_in_the_how_to_are_accepted_and_say_who_is_on_call() -> None:
    page = Path(__file__).parent.parent.parent / "docs/how-to/on-call.md"
    (block,) = re.findall(r"```yaml\n(.*?)```", page.read_text(), re.DOTALL)
    policy: Policy = convert(yaml.safe_load(block)["policy"], Policy, "docs/how-to/on-call.md")
    for schedule in policy.schedules.values():
        assert rules.check(schedule, policy.contacts) == []
    assert rules.check_hours(policy.working_hours) == []
    primary = policy.schedules["primary"]
    for moment, person in (
        ("2026-01-07T12:00", "ada"), ("2026-01-12T08:00", "ben"), ("2026-01-12T07:59", "ada"), ("2026-01-07T21:00", "chi"),
        ("2026-01-08T05:00", "ada"), ("2026-01-09T22:00", "ada"), ("2026-12-25T12:00", "ben"), ("2025-12-31T12:00", ""),
    ):  # fmt: skip
        assert rules.holder(primary, [], at(moment)) == person, moment


# --- properties -----------------------------------------------------------------------------------

clock_times = st.integers(0, 95).map(lambda quarter: f"{quarter // 4:02d}:{quarter % 4 * 15:02d}")
only = st.lists(
    st.builds(Times, clock_times, clock_times | st.just("24:00"), st.lists(st.sampled_from(DAYS), min_size=1, unique=True)),
    max_size=2,
)  # fmt: skip
begins = st.datetimes(datetime.fromisoformat("2004-01-01"), datetime.fromisoformat("2024-01-01")).map(
    lambda d: d.replace(second=0, microsecond=0)
)


@st.composite
def layers(draw: st.DrawFn) -> Layer:
    rotation = draw(st.sampled_from(["daily", "weekly", "hours"]))
    return Layer(
        draw(st.lists(st.sampled_from(PEOPLE), min_size=1, max_size=4, unique=True)),
        draw(begins).isoformat(),
        rotation=rotation,
        every=draw(st.integers(6, 50) if rotation == "hours" else st.integers(1, 5)),
        end=(draw(begins) + timedelta(days=3000)).isoformat() if draw(st.booleans()) else "",
        time_zone=draw(st.sampled_from(ZONES)),
        only=draw(only),
    )


def tile(shifts: list[Shift], start: int, end: int) -> None:
    assert shifts[0].start == start and shifts[-1].end == end
    assert all(one.end == two.start and not one.same(two) for one, two in pairwise(shifts))
    assert all(s.start < s.end for s in shifts)


@settings(max_examples=30, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.integers(0, 40 * 24 * 60),
    st.integers(1, 80 * 24 * 60),
    st.lists(st.tuples(st.integers(-20, 80), st.integers(1, 9)), max_size=4),
)
def test_a_plan_that_is_kept_is_cut_as_if_it_were_worked_out_for_the_span(
    begin: int, lasts: int, away: list[tuple[int, int]]
) -> None:
    nights = Layer(
        ["dee", "", "ben"], "2026-01-05", rotation="daily", only=[Times("22:00", "06:00", ["fri", "sat", "sun"])]
    )
    schedule = Schedule([weekly("ada", "ben", "chi"), nights], "Europe/Berlin")
    start = at("2026-03-01T00:00") + begin * MINUTE
    end = start + lasts * MINUTE
    every = [Shift("chi", start + day * DAY, start + (day + more) * DAY, rules.OVERRIDE, True) for day, more in away]
    kept = [each for each in every if each.end > start]
    found = plans.within(schedule, lambda until: [each for each in kept if each.start < until], start, end)
    assert found == rules.shifts(schedule, every, start, end)


@settings(max_examples=30, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(layers(), min_size=1, max_size=3), begins, st.data())
def test_over_ten_years_there_is_exactly_one_holder_per_layer_at_every_instant_or_a_named_gap(
    several: list[Layer], begin: datetime, data: st.DataObject
) -> None:
    schedule = Schedule(several, "UTC")
    start = at(begin.isoformat())
    end = start + TEN_YEARS
    shifts = rules.shifts(schedule, [], start, end)
    tile(shifts, start, end)
    of_layers = [rules.turns(layer, "UTC", start, end) for layer in several]
    for turns in of_layers:
        assert all(one.end <= two.start for one, two in pairwise(turns))
    edges = [
        edge for turns in of_layers for t in turns[:: max(1, len(turns) // 25)] for edge in (t.start, t.end - 1, t.end)
    ]
    moments = [e for e in edges if start <= e < end] + data.draw(st.lists(st.integers(start, end - 1), max_size=20))
    for moment in moments:
        seen = shifts[bisect_right(shifts, moment, key=lambda s: s.start) - 1]
        held = [next((t.person for t in turns if t.start <= moment < t.end), "") for turns in of_layers]
        assert [person for _, person in rules.layer_holders(schedule, moment)] == held
        assert seen.person == rules.holder(schedule, [], moment)
        assert seen.person == next((person for person in reversed(held) if person), "")
        assert seen.gap == (not any(held))


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("clock", ["00:00", "02:30", "09:00"])
def test_over_ten_years_the_hand_over_is_at_its_wall_clock_time_but_for_times_that_never_were(
    zone: str, clock: str
) -> None:
    layer = Layer(PEOPLE, f"2006-01-02T{clock}", rotation="daily", time_zone=zone)
    start = at(f"2006-01-02T{clock}", zone)
    turns = rules.turns(layer, "UTC", start, start + TEN_YEARS)
    tile(turns, start, start + TEN_YEARS)
    expected, place = datetime.fromisoformat(f"2006-01-02T{clock}"), 0
    for turn in turns:
        shown = wall(turn.start, zone)
        before = wall(turn.start - MINUTE, zone).replace(tzinfo=None)
        while shown.replace(tzinfo=None) - expected >= timedelta(days=1):  # a whole day that never was: Samoa, 2011
            assert before < expected
            expected, place = expected + timedelta(days=1), place + 1
        assert turn.person == PEOPLE[place % 4]
        if shown.strftime("%H:%M") != clock:
            assert before < expected < shown.replace(tzinfo=None), "only a time that never was may be missed"
        assert shown.fold == 0 or before < shown.replace(tzinfo=None)
        expected, place = expected + timedelta(days=1), place + 1


@settings(max_examples=40)
@given(layers().filter(lambda layer: bool(layer.only)), st.data())
def test_a_layer_is_on_call_when_its_wall_clock_says_so(layer: Layer, data: st.DataObject) -> None:
    start = at(layer.start) + 2 * DAY
    for moment in data.draw(st.lists(st.integers(start, start + TEN_YEARS), min_size=10, max_size=20)):
        shown = wall(moment, layer.time_zone)
        if shown.fold:
            continue  # what comes twice was decided at its first coming
        ended = bool(layer.end) and shown.replace(tzinfo=None) >= datetime.fromisoformat(layer.end)
        held = rules.layer_holders(Schedule([layer]), moment)[0][1]
        assert bool(held) == (any(_shows(times, shown) for times in layer.only) and not ended)


def _shows(times: Times, shown: datetime) -> bool:
    """By comparing clock faces: another way than the rules go."""
    clock, today, yesterday = f"{shown:%H:%M}", DAYS[shown.weekday()], DAYS[shown.weekday() - 1]
    if times.until <= times.start:
        return (today in times.days and clock >= times.start) or (yesterday in times.days and clock < times.until)
    return today in times.days and times.start <= clock < times.until


@settings(max_examples=40)
@given(
    st.lists(layers(), max_size=3),
    st.lists(st.tuples(st.sampled_from(PEOPLE), st.integers(-50, 50), st.integers(1, 80)), max_size=8),
    begins,
)
def test_overrides_of_any_number_leave_no_hole_and_no_overlap(
    several: list[Layer], given_overrides: list[tuple[str, int, int]], begin: datetime
) -> None:
    start = at(begin.isoformat())
    overrides = [
        Shift(who, start + h * HOUR, start + (h + n) * HOUR, "override", True) for who, h, n in given_overrides
    ]
    schedule = Schedule(several, "UTC")
    shifts = rules.shifts(schedule, overrides, start, start + 3 * DAY)
    tile(shifts, start, start + 3 * DAY)
    for shift in shifts:
        for moment in (shift.start, (shift.start + shift.end) // 2, shift.end - 1):
            assert rules.holder(schedule, overrides, moment) == shift.person
            on_top = [o.person for o in overrides if o.start <= moment < o.end]
            assert not on_top or shift.person == on_top[-1]
            assert shift.override == bool(on_top)
