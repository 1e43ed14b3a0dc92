"""Counts the events that a calendar would expand to before expanding it: a few kilobytes may stand for millions.

The counts are upper bounds from the rules alone, so that refusing takes no longer than reading. Pure.
"""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import icalendar

# The most repetitions in a day that a shift may have.
MOST_A_DAY = 24
# Occurrences that are kept of one calendar, and steps of all its rules from their beginnings to the end of what is asked for.
MOST_OCCURRENCES, MOST_STEPS = 20_000, 400_000
MOST_IN_A_LIST = 5000
_DAYS = {
    "SECONDLY": 1 / 86400,
    "MINUTELY": 1 / 1440,
    "HOURLY": 1 / 24,
    "DAILY": 1,
    "WEEKLY": 7,
    "MONTHLY": 28,
    "YEARLY": 365,
}


def refuse_text(text: str) -> None:
    """Checked before the library parses the file, since that expands the rules of time zones. Raises ``ValueError``."""
    inside = False
    for line in _unfolded(text):
        if line.startswith(("BEGIN:VTIMEZONE", "END:VTIMEZONE")):
            inside = line.startswith("BEGIN")
        elif line.count(",") > MOST_IN_A_LIST:
            raise ValueError(f"the calendar has a line with more than {MOST_IN_A_LIST} values")
        elif inside and line.startswith("RRULE") and not re.search(r"FREQ=YEARLY(;|$)", line):
            raise ValueError("the calendar has a time zone that changes more often than yearly")


def _unfolded(text: str) -> Iterator[str]:
    return iter(re.sub(r"\r?\n[ \t]", "", text).upper().splitlines())


def refuse(calendar: "icalendar.Calendar", low: datetime, high: datetime) -> None:
    """Raises ``ValueError`` when all events of the calendar together are too much between two moments."""
    occurrences = steps = 0.0
    for event, rule in _rules(calendar):
        often, most = a_day(rule), float((rule.get("COUNT") or [1e9])[0])
        occurrences += min(most, often * _days(low, high))
        # The library steps through every candidate day, however few of them match.
        steps += min(most * 366, max(often, 1) * _days(_begin(event, low), high))
    if occurrences > MOST_OCCURRENCES or steps > MOST_STEPS:
        raise ValueError(f"the calendar's events repeat more often than can be kept ({MOST_OCCURRENCES} within a year)")


def _rules(calendar: "icalendar.Calendar") -> Iterator[tuple[Any, Any]]:
    for event in calendar.walk("VEVENT"):
        rules = event.get("RRULE", [])
        for rule in rules if isinstance(rules, list) else [rules]:
            yield event, rule


def a_day(rule: Any) -> float:
    """How often a rule repeats in a day, at most."""
    frequency = str((rule.get("FREQ") or ["DAILY"])[0]).upper()
    interval = max(1, int((rule.get("INTERVAL") or [1])[0]))
    period = _DAYS.get(frequency, 1) * interval
    days = max(1, len(rule.get("BYDAY") or []), len(rule.get("BYMONTHDAY") or []), len(rule.get("BYYEARDAY") or []))
    if frequency in ("MONTHLY", "YEARLY"):
        days = min(days * 5 * max(1, len(rule.get("BYMONTH") or [])), 366)
    times = 1
    for part in ("BYHOUR", "BYMINUTE", "BYSECOND"):
        times *= max(1, len(rule.get(part) or []))
    return (times / period) if frequency in ("SECONDLY", "MINUTELY", "HOURLY") else times * min(1.0, days / period)


def _days(since: datetime, until: datetime) -> float:
    return max(0.0, (until - since).total_seconds() / 86400)


def _begin(event: Any, low: datetime) -> datetime:
    stamp = getattr(event.get("DTSTART"), "dt", None)
    if isinstance(stamp, datetime):
        return stamp.replace(tzinfo=UTC)
    return datetime(stamp.year, stamp.month, stamp.day, tzinfo=UTC) if isinstance(stamp, date) else low
