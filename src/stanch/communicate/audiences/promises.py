"""The moment of the next update that a post promises its readers (R31): "again by 14:40", "in half an hour". Pure.

A promise is a sentence about telling more, with a time in it. A repair time ("fixed by 14:40") and a time of what happened
("fails since 14:05") are none. A part of a day ("tomorrow morning") is kept until that part is over.
"""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from stanch.communicate.audiences.promise_words import (
    CLOCK,
    MARKS,
    MONTHS,
    NUMBERS,
    PARTS_OF_DAY,
    SPAN,
    WEEKDAYS,
    ZONES,
    parts_of_day,
)
from stanch.kernel.clock import HOUR, LONGEST_AHEAD, MINUTE
from stanch.kernel.zones import instant, local

_SENTENCE = re.compile(r"(?<!\ba\.m)(?<!\bp\.m)[.!?](?=\s|$)|[\n。！？]+")
_UTC = ZoneInfo("UTC")
LONGEST_JOINT = len(" and ")


class Promise(msgspec.Struct, frozen=True):
    """``at``: when the next update is owed at the latest. ``words``: from which that was read. ``past``: it had passed when it was posted."""

    at: int
    words: str
    past: bool = False


def promise_of(text: str, said_at: int, zone: ZoneInfo = _UTC) -> Promise | None:
    """The earliest promise of a text; times without a zone are read in ``zone``. A moment that is past counts only alone."""
    found = [promise for part in _SENTENCE.split(text) if (promise := _in_sentence(part.strip(), said_at, zone))]
    return min(found, key=lambda each: (each.past, each.at)) if found else None


def _in_sentence(sentence: str, said_at: int, zone: ZoneInfo) -> Promise | None:
    marks = [m for mark in MARKS for m in mark.finditer(sentence)]
    if not marks:
        return None
    told = min(m.end() for m in marks)
    times = _times(sentence, said_at, zone)
    # The time that belongs to the telling stands after its word, or right before it: "by 14:40 we post again".
    after = [each for each in times if each[1] > told]
    chosen = after or times[-1:]
    if not chosen:
        return None
    start, end, at = chosen[0]
    return Promise(at, sentence[start:end].strip(), past=at <= said_at)


def _times(sentence: str, said_at: int, zone: ZoneInfo) -> list[tuple[int, int, int]]:
    """(start, end, moment) of every time in a sentence, in order."""
    found: list[tuple[int, int, int]] = []
    clocks = [(m, read) for m in CLOCK.finditer(sentence) if (read := _hour_minute(m))]
    for number, (m, read) in enumerate(clocks):
        # A day that is named beside another time is that one's, unless the two are one span: "tomorrow from 9:00 to 10:00".
        before = max((o.end() for o, _ in clocks[:number] if m.start() - o.end() > LONGEST_JOINT), default=0)
        after = min(
            (o.start() for o, _ in clocks[number + 1 :] if o.start() - m.end() > LONGEST_JOINT), default=len(sentence)
        )
        around = sentence[max(before, m.start() - 40) : min(after, m.start() + 60)]
        day = _named_day(around, local(said_at, zone))
        found.append((m.start(), m.end(), _moment(*read, m.group("zone") or "", day, said_at, zone)))
    for m in SPAN.finditer(sentence):
        found.append((m.start(), m.end(), said_at + _span(m)))
    if not found:
        for pattern, part in PARTS_OF_DAY:
            if named := pattern.search(sentence):
                return [(named.start(), named.end(), _end_of(part, named, said_at, zone))]
    return sorted(found)


def _span(m: re.Match[str]) -> int:
    """The length of a span of time in microseconds."""
    given = {name: value.lower() for name, value in m.groupdict().items() if value}
    if fixed := given.get("fixed") or given.get("fixed2"):
        half = any(word in fixed for word in ("half", "halb", "demi", "media"))
        return HOUR // 2 if half else HOUR // 4 if "quarter" in fixed else HOUR
    number = next(value for name, value in given.items() if name.startswith("n"))
    unit = next(value for name, value in given.items() if name.startswith("unit"))
    count = NUMBERS[number] if number in NUMBERS else float(number.replace(",", "."))
    return int(count * (HOUR if unit[0] in "hs時" or unit.startswith("ur") else MINUTE))


def _hour_minute(m: re.Match[str]) -> tuple[int, int] | None:
    """The hour and the minute of a time of day, or None where the digits are no time."""
    given = m.groupdict()
    hour, minute = int(given["hour"] or given["hour_jp"] or 0), int(given["minute"] or given["minute_jp"] or 0)
    half = (given["half"] or "").lower().replace(".", "")
    if given["word"]:
        hour = 0 if given["word"].lower() in ("midnight", "mitternacht", "minuit", "medianoche") else 12
    elif not (given["minute"] or half or given["zone"] or given["unit"] or given["hour_jp"]):
        return None
    if half and 1 <= hour <= 12:
        hour = hour % 12 + (12 if half == "pm" else 0)
    return None if hour > 24 or minute > 59 else (hour, minute)


def _moment(hour: int, minute: int, named: str, day: datetime | None, said_at: int, zone: ZoneInfo) -> int:
    offset = _offset(named, said_at, zone)
    today = local(said_at, zone) if offset is None else local(said_at + offset * MINUTE, _UTC)
    wall = (day or today).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(hours=hour, minutes=minute)

    def moment(wall: datetime) -> int:
        return instant(wall, zone) if offset is None else instant(wall, _UTC) - offset * MINUTE

    if day is not None:
        return moment(wall)
    at = moment(wall)
    if at <= said_at and moment(wall + timedelta(days=1)) - said_at < LONGEST_AHEAD:
        return moment(wall + timedelta(days=1))
    return at - 24 * HOUR if at - said_at > LONGEST_AHEAD else at


def _offset(named: str, said_at: int, zone: ZoneInfo) -> int | None:
    """Minutes ahead of UTC of a zone that is named beside a time; None: the page's own. An abbreviation that the page's zone uses is its own."""
    named = named.upper().strip()
    if not named:
        return None
    if signed := re.fullmatch(r"(?:UTC|GMT)\s*([+-])(\d{1,2})(?::?(\d{2}))?", named):
        minutes = int(signed[2]) * 60 + int(signed[3] or 0)
        return minutes if signed[1] == "+" else -minutes
    here = datetime.fromtimestamp(said_at / 1_000_000, zone)
    if named == here.tzname():
        return None
    found = ZONES[named]
    if isinstance(found, int):
        return found
    there = datetime.fromtimestamp(said_at / 1_000_000, ZoneInfo(found)).utcoffset()
    return int(there.total_seconds() // 60) if there is not None else 0


def _named_day(around: str, today: datetime) -> datetime | None:
    """The day that is named beside a time: a date, tomorrow, a weekday."""
    if dated := re.search(r"\b(\d{4})-(\d{2})-(\d{2})\b", around):
        return _date(int(dated[1]), int(dated[2]), int(dated[3]))
    names = "|".join(MONTHS)
    if named := re.search(
        rf"\b(?:(\d{{1,2}})(?:st|nd|rd|th|\.)?\s+(?:de\s+)?({names})|({names})[a-zé.]*\s+(\d{{1,2}})\b)", around, re.I
    ):
        month, day = MONTHS[(named[2] or named[3]).lower()], int(named[1] or named[4])
        found = _date(today.year, month, day)
        past = found is not None and found.date() < today.date() - timedelta(days=180)
        return _date(today.year + 1, month, day) if past else found
    for pattern, part in PARTS_OF_DAY:
        if (m := pattern.search(around)) and (days := _days_ahead(part, m, today)):
            return today + timedelta(days=days)
    return None


def _date(year: int, month: int, day: int) -> datetime | None:
    try:
        return datetime(year, month, day)  # noqa: DTZ001 - a wall clock's day
    except ValueError:
        return None


def _days_ahead(part: str, m: re.Match[str], today: datetime) -> int:
    if part.startswith("tomorrow"):
        return 1
    if part != "weekday":
        return 0
    wanted = WEEKDAYS[m.group("weekday").lower()[:3]]
    return (wanted - today.weekday()) % 7 or 7


def _end_of(part: str, m: re.Match[str], said_at: int, zone: ZoneInfo) -> int:
    """When a part of a day is over."""
    today = local(said_at, zone)
    midnight = today.replace(hour=0, minute=0, second=0, microsecond=0)
    wall = midnight + timedelta(days=_days_ahead(part, m, today), hours=parts_of_day(part))
    return instant(wall, zone)
