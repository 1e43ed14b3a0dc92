"""Moments at the ends of the calendar (P8): a page that shows one must not fail, whoever sent it."""

import pytest

from stanch.kernel.clock import iso, parse_moment


def test_a_moment_beyond_the_last_date_is_shown_as_the_last_date() -> None:
    assert iso(2**62) == "9999-12-31T23:59:59.999Z"
    assert iso(-(2**62)).endswith("-01-01T00:00:00.000Z")


def test_the_last_second_of_the_calendar_is_a_time_and_the_one_after_is_none() -> None:
    assert iso(parse_moment("9999-12-31T23:59:59Z")) == "9999-12-31T23:59:59.000Z"
    with pytest.raises(ValueError, match="after the year 9999"):
        parse_moment("9999-12-31T23:59:59-12:00")
