"""What stays after incidents: the list of postmortems, action items, and what was learned."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from stanch.communicate.wording.vocabulary import Vocabulary, of_policy
from stanch.learn.completeness.gaps import gaps
from stanch.learn.completeness.of_record import one_person
from stanch.learn.statistics import learning
from stanch.respond.overview import IncidentRow, Incidents, incidents
from stanch.timeline.unit_of_work import UnitOfWork
from stanch.web import auth
from stanch.web.pages.render import page, signed_in

if TYPE_CHECKING:
    from stanch.main import Stanch


def routes(stanch: Stanch) -> list[Route]:
    """Postmortems, actions and learning."""

    def postmortems(request: Request) -> Response:
        with stanch.application.reading(auth.require(request)) as uow:
            # Who is known is read once, not for each row.
            vocabulary, known = of_policy(uow.policy), one_person(uow)
            rows = [_line(uow, row, vocabulary, known) for row in _ended(uow)]
        return page(request, "postmortems.html", rows=rows)

    def actions(request: Request) -> Response:
        with stanch.application.reading(auth.require(request)) as uow:
            found = learning(uow)
        found.open_items.sort(key=lambda item: item.due_at)
        return page(request, "actions.html", learning=found)

    def learned(request: Request) -> Response:
        with stanch.application.reading(auth.require(request)) as uow:
            found = learning(uow)
        return page(request, "learning.html", learning=found)

    return [
        signed_in("/postmortems", postmortems),
        signed_in("/actions", actions),
        signed_in("/learning", learned),
    ]


def _ended(uow: UnitOfWork) -> list[IncidentRow]:
    rows = incidents(uow, Incidents(limit=200))
    return [row for row in rows if row.status in ("resolved", "closed")]


def _line(uow: UnitOfWork, row: IncidentRow, vocabulary: Vocabulary, known: Callable[[str], bool]) -> dict[str, Any]:
    record = uow.record(row.id)
    if record.published_at:
        state = "published"
    elif record.postmortem_form:
        state = "not published yet"
    else:
        state = "decided at closing"
    return {
        "record": record,
        "state": state,
        "gaps": gaps(record, vocabulary, known, uow.now) if not record.published_at else [],
    }
