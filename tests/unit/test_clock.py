"""Moments at the ends of the calendar (P8): a page that shows one must not fail, whoever sent it."""

from zoneinfo import ZoneInfo

import msgspec
import pytest

from stanch.kernel.answers import plain
from stanch.kernel.clock import iso, parse_moment
from stanch.kernel.errors import Invalid
from stanch.kernel.moments import given_moment, past_moment
from stanch.prepare.oncall.commands import OnCallNow

BERLIN = ZoneInfo("Europe/Berlin")


def test_a_moment_beyond_the_last_date_is_shown_as_the_last_date() -> None:
    assert iso(2**62) == "9999-12-31T23:59:59.999Z"
    assert iso(-(2**62)).endswith("-01-01T00:00:00.000Z")


def test_the_last_second_of_the_calendar_is_a_time_and_the_one_after_is_none() -> None:
    assert iso(parse_moment("9999-12-31T23:59:59Z")) == "9999-12-31T23:59:59.000Z"
    with pytest.raises(ValueError, match="after the year 9999"):
        parse_moment("9999-12-31T23:59:59-12:00")


@pytest.mark.parametrize(
    ("text", "zone", "utc"),
    [
        ("2026-05-14T14:07:00+02:00", None, "2026-05-14T12:07:00.000Z"),
        ("2026-05-14", None, "2026-05-14T00:00:00.000Z"),
        ("2026-05-14 14:07", None, "2026-05-14T14:07:00.000Z"),
        ("2026-05-14 14:07", BERLIN, "2026-05-14T12:07:00.000Z"),
        ("2026-05-14", BERLIN, "2026-05-13T22:00:00.000Z"),
        ("2026-05-14T14:07Z", BERLIN, "2026-05-14T14:07:00.000Z"),
        ("2026-03-29T02:30", BERLIN, "2026-03-29T01:00:00.000Z"),  # left out in spring: the end of the gap
        ("2026-10-25T02:30", BERLIN, "2026-10-25T00:30:00.000Z"),  # twice in autumn: the first
    ],
)
def test_a_time_without_an_offset_is_utc_or_the_named_zone_s(text: str, zone: ZoneInfo | None, utc: str) -> None:
    assert iso(parse_moment(text, zone)) == utc


@pytest.mark.parametrize("text", ["", "soon", "14:07", "0001-01-01T00:00:00Z", "2026-02-30"])
@pytest.mark.parametrize("zone", [None, BERLIN])
def test_what_is_no_time_is_refused_beside_its_field(text: str, zone: ZoneInfo | None) -> None:
    with pytest.raises(Invalid, match="time") as refused:
        given_moment(text, "start", zone)
    assert refused.value.field == "start"


def test_local_times_end_before_the_calendar_does() -> None:
    with pytest.raises(Invalid, match="after the year 9000"):
        given_moment("9999-12-31T23:59", "end", BERLIN)


def test_a_past_moment_is_none_when_none_is_given_and_never_ahead() -> None:
    now = parse_moment("2026-05-14T14:07Z")
    assert past_moment("", now) is None and past_moment("2026-05-14T14:07Z", now) == now
    with pytest.raises(Invalid, match="in the future"):
        past_moment("2026-05-14T14:08Z", now)


def test_people_are_shown_moments_on_the_clock_of_the_zone_that_the_answer_names() -> None:
    """One zone, named: the column says what the sentence beside it says (R2)."""
    until = parse_moment("2026-11-30T08:00Z")
    told = OnCallNow("week", ["ada"], ["Ada"], "", until=until, time_zone="Europe/Berlin")
    assert plain(told)["until"] == "2026-11-30T09:00:00+01:00"
    assert plain(msgspec.structs.replace(told, time_zone=""))["until"] == "2026-11-30T08:00:00.000Z"
