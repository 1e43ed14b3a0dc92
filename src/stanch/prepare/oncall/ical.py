"""Calendars in and out (R2; RFC 5545, RFC 7986; formats/10.1).

In: an event's title names who is on call: name, e-mail or user name of a contact, several separated by commas or spaces,
and ``[L1]`` to ``[L9]`` where events overlap: the highest wins, equal ones are on call together. Out: concrete shifts in UTC.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import msgspec

from stanch.kernel.clock import SECOND
from stanch.kernel.contacts import Contact
from stanch.kernel.names import folded
from stanch.kernel.shift import Shift
from stanch.kernel.zones import EPOCH_UTC, MICROSECOND, instant, zone_of
from stanch.prepare.oncall import expansion_limit
from stanch.prepare.oncall.ical_events import Parsed, title_of
from stanch.prepare.oncall.people import names_of

if TYPE_CHECKING:
    import icalendar

LAYER = "calendar"
_LEVEL = re.compile(r"\[L([0-9])\]", re.IGNORECASE)


class _Event(msgspec.Struct):
    start: int
    end: int
    level: int
    people: tuple[str, ...]
    note: str


def read(parsed: Parsed, contacts: Mapping[str, Contact], zone_name: str, start: int, end: int) -> list[Shift]:
    """Who the calendar says is on call within ``start`` and ``end``, in order; where it says nothing there is no shift.

    A title that names nobody of the contacts is a gap whose ``note`` tells the title. Times without a zone, and whole days,
    are those of ``zone_name``. Raises ``ValueError`` when the calendar cannot be expanded.
    """
    import recurring_ical_events  # type: ignore[import-untyped]

    zone, known = zone_of(zone_name), names_of(contacts)
    low = EPOCH_UTC + timedelta(microseconds=start) - timedelta(days=1)
    high = EPOCH_UTC + timedelta(microseconds=end) + timedelta(days=1)
    expansion_limit.refuse(parsed.calendar, low, high)
    try:
        occurrences = recurring_ical_events.of(parsed.calendar, skip_bad_series=True).between(low, high)
    except Exception as error:  # the library's exceptions have no common base class
        raise ValueError(f"the calendar's events cannot be read: {str(error)[:200]}") from None
    events = []
    for found in occurrences:
        if str(found.get("STATUS", "")).upper() == "CANCELLED":
            continue
        since, until = _moment(found["DTSTART"].dt, zone), _moment(found["DTEND"].dt, zone)
        if since < min(until, end) and until > start:
            events.append(_read_event(found, max(since, start), min(until, end), known))
    return _merged(sorted(events, key=lambda e: (e.start, e.people)))


def _moment(stamp: date | datetime, zone: ZoneInfo) -> int:
    """Zoned times are read as our own wall-clock times are; days begin at midnight of the zone."""
    if not isinstance(stamp, datetime):
        return instant(datetime.combine(stamp, datetime.min.time()), zone)
    if stamp.tzinfo is None:
        return instant(stamp, zone)
    if isinstance(stamp.tzinfo, ZoneInfo) and not stamp.fold:
        return instant(stamp.replace(tzinfo=None), stamp.tzinfo)
    return (stamp - EPOCH_UTC) // MICROSECOND


def _read_event(event: Any, start: int, end: int, known: Mapping[str, str]) -> _Event:
    title = title_of(event)
    level = max((int(found) for found in _LEVEL.findall(title)), default=0)
    people = people_in(_LEVEL.sub(" ", title), known) or _attendees(event, known)
    said = (
        f"the calendar names '{title}', who is not in the contacts"
        if title
        else "the calendar has an event without a title"
    )
    return _Event(start, end, level, tuple(people), "" if people else said)


def people_in(title: str, known: Mapping[str, str]) -> list[str]:
    """Keys of everybody whom a title names; ``known``: every name in lower case. Other words (``On call: ada``) do not matter."""
    known = {name: key for name, key in known.items() if key}  # one that several have is nobody's
    whole = known.get(folded(title))
    if whole:
        return [whole]
    found: dict[str, None] = {}
    for part in re.split(r"[,;&]", folded(title)):
        words = [word.strip("@():-[]") for word in part.split()]
        at = 0
        while at < len(words):
            ends = range(min(len(words), at + 6), at, -1)  # the longest name first: "ada lovelace" before "ada"
            until = next((end for end in ends if " ".join(words[at:end]) in known), None)
            if until:
                found[known[" ".join(words[at:until])]] = None
            at = until or at + 1
    return list(found)


def _attendees(event: Any, known: Mapping[str, str]) -> list[str]:
    """Some exports (PagerDuty's) title every event alike and name the person as attendee."""
    given = event.get("ATTENDEE", [])
    mails = [str(one).casefold().removeprefix("mailto:") for one in (given if isinstance(given, list) else [given])]
    return list(dict.fromkeys(known[mail] for mail in mails if known.get(mail)))


def _merged(events: Sequence[_Event]) -> list[Shift]:
    """What counts where events overlap. One that names nobody we know never takes the shift from one that does."""
    edges = sorted({edge for event in events for edge in (event.start, event.end)})
    found: list[Shift] = []
    active: list[_Event] = []
    upcoming = 0
    for low, high in pairwise(edges):
        active = [event for event in active if event.end > low]
        while upcoming < len(events) and events[upcoming].start <= low:
            active.append(events[upcoming])
            upcoming += 1
        if not active:
            continue
        named = [event for event in active if event.people] or active
        top = max(event.level for event in named)
        people = list(dict.fromkeys(p for event in named if event.level == top for p in event.people))
        note = "" if people else named[0].note
        seen = Shift(people[0] if people else "", low, high, LAYER, others=tuple(people[1:]), note=note)
        if found and found[-1].end == low and found[-1].same(seen):
            seen = msgspec.structs.replace(seen, start=found.pop().start)
        found.append(seen)
    return found


def feed(schedule: str, shifts: Iterable[Shift], now: int, names: Mapping[str, str]) -> bytes:
    """Shifts as an iCalendar file: CRLF, folded, UTC. ``names``: what people are called, by key; nothing else about them.

    The same shift has the same UID each time, so that calendars update instead of doubling it; gaps are left out.
    """
    import icalendar

    title = re.sub(r"[,;\\\s]+", " ", f"On call: {schedule}").strip()  # these names are not escaped by the library
    calendar = icalendar.Calendar()
    for name, value in (
        ("PRODID", "-//stanch//on-call//EN"), ("VERSION", "2.0"), ("CALSCALE", "GREGORIAN"), ("METHOD", "PUBLISH"),
        ("NAME", title), ("X-WR-CALNAME", title), ("X-WR-TIMEZONE", "UTC"), ("X-PUBLISHED-TTL", "PT1H"),
    ):  # fmt: skip
        calendar.add(name, value)
    calendar.add("REFRESH-INTERVAL", timedelta(hours=1), parameters={"VALUE": "DURATION"})
    for shift in shifts:
        if not shift.gap:
            calendar.add_component(_event_of(schedule, shift, now, names))
    return bytes(calendar.to_ical())


def _event_of(schedule: str, shift: Shift, now: int, names: Mapping[str, str]) -> "icalendar.Event":
    import icalendar

    event = icalendar.Event()
    identity = "\x1f".join((schedule, shift.layer, str(shift.start), *shift.people()))
    event.add("UID", hashlib.sha256(identity.encode()).hexdigest()[:32] + "@stanch")
    for name, moment in (("DTSTAMP", now), ("DTSTART", shift.start), ("DTEND", shift.end)):
        event.add(name, EPOCH_UTC + timedelta(seconds=moment // SECOND))
    event.add("SUMMARY", ", ".join(names.get(person, person) for person in shift.people()))
    event.add("DESCRIPTION", f"On call in {schedule}" + (f" ({shift.layer})" if shift.layer else ""))
    event.add("TRANSP", "TRANSPARENT")
    return event
