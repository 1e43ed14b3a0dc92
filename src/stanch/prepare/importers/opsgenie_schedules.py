"""Opsgenie's schedules.

Shapes: ``opsgenie/opsgenie-go-sdk-v2`` ``og/entity.go`` (``Rotation``, ``Participant``, ``TimeRestriction``), ``schedule/result.go``;
``iksaif/opsgenie_swagger`` ``docs/CreateScheduleRotationPayload.md`` and ``docs/CreateScheduleOverridePayload.md``. Meaning: "all on-call
users in all the different rotations are notified (cumulative)" (support.atlassian.com/opsgenie, Build an on-call schedule). Our
layers hide each other, so rotations that are on call at the same time become schedules of their own, and whoever names the
schedule names them all.
"""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

import msgspec

from stanch.kernel.schedule import DAYS, Layer, Override, Rotation, Schedule
from stanch.prepare.importers.dump import Thing
from stanch.prepare.importers.foreign_rotation import LONGEST_SECONDS, ForeignRotation, layers, read_moment, spelled
from stanch.prepare.importers.hours import DAY_MINUTES, WEEK_MINUTES, meet, weekly
from stanch.prepare.importers.imported import Imported
from stanch.prepare.importers.naming import Keys
from stanch.prepare.importers.people import People
from stanch.prepare.importers.zones import iana

WHAT = "schedule"
TYPES: dict[str, tuple[Rotation, int]] = {
    "daily": ("daily", 86_400),
    "weekly": ("weekly", 604_800),
    "hourly": ("hours", 3_600),
}
LATER_THAN_ANY = 2**62


class _Rota(msgspec.Struct):
    """A rotation that was read: its layers, and when they have anybody on call."""

    identity: str
    name: str
    layers: list[Layer]
    start: int
    end: int
    spans: list[tuple[int, int]]

    def meets(self, other: "_Rota") -> bool:
        """Whether both can have somebody on call at the same moment."""
        return max(self.start, other.start) < min(self.end, other.end) and meet(self.spans, other.spans)


class Schedules:
    """Under which keys a schedule was taken: several, when its rotations are on call at the same time."""

    def __init__(self) -> None:
        self._keys: dict[str, list[str]] = {}

    def put(self, schedule: Thing, keys: list[str]) -> None:
        """Remember them by id and by name."""
        for called in (schedule.text("id"), f"name:{schedule.text('name')}"):
            self._keys[called] = keys

    def find(self, identity: str, name: str) -> list[str]:
        """The keys; none when it was not taken."""
        return self._keys.get(identity) or self._keys.get(f"name:{name}") or []


def read_schedules(
    imported: Imported, people: People, schedules: Sequence[Thing], overrides: Sequence[Thing], now: int
) -> Schedules:
    """Take all schedules. Raises ``ValueError`` with the place of what cannot be read."""
    taken, keys = Schedules(), Keys()
    known = {schedule.text("id") for schedule in schedules}
    for schedule in schedules:
        own = [o for o in overrides if (parent := o.thing("_parent")) and parent.text("id") == schedule.text("id")]
        taken.put(schedule, _schedule(imported, people, keys, schedule, [*schedule.things("overrides"), *own], now))
    for override in overrides:
        parent = override.thing("_parent")
        if not parent or parent.text("id") not in known:
            name = override.text("alias") or override.where
            imported.note("override", name, "does not say of which schedule it is.", "Dump it inside its schedule.")
    return taken


def _schedule(
    imported: Imported, people: People, keys: Keys, schedule: Thing, overrides: list[Thing], now: int
) -> list[str]:
    zone_name, zone = iana(schedule.text("timezone"), f"{schedule.where}.timezone")
    if not schedule.flag("enabled", True):
        imported.note(
            WHAT, schedule.name(), "is disabled; it is not taken.", "Enable it and dump again, if it is wanted."
        )
        return []
    if not schedule.has("rotations"):
        imported.note(
            WHAT, schedule.name(), "has no rotations in the dump; it is not taken.", "Dump with expand=rotation."
        )
        return []
    groups: list[list[_Rota]] = []
    for rotation in schedule.things("rotations"):
        rota = _rotation(imported, people, schedule, rotation, zone, now)
        if rota is not None:
            free = next((group for group in groups if not any(rota.meets(other) for other in group)), None)
            groups.append([rota]) if free is None else free.append(rota)
    if not groups:
        imported.note(
            WHAT, schedule.name(), "holds nobody from now on; it is not taken.", "Write a new one, if it is wanted."
        )
        return []
    name, taken = schedule.text("name"), []
    for number, group in enumerate(groups):
        title = name if not number else f"{name} {group[0].name or number + 1}"
        key = keys.give(f"{schedule.text('id') or schedule.where} {number}", title)
        found = [layer for rota in group for layer in rota.layers]
        own = _overrides(imported, people, schedule, overrides, group, zone, now)
        imported.schedules[key] = Schedule(found, zone_name, own, title=title if title != key else "")
        taken.append(key)
    if len(taken) > 1:
        problem = (
            f"has rotations that are on call at the same time; it became {len(taken)} schedules: {', '.join(taken)}."
        )
        imported.note(WHAT, schedule.name(), problem, "Escalations that named it name all of them.")
    return taken


def _rotation(
    imported: Imported, people: People, schedule: Thing, rotation: Thing, zone: ZoneInfo, now: int
) -> _Rota | None:
    name, where = rotation.text("name"), f"{schedule.name()}, rotation {rotation.name()}"
    start = read_moment(rotation.text("startDate"), zone, f"{rotation.where}.startDate")
    end = read_moment(rotation.text("endDate"), zone, f"{rotation.where}.endDate") if rotation.has("endDate") else 0
    if not rotation.flag("enabled", True) or (end and end <= max(now, start)):
        return None
    keys = _participants(imported, people, rotation, where)
    kind, every = rotation.text("type", "weekly"), rotation.number("length", 1) or 1
    if kind not in TYPES or every * TYPES[kind][1] > LONGEST_SECONDS:
        raise ValueError(
            f"{rotation.where} has type {kind[:40]!r} and length {every}; known are daily, weekly and hourly"
        )
    if not keys:
        imported.note(WHAT, where, "has nobody in it.", "Nothing: it never held anybody.")
        return None
    spans = _spans(rotation)
    if kind == "hourly" and len(set(keys)) > 1:
        problem = f"turns of {every} hours are counted in real hours: the hand-over moves when the clocks change."
        imported.note(WHAT, where, problem, "If that is not wanted, write it as daily layers with 'only'.")
    turning = ForeignRotation(name, keys, zone, start, start, TYPES[kind][0], every, end, weekly(spans))
    return _Rota(rotation.text("id"), name, layers(turning, now), start, end or LATER_THAN_ANY, spans)


def _participants(imported: Imported, people: People, rotation: Thing, where: str) -> list[str]:
    """The keys in order. Our layers always hold somebody: a turn of nobody falls to whoever has the turn before."""
    keys: list[str] = []
    for participant in rotation.things("participants"):
        kind, identity = participant.text("type"), participant.text("id")
        username, called = participant.text("username"), participant.text("name")
        if kind == "user":
            keys.append(people.find(username) or people.meant(identity or username, username or called))
        elif kind == "team" and (key := people.find(identity) or people.find(f"team:{called}")):
            problem = f"team {participant.name()} takes its turn as one contact with its members' addresses."
            imported.note(WHAT, where, problem, "Name people, if one of them is meant.")
            keys.append(key)
        else:
            keys.append("")
            if kind != "none":
                imported.note(
                    WHAT, where, f"{kind} {participant.name()} cannot take a turn here.", "Name a person instead."
                )
    held = [key for key in keys if key]
    if held and "" in keys:
        imported.note(
            WHAT, where, "has turns of nobody; they go to whoever has the turn before.", "Take them over by hand."
        )
        for number, key in enumerate(keys):
            keys[number] = key or (keys[number - 1] if number else held[-1])
    return keys if held else []


def _spans(rotation: Thing) -> list[tuple[int, int]]:
    """When a rotation holds anybody, as minutes of the week; empty is always.

    ``time-of-day`` has one ``restriction`` for every day; ``weekday-and-time-of-day`` a list, each one stretch from its first day to
    its last.
    """
    limits = rotation.thing("timeRestriction")
    if limits is None:
        return []
    spans = []
    single = limits.thing("restriction")
    for limit in [*limits.things("restrictions"), *([single] if single else [])]:
        begin, end = _minutes(limit, "start"), _minutes(limit, "end")
        if limits.text("type") == "weekday-and-time-of-day":
            begin, end = begin + _day(limit, "startDay") * DAY_MINUTES, end + _day(limit, "endDay") * DAY_MINUTES
            spans.append((begin, (end - begin) % WEEK_MINUTES or WEEK_MINUTES))
        else:
            spans += [(day * DAY_MINUTES + begin, (end - begin) % DAY_MINUTES or DAY_MINUTES) for day in range(7)]
    return spans


def _minutes(limit: Thing, edge: str) -> int:
    hour, minute = limit.number(f"{edge}Hour"), limit.number(f"{edge}Min")
    if hour > 24 or minute > 59:
        raise ValueError(f"{limit.where}: {edge} is {hour}:{minute:02}, not a time of day")
    return hour * 60 + minute


def _day(limit: Thing, key: str) -> int:
    found = limit.text(key)[:3].lower()
    if found not in DAYS:
        raise ValueError(f"{limit.where}.{key} is {limit.text(key)[:40]!r}, not a day of the week")
    return DAYS.index(found)


def _overrides(
    imported: Imported,
    people: People,
    schedule: Thing,
    overrides: list[Thing],
    group: list[_Rota],
    zone: ZoneInfo,
    now: int,
) -> list[Override]:
    """Those that concern these rotations: all that name none of them name every one."""
    found: dict[tuple[int, int], Override] = {}
    ours = {called for rota in group for called in (rota.identity, rota.name)}
    for override in overrides:
        start = read_moment(override.text("startDate"), zone, f"{override.where}.startDate")
        end = read_moment(override.text("endDate"), zone, f"{override.where}.endDate")
        meant = [called for r in override.things("rotations") for called in (r.text("id"), r.text("name")) if called]
        user, name = override.thing("user"), override.text("alias") or override.where
        if end <= max(now, start) or (meant and not ours.intersection(meant)):
            continue
        if not user or user.text("type", "user") != "user":
            problem = f"override '{name}' puts nobody, or no user, on call; it is not taken."
            imported.note(WHAT, schedule.name(), problem, "Set an override by hand, if it is still wanted.")
            continue
        if meant and len(group) > 1:
            problem = f"override '{name}' is for one rotation; here it is for the schedule."
            imported.note(WHAT, schedule.name(), problem, "Look at its times.")
        key = people.find(user.text("username")) or people.meant(user.text("id"), user.text("username"))
        found.setdefault((start, end), Override(key, spelled(start, zone), spelled(end, zone)))
    return [found[span] for span in sorted(found)]
