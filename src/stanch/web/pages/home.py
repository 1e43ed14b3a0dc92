"""Now: what needs me, what is open, who is on call, what waits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from stanch.detect.commands.investigations import Investigations, investigations
from stanch.detect.commands.signals import Signals, list_signals
from stanch.kernel.clock import DAY
from stanch.prepare.oncall import store
from stanch.prepare.oncall.commands import OnCallNow, now_and_next
from stanch.prepare.oncall.people import contact_key
from stanch.prepare.page_tests import report, unwoken
from stanch.recover.rules import standing
from stanch.respond.overview import Incidents, incidents
from stanch.timeline.prompt import Prompt
from stanch.timeline.record import ActionItem, Record
from stanch.timeline.unit_of_work import UnitOfWork
from stanch.web import auth
from stanch.web.pages.people import checklist_of
from stanch.web.pages.render import page, signed_in
from stanch.web.room.asked import asks, in_order

if TYPE_CHECKING:
    from stanch.main import Stanch

SHOWN, RECENT = 4, 200
SINCE = 90 * DAY
ITEMS = (
    "SELECT e.incident, e.kind, e.facts, i.private FROM entries e JOIN "
    "(SELECT id, private FROM incidents WHERE changed_at > :since ORDER BY number DESC LIMIT :recent) i ON i.id = e.incident "
    "WHERE e.kind IN ('action_item_added', 'action_item_done', 'review_asked')"
)


class Completion(msgspec.Struct, frozen=True):
    """Action items of the incidents of the last 90 days: how many there are, and how many are done (dropped ones are not)."""

    done: int
    total: int


class Due(msgspec.Struct, frozen=True):
    """A prompt for me, and the incident it is about."""

    record: Record
    prompt: Prompt


def routes(stanch: Stanch) -> list[Route]:
    """``/`` and ``/declare``."""

    def home(request: Request) -> Response:
        with stanch.application.reading(auth.require(request)) as uow:
            context = _home(uow) | _first(stanch, uow)
        return page(request, "home.html", **context)

    def declare(request: Request) -> Response:
        with stanch.application.reading(auth.require(request)) as uow:
            context = _declaring(uow)
        return page(request, "declare.html", **context, typed=request.query_params.get("title", "")[:300])

    return [signed_in("/", home), signed_in("/declare", declare)]


def _first(stanch: Stanch, uow: UnitOfWork) -> dict[str, Any]:
    """The checklist of a new stanch, until it is done or this person has hidden it."""
    found = checklist_of(stanch, uow)
    shown = not (found["first"].done or found["first"].hidden)
    return found if shown else {"first": None}


def _declaring(uow: UnitOfWork) -> dict[str, Any]:
    return {"services": sorted(uow.policy.services), "severities": uow.policy.severities, "unwoken": unwoken(uow)}


def _home(uow: UnitOfWork) -> dict[str, Any]:
    live = incidents(uow, Incidents(status="live", limit=200))
    looking = investigations(uow, Investigations())
    records = [uow.record(name) for name in [*(row.id for row in live), *(row.id for row in looking)]]
    due = [(record, [p for p in uow.prompts(record) if p.due <= uow.now]) for record in records]
    mine = [Due(record, prompt) for record, asked in due for prompt in in_order(uow, record, asked)]
    completion, questions = _items(uow)
    key = contact_key(uow.policy.contacts, uow.actor.name)
    return {
        **_declaring(uow), "live": [_row(uow, record) for record in records if record.live()], "investigations": looking,
        "mine": sorted(mine, key=lambda d: not d.prompt.key.startswith("acknowledge:")), "shown": SHOWN,
        "others": sum(not asks(uow, record, p) for record, asked in due for p in asked),
        "held": [r for r in list_signals(uow, Signals(limit=50, disposition="held")) if r.state == "firing" and not r.silence],
        "now": uow.now, "unread": _unread(uow), "completion": completion, "questions": questions, "shifts": _shifts(uow, key),
        "untested": [f for f in report(uow) if f.person == key and f.worry in ("untested", "failing", "weak")][:1] if key else [],
        "duty": [now_and_next(uow, name) for name in sorted(uow.policy.schedules)], "people": _keys(uow),
        "titles": {name: schedule.title or name for name, schedule in uow.policy.schedules.items()},
    }  # fmt: skip


def _row(uow: UnitOfWork, record: Record) -> dict[str, Any]:
    """An open incident: who commands it, and what comes next."""
    service = uow.policy.service(record.service)
    return {
        "record": record, "service": service.label() if service else record.service,
        "commander": record.holder("incident_commander"), "promised": record.next_update_at(),
        "standing": standing(record, uow.policy, uow.now) if record.criteria else None,
    }  # fmt: skip


def _keys(uow: UnitOfWork) -> dict[str, list[str]]:
    """By schedule, the keys of those who are on call now: whom its buttons page."""
    found = {}
    for name in uow.policy.schedules:
        try:
            found[name] = store.on_call(uow, name, uow.now)
        except ValueError:
            found[name] = []
    return found


def _shifts(uow: UnitOfWork, key: str) -> list[tuple[OnCallNow, int]]:
    """My shifts that begin within a day: the schedule, and when."""
    found = []
    for name in sorted(uow.policy.schedules) if key else []:
        try:
            plan = store.planned(uow, name, uow.now, uow.now + DAY)
        except ValueError:
            continue
        begins = next((shift.start for shift in plan if key in shift.people()), None)
        if begins and begins > uow.now:
            found.append((now_and_next(uow, name), begins))
    return found


def _items(uow: UnitOfWork) -> tuple[Completion, list[tuple[Record, ActionItem]]]:
    """Completion, and the questions about my own items that wait for an answer. The newest incidents only: this page is quick."""
    rows = uow.tx.all(ITEMS, since=uow.now - SINCE, recent=RECENT)
    rows = [row for row in rows if uow.may_see(row["incident"], bool(row["private"]))]
    total = sum(row["kind"] == "action_item_added" for row in rows)
    ends = [row for row in rows if row["kind"] == "action_item_done"]
    done = sum(not msgspec.json.decode(row["facts"]).get("dropped") for row in ends)
    asked = dict.fromkeys(row["incident"] for row in rows if row["kind"] == "review_asked")
    me = uow.actor.name, contact_key(uow.policy.contacts, uow.actor.name)
    waiting = [
        (record, item)
        for record in map(uow.record, asked)
        for item in record.action_items.values()
        if item.done_at is None and item.asked and item.asked[-1].person in me and (item.answered_at or 0) < (item.asked_at or 0)
    ]  # fmt: skip
    return Completion(done, total), waiting


def _unread(uow: UnitOfWork) -> dict[str, int]:
    """How many posts of the last day could not be read at all, and how many only in part (P8)."""
    counted = {}
    for state in ("unparsable", "partly"):
        row = uow.tx.one(
            f"SELECT COUNT(*) AS n FROM intake WHERE state = '{state}' AND received_at > :since", since=uow.now - DAY
        )
        counted[state] = int(row["n"]) if row else 0
    return counted
