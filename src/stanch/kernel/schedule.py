"""On-call schedules as data (R2, formats/10): what people write down. Who is on call when is ``prepare/oncall``'s work.

Times without a zone are wall-clock times of the layer's zone (else the schedule's), so that a hand-over at nine stays
at nine when the clocks change.
"""

from typing import Literal

import msgspec

from stanch.kernel.part import Part

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
DAYS: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Rotation = Literal["daily", "weekly", "hours"]


class Times(Part, frozen=True):
    """Wall-clock hours on some days. ``until`` at or before ``start`` runs over midnight; ``24:00`` is the day's end."""

    start: str = "00:00"
    until: str = "24:00"
    days: list[Day] = msgspec.field(default_factory=lambda: list(DAYS))


class WorkingHours(Part, frozen=True):
    """When pages that may wait are sent (R2: SEV-3). ``holidays`` are dates such as ``2026-12-25``."""

    time_zone: str = "UTC"
    start: str = "09:00"
    until: str = "17:00"
    days: list[Day] = msgspec.field(default_factory=lambda: list(DAYS[:5]))
    holidays: list[str] = msgspec.field(default_factory=list)


class Layer(Part, frozen=True):
    """People who follow each other. The first one begins at ``start``; each keeps it for ``every`` days, weeks or hours.

    ``only``: the hours in which this layer is on call at all; outside them lower layers show through. ``end`` may be empty.
    """

    people: list[str]
    start: str
    name: str = ""
    rotation: Rotation = "weekly"
    every: int = 1
    end: str = ""
    time_zone: str = ""
    only: list[Times] = msgspec.field(default_factory=list)


class Override(Part, frozen=True):
    """Someone else for a while; it beats every layer."""

    person: str
    start: str
    end: str


class Schedule(Part, frozen=True):
    """Layers, of which a later one beats an earlier one, and overrides, which beat all.

    ``ical``: a calendar (a file beside the configuration, or an https address) whose events' titles name who is on call;
    it is one more layer, below the others.
    """

    layers: list[Layer] = msgspec.field(default_factory=list)
    time_zone: str = "UTC"
    overrides: list[Override] = msgspec.field(default_factory=list)
    ical: str = ""
    title: str = ""
