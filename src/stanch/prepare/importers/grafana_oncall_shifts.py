"""Grafana OnCall's schedules and shifts.

Shapes and meaning: ``grafana/oncall`` ``docs/sources/oncall-api-reference/on_call_shifts.md`` and ``schedules.md``: of shifts
that overlap the higher ``level`` wins, everybody on the highest one is notified; a shift lasts ``duration`` at each recurrence
(RFC 5545), and ``rolling_users`` take turns, one list for each ``interval`` of the ``frequency``. Our layers hold one person:
who is notified together becomes schedules side by side, and whoever names the schedule names them all.
"""

from collections.abc import Sequence
from datetime import timedelta
from zoneinfo import ZoneInfo

import msgspec

from stanch.kernel.clock import SECOND
from stanch.kernel.schedule import Layer, Override, Rotation, Schedule
from stanch.kernel.zones import instant, local
from stanch.prepare.importers.dump import Thing
from stanch.prepare.importers.foreign_rotation import DAY_SECONDS, ForeignRotation, layers, read_moment, spelled
from stanch.prepare.importers.hours import DAY_MINUTES, WEEK_MINUTES, meet, weekly
from stanch.prepare.importers.imported import Imported
from stanch.prepare.importers.naming import Keys
from stanch.prepare.importers.people import People
from stanch.prepare.importers.zones import iana

BY_DAY = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
LENGTHS: dict[str, tuple[Rotation, int]] = {
    "hourly": ("hours", 3_600),
    "daily": ("daily", DAY_SECONDS),
    "weekly": ("weekly", 7 * DAY_SECONDS),
}
Span = tuple[int, int]


class _Lane(msgspec.Struct):
    """Layers of one level for one of those who are notified together, and when in the week they hold anybody."""

    layers: list[Layer]
    spans: list[Span]


class Schedules:
    """Under which keys a schedule was taken: several, when people are notified together."""

    def __init__(self) -> None:
        self.keys: dict[str, list[str]] = {}

    def find(self, identity: str) -> list[str]:
        """The keys; none when it was not taken."""
        return self.keys.get(identity, [])


def read_schedules(
    imported: Imported, people: People, schedules: Sequence[Thing], shifts: Sequence[Thing], now: int
) -> Schedules:
    """Take all schedules. Raises ``ValueError`` with the place of what cannot be read."""
    taken, keys = Schedules(), Keys()
    known = {shift.text("id"): shift for shift in shifts}
    for schedule in schedules:
        taken.keys[schedule.text("id")] = _schedule(imported, people, keys, schedule, known, now)
    return taken


def _schedule(
    imported: Imported, people: People, keys: Keys, schedule: Thing, known: dict[str, Thing], now: int
) -> list[str]:
    name = schedule.text("name")
    zone_name, zone = iana(schedule.text("time_zone") or "UTC", f"{schedule.where}.time_zone")
    if schedule.has("ical_url_overrides"):
        problem = "has a calendar of overrides, which is not taken."
        imported.note(
            "schedule", schedule.name(), problem, "Override with 'stanch override', or put them into its calendar."
        )
    if schedule.has("ical_url_primary"):
        key = keys.give(schedule.text("id") or schedule.where, name)
        imported.schedules[key] = Schedule([], zone_name, ical=schedule.text("ical_url_primary"), title=name)
        return [key]
    levels: dict[int, list[_Lane]] = {}
    overrides: list[list[Override]] = []
    for identity in schedule.texts("shifts"):
        shift = known.get(identity)
        if shift is None:
            imported.note(
                "schedule", schedule.name(), f"shift '{identity}' is not in the dump.", "Dump the shifts as well."
            )
        elif shift.text("type") == "override":
            _override(people, shift, zone, now, overrides)
        else:
            for lane in _lanes(imported, people, shift, zone_name, zone, now):
                _place(levels.setdefault(shift.number("level"), []), lane)
    count = max([len(lanes) for lanes in levels.values()] + [len(overrides)], default=0)
    if not count:
        imported.note("schedule", schedule.name(), "holds nobody from now on; it is not taken.", "Write a new one.")
    taken = []
    for number in range(count):
        # A level with fewer lanes beats the others in all of them.
        chosen = [lanes[min(number, len(lanes) - 1)] for _, lanes in sorted(levels.items())]
        own = overrides[min(number, len(overrides) - 1)] if overrides else []
        key = keys.give(
            f"{schedule.text('id') or schedule.where} {number}", name if not number else f"{name} {number + 1}"
        )
        title = name if not number else f"{name}, {number + 1}"
        found = [layer for lane in chosen for layer in lane.layers]
        imported.schedules[key] = Schedule(found, zone_name, own, title=title)
        taken.append(key)
    return taken


def _place(lanes: list[_Lane], lane: _Lane) -> None:
    """Beside what is on call at the same time; with what never is."""
    for other in lanes:
        if not meet(other.spans, lane.spans):
            other.layers += lane.layers
            other.spans += lane.spans
            return
    lanes.append(lane)


def _override(people: People, shift: Thing, zone: ZoneInfo, now: int, overrides: list[list[Override]]) -> None:
    # OnCall keeps overrides in UTC whatever the schedule's zone, unless they name one of their own.
    _, own = iana(shift.text("time_zone") or "UTC", f"{shift.where}.time_zone")
    start = read_moment(shift.text("start"), own, f"{shift.where}.start")
    end = start + shift.number("duration") * SECOND
    if end <= max(now, start):
        return
    for number, person in enumerate(_together(shift)):
        if number == len(overrides):
            overrides.append([])
        overrides[number].append(Override(people.meant(person, person), spelled(start, zone), spelled(end, zone)))


def _together(shift: Thing) -> list[str]:
    """Everybody on an override or a single event."""
    if shift.has("rolling_users"):
        return [person for group in _groups(shift) for person in group]
    return shift.texts("users")


def _groups(shift: Thing) -> list[list[str]]:
    """The rotation's order, beginning with the first turn; each turn is a list of people."""
    if not shift.has("rolling_users"):
        return [shift.texts("users")] if shift.has("users") else []
    value = shift.value["rolling_users"]
    groups = []
    for group in value if isinstance(value, list) else []:
        if not isinstance(group, list) or not all(isinstance(person, str) for person in group):
            raise ValueError(f"{shift.where}.rolling_users must be lists of user ids")
        groups.append(list(group))
    groups = [group for group in groups if group]
    first = shift.number("start_rotation_from_user_index") % len(groups) if groups else 0
    return groups[first:] + groups[:first]


def _lanes(imported: Imported, people: People, shift: Thing, zone_name: str, own: ZoneInfo, now: int) -> list[_Lane]:
    """One lane for each of those who are on call together; none when it is over, or does not map (which is noted)."""
    shift_zone, zone = iana(shift.text("time_zone") or zone_name, f"{shift.where}.time_zone")
    start = read_moment(shift.text("start"), zone, f"{shift.where}.start")
    groups = _groups(shift)
    if not groups:
        imported.note("shift", shift.name(), "has nobody on it; it is not taken.", "Nothing, if that was meant.")
        return []
    turn = _turn(imported, shift, groups, zone, start)
    if turn is None:
        return []
    end, first, rotation, every, spans = turn
    only = weekly(spans) if spans else []
    found = []
    for number in range(max(map(len, groups))):
        # Where fewer are on call together, the last of them is named twice: one page reaches them once.
        names = [people.meant(person, person) for group in groups for person in [group[min(number, len(group) - 1)]]]
        turning = ForeignRotation(shift.text("name"), names, zone, first, start, rotation, every, end, only)
        made = layers(turning, now)
        if shift_zone != zone_name:
            made = [msgspec.structs.replace(layer, time_zone=shift_zone) for layer in made]
        if made:
            found.append(_Lane(made, list(spans)))
    return found


def _turn(
    imported: Imported, shift: Thing, groups: list[list[str]], zone: ZoneInfo, start: int
) -> tuple[int, int, Rotation, int, list[Span]] | None:
    """End, first boundary, length of a turn, and the spans of the week in which it holds (none: all of it)."""
    duration, kind = shift.number("duration"), shift.text("type")
    if kind == "single_event":
        return start + duration * SECOND, start, "weekly", 1, []
    frequency, every = shift.text("frequency"), shift.number("interval", 1) or 1
    days = [_day(shift, day) for day in shift.texts("by_day")]
    trouble = _trouble(shift, frequency, every, days, groups, duration)
    if trouble:
        todo = "Point 'ical' of the schedule to Grafana OnCall's export of it for now, or write the layer by hand."
        imported.note("shift", shift.name(), f"{trouble}, which does not map; it is not taken.", todo)
        return None
    rotation, unit = LENGTHS[frequency]
    until = read_moment(shift.text("until"), zone, f"{shift.where}.until") if shift.has("until") else 0
    wall = local(start, zone)
    begin, length = wall.hour * 60 + wall.minute, -(-duration // 60)
    if days:
        spans = [(day * DAY_MINUTES + begin, length) for day in days]
        # Turns change with the week, at the hour at which the days begin.
        back = (wall.weekday() - BY_DAY.index(shift.text("week_start") or "SU")) % 7 if frequency == "weekly" else 0
        return until, instant(wall - timedelta(days=back), zone), rotation, every, spans
    if duration >= unit * every:
        return until, start, rotation, every, []
    if frequency == "daily":
        spans = [(day * DAY_MINUTES + begin, length) for day in range(7)]
        return until, start, rotation, every, spans
    return until, start, rotation, every, [(wall.weekday() * DAY_MINUTES + begin, length)]


def _trouble(shift: Thing, frequency: str, every: int, days: list[int], groups: list[list[str]], duration: int) -> str:
    """Why a recurrence cannot be expressed by our layers; empty when it can."""
    if frequency not in LENGTHS:
        return f"it recurs {frequency or 'in no known way'}"
    if shift.has("by_month") or shift.has("by_monthday"):
        return "it recurs on some months or days of the month only"
    unit = LENGTHS[frequency][1]
    whole = duration >= unit * every and not days
    if frequency == "hourly" and not whole:
        return "it holds nobody for a part of each hour"
    if days and frequency == "hourly":
        return "it recurs hourly on some days"
    if days and frequency == "daily" and (len(groups) > 1 or every > 1) and len(set(days)) < 7:
        return "people take daily turns on some days of the week only"
    if every > 1 and not whole and (frequency == "daily" or len(groups) == 1 or not days):
        return f"it holds nobody for a part of every {every} turns"
    if not days and duration // 60 > WEEK_MINUTES and not whole:
        return "its occurrences overlap"
    return ""


def _day(shift: Thing, day: str) -> int:
    if day not in BY_DAY:
        raise ValueError(f"{shift.where}.by_day has '{day}' where one of {', '.join(BY_DAY)} is expected")
    return BY_DAY.index(day)
