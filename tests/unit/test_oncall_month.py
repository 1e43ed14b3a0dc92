"""A month of a schedule, day by day, on the clock of its zone (R2)."""

from datetime import date
from itertools import pairwise

import pytest

from stanch.kernel.clock import DAY, HOUR, MINUTE, parse_moment
from stanch.kernel.schedule import Layer, Schedule, Times
from stanch.kernel.shift import Shift
from stanch.kernel.zones import zone_of
from stanch.prepare.oncall import month, own_shifts, rules

BERLIN, UTC = zone_of("Europe/Berlin"), zone_of("UTC")


def days_of(schedule: Schedule, text: str, overrides: list[Shift] | None = None) -> list[month.MonthDay]:
    first, zone = month.month_of(text), zone_of(schedule.time_zone)
    return month.days(rules.shifts(schedule, overrides or [], *month.span(first, zone)), first, zone)


def told(day: month.MonthDay, zone_name: str = "Europe/Berlin") -> list[str]:
    zone = zone_of(zone_name)
    return [f"{shift.person or 'nobody'} {month.times(shift, day, zone)}".strip() for shift in day.shifts]


@pytest.mark.parametrize("text", ["2026-11", "2026-11-01", "2026-11-30", " 2026-11-15 "])
def test_a_month_is_named_by_itself_or_by_any_of_its_days(text: str) -> None:
    assert month.month_of(text) == date(2026, 11, 1)


@pytest.mark.parametrize("text", ["", "2026", "2026-13", "2026-02-30", "november", "1970-12", "9000-01", "9999-12-31", "2026-11-01T09:00", "x" * 900])  # fmt: skip
def test_what_is_no_month_is_refused_with_what_to_write(text: str) -> None:
    with pytest.raises(ValueError, match="write") as refused:
        month.month_of(text)
    assert len(str(refused.value)) < 120


def test_the_month_beside_december_is_january() -> None:
    assert month.beside(date(2026, 12, 1), 1) == date(2027, 1, 1)
    assert month.beside(date(2027, 1, 1), -1) == date(2026, 12, 1)
    assert month.beside(date(2026, 1, 1), -25) == date(2023, 12, 1)


@pytest.mark.parametrize("text", ["2026-02", "2028-02", "2026-03", "2026-10", "2026-11", "1999-12"])
@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/St_Johns", "Asia/Kolkata", "Africa/Cairo", "Australia/Lord_Howe"])  # fmt: skip
def test_each_day_is_covered_without_hole_or_overlap_in_every_zone(zone: str, text: str) -> None:
    layer = Layer(["ada", "ben", "chi"], "1998-01-05T09:30", rotation="hours", every=7, only=[Times("22:00", "06:00")])
    days = days_of(Schedule([layer], zone), text)
    first, clock = month.month_of(text), zone_of(zone)
    assert [day.day.day for day in days] == [*range(1, len(days) + 1)]
    assert (days[0].start, days[-1].end) == month.span(first, clock)
    for one, two in pairwise(days):
        assert one.end == two.start
    for day in days:
        assert day.shifts[0].start == day.start and day.shifts[-1].end == day.end
        assert all(a.end == b.start for a, b in pairwise(day.shifts))


def test_a_day_tells_who_has_it_until_when_and_that_nobody_does() -> None:
    weekly = Layer(["ada", "ben"], "2026-11-02T09:00")
    days = days_of(Schedule([weekly], "Europe/Berlin"), "2026-11", [
        Shift("chi", parse_moment("2026-11-10T12:00", BERLIN), parse_moment("2026-11-10T14:00", BERLIN), "override", True)
    ])  # fmt: skip
    assert len(days) == 30 and told(days[0]) == ["nobody"]
    assert told(days[1]) == ["nobody until 09:00", "ada from 09:00"]
    assert told(days[2]) == ["ada"]
    assert told(days[8]) == ["ada until 09:00", "ben from 09:00"]
    assert told(days[9]) == ["ben until 12:00", "chi 12:00 to 14:00", "ben from 14:00"]
    assert days[9].shifts[1].override and not days[9].clocks_change


def test_where_the_clocks_change_the_day_has_its_length_and_a_time_that_comes_twice_its_offset() -> None:
    hours = Schedule([Layer(["ada", "ben"], "2026-10-24T22:00Z", rotation="hours")], "Europe/Berlin")
    long = days_of(hours, "2026-10")[24]
    assert (long.day, long.hours, len(long.shifts)) == (date(2026, 10, 25), "25 h", 25)
    assert told(long)[2:4] == ["ada 02:00 (+02:00) to 02:00 (+01:00)", "ben 02:00 (+01:00) to 03:00 (+01:00)"]
    assert [day.hours for day in days_of(hours, "2026-03") if day.clocks_change] == ["23 h"]
    howe = Schedule([Layer(["ada"], "2026-01-01")], "Australia/Lord_Howe")
    assert [day.hours for day in days_of(howe, "2026-04") if day.clocks_change] == ["24 h 30 min"]


def test_a_day_that_the_zone_left_out_has_nobody_and_no_length() -> None:
    days = days_of(Schedule([Layer(["ada"], "2011-01-01")], "Pacific/Apia"), "2011-12")
    assert [(day.day.day, day.shifts) for day in days if day.start == day.end] == [(30, [])]


@pytest.mark.parametrize(
    ("lasts", "words"),
    [(30 * MINUTE, "30 min"), (8 * HOUR, "8 h 00 min"), (7 * DAY, "7 d"), (7 * DAY - HOUR, "6 d 23 h 00 min"), (DAY + MINUTE, "1 d 1 min")],
)  # fmt: skip
def test_how_long_a_shift_is_loses_no_hour(lasts: int, words: str) -> None:
    assert month.length(lasts) == words


def test_own_shifts_that_follow_each_other_are_one_and_a_break_makes_two() -> None:
    plan = [
        Shift("ada", 0, 10, "week"), Shift("ada", 10, 20, "override", True), Shift("ben", 20, 30, "week"),
        Shift("ben", 30, 40, "calendar", others=("ada",)), Shift("", 40, 50), Shift("ada", 50, 60, "week"),
    ]  # fmt: skip
    mine = own_shifts.having(plan, ["ada"])
    assert [(s.start, s.end, s.layer, s.override) for s in mine] == [
        (0, 20, "week, override", True), (30, 40, "calendar", False), (50, 60, "week", False)
    ]  # fmt: skip
    assert own_shifts.having(plan, []) == [] and own_shifts.having([], ["ada"]) == []
