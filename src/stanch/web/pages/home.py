"""The page "Now": prompts for me, open incidents, who is on call, and waiting items."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from stanch.identity.profiles import profile
from stanch.kernel.clock import DAY, minute_of
from stanch.learn.figures.items import completed_in_a_year
from stanch.now import needs
from stanch.prepare.called import named
from stanch.prepare.oncall import store
from stanch.prepare.oncall.commands import now_and_next
from stanch.prepare.oncall.people import contact_key
from stanch.prepare.page_tests import unscheduled, unwoken
from stanch.timeline.unit_of_work import UnitOfWork
from stanch.web import auth
from stanch.web.pages.people import checklist_of
from stanch.web.pages.render import page, signed_in
from stanch.web.pages.shell import shell

if TYPE_CHECKING:
    from stanch.main import Stanch

SHOWN = 4


def routes(stanch: Stanch) -> list[Route]:
    """``/`` and ``/declare``."""

    def home(request: Request) -> Response:
        with stanch.application.reading(auth.require(request), "now") as uow:
            context = _home(uow) | _first(stanch, uow) | {"shell": shell(uow)}
        return page(request, "home.html", **context)

    def declare(request: Request) -> Response:
        with stanch.application.reading(auth.require(request)) as uow:
            context = _declaring(uow)
        return page(request, "declare.html", **context, typed=request.query_params.get("title", "")[:300])

    return [signed_in("/", home), signed_in("/declare", declare)]


def _first(stanch: Stanch, uow: UnitOfWork) -> dict[str, Any]:
    """The checklist of a new stanch, until it is done or this person has hidden it."""
    if profile(uow.tx, uow.actor.name).checklist_hidden_at is not None:
        return {"first": None}  # what nobody sees is not worked out
    found = checklist_of(stanch, uow)
    return {"first": None} if found["first"].done else found


def _declaring(uow: UnitOfWork) -> dict[str, Any]:
    return {"services": sorted(uow.policy.services), "severities": uow.policy.severities, "unwoken": unwoken(uow)}


def _home(uow: UnitOfWork) -> dict[str, Any]:
    """Everything of the page."""
    asked, items = needs.Asked(uow, named(uow.policy)), needs.item_entries(uow)
    key = contact_key(uow.policy.contacts, uow.actor.name)
    return {
        **_declaring(uow), "live": [needs.open_incident(uow, record) for record in asked.live], "investigations": asked.investigations,
        "mine": asked.mine(), "shown": SHOWN, "others": asked.others(), "held": needs.held(uow),
        "now": uow.now, "unread": _unread(uow), "completion": completed_in_a_year(uow), "questions": needs.questions(uow, items), "shifts": needs.shifts(uow, key),
        "untested": needs.untested(uow, key), "duty": [now_and_next(uow, name) for name in sorted(uow.policy.schedules)], "people": _keys(uow),
        "unscheduled": unscheduled(uow), "titles": {name: schedule.title or name for name, schedule in uow.policy.schedules.items()},
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


def _unread(uow: UnitOfWork) -> dict[str, int]:
    """How many posts of the last day could not be read at all, and how many only in part (P8)."""
    rows = uow.tx.all(
        " UNION ALL ".join(
            f"SELECT '{state}' AS state, COUNT(*) AS n FROM intake WHERE state = '{state}' AND received_at > :since"
            for state in ("unparsable", "partly")  # each has an index of its own
        ),
        since=minute_of(uow.now - DAY),
    )
    return {row["state"]: int(row["n"]) for row in rows}
