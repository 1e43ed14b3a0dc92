"""What is wrong with a schedule, before anybody relies on it."""

from collections.abc import Callable, Collection, Iterator
from functools import partial
from urllib.parse import urlsplit

from stanch.kernel.clock import parse_moment
from stanch.kernel.schedule import Layer, Schedule
from stanch.kernel.zones import zone_of
from stanch.prepare.oncall.walltime import minutes

# A century of days: a longer turn is taken for a typing error.
LONGEST = 36_500
LOOPBACK = ("localhost", "127.0.0.1", "::1")


def check(schedule: Schedule, contacts: Collection[str] | None = None) -> list[str]:
    """What is wrong with a configured schedule, as sentences; empty when it can be relied on.

    ``contacts``: keys of the contacts; with them, people whom nobody could reach are named too.
    """
    wrong = list(_trying(lambda: zone_of(schedule.time_zone), "time_zone"))
    if not schedule.layers and not schedule.ical:
        wrong.append("There is neither a layer nor a calendar: nobody would ever be on call.")
    for number, layer in enumerate(schedule.layers, 1):
        wrong += _layer(layer, f"Layer {layer.name or number}", schedule.time_zone)
    for number, override in enumerate(schedule.overrides, 1):
        where = f"Override {number}"
        if not override.person:
            wrong.append(f"{where} names nobody.")
        wrong += _span(override.start, override.end, where, schedule.time_zone)
    wrong += _address(schedule.ical)
    if contacts is not None:
        named = {p: None for layer in schedule.layers for p in layer.people if p}
        named |= {o.person: None for o in schedule.overrides if o.person}
        wrong += [f"'{person}' is not in the contacts." for person in named if person not in contacts]
    return wrong


def _layer(layer: Layer, where: str, schedule_zone: str) -> Iterator[str]:
    if layer.time_zone:
        yield from _trying(lambda: zone_of(layer.time_zone), f"{where}, time_zone")
    if not layer.people or not all(layer.people):
        yield f"{where} has {'an empty name among its people' if layer.people else 'no people'}."
    if not 1 <= layer.every <= LONGEST:
        yield f"{where}: 'every' is {layer.every}; write a number from 1 to {LONGEST}."
    yield from _span(layer.start, layer.end, where, layer.time_zone or schedule_zone)
    for times in layer.only:
        yield from _trying(partial(minutes, times.start), f"{where}, only, start")
        yield from _trying(partial(minutes, times.until), f"{where}, only, until")
        if times.start.strip() == "24:00":
            yield f"{where}, only, start: write 00:00 of the next day instead of 24:00."
        if not times.days:
            yield f"{where}, only: there is no day, so this layer would hold nobody."


def _span(start: str, end: str, where: str, zone_name: str) -> Iterator[str]:
    try:
        zone = zone_of(zone_name)
    except ValueError:
        zone = zone_of("UTC")  # reported already for the zone
    faults = [*_trying(lambda: parse_moment(start, zone), f"{where}, start")]
    if end or where.startswith("Override"):
        faults += _trying(lambda: parse_moment(end, zone), f"{where}, end")
        if not faults and parse_moment(end, zone) <= parse_moment(start, zone):
            faults.append(f"{where}: its end ({end}) is not after its start ({start}).")
    yield from faults


def _address(ical: str) -> Iterator[str]:
    try:
        parts = urlsplit(ical)
        plain = parts.scheme == "http" and parts.hostname not in LOOPBACK
    except ValueError:
        yield "The calendar's address cannot be read."
        return
    if plain:
        yield "The calendar's address holds a secret: write https, not http."


def _trying(read: Callable[[], object], where: str) -> Iterator[str]:
    try:
        read()
    except ValueError as error:
        yield f"{where}: {error}."
