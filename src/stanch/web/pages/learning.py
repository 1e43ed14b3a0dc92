"""Pages of postmortems, action items and learning."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from stanch.communicate.wording.vocabulary import of_policy
from stanch.kernel.clock import spell
from stanch.kernel.command import REGISTRY
from stanch.kernel.filling import fill
from stanch.learn.action_items.ticket_views import views
from stanch.learn.completeness.check import gaps
from stanch.learn.completeness.of_record import one_person
from stanch.learn.figures.answers import Learning, within
from stanch.learn.figures.factors import title
from stanch.learn.figures.items import completed_in_a_year
from stanch.learn.figures.of_record import named
from stanch.learn.figures.postmortems import PostmortemRow
from stanch.learn.figures.table import to_csv
from stanch.timeline.unit_of_work import UnitOfWork
from stanch.web import auth, pictures
from stanch.web.pages.render import page, signed_in
from stanch.web.pictures import Bar

if TYPE_CHECKING:
    from stanch.main import Stanch

ROWS = 50
# Of so few their gaps are worked out anew, since they depend on who is known today.
POSTMORTEMS = 20
TREND = 3
PERIODS = ((30, "30 days"), (90, "90 days"), (365, "a year"), (1825, "five years"))


def routes(stanch: Stanch) -> list[Route]:
    """Postmortems, actions, learning, and what is behind a figure."""
    return [*_lists(stanch), *_figures(stanch)]


def _answered(stanch: Stanch, request: Request, name: str, **more: Any) -> tuple[Any, Any]:
    """What was asked by the address, and the command's answer."""
    asked = fill(REGISTRY[name], dict(request.query_params) | more)
    with stanch.application.reading(auth.require(request)) as uow:
        return asked, REGISTRY[name].handle(uow, asked)


def _lists(stanch: Stanch) -> list[Route]:
    def postmortems(request: Request) -> Response:
        asked = fill(REGISTRY["postmortems"], {"limit": POSTMORTEMS} | dict(request.query_params))
        with stanch.application.reading(auth.require(request)) as uow:
            rows = REGISTRY["postmortems"].handle(uow, asked)
            missing = _missing(uow, rows[:POSTMORTEMS])
        more = int(rows[-1].incident.removeprefix("INC-")) if len(rows) == asked.limit else 0
        return page(request, "postmortems.html", rows=rows, missing=missing, chosen=asked.state, more=more)

    def actions(request: Request) -> Response:
        asked, items = _answered(stanch, request, "action-items", limit=ROWS + 1)
        with stanch.application.reading(auth.require(request)) as uow:
            year = completed_in_a_year(uow)
            tickets = views(uow, {item.incident for item in items})
        skip = asked.skip + ROWS if len(items) > ROWS else 0
        return page(
            request,
            "actions.html",
            year=year,
            items=items[:ROWS],
            chosen=asked.state,
            owner=asked.owner,
            skip=skip,
            tickets=tickets,
        )

    return [signed_in("/postmortems", postmortems), signed_in("/actions", actions)]


def _figures(stanch: Stanch) -> list[Route]:
    def learned(request: Request) -> Response:
        asked, found = _answered(stanch, request, "learning")
        teams = sorted({s.team for s in stanch.application.policy().services.values() if s.team})
        context = {"asked": asked, "over": within(asked.days), "periods": PERIODS, "teams": teams, **_charts(found)}
        query = {name: value for name, value in msgspec.to_builtins(asked).items() if value}
        return page(request, "learning.html", learning=found, query=query, **context)

    def behind(request: Request) -> Response:
        name = request.path_params["figure"]
        kind = name.removeprefix("kind-") if name.startswith("kind-") else ""
        _, rows = _answered(stanch, request, "figure", figure=f"#{kind}" if kind else name)
        words = title(kind, stanch.application.policy().factors) if kind else named(name)
        return page(request, "figure.html", rows=rows, kind=kind, words=words)

    def table(request: Request) -> Response:
        _, found = _answered(stanch, request, "learning")
        headers = {"Content-Disposition": 'attachment; filename="learning.csv"'}
        return Response(to_csv(found), media_type="text/csv; charset=utf-8", headers=headers)

    return [
        signed_in("/learning", learned),
        signed_in("/learning.csv", table),
        signed_in("/learning/{figure}", behind),
    ]


def _charts(found: Learning) -> dict[str, Markup | str]:
    """Pictures of what has a trend; of fewer than three there is none."""
    items = [
        Bar(t.name, t.total, t.done, f"{t.name}: {t.done} of {t.total} done", f"{t.done}/{t.total}" if t.total else "")
        for t in found.by_month
    ]
    ended = [Bar(m.name, m.incidents, m.incidents, f"{m.name}: {m.incidents}", str(m.incidents)) for m in found.months]
    took = [
        Bar(
            q.name,
            q.resolved or 0,
            q.resolved or 0,
            f"{q.name}: " + ("too few to say" if q.resolved is None else spell(q.resolved)),
            "" if q.resolved is None else spell(q.resolved),
        )
        for q in found.quarters
    ]
    return {
        "months": pictures.bars(items[-24:]) if items else "",
        "ended": pictures.bars(ended[-24:]) if len(ended) >= TREND else "",
        "took": pictures.bars(took[-12:]) if len(took) >= TREND and any(bar.high for bar in took) else "",
    }


def _missing(uow: UnitOfWork, rows: list[PostmortemRow]) -> dict[str, list[str]]:
    """What keeps each from being published. Who is known is read once, not for each row."""
    vocabulary, known = of_policy(uow.policy), one_person(uow)
    return {
        row.incident: [gap.what for gap in gaps(uow.record(row.incident), vocabulary, known, uow.now)]
        for row in rows
        if row.form and row.state != "published"
    }
