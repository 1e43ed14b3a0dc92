"""Who is on call, when it changes, and taking it over; and each schedule as a calendar to subscribe to (R2)."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

import msgspec
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from stanch.kernel.clock import DAY, MINUTE, spell
from stanch.kernel.errors import Conflict, NotFound
from stanch.kernel.kept import Kept
from stanch.kernel.schedule import Schedule
from stanch.kernel.shift import Shift
from stanch.kernel.zones import instant, local, zone_of
from stanch.ports.signature import is_code, link_code
from stanch.prepare import page_tests
from stanch.prepare.oncall import rules, store
from stanch.prepare.oncall.commands import now_and_next
from stanch.prepare.oncall.ical import feed
from stanch.prepare.oncall.people import contact_key, shown_name
from stanch.timeline.unit_of_work import UnitOfWork
from stanch.web import auth
from stanch.web.pages.oncall_month import month_shown, my_shifts, taking_over
from stanch.web.pages.oncall_picture import Lane, colours_of, strips
from stanch.web.pages.render import fragment, page, signed_in

if TYPE_CHECKING:
    from stanch.main import Stanch

SHOWN_DAYS = 14
FEED_MONTHS = 7
QUARTER = 15 * MINUTE
UTC_ZONE = zone_of("UTC")


class Drawn(msgspec.Struct, frozen=True):
    """A schedule's next days: as strips with the colours of people, in words, and where nobody is on call."""

    picture: Markup
    legend: list[tuple[int, str]]
    words: Markup
    gaps: list[dict[str, Any]]
    gap_now: bool


_DRAWN: Kept[Drawn] = Kept(128)


def calendar_key(secret: str, schedule: str) -> str:
    """The key of a schedule's calendar feed: calendar programs send nothing but the address."""
    return link_code(secret, "ics", schedule)


def routes(stanch: Stanch) -> list[Route]:
    """The page and the feeds."""

    def oncall(request: Request) -> Response:
        actor = auth.require(request)
        problems = sorted(stanch.application.calendars.problems().values())
        by_month = request.query_params.get("view") == "month"
        with stanch.application.reading(actor) as uow:
            shown: dict[str, Any] = {"own": my_shifts(uow), "problems": problems}
            if by_month:
                shown |= month_shown(uow, request.query_params.get("from", ""), lambda name: _feed_of(stanch, name))
            else:
                schedules = [_schedule(uow, name, _feed_of(stanch, name)) for name in sorted(uow.policy.schedules)]
                contacts = uow.policy.contacts
                shown |= {"schedules": schedules, "contacts": contacts, "mine": contact_key(contacts, actor.name)}
                # Only the form that is asked for stands on the page: of fifty schedules, each has two.
                shown |= {each: request.query_params.get(each, "") for each in ("take", "swap", "from", "to")}
                shown |= {"findings": page_tests.report(uow), "days": SHOWN_DAYS}
        return page(request, "oncall_month.html" if by_month else "oncall.html", **shown)

    def ics(request: Request) -> Response:
        name = str(request.path_params["schedule"])
        expected = calendar_key(stanch.settings.secret_key, name)
        given = request.query_params.get("key", "")
        right = is_code(expected, given)
        with stanch.application.reading() as uow:
            if not right or name not in uow.policy.schedules:
                raise NotFound("There is no such calendar.", hint="The page /oncall links to each schedule's calendar.")
            return _feed(request, uow, name)

    return [signed_in("/oncall", oncall), Route("/oncall/{schedule:path}.ics", ics, methods=["GET"])]


def _feed_of(stanch: Stanch, name: str) -> str:
    """The address of a schedule's calendar."""
    return f"/oncall/{quote(name, safe='')}.ics?key={calendar_key(stanch.settings.secret_key, name)}"


def _feed(request: Request, uow: UnitOfWork, name: str) -> Response:
    """From the beginning of last month on, so that the cut of the first shift moves only once a month."""
    this_month = datetime.combine(local(uow.now, UTC_ZONE).date().replace(day=1), datetime.min.time())
    start = instant((this_month - timedelta(days=1)).replace(day=1), UTC_ZONE)
    end = instant((this_month + timedelta(days=31 * FEED_MONTHS)).replace(day=1), UTC_ZONE)
    try:
        shifts = store.planned(uow, name, start, end)
    except ValueError as error:
        raise Conflict(f"The schedule cannot be read: {error}.") from None
    names = {person: shown_name(uow.policy.contacts, person) for shift in shifts for person in shift.people()}
    # The time stamp of the rendering is left out of the ETag.
    tag = f'"{hashlib.sha256(feed(name, shifts, 0, names)).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": "private, max-age=300", "X-Robots-Tag": "noindex"}
    if tag in [part.strip().removeprefix("W/") for part in request.headers.get("if-none-match", "").split(",")]:
        return Response(status_code=304, headers=headers)
    return Response(feed(name, shifts, uow.now, names), headers=headers, media_type="text/calendar")


def _schedule(uow: UnitOfWork, name: str, feed: str) -> dict[str, Any]:
    """Everything the page shows of one schedule; for one that cannot be read, the reason."""
    schedule = uow.policy.schedules[name]
    shown: dict[str, Any] = {
        "name": name, "title": schedule.title or name, "now": now_and_next(uow, name), "readable": False, "feed": feed,
    }  # fmt: skip
    try:
        zone = zone_of(schedule.time_zone)
        drawn = _drawn(uow, name, schedule, zone)
    except ValueError:
        return shown
    return shown | {
        "readable": True, "zone": zone.key, "drawn": drawn, "local_now": f"{local(uow.now, zone):%a %d %b %H:%M}",
        "overrides": _overrides(uow, name, zone),
    }  # fmt: skip


def _drawn(uow: UnitOfWork, name: str, schedule: Schedule, zone: ZoneInfo) -> Drawn:
    """From the last quarter of an hour or change of shift on; anew when anything that it shows has changed."""
    quarter = uow.now // QUARTER * QUARTER
    end = quarter + SHOWN_DAYS * DAY
    start = max(shift.start for shift in store.planned(uow, name, quarter, end) if shift.start <= uow.now)
    kept = tuple(store.as_shifts(store.kept_overrides(uow, name, start, end)))
    calendar = tuple(uow.application.calendars.shifts(name, start, end))
    people = uow.once("people", lambda: tuple((key, each.name) for key, each in uow.policy.contacts.items()))

    def draw() -> Drawn:
        plan, called = store.planned(uow, name, start, end), dict(people)
        lanes = _lanes(schedule, plan, kept, calendar)
        names = {p: called.get(p, p) for lane in lanes for shift in lane.shifts for p in shift.people()}

        def take(shift: Shift) -> str:
            return taking_over(name, shift, zone, start, end)

        rows = [_row(shift, zone, names) | {"take": take(shift)} for shift in plan]
        gaps = [row for row in rows if row["gap"]]
        legend = [(colour, names[person]) for person, colour in colours_of(lanes).items()]
        words = fragment("_oncall_words.html", rows=rows)
        return Drawn(strips(lanes, start, end, zone, names, take), legend, words, gaps, rows[0]["gap"])

    return _DRAWN.get((name, msgspec.json.encode(schedule), kept, calendar, people, start, end), draw)


def _lanes(schedule: Schedule, plan: list[Shift], kept: Sequence[Shift], calendar: Sequence[Shift]) -> list[Lane]:
    """The resulting schedule first, then its overrides and layers from the top down."""
    start, end = plan[0].start, plan[-1].end
    found = [Lane("On call", plan)]
    # Without layers the resulting schedule shows nothing but overrides.
    bare = Schedule(time_zone=schedule.time_zone, overrides=schedule.overrides)
    overrides = [shift for shift in rules.shifts(bare, kept, start, end) if not shift.gap]
    if overrides:
        found.append(Lane("Overrides", overrides))
    for index in reversed(range(len(schedule.layers))):
        turns = rules.turns(schedule.layers[index], schedule.time_zone, start, end)
        label = rules.layer_name(schedule, index)
        found.append(Lane(label[:1].upper() + label[1:], turns))
    if schedule.ical:
        found.append(Lane("Calendar", list(calendar)))
    return found


def _row(shift: Shift, zone: ZoneInfo, names: dict[str, str]) -> dict[str, Any]:
    return {
        "who": ", ".join(names[person] for person in shift.people()) or "Nobody", "gap": shift.gap,
        "start": shift.start, "end": shift.end, "start_text": f"{local(shift.start, zone):%a %d %b %H:%M}",
        "end_text": f"{local(shift.end, zone):%a %d %b %H:%M}", "lasts": spell(shift.end - shift.start),
        "layer": shift.layer, "override": shift.override, "note": shift.note or "no layer covers it",
    }  # fmt: skip


def _overrides(uow: UnitOfWork, name: str, zone: Any) -> list[dict[str, Any]]:
    """Those that run or are to come, the next first."""
    far = uow.now + 400 * DAY
    return [
        {
            "id": o.id, "who": shown_name(uow.policy.contacts, o.person), "reason": o.reason, "author": o.author,
            "start_text": f"{local(o.start, zone):%a %d %b %H:%M}", "end_text": f"{local(o.end, zone):%a %d %b %H:%M}",
        }
        for o in sorted(store.kept_overrides(uow, name, uow.now, far), key=lambda o: (o.start, o.made_at))
    ]  # fmt: skip
