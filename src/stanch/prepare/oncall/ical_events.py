"""Takes a calendar file apart, event by event: one that cannot be read is left out and named (R2; RFC 5545).

Other programs write much that is not quite right. What says nothing about who is on call (alarms, sequence numbers, zones
that no event uses, text around the calendar) is not even looked at.
"""

import re
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import msgspec

from stanch.prepare.oncall import expansion_limit

if TYPE_CHECKING:
    import icalendar

MOST_EVENTS = 5000
LONGEST_TITLE = 500
# The moment at which every rule is expanded once as a check: before any shift that is asked for.
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
FREQUENCIES = ("SECONDLY", "MINUTELY", "HOURLY", "DAILY", "WEEKLY", "MONTHLY", "YEARLY")
# The properties that say who is on call and when. All others are ignored.
KEPT = frozenset(
    [
        "UID",
        "DTSTART",
        "DTEND",
        "DURATION",
        "RRULE",
        "RDATE",
        "EXDATE",
        "RECURRENCE-ID",
        "SUMMARY",
        "ATTENDEE",
        "STATUS",
    ]
)
ONCE = frozenset(["UID", "DTSTART", "DTEND", "DURATION", "RECURRENCE-ID", "SUMMARY", "STATUS"])
_LINE = re.compile(r'([A-Za-z0-9-]+)((?:;(?:"[^"]*"|[^":])*)?):(.*)', re.DOTALL)
_ZONE = re.compile(r';TZID="?([^";:]+)', re.IGNORECASE)


class Parsed(msgspec.Struct):
    """A calendar that can be expanded, and a sentence for each event that is not in it."""

    calendar: Any
    left_out: list[str]


class _Block(msgspec.Struct):
    """One VEVENT as its lines, by name; ``lines`` are those that are kept."""

    lines: list[str]
    title: str = ""
    uid: str = ""
    moved: bool = False
    ended: bool = True


def parse(body: bytes) -> Parsed:
    """An iCalendar file. Raises ``ValueError`` with what is wrong with it, when it is none or was cut off."""
    lines = _lines(body)
    events, zones = _blocks(lines)
    if len(events) > MOST_EVENTS:
        raise ValueError(f"the calendar has more than {MOST_EVENTS} events")
    left_out: list[str] = []
    whole = [block for block in events if block.ended or _leave(left_out, block, "it does not end")]
    _tell_apart(whole)
    needed = _needed(whole, zones)
    expansion_limit.refuse_text("\n".join([*needed, *(line for block in whole for line in block.lines)]))
    whole = _sifted(whole, needed, _check, left_out)
    calendar = _calendar(whole, needed)
    expansion_limit.refuse(calendar, LONG_AGO, LONG_AGO + timedelta(days=1))
    good = _sifted(whole, needed, _expand, left_out)
    return Parsed(calendar if len(good) == len(whole) else _calendar(good, needed), left_out)


def _sifted(blocks: list[_Block], zones: list[str], check: Callable[[Any], None], left_out: list[str]) -> list[_Block]:
    """The events that pass: all of them together, or, when that fails, each looked at alone."""
    try:
        check(_calendar(blocks, zones))
    except Exception:  # the library's exceptions for broken files have no common base class
        return [block for block in blocks if not (why := _wrong(block, zones, check)) or _leave(left_out, block, why)]
    return blocks


def title_of(event: Any) -> str:
    """What an event is called, on one line."""
    told = event.get("SUMMARY", "")
    return " ".join(str(told[0] if isinstance(told, list) else told).split())[:LONGEST_TITLE]


def _lines(body: bytes) -> list[str]:
    """The unfolded lines of every VCALENDAR in a file. Raises ``ValueError`` for a truncated file, which would cause false gaps."""
    for encoding in ("utf-8-sig", "utf-16" if body[:2] in (b"\xff\xfe", b"\xfe\xff") else "cp1252", "latin-1"):
        try:
            text = body.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    lines = re.sub(r"[\r\n]+[ \t]", "", text).replace("\r", "\n").split("\n")
    found, inside = [], False
    for line in lines:
        said = line.strip().upper()
        inside = inside or said == "BEGIN:VCALENDAR"
        if inside and line.strip():
            found.append(line)
        inside = inside and said != "END:VCALENDAR"
    if not found:
        raise ValueError("this is no calendar: it has no BEGIN:VCALENDAR")
    if inside:
        raise ValueError("the calendar is cut off: it does not end with END:VCALENDAR")
    return found


def _blocks(lines: list[str]) -> tuple[list[_Block], dict[str, list[str]]]:
    """The events, and the lines of each zone by its name."""
    events: list[_Block] = []
    zones: dict[str, list[str]] = {}
    within: list[str] = []
    zone: list[str] = []
    for line in lines:
        said = line.strip().upper()
        if said in ("BEGIN:VEVENT", "BEGIN:VCALENDAR", "END:VCALENDAR") and "VEVENT" in within:
            events[-1].ended, within = False, []
        if said.startswith("BEGIN:"):
            within.append(said[6:])
            if said == "BEGIN:VEVENT":
                events.append(_Block([]))
            elif said == "BEGIN:VTIMEZONE":
                zone = []
        elif within[-1:] == ["VEVENT"] and not said.startswith("END:"):
            _take(events[-1], line)
        if "VTIMEZONE" in within:
            zone.append(line)
            if said.startswith("TZID") and (name := line.partition(":")[2].strip()):
                zones[name] = zone
        if said.startswith("END:") and within:
            within.pop()
    return events, zones


def _take(block: _Block, line: str) -> None:
    match = _LINE.fullmatch(line)
    name = match[1].upper() if match else ""
    value = match[3].strip() if match else ""
    known = any(kept.startswith((f"{name}:", f"{name};")) for kept in block.lines)
    if match is None or name not in KEPT or (not value and name != "SUMMARY") or (name in ONCE and known):
        return
    if name == "RRULE":
        value = re.sub(r"\s+", "", value)
    if name == "SUMMARY":
        block.title = " ".join(value.split())[:LONGEST_TITLE]
    block.uid = value if name == "UID" else block.uid
    block.moved = block.moved or name == "RECURRENCE-ID"
    block.lines.append(f"{name}{match[2]}:{value}")


def _tell_apart(blocks: list[_Block]) -> None:
    """Two events of one UID that move no turn of each other are two; without a UID each has one of its own."""
    seen: set[str] = set()
    for number, block in enumerate(blocks):
        days = {
            line.partition(":")[2]
            for line in block.lines
            if line.startswith(("DTSTART;VALUE=DATE:", "DTEND;VALUE=DATE:"))
        }
        if len(days) == 1:  # from a day to the same day is that day, as many write it
            block.lines = [line for line in block.lines if not line.startswith("DTEND;VALUE=DATE:")]
        if block.moved:
            continue
        if not block.uid or block.uid in seen:
            block.lines = [line for line in block.lines if not line.startswith(("UID:", "UID;"))]
            block.lines.append(f"UID:{block.uid}#{number}")
        seen.add(block.uid)


def _needed(blocks: list[_Block], zones: dict[str, list[str]]) -> list[str]:
    used = {name for block in blocks for line in block.lines for name in _ZONE.findall(line)}
    return [line for name, lines in zones.items() if name in used for line in lines]


def _calendar(blocks: Iterable[_Block], zones: list[str]) -> "icalendar.Calendar":
    import icalendar

    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//stanch//EN", *zones]
    for block in blocks:
        lines += ["BEGIN:VEVENT", "DTSTAMP:20000101T000000Z", *block.lines, "END:VEVENT"]
    calendar = icalendar.Calendar.from_ical("\r\n".join([*lines, "END:VCALENDAR", ""]))
    assert isinstance(calendar, icalendar.Calendar)
    return calendar


def _check(calendar: Any) -> None:
    """Raises for events that the library would skip silently."""
    for event in calendar.walk("VEVENT"):
        if event.errors:
            name, why = event.errors[0]
            raise ValueError(f"its {name} cannot be read: {str(why)[:120]}")
        _check_times(event)
        rules = event.get("RRULE", [])
        for rule in rules if isinstance(rules, list) else [rules]:
            _check_rule(rule)


def _expand(calendar: Any) -> None:
    """Raises for an event whose turns cannot be counted."""
    import recurring_ical_events  # type: ignore[import-untyped]

    recurring_ical_events.of(calendar).between(LONG_AGO, LONG_AGO + timedelta(days=1))


def _check_times(event: Any) -> None:
    start = getattr(event.get("DTSTART"), "dt", None)
    end = getattr(event.get("DTEND"), "dt", None)
    if not isinstance(start, date):
        raise ValueError("it has no start")
    if end is None and "DURATION" not in event and isinstance(start, datetime):
        raise ValueError("it has no end")
    if end is not None and isinstance(end, datetime) != isinstance(start, datetime):
        raise ValueError("one of its start and end is a day, the other a time")
    if isinstance(start, datetime) and isinstance(end, datetime) and not end.timestamp() > start.timestamp():
        raise ValueError("it ends before it begins")
    if isinstance(end, date) and not isinstance(start, datetime) and end < start:
        raise ValueError("it ends before it begins")


def _check_rule(rule: Any) -> None:
    if str((rule.get("FREQ") or [""])[0]).upper() not in FREQUENCIES:
        raise ValueError(f"its rule does not say how often ('{str(rule)[:60]}')")
    if expansion_limit.a_day(rule) > expansion_limit.MOST_A_DAY:
        raise ValueError(f"it repeats more than {expansion_limit.MOST_A_DAY} times a day")


def _wrong(block: _Block, zones: list[str], check: Callable[[Any], None]) -> str:
    """Why an event cannot be read; empty when it can."""
    try:
        check(_calendar([block], zones if any(_ZONE.search(line) for line in block.lines) else []))
    except Exception as error:  # see _sifted
        return str(error).partition("\n")[0][:160] or type(error).__name__
    return ""


def _leave(left_out: list[str], block: _Block, why: str) -> bool:
    left_out.append(f"'{block.title or 'without a title'}' ({why})")
    return False
