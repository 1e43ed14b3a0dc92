"""Who is on call when (R2): computed from layers, overrides and a calendar, the later ones taking precedence.

Pure: schedules and moments in, shifts out. Moments in microseconds. All raise ``ValueError`` for a schedule that cannot be
read; ``check`` says what is wrong with one beforehand.
"""

import heapq
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import msgspec

from stanch.kernel.clock import DAY, HOUR, parse_moment
from stanch.kernel.schedule import Layer, Schedule, Times
from stanch.kernel.shift import Shift, Span
from stanch.kernel.zones import instant, local, zone_of
from stanch.prepare.oncall.checking import check
from stanch.prepare.oncall.hours import check_hours, in_working_hours, next_working_moment
from stanch.prepare.oncall.walltime import FOREVER, wall_time, windows

__all__ = [
    "Shift", "check", "check_hours", "holder", "holders", "in_working_hours", "layer_holders", "layer_name",
    "never_on_call", "next_working_moment", "shifts", "turns",
]  # fmt: skip
OVERRIDE = "override"
LONGEST_CYCLE = 3 * 366 * DAY


class _Rotation(msgspec.Struct):
    """A layer, read. ``step``: days of wall clock, or 0 when turns are ``every`` hours of real time."""

    people: list[str]
    zone: ZoneInfo
    first: datetime
    start: int
    end: int
    step: int
    every: int
    only: list[Times]

    def boundary(self, turn: int) -> int:
        """The moment at which a turn begins (formats/10.2: days are wall-clock days, hours are elapsed hours)."""
        if turn <= 0:
            return self.start
        if not self.step:
            return self.start + turn * self.every * HOUR
        try:
            return max(self.start, instant(self.first + timedelta(days=turn * self.step), self.zone))
        except OverflowError:
            return FOREVER

    def turn_at(self, at: int) -> int:
        """The number of the turn that a moment lies in, from 0; computed without iterating over turns."""
        if not self.step:
            return max(0, (at - self.start) // (self.every * HOUR))
        turn = max(0, (local(at, self.zone) - self.first) // timedelta(days=self.step))
        while self.boundary(turn + 1) <= at:  # the clock was set back across a hand-over
            turn += 1
        return turn


def _read(layer: Layer, schedule_zone: str) -> _Rotation:
    zone = zone_of(layer.time_zone or schedule_zone)
    if layer.every < 1:
        raise ValueError(f"'every' is {layer.every}; a turn takes at least 1")
    step = {"daily": 1, "weekly": 7, "hours": 0}[layer.rotation] * layer.every
    end = parse_moment(layer.end, zone) if layer.end else FOREVER
    start, first = parse_moment(layer.start, zone), wall_time(layer.start, zone)
    return _Rotation(layer.people, zone, first, start, end, step, layer.every, layer.only)


def layer_name(schedule: Schedule, index: int) -> str:
    """What people call a layer; one without a name is called by its place, from 1."""
    return schedule.layers[index].name or f"layer {index + 1}"


def turns(layer: Layer, schedule_zone: str, start: int, end: int, name: str = "") -> list[Shift]:
    """The turns of one layer within ``start`` and ``end``, in order. Where it holds nobody there is no shift.

    The hand-over keeps its wall-clock time when the clocks change; ``hours`` turns count real hours.
    """
    rotation = _read(layer, schedule_zone)
    low, high = max(start, rotation.start), min(end, rotation.end)
    if low >= high or not layer.people:
        return []
    name = name or layer.name
    found = list(_whole_turns(rotation, low, high, name))
    if not layer.only:
        return found
    return list(_within(found, windows(layer.only, rotation.zone, low, high)))


def _whole_turns(rotation: _Rotation, low: int, high: int, name: str) -> Iterator[Shift]:
    turn, begin = rotation.turn_at(low), low
    while begin < high:
        end = min(high, rotation.boundary(turn + 1))
        person = rotation.people[turn % len(rotation.people)]
        if person and begin < end:  # a turn within a day that the time zone skipped has no shift
            yield Shift(person, begin, end, name)
        turn, begin = turn + 1, end


def _within(shifts: list[Shift], spans: list[Span]) -> Iterator[Shift]:
    at = 0
    for shift in shifts:
        while at < len(spans) and spans[at].end <= shift.start:
            at += 1
        for span in spans[at:]:
            if span.start >= shift.end:
                break
            yield msgspec.structs.replace(shift, start=max(shift.start, span.start), end=min(shift.end, span.end))


def never_on_call(schedule: Schedule) -> list[str]:
    """A sentence for each layer some of whose people never have a turn, since all their turns fall outside its hours.

    Daily turns and hours on weekdays: who has Saturday once can have it always.
    """
    found = []
    for index, layer in enumerate(schedule.layers):
        try:
            idle = _idle(layer, schedule.time_zone)
        except (ValueError, OverflowError):
            continue  # ``check`` says what is wrong with it
        if idle:
            has = "has" if len(idle) == 1 else "have"
            found.append(
                f"Layer {layer_name(schedule, index)}: {' and '.join(filter(None, [', '.join(idle[:-1]), idle[-1]]))} never {has} a turn, since every one of them falls "
                "outside its hours. Turn weekly, or leave the hours out."
            )
    return found


def _idle(layer: Layer, schedule_zone: str) -> list[str]:
    """Turns repeat on the same weekdays after seven rounds, so that a person without a turn by then never has one."""
    rotation = _read(layer, schedule_zone)
    hours = rotation.step * 24 if rotation.step else rotation.every
    end = min(rotation.end, rotation.start + min(7 * len(layer.people) * hours * HOUR, LONGEST_CYCLE))
    if not layer.only or rotation.end < FOREVER or end - rotation.start >= LONGEST_CYCLE:
        return []
    having = {turn.person for turn in turns(layer, schedule_zone, rotation.start, end)}
    return [person for person in dict.fromkeys(layer.people) if person and person not in having]


def shifts(
    schedule: Schedule, overrides: Sequence[Shift], start: int, end: int, calendar: Sequence[Shift] = ()
) -> list[Shift]:
    """Who is on call within ``start`` and ``end``: the whole span in order, without hole or overlap; gaps are shifts of nobody.

    A later layer beats an earlier one, every layer beats the calendar, overrides beat all; of two the later one in the list.
    ``overrides``: those of the database, which come after the configured ones.
    """
    if start >= end:
        return []
    pile: list[Shift] = list(calendar)
    for index, layer in enumerate(schedule.layers):
        pile += turns(layer, schedule.time_zone, start, end, layer_name(schedule, index))
    pile += _configured(schedule)
    pile += overrides
    return _flattened(pile, start, end)


def _configured(schedule: Schedule) -> list[Shift]:
    if not schedule.overrides:
        return []
    zone = zone_of(schedule.time_zone)
    return [
        Shift(o.person, parse_moment(o.start, zone), parse_moment(o.end, zone), OVERRIDE, True)
        for o in schedule.overrides
    ]


def _flattened(pile: list[Shift], start: int, end: int) -> list[Shift]:
    """Flattens overlapping spans: at every moment the last one wins."""
    order = sorted(
        (index for index, shift in enumerate(pile) if shift.start < end and shift.end > start and shift.start < shift.end),
        key=lambda index: pile[index].start,
    )  # fmt: skip
    edges = {start, end}
    for index in order:
        edges.update((max(start, pile[index].start), min(end, pile[index].end)))
    found: list[Shift] = []
    on_top: list[int] = []
    upcoming = 0
    for low, high in pairwise(sorted(edges)):
        while upcoming < len(order) and pile[order[upcoming]].start <= low:
            heapq.heappush(on_top, -order[upcoming])
            upcoming += 1
        while on_top and pile[-on_top[0]].end <= low:
            heapq.heappop(on_top)
        seen = pile[-on_top[0]] if on_top else Shift("", low, high)
        if found and found[-1].same(seen):
            low = found.pop().start
        found.append(msgspec.structs.replace(seen, start=low, end=high))
    return found


def holders(schedule: Schedule, overrides: Sequence[Shift], at: int, calendar: Sequence[Shift] = ()) -> list[str]:
    """Everybody who is on call at a moment; nobody in a gap. Looks at this moment only, however old the schedule is."""
    for shift in [*reversed(overrides), *reversed(_configured(schedule))]:
        if shift.start <= at < shift.end:
            return shift.people()
    for _, person in reversed(layer_holders(schedule, at)):
        if person:
            return [person]
    for shift in reversed(calendar):
        if shift.start <= at < shift.end:
            return shift.people()
    return []


def holder(schedule: Schedule, overrides: Sequence[Shift], at: int, calendar: Sequence[Shift] = ()) -> str:
    """The one who is on call at a moment (the first, where a calendar names several); empty in a gap."""
    return next(iter(holders(schedule, overrides, at, calendar)), "")


def layer_holders(schedule: Schedule, at: int) -> list[tuple[str, str]]:
    """The name of each layer and whom it holds at a moment: exactly one person, or nobody (empty)."""
    return [
        (layer_name(schedule, index), _layer_holder(layer, schedule.time_zone, at))
        for index, layer in enumerate(schedule.layers)
    ]


def _layer_holder(layer: Layer, schedule_zone: str, at: int) -> str:
    rotation = _read(layer, schedule_zone)
    if not (layer.people and rotation.start <= at < rotation.end):
        return ""
    if layer.only and not windows(layer.only, rotation.zone, at, at + 1):
        return ""
    return layer.people[rotation.turn_at(at) % len(layer.people)]
