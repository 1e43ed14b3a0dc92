"""A month of every schedule as a calendar, and the shifts of whoever looks (R2). In words; colour only helps."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from datetime import date
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from stanch.identity.profiles import profile
from stanch.kernel.clock import DAY
from stanch.kernel.errors import Invalid
from stanch.kernel.shift import Shift
from stanch.kernel.zones import local, zone_of
from stanch.prepare.called import Called, called_by
from stanch.prepare.oncall import month, own_shifts, store
from stanch.prepare.oncall.commands import LOOK_AHEAD_DAYS, now_and_next
from stanch.prepare.oncall.people import contact_key
from stanch.prepare.page_tests import unscheduled
from stanch.timeline.unit_of_work import UnitOfWork
from stanch.web.pages.oncall_picture import Lane, colours_of

SHIFTS_SHOWN, PARTS_SHOWN, LISTED = 5, 4, 3
# With more schedules than these each one's calendar is folded: what is missing stands above it.
OPEN_AT_MOST = 3
STAMP = "%a %d %b %H:%M"
UTC_ZONE = zone_of("UTC")


def taking_over(name: str, shift: Shift, zone: ZoneInfo, now: int, known_until: int) -> str:
    """The address of the form that takes a shift over, filled in with it; what is not known is left to whoever asks."""
    begins = {} if shift.start <= now else {"from": f"{local(shift.start, zone):%Y-%m-%dT%H:%M}"}
    ends = {} if shift.end >= known_until else {"to": f"{local(shift.end, zone):%Y-%m-%dT%H:%M}"}
    return f"/oncall?{urlencode({'take': name} | begins | ends)}#take"


def _own_zone(uow: UnitOfWork) -> ZoneInfo | None:
    """The zone of one's profile; none for that of the device, which the page's script knows."""
    try:
        return zone_of(profile(uow.tx, uow.actor.name).time_zone)
    except ValueError:
        return None


def my_shifts(uow: UnitOfWork) -> dict[str, Any]:
    """The next shifts of whoever looks, the first one first, on the clock of their profile."""
    key, zone, end = contact_key(uow.policy.contacts, uow.actor.name), _own_zone(uow), uow.now + LOOK_AHEAD_DAYS * DAY
    found: list[tuple[int, str, Shift]] = []
    unread: list[str] = []
    for name in sorted(uow.policy.schedules) if key else []:
        title = uow.policy.schedules[name].title or name
        try:
            plan = store.planned(uow, name, uow.now, end)
        except ValueError:
            unread.append(title)
            continue
        found += [(shift.start, title, shift) for shift in own_shifts.of_person(uow, key, plan)]
    rows = [_own(title, shift, uow.now, end, zone) for _, title, shift in sorted(found, key=lambda each: each[:2])]
    return {
        "known": bool(key), "rows": rows[:SHIFTS_SHOWN], "more": max(0, len(rows) - SHIFTS_SHOWN), "unread": unread,
        "zone": zone.key if zone else "", "days": LOOK_AHEAD_DAYS, "unscheduled": unscheduled(uow),
    }  # fmt: skip


def _own(title: str, shift: Shift, now: int, end: int, zone: ZoneInfo | None) -> dict[str, Any]:
    """Without a zone the page's script knows it. ``endless``: it goes on for longer than is looked ahead."""
    return {
        "title": title, "start": shift.start, "end": shift.end, "running": shift.start <= now, "endless": shift.end >= end,
        "lasts": month.length(shift.end - shift.start), "override": shift.override,
        "start_text": f"{local(shift.start, zone):{STAMP}}" if zone else "",
        "end_text": f"{local(shift.end, zone):{STAMP}}" if zone else "",
    }  # fmt: skip


def month_shown(uow: UnitOfWork, asked: str, feed_of: Callable[[str], str]) -> dict[str, Any]:
    """All that the month's page shows. ``asked``: a month or a day of it; this month when empty. Raises ``Invalid``."""
    this = local(uow.now, _own_zone(uow) or UTC_ZONE).date().replace(day=1)
    try:
        first = month.month_of(asked) if asked else this
    except ValueError as error:
        raise Invalid(f"{error}.", field="from", hint="The page /oncall?view=month shows this month.") from None
    beside = [month.beside(first, months) for months in (-1, 1)]
    shown = [each if month.known(each) else None for each in beside]
    names = sorted(uow.policy.schedules)
    return {
        "title": f"{first:%B %Y}", "before": shown[0], "after": shown[1], "this": this, "first": first, "lead": first.weekday(),
        "folded": len(names) > OPEN_AT_MOST, "schedules": [_schedule(uow, name, first, feed_of(name)) for name in names],
    }  # fmt: skip


def _schedule(uow: UnitOfWork, name: str, first: date, feed: str) -> dict[str, Any]:
    """A schedule's month on its own clock; for one that cannot be read, the reason."""
    schedule = uow.policy.schedules[name]
    shown: dict[str, Any] = {"title": schedule.title or name, "readable": False, "feed": feed}
    try:
        zone = zone_of(schedule.time_zone)
        start, end = month.span(first, zone)
        plan = store.planned(uow, name, start, end)
    except ValueError:
        return shown | {"says": now_and_next(uow, name).says}
    called = called_by(uow.policy)
    names = {person: called(person) for shift in plan for person in shift.people()}
    colours, gaps = colours_of([Lane("", plan)]), [shift for shift in plan if shift.gap]
    today = local(uow.now, zone).date()

    def takes(part: Shift) -> str:
        """A day shows its part of a shift; the whole shift is what is taken over, unless it is over."""
        whole = plan[bisect_right(plan, part.start, key=lambda shift: shift.start) - 1]
        return taking_over(name, whole, zone, uow.now, end) if whole.end > uow.now else ""

    kept = store.kept_overrides(uow, name, start, end)
    return shown | {
        "readable": True, "zone": zone.key, "past": start < uow.now, "local_now": f"{local(uow.now, zone):{STAMP}}",
        "days": [_day(day, today, zone, names, colours, takes) for day in month.days(plan, first, zone)],
        "gap_count": len(gaps), "gap_time": month.length(sum(gap.end - gap.start for gap in gaps)),
        "gaps": [_span(gap, zone) | {"note": gap.note or "no layer covers it"} for gap in gaps[:LISTED]],
        "overrides": [
            _span(shift, zone) | {"who": names[shift.person], "why": _why(shift, kept, called)} for shift in plan if shift.override
        ],
    }  # fmt: skip


def _span(of: Shift, zone: ZoneInfo) -> dict[str, Any]:
    texts = {"start_text": f"{local(of.start, zone):{STAMP}}", "end_text": f"{local(of.end, zone):{STAMP}}"}
    return {"start": of.start, "end": of.end, "lasts": month.length(of.end - of.start), **texts}


def _why(shift: Shift, kept: list[store.StoredOverride], called: Called) -> str:
    """Who made an override and why; of those that the configuration holds nothing is known."""
    made = next((o for o in reversed(kept) if o.person == shift.person and o.start <= shift.start < o.end), None)
    reason = f": {made.reason}" if made and made.reason else ""
    return "" if made is None else f"{reason}, by {called(made.author)}"


def _day(
    day: month.MonthDay,
    today: date,
    zone: ZoneInfo,
    names: dict[str, str],
    colours: dict[str, int],
    takes: Callable[[Shift], str],
) -> dict[str, Any]:
    """Gaps and overrides are never among those left out."""
    shown = [s for number, s in enumerate(day.shifts) if number < PARTS_SHOWN or s.gap or s.override]
    parts = [
        {
            "who": ", ".join(names[person] for person in shift.people()), "when": month.times(shift, day, zone),
            "override": shift.override, "colour": colours.get(shift.person, 0), "take": takes(shift),
        }
        for shift in shown
    ]  # fmt: skip
    return {
        "date": day.day, "today": day.day == today, "parts": parts, "more": len(day.shifts) - len(shown),
        "lasts": day.hours if day.clocks_change else "",
    }  # fmt: skip
