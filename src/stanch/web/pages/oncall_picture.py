"""The next days of a schedule as a strip for each layer, drawn on the server. Every block carries its name; colour only helps."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
from markupsafe import Markup

from stanch.kernel import svg
from stanch.kernel.shift import Shift
from stanch.kernel.zones import instant, local

TOP, LABEL, BLOCK, SPACE = 18, 17, 26, 8
COLOURS = 5
# Percent of the width below which a name has no room on a phone; on a wide screen a percent holds about so many letters.
TIGHT, LETTERS = 7, 1.5


class Lane(msgspec.Struct, frozen=True):
    """One row: a layer, the overrides, or the resulting schedule."""

    label: str
    shifts: list[Shift]


def strips(
    lanes: list[Lane], start: int, end: int, zone: ZoneInfo, names: Mapping[str, str], takes: Callable[[Shift], str]
) -> Markup:
    """Each lane from ``start`` to ``end`` (microseconds), days by the clock of ``zone``. ``names``: what people are called.

    ``takes``: the address at which a shift of the first lane is taken over.

    Widths are percentages and text keeps its size, so that it can be read on a phone and on a wall.
    """
    height = TOP + len(lanes) * (LABEL + BLOCK + SPACE)
    colours = colours_of(lanes)
    drawn = [_days(start, end, zone, height)]
    for row, lane in enumerate(lanes):
        y = TOP + row * (LABEL + BLOCK + SPACE)
        drawn.append(svg.text(lane.label, 0, y + 12, class_="lane"))
        for shift in lane.shifts:
            block = _block(shift, y + LABEL, start, end, zone, names, colours.get(shift.person, 0))
            told = f"Take over: {_told(shift, zone, names)}"
            drawn.append(block if row else svg.link(takes(shift), told, block))
    words = "; ".join(f"{lane.label}: {_in_words(lane, zone, names)}" for lane in lanes)
    return Markup(svg.picture(words, drawn, role="group", class_="strips", width="100%", height=height))  # noqa: S704 - escaped by svg


def colours_of(lanes: list[Lane]) -> dict[str, int]:
    """Which of the colours each person has, in the order in which they appear."""
    people = dict.fromkeys(s.person for lane in lanes for s in lane.shifts if not s.gap)
    return {person: number % COLOURS for number, person in enumerate(people)}


def _percent(at: int, start: int, end: int) -> float:
    return svg.scale(start, end, 0, 100, digits=3)(min(max(at, start), end))


def _days(start: int, end: int, zone: ZoneInfo, height: int) -> str:
    """A line at each midnight; the first day and each Monday have their date."""
    drawn = [svg.text(f"{local(start, zone):%a %d %b}", 0, 12, class_="lane")]
    day = datetime.combine(local(start, zone).date(), datetime.min.time()) + timedelta(days=1)
    while (at := instant(day, zone)) < end:
        x = _percent(at, start, end)
        drawn.append(svg.upright(f"{x}%", 0 if day.weekday() == 0 else TOP, height, class_="day"))
        if day.weekday() == 0 and 25 < x < 78:
            drawn.append(svg.text(f"{day:%a %d %b}", f"{x}%", 12, class_="lane", dx=4))
        day += timedelta(days=1)
    return "".join(drawn)


def _block(shift: Shift, y: int, start: int, end: int, zone: ZoneInfo, names: Mapping[str, str], colour: int) -> str:
    """A nested SVG clips the name at the end of the block."""
    x, width = _percent(shift.start, start, end), _percent(shift.end, start, end) - _percent(shift.start, start, end)
    kind = "gap" if shift.gap else f"person-{colour}"
    # The name, clipped by the block; narrow blocks have none on a phone, since the list below the picture has all names.
    whole = _who(shift, names)
    # A first name stands for one person, never for two.
    fits = [words for words in (whole, whole.split()[0]) if len(words) <= width * LETTERS]
    said = fits[0] if fits and (fits[0] == whole or "," not in whole) else ""
    label = svg.text(said, 6, 17, class_=f"lane{' tight' if width < TIGHT else ''}") if said else ""
    return svg.element(
        "svg",
        svg.title(_told(shift, zone, names)),
        svg.element("rect", width="100%", height=BLOCK),
        svg.upright(1, 0, BLOCK),
        label,
        class_=kind, x=f"{x}%", y=y, width=f"{max(width, 0.4):.3f}%", height=BLOCK,
    )  # fmt: skip


def _who(shift: Shift, names: Mapping[str, str]) -> str:
    return ", ".join(names.get(person, person) for person in shift.people()) or "nobody"


def _told(shift: Shift, zone: ZoneInfo, names: Mapping[str, str]) -> str:
    return f"{_who(shift, names)} from {local(shift.start, zone):%a %d %b %H:%M} to {local(shift.end, zone):%a %d %b %H:%M}"


def _in_words(lane: Lane, zone: ZoneInfo, names: Mapping[str, str]) -> str:
    told = [_told(shift, zone, names) for shift in lane.shifts[:10]]
    more = len(lane.shifts) - len(told)
    return ", ".join(told) + (f", and {more} more" if more else "") if told else "nobody"
