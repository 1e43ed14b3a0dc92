"""Converts a rotation of another tool to layers: the same people, moments and local hand-over times."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from stanch.kernel.clock import HOUR, parse_moment
from stanch.kernel.schedule import Layer, Rotation, Times
from stanch.kernel.zones import instant, local

DAY_SECONDS = 86_400
HOUR_SECONDS = 3_600
# A century: the longest turn that a stanch layer takes.
LONGEST_SECONDS = 36_500 * DAY_SECONDS


class ForeignRotation(msgspec.Struct, frozen=True):
    """A rotation. ``first``: the moment from which turns are counted, with the first of ``people``; ``start`` and ``end``: when it
    holds anybody at all (0: no end). ``rotation`` and ``every``: how long a turn is.
    """

    name: str
    people: list[str]
    zone: ZoneInfo
    first: int
    start: int
    rotation: Rotation
    every: int
    end: int = 0
    only: list[Times] = msgspec.field(default_factory=list)


def length_of(seconds: int) -> tuple[Rotation, int] | None:
    """A turn's length as stanch says it; ``None`` when it is not whole hours.

    What is a multiple of a day is days of wall clock (formats/10.2), so that the hand-over stays when the clocks change.
    """
    if not 0 < seconds <= LONGEST_SECONDS:
        return None
    if seconds % (7 * DAY_SECONDS) == 0:
        return "weekly", seconds // (7 * DAY_SECONDS)
    if seconds % DAY_SECONDS == 0:
        return "daily", seconds // DAY_SECONDS
    return ("hours", seconds // HOUR_SECONDS) if seconds % HOUR_SECONDS == 0 else None


def layers(turning: ForeignRotation, now: int) -> list[Layer]:
    """Our layers for it: none when it ended before ``now``, else one.

    Two when it begins in the middle of a turn and that is still to come: the rest of that turn is a layer of its own. In the
    past such a layer just begins with the whole turn.
    """
    if turning.end and turning.end <= max(now, turning.start):
        return []
    if len(set(turning.people)) == 1:  # who is alone has no hand-over
        return [_layer(turning, turning.people[:1], turning.start, turning.end, "weekly", 1)]
    turn = _turn_at(turning, turning.start)
    begin = _boundary(turning, turn)
    if begin == turning.start or turning.start <= now:
        return [_layer(turning, _from(turning.people, turn), begin, turning.end, turning.rotation, turning.every)]
    after = _boundary(turning, turn + 1)
    rest = _from(turning.people, turn)[:1]
    if turning.end and turning.end <= after:
        return [_layer(turning, rest, turning.start, turning.end, "weekly", 1)]
    return [
        _layer(turning, rest, turning.start, after, "weekly", 1, " until the first hand-over"),
        _layer(turning, _from(turning.people, turn + 1), after, turning.end, turning.rotation, turning.every),
    ]


def spelled(at: int, zone: ZoneInfo) -> str:
    """A moment as people write it: on the zone's wall clock, with its offset only in the hour that comes twice."""
    wall = local(at, zone)
    precision = "seconds" if wall.second else "minutes"
    if instant(wall, zone) == at:
        return wall.replace(microsecond=0).isoformat(timespec=precision)
    return wall.replace(microsecond=0, tzinfo=zone, fold=1).isoformat(timespec=precision)


def read_moment(text: str, zone: ZoneInfo, where: str) -> int:
    """A moment of a dump, to the second. Raises ``ValueError`` with the place."""
    try:
        return parse_moment(text, zone) // 1_000_000 * 1_000_000
    except (ValueError, OverflowError) as error:
        raise ValueError(f"{where}: {error}") from None


def _layer(
    turning: ForeignRotation, people: list[str], start: int, end: int, rotation: Rotation, every: int, suffix: str = ""
) -> Layer:
    zone = turning.zone
    return Layer(
        people, spelled(start, zone), turning.name + suffix if turning.name else "", rotation, every,
        spelled(end, zone) if end else "", only=turning.only,
    )  # fmt: skip


def _step(turning: ForeignRotation) -> timedelta:
    return timedelta(days=turning.every * (7 if turning.rotation == "weekly" else 1))


def _turn_at(turning: ForeignRotation, at: int) -> int:
    if turning.rotation == "hours":
        return (at - turning.first) // (turning.every * HOUR)
    turn = (local(at, turning.zone) - local(turning.first, turning.zone)) // _step(turning)
    while _boundary(turning, turn) > at:
        turn -= 1
    while _boundary(turning, turn + 1) <= at:
        turn += 1
    return turn


def _boundary(turning: ForeignRotation, turn: int) -> int:
    if turning.rotation == "hours":
        return turning.first + turn * turning.every * HOUR
    wall: datetime = local(turning.first, turning.zone) + turn * _step(turning)
    return instant(wall, turning.zone)


def _from(people: list[str], turn: int) -> list[str]:
    at = turn % len(people)
    return people[at:] + people[:at]
