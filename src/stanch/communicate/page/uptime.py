"""Ninety days of uptime, computed from what was posted (formats/18, 18.5). Pure; moments in microseconds."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import msgspec

from stanch.communicate.page.snapshot import WORST, Component, Snapshot, Span, worst
from stanch.kernel.clock import SECOND
from stanch.kernel.status_page import ComponentState

DAYS = 90
COUNTED: tuple[ComponentState, ...] = ("degraded_performance", "partial_outage", "major_outage")


class Day(msgspec.Struct, frozen=True):
    """One day of a component. ``state``: the worst of that day, None before it was known. Spans in microseconds."""

    date: date
    state: ComponentState | None
    degraded: int = 0
    partial: int = 0
    major: int = 0
    sources: tuple[str, ...] = ()


class Uptime(msgspec.Struct, frozen=True):
    """``percent``: two decimals, rounded down; '' for a component that was not known at all."""

    days: tuple[Day, ...]
    percent: str


def zone_of(name: str) -> ZoneInfo:
    """The time zone of a page; UTC where there is none of that name (the catalog's check says so)."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return ZoneInfo("UTC")


def uptime(component: Component, snapshot: Snapshot) -> Uptime:
    """The last ninety days in the page's time zone: a day with a change of the clocks has 23 or 25 hours."""
    zone, now = zone_of(snapshot.page.time_zone), snapshot.as_of
    spans = [span for span in snapshot.spans if span.component == component.id and span.state in COUNTED]
    known = min([component.since, *(span.start for span in spans)])
    today = datetime.fromtimestamp(now / SECOND, UTC).astimezone(zone).date()
    days, total, lost = [], 0, 0.0
    for back in range(DAYS - 1, -1, -1):
        day = today - timedelta(days=back)
        start, end = max(_midnight(day, zone), known), min(_midnight(day + timedelta(days=1), zone), now)
        if end <= start:
            days.append(Day(day, "operational" if back == 0 and known <= now else None))
            continue
        found = _day(day, start, end, spans, now)
        days.append(found)
        total += end - start
        lost += found.major + snapshot.page.partial_counts * found.partial
    return Uptime(tuple(days), _percent(total, lost))


def _midnight(day: date, zone: ZoneInfo) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp()) * SECOND


def _day(day: date, start: int, end: int, spans: list[Span], now: int) -> Day:
    """The worst state of each moment counts: what overlaps is not counted twice."""
    inside = [
        (max(span.start, start), min(span.end if span.end is not None else now, end), span)
        for span in spans
        if span.start < end and (span.end is None or span.end > start)
    ]
    edges = sorted({edge for begin, finish, _ in inside for edge in (begin, finish)})
    lasted: dict[ComponentState, int] = dict.fromkeys(COUNTED, 0)
    for begin, finish in pairwise(edges):
        if states := [span.state for first, last, span in inside if first <= begin and last >= finish]:
            lasted[worst(states)] += finish - begin
    states = [span.state for begin, finish, span in inside if finish > begin]
    sources = tuple(sorted({span.source for _, _, span in inside}))
    return Day(
        day, worst(states), lasted["degraded_performance"], lasted["partial_outage"], lasted["major_outage"], sources
    )


def _percent(total: int, lost: float) -> str:
    """Rounded down: 100 only when nothing happened."""
    if total <= 0:
        return ""
    hundredths = int(10_000 * (total - lost) / total)
    if lost > 0:
        hundredths = min(hundredths, 9_999)
    return "100" if hundredths == 10_000 else f"{hundredths // 100}.{hundredths % 100:02d}"


assert set(COUNTED) <= set(WORST)
