"""What the commands that change on-call have in common: people, moments and shifts as they are asked for."""

from zoneinfo import ZoneInfo

import msgspec

from stanch.kernel.clock import DAY
from stanch.kernel.errors import Conflict, Invalid
from stanch.kernel.ids import new_id
from stanch.kernel.moments import given_moment
from stanch.kernel.shift import Shift
from stanch.kernel.zones import local, zone_of
from stanch.prepare.oncall import store
from stanch.prepare.oncall.people import contact_key, meant, shown_name
from stanch.timeline.unit_of_work import UnitOfWork

LONGEST_DAYS = 366


def person_of(uow: UnitOfWork, text: str) -> str:
    """The contact that is meant, or the one who asks. Raises ``Invalid``: nobody else could be reached."""
    contacts = uow.policy.contacts
    key = contact_key(contacts, text or uow.actor.name)
    if not key:
        who = f"'{text}' is" if text else f"You ({uow.actor.name}) are"
        hint = meant(text, contacts) if text else "Name somebody with 'person', or add yourself to the contacts."
        raise Invalid(f"{who} not in the contacts, so nobody could be reached.", field="person", hint=hint)
    return key


def name(uow: UnitOfWork, person: str) -> str:
    """What people call someone."""
    return shown_name(uow.policy.contacts, person) or "nobody"


def when(uow: UnitOfWork, schedule: str, text: str, field: str) -> int:
    """A time as people write it, in the schedule's own zone if it has no offset."""
    return given_moment(text, field, zone(uow, schedule))


def zone(uow: UnitOfWork, schedule: str) -> ZoneInfo:
    """The zone on whose clock a schedule is. Raises ``Invalid`` for a schedule that cannot be read."""
    try:
        return zone_of(store.schedule_of(uow, schedule).time_zone)
    except ValueError as error:
        raise _unreadable(schedule, error) from None


def _unreadable(schedule: str, error: ValueError) -> Invalid:
    return Invalid(f"The schedule '{schedule}' cannot be read: {error}.", field="schedule")


def spelled(uow: UnitOfWork, schedule: str, start: int, end: int) -> str:
    """A span in the schedule's own time."""
    zone = zone_of(store.schedule_of(uow, schedule).time_zone)
    return f"from {local(start, zone):%a %d %b %H:%M} to {local(end, zone):%a %d %b %H:%M} ({zone.key})"


def plan(uow: UnitOfWork, schedule: str, start: int, end: int) -> list[Shift]:
    """Who is on call within ``start`` and ``end``. Raises ``Invalid`` for a schedule that cannot be read."""
    try:
        return store.planned(uow, schedule, start, end)
    except ValueError as error:
        raise _unreadable(schedule, error) from None


def shift_at(uow: UnitOfWork, schedule: str, text: str, field: str) -> Shift:
    """The whole shift around a moment, from now on. Raises ``Problem`` when there is none to exchange."""
    at = when(uow, schedule, text, field)
    days = 8
    while True:
        around = plan(uow, schedule, at - days * DAY, at + days * DAY)
        found = next(shift for shift in around if shift.start <= at < shift.end)
        if found.end < around[-1].end and (found.start > around[0].start or around[0].start <= uow.now):
            break
        if days > LONGEST_DAYS:
            raise Invalid(f"The shift at {text} has no end within a year.", field=field, hint="Use 'stanch override'.")
        days *= 4
    if found.gap or found.others:
        said = "Several people are" if found.others else "Nobody is"
        raise Conflict(f"{said} on call in {schedule} at {text}.", field=field, hint="Use 'stanch override'.")
    if found.end <= uow.now:
        raise Conflict(f"The shift at {text} is over.", field=field, hint="Give a moment in a shift to come.")
    return msgspec.structs.replace(found, start=max(found.start, uow.now))


def write(uow: UnitOfWork, schedule: str, shift: Shift, reason: str) -> str:
    """Keep an override; answers with its id."""
    made = new_id("ovr")
    uow.tx.execute(
        "INSERT INTO overrides (id, schedule, person, start_at, end_at, author, reason, made_at, cancelled_at) "
        "VALUES (:id, :schedule, :person, :start, :end, :author, :reason, :now, NULL)",
        id=made, schedule=schedule, person=shift.person, start=shift.start, end=shift.end, author=uow.actor.name,
        reason=reason, now=uow.now,
    )  # fmt: skip
    return made
