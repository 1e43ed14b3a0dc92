"""Who is on call, from the schedules of the configuration, the overrides in the database and the calendars in memory."""

from collections.abc import Iterable

import msgspec

from stanch.db.transaction import Row
from stanch.kernel.clock import iso, minute_of
from stanch.kernel.errors import NotFound
from stanch.kernel.schedule import Schedule
from stanch.kernel.shift import Shift
from stanch.prepare.oncall import plans, rules
from stanch.prepare.oncall.people import contact_key, meant
from stanch.timeline.unit_of_work import UnitOfWork

PREFIX = "schedule:"


class StoredOverride(msgspec.Struct, frozen=True):
    """An override as the database keeps it. Moments in microseconds; ``end`` is when it was cancelled, if it was."""

    id: str
    schedule: str
    person: str
    start: int
    end: int
    author: str
    reason: str
    made_at: int


class Target(msgspec.Struct, frozen=True):
    """What became of one target of an escalation step: keys of contacts, or in one sentence why it is nobody."""

    target: str
    people: list[str]
    reason: str = ""


def schedule_of(uow: UnitOfWork, name: str) -> Schedule:
    """A schedule by name. Raises ``NotFound`` with what was probably meant."""
    found = uow.policy.schedules.get(name)
    if found is None:
        known = uow.policy.schedules
        hint = meant(name, known) or (f"Known: {', '.join(sorted(known))}." if known else "None is configured yet.")
        raise NotFound(f"There is no schedule '{name}'.", field="schedule", hint=hint)
    return found


def kept_overrides(uow: UnitOfWork, schedule: str, start: int, end: int) -> list[StoredOverride]:
    """The overrides of a schedule that matter within ``start`` and ``end``, the newest last: it beats the others.

    A cancelled override counts until its cancellation.
    """
    every = sorted({*uow.policy.schedules, schedule})
    low = minute_of(start)
    found = uow.once(("overrides", low, *every), lambda: _overrides_from(uow, every, low))
    return [each for each in found.get(schedule, []) if each.end > start and each.start < end]


def _overrides_from(uow: UnitOfWork, schedules: list[str], start: int) -> dict[str, list[StoredOverride]]:
    """Those that end later than ``start``, by schedule: a page asks for every schedule, and for each several times."""
    names = {f"s{n}": schedule for n, schedule in enumerate(schedules)}
    rows = uow.tx.all(
        f"SELECT * FROM overrides WHERE schedule IN ({', '.join(f':{name}' for name in names)}) AND end_at > :low "
        "AND (cancelled_at IS NULL OR (cancelled_at > start_at AND cancelled_at > :low)) ORDER BY made_at, id",
        low=start,
        **names,
    )
    found: dict[str, list[StoredOverride]] = {}
    for row in rows:
        found.setdefault(row["schedule"], []).append(_stored(row))
    return found


def _stored(row: Row) -> StoredOverride:
    return StoredOverride(
        row["id"],
        row["schedule"],
        row["person"],
        row["start_at"],
        min(row["end_at"], row["cancelled_at"] or row["end_at"]),
        row["author"],
        row["reason"],
        row["made_at"],
    )


def as_shifts(kept: Iterable[StoredOverride]) -> list[Shift]:
    """Overrides as the rules take them."""
    return [Shift(o.person, o.start, o.end, rules.OVERRIDE, True) for o in kept]


def planned(uow: UnitOfWork, name: str, start: int, end: int) -> list[Shift]:
    """Who is on call within ``start`` and ``end``, gaps included. Raises ``NotFound``, and ``ValueError`` if unreadable."""
    schedule = schedule_of(uow, name)

    def overrides_until(moment: int) -> list[Shift]:
        return as_shifts(kept_overrides(uow, name, start, moment))

    if not schedule.ical:
        return plans.within(schedule, overrides_until, start, end)
    calendar = uow.application.calendars.shifts(name, start, end)
    return rules.shifts(schedule, overrides_until(end), start, end, calendar)


def on_call(uow: UnitOfWork, name: str, at: int) -> list[str]:
    """Keys of the contacts that are on call in a schedule at a moment; nobody in a gap.

    Raises ``NotFound`` for an unknown schedule, and ``ValueError`` for one that cannot be read.
    """
    schedule = schedule_of(uow, name)
    overrides = as_shifts(kept_overrides(uow, name, at, at + 1))
    found = rules.holders(schedule, overrides, at, uow.application.calendars.shifts(name, at, at + 1))
    return [contact_key(uow.policy.contacts, person) or person for person in found]


def resolve(uow: UnitOfWork, targets: Iterable[str], at: int) -> list[Target]:
    """Each target of an escalation step as people, at a moment: ``ada``, or whoever has ``schedule:primary`` then.

    Never raises for what is configured wrongly: a page must go on to the next step, so the reason is said instead.
    ``people`` are keys of the contacts, each once per target; ``reason`` is there exactly when ``people`` is empty.
    """
    return [_resolve(uow, target.strip(), at) for target in targets]


def _resolve(uow: UnitOfWork, target: str, at: int) -> Target:
    if not target.startswith(PREFIX):
        key = contact_key(uow.policy.contacts, target)
        return Target(target, [key]) if key else Target(target, [], f"'{target}' is not in the contacts.")
    name = target.removeprefix(PREFIX).strip()
    try:
        found = on_call(uow, name, at)
    except NotFound as error:
        return Target(target, [], error.sentence())
    except ValueError as error:
        return Target(target, [], f"The schedule '{name}' cannot be read: {error}.")
    known = [person for person in dict.fromkeys(found) if person in uow.policy.contacts]
    if known:
        return Target(target, known)
    if found:
        return Target(target, [], f"'{found[0]}' has the schedule '{name}', but is not in the contacts.")
    why = gap_reason(uow, name, at)
    return Target(target, [], f"Nobody is on call in the schedule '{name}' at {iso(at)[:16]}Z: {why}.")


def gap_reason(uow: UnitOfWork, name: str, at: int) -> str:
    """Why nobody is on call at a moment, as the end of a sentence."""
    notes = [shift.note for shift in uow.application.calendars.shifts(name, at, at + 1) if shift.note]
    return notes[0] if notes else "no layer, calendar or override covers it"
