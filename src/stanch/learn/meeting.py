"""The postmortem meeting as a calendar file (R42, RFC 5545, RFC 5546)."""

from datetime import UTC, datetime, timedelta

from stanch.kernel.clock import SECOND
from stanch.kernel.errors import NotFound
from stanch.timeline.record import Record
from stanch.timeline.unit_of_work import UnitOfWork

LENGTH = timedelta(hours=1)


def meeting_file(uow: UnitOfWork, incident: str) -> bytes:
    """The file of an incident's meeting. Raises ``NotFound`` where there never was one."""
    record = uow.record(incident)
    if record.postmortem_at is None and record.meeting_cancelled is None:
        hint = f"Closing it sets one, a day later; 'stanch plan {record.id} --meeting 2026-06-04T14:00Z' says when."
        raise NotFound(f"{record.id} has no postmortem meeting yet.", hint=hint)
    return calendar_file(record, f"{uow.application.installation.url}/incidents/{record.id}/postmortem", uow.now)


def calendar_file(record: Record, url: str, now: int) -> bytes:
    """One event of an hour: each file of an incident is about the same event, also the one that says that it is cancelled."""
    from icalendar import Calendar, Event, vCalAddress

    cancelled = record.postmortem_at is None
    at = record.meeting_cancelled if cancelled else record.postmortem_at
    assert at is not None
    event = Event()
    event.add("uid", f"{record.id.lower()}-postmortem@stanch")
    event.add("dtstamp", _moment(now))
    # A calendar takes a moved event only under a greater number; the record's entries never get fewer.
    event.add("sequence", record.entries)
    event.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    # RFC 5546 wants one; stanch reads no answers.
    organizer = vCalAddress("invalid:nomail")
    organizer.params["CN"] = "stanch"
    event.add("organizer", organizer)
    event.add("dtstart", _moment(at))
    event.add("dtend", _moment(at) + LENGTH)
    # The title of a private incident is left out: others may see the calendar (P6).
    event.add("summary", f"Postmortem of {record.id}" + ("" if record.private else f": {record.title}"))
    event.add("description", f"What happened, what we learned, what changes.\n{url}")
    event.add("url", url)
    calendar = Calendar()
    calendar.add("prodid", "-//stanch//postmortem//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "CANCEL" if cancelled else "PUBLISH")
    calendar.add_component(event)
    return bytes(calendar.to_ical())


def _moment(microseconds: int) -> datetime:
    return datetime.fromtimestamp(microseconds // SECOND, UTC)
