"""The postmortem meeting as a calendar file (R42, RFC 5545)."""

from datetime import UTC, datetime, timedelta

from stanch.kernel.clock import SECOND
from stanch.timeline.record import Record

LENGTH = timedelta(hours=1)


def calendar_file(record: Record, url: str, now: int) -> bytes:
    """One event of an hour at the moment that closing has set. The same incident is the same event when imported twice."""
    from icalendar import Calendar, Event

    assert record.postmortem_at is not None
    event = Event()
    event.add("uid", f"{record.id.lower()}-postmortem@stanch")
    event.add("dtstamp", _moment(now))
    # A calendar takes a moved event only under a greater number; the record's entries never get fewer.
    event.add("sequence", record.entries)
    event.add("dtstart", _moment(record.postmortem_at))
    event.add("dtend", _moment(record.postmortem_at) + LENGTH)
    # The title of a private incident is left out: others may see the calendar (P6).
    event.add("summary", f"Postmortem of {record.id}" + ("" if record.private else f": {record.title}"))
    event.add("description", f"What happened, what we learned, what changes.\n{url}")
    event.add("url", url)
    calendar = Calendar()
    calendar.add("prodid", "-//stanch//postmortem//EN")
    calendar.add("version", "2.0")
    calendar.add_component(event)
    return bytes(calendar.to_ical())


def _moment(microseconds: int) -> datetime:
    return datetime.fromtimestamp(microseconds // SECOND, UTC)
