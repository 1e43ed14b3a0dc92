"""PagerDuty's schedules.

Shapes: ``PagerDuty/go-pagerduty`` ``schedule.go`` (``Schedule``, ``ScheduleLayer``, ``Restriction``, ``Override``); meaning:
formats/10.2. Which layer wins: "the last layer acts as an override for all layers that it overlaps" (support.pagerduty.com,
Schedules), but the API answers with that last layer *first* (``PagerDuty/terraform-provider-pagerduty``
``flattenScheduleLayers`` turns them round; ``PagerDuty/public-support-scripts`` pull request 60 says why; pull request 610 of the
provider announces the order may change). So the order is decided by what the dump itself shows.
"""

import re
from itertools import pairwise
from zoneinfo import ZoneInfo

from stanch.kernel.schedule import Layer, Override, Schedule, Times
from stanch.kernel.zones import local
from stanch.prepare.importers.dump import Thing
from stanch.prepare.importers.foreign_rotation import ForeignRotation, layers, length_of, read_moment, spelled
from stanch.prepare.importers.hours import DAY_MINUTES, WEEK_MINUTES, weekly
from stanch.prepare.importers.imported import Imported
from stanch.prepare.importers.people import People
from stanch.prepare.importers.zones import iana

WHAT = "schedule"


def read_schedule(imported: Imported, people: People, key: str, schedule: Thing, now: int) -> None:
    """Take one schedule under ``key``. Raises ``ValueError`` with the place of what cannot be read."""
    zone_name, zone = iana(schedule.text("time_zone"), f"{schedule.where}.time_zone")
    if not schedule.has("schedule_layers"):
        imported.note(WHAT, schedule.name(), "has no layers in the dump; it is not taken.", "Dump /schedules/ID of it.")
        return
    found: list[Layer] = []
    for layer in _lowest_first(imported, schedule, zone):
        found += _layer(imported, people, schedule, layer, zone, now)
    overrides = _overrides(people, schedule, zone, now)
    if not found and not overrides:
        imported.note(
            WHAT, schedule.name(), "holds nobody from now on; it is not taken.", "Write a new one, if it is wanted."
        )
        return
    name = schedule.text("name") or schedule.text("summary")
    imported.schedules[key] = Schedule(found, zone_name, overrides, title=name if name != key else "")


def _layer(imported: Imported, people: People, schedule: Thing, layer: Thing, zone: ZoneInfo, now: int) -> list[Layer]:
    name, where = layer.text("name"), f"{schedule.name()}, layer {layer.name()}"
    users = [user.thing("user") or user for user in layer.things("users")]
    start = read_moment(layer.text("start"), zone, f"{layer.where}.start")
    end = read_moment(layer.text("end"), zone, f"{layer.where}.end") if layer.has("end") else 0
    if end and end <= now:
        return []  # a layer can never be removed in PagerDuty, it can only be ended
    if not users:
        imported.note(WHAT, where, "has no users.", "Nothing: it never held anybody.")
        return []
    keys = [people.meant(user.text("id") or user.where, user.text("name") or user.text("summary")) for user in users]
    length = length_of(layer.number("rotation_turn_length_seconds")) if len(set(keys)) > 1 else ("weekly", 1)
    if length is None:
        problem = (
            f"its turns of {layer.number('rotation_turn_length_seconds')} seconds are not whole hours; it is not taken."
        )
        imported.note(WHAT, where, problem, "Choose a turn of hours, days or weeks and write the layer.")
        return []
    only, never = _restrictions(imported, layer, where)
    if never:
        return []
    if only and _elsewhere(layer, start, zone):
        problem = "was dumped in another time zone than its own; its hours may be off by the difference."
        imported.note(WHAT, where, problem, "Dump again without time_zone=, or check 'only'.")
    first = layer.text("rotation_virtual_start") or layer.text("start")
    turning = ForeignRotation(
        name, keys, zone, read_moment(first, zone, f"{layer.where}.rotation_virtual_start"), start,
        length[0], length[1], end, only,
    )  # fmt: skip
    if length[0] == "hours":
        problem = f"turns of {length[1]} hours are counted in real hours: the hand-over moves when the clocks change."
        imported.note(WHAT, where, problem, "If that is not wanted, write it as daily layers with 'only'.")
    return layers(turning, now)


def _restrictions(imported: Imported, layer: Thing, where: str) -> tuple[list[Times], bool]:
    """The hours of a layer, and whether they leave nothing."""
    spans: list[tuple[int, int]] = []
    for restriction in layer.things("restrictions"):
        start, length = _minutes(imported, restriction, where), restriction.number("duration_seconds") // 60
        kind = restriction.text("type")
        if kind == "weekly_restriction":
            day = restriction.number("start_day_of_week", 1)
            if not 1 <= day <= 7:
                raise ValueError(f"{restriction.where}.start_day_of_week is {day}; Monday is 1 and Sunday 7")
            spans.append(((day - 1) * DAY_MINUTES + start, min(length, WEEK_MINUTES)))
        elif kind == "daily_restriction":
            spans += [(day * DAY_MINUTES + start, min(length, DAY_MINUTES)) for day in range(7)]
        else:
            imported.note(WHAT, where, f"a restriction of type '{kind}' does not map.", "Write its hours under 'only'.")
    if not spans:
        return [], False
    if not any(length for _, length in spans):
        imported.note(WHAT, where, "is restricted to no time at all.", "Nothing: it never held anybody.")
        return [], True
    return weekly(spans), False


def _minutes(imported: Imported, restriction: Thing, where: str) -> int:
    text = restriction.text("start_time_of_day", "00:00:00")
    found = re.fullmatch(r"([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?Z?", text, re.ASCII)
    if not found:
        raise ValueError(f"{restriction.where}.start_time_of_day is {text[:40]!r}, not a time such as 09:00:00")
    if int(found[3] or 0) or restriction.number("duration_seconds") % 60:
        imported.note(WHAT, where, "a restriction is not on whole minutes; the seconds are cut.", "Look at 'only'.")
    return int(found[1]) * 60 + int(found[2])


def _elsewhere(layer: Thing, start: int, zone: ZoneInfo) -> bool:
    """Whether the dump uses another time zone than the schedule's own."""
    text = layer.text("start").replace("Z", "+00:00")
    offset = re.search(r"([+-])(\d\d):?(\d\d)$", text, re.ASCII)
    if not offset:
        return False
    said = int(offset[1] + "1") * (int(offset[2]) * 60 + int(offset[3]))
    own = (local(start, zone) - local(start, ZoneInfo("UTC"))).total_seconds() // 60
    return said != own


def _overrides(people: People, schedule: Thing, zone: ZoneInfo, now: int) -> list[Override]:
    """Those listed by ``/schedules/ID/overrides`` and put into the schedule, and those of its rendered sub-schedule."""
    sub = schedule.thing("overrides_subschedule")
    entries = schedule.things("overrides") + (sub.things("rendered_schedule_entries") if sub else [])
    found: dict[tuple[int, int], Override] = {}
    for entry in entries:
        user = entry.thing("user")
        start = read_moment(entry.text("start"), zone, f"{entry.where}.start")
        end = read_moment(entry.text("end"), zone, f"{entry.where}.end")
        if user and now < end and start < end:
            key = people.meant(user.text("id") or user.where, user.text("name") or user.text("summary"))
            found.setdefault((start, end), Override(key, spelled(start, zone), spelled(end, zone)))
    return [found[span] for span in sorted(found)]


def _lowest_first(imported: Imported, schedule: Thing, zone: ZoneInfo) -> list[Thing]:
    """The layers with the one that wins last: by what the final schedule shows, else by PagerDuty's own names, else as it answers."""
    given = schedule.things("schedule_layers")
    if len(given) < 2:
        return given
    votes = _votes(schedule, given, zone)
    if votes:
        return given if votes > 0 else given[::-1]
    numbers = [re.fullmatch(r"Layer (\d{1,4})", layer.text("name"), re.ASCII) for layer in given]
    order = [int(number[1]) for number in numbers if number]
    if len(order) == len(given) and all(a < b for a, b in pairwise(order)):
        return given
    if not (len(order) == len(given) and all(a > b for a, b in pairwise(order))):
        problem = "its layers are taken in the order in which PagerDuty answers, the highest first; the dump does not prove it."
        imported.note(
            WHAT, schedule.name(), problem, "Compare with its final schedule, or dump with since= and until=."
        )
    return given[::-1]


def _votes(schedule: Thing, given: list[Thing], zone: ZoneInfo) -> int:
    """Above 0: the rendered final schedule shows later layers on top; below 0: earlier ones; 0: it does not tell."""
    final = schedule.thing("final_schedule")
    shown = _entries(final, zone) if final else []
    rendered = [_entries(layer, zone) for layer in given]
    votes = 0
    for start, end, user in shown:
        at = (start + end) // 2
        holding = [next((u for s, e, u in entries if s <= at < e), "") for entries in rendered]
        on = [holder for holder in holding if holder]
        if len(set(on)) > 1:
            votes += (on[-1] == user) - (on[0] == user)
    return votes


def _entries(part: Thing, zone: ZoneInfo) -> list[tuple[int, int, str]]:
    found = []
    for entry in part.things("rendered_schedule_entries"):
        user = entry.thing("user")
        start, end = (read_moment(entry.text(key), zone, f"{entry.where}.{key}") for key in ("start", "end"))
        found.append((start, end, user.text("id") if user else ""))
    return found
