"""The acknowledge link of a page: signed for one person and one page, so that it works without signing in.

A GET changes nothing, since mail scanners open links; it shows a button. The POST acknowledges, once or again.
"""

from __future__ import annotations

import hmac
from html import escape
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from stanch.kernel.actor import Actor
from stanch.kernel.clock import HOUR
from stanch.kernel.errors import Denied, NotFound
from stanch.respond.paging import acknowledge_code
from stanch.timeline.entries import Acknowledged

if TYPE_CHECKING:
    from stanch.main import Stanch
    from stanch.timeline.record import Page, Record

GOOD_FOR = 24 * HOUR
PATH = "/ack/{incident}/{page}/{person}/{code}"
HEADERS = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex", "Referrer-Policy": "no-referrer"}


def routes(stanch: Stanch) -> list[Route]:
    """The one route of the link."""

    def answer(request: Request) -> Response:
        names = {name: str(request.path_params[name]) for name in ("incident", "page", "person", "code")}
        expected = acknowledge_code(stanch.settings.secret_key, names["incident"], names["page"], names["person"])
        if not hmac.compare_digest(expected.encode(), names["code"].encode("utf-8", "replace")):
            raise Denied("This link is not one of ours.", hint="Open the incident and acknowledge there.")
        return _post(stanch, names) if request.method == "POST" else _get(stanch, names)

    return [Route(PATH, answer, methods=["GET", "POST"])]


def _get(stanch: Stanch, names: dict[str, str]) -> Response:
    with stanch.application.reading() as uow:
        record = uow.record(names["incident"])
        page = _page_of(record, names["page"], uow.now)
    if not page.waiting():
        return _over(record, page)
    button = '<form method="post"><button>I have it</button></form>'
    return _shown(f"{record.id} needs you, {names['person']}.", record.title, button)


def _post(stanch: Stanch, names: dict[str, str]) -> Response:
    with stanch.application.uow(Actor(names["person"], admin=True), "link") as uow:
        record = uow.record(names["incident"])
        page = _page_of(record, names["page"], uow.now)
        if not page.waiting():
            return _over(record, page)
        uow.append(record.id, Acknowledged(names["person"], page.page))
    return _shown(f"Thank you. {names['person']} has {record.id}.", record.title, "")


def _over(record: Record, page: Page) -> Response:
    if page.acknowledged_at is not None:
        return _shown(f"{page.acknowledged_by} has {record.id} already.", record.title, "")
    return _shown(f"{record.id} is over. There is nothing to do.", record.title, "")


def _page_of(record: Record, page: str, now: int) -> Page:
    found = record.pages.get(page)
    if found is None:
        raise NotFound("There is no such page.")
    if now - found.requested_at > GOOD_FOR:
        raise Denied(
            f"This link was good for {GOOD_FOR // HOUR} hours.", hint="Open the incident and acknowledge there."
        )
    return found


def _shown(heading: str, title: str, form: str) -> Response:
    text = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f'<title>{escape(heading)}</title><link rel="stylesheet" href="/static/stanch.css"></head>'
        f"<body><main><h1>{escape(heading)}</h1><p>{escape(title)}</p>{form}</main></body></html>"
    )
    return HTMLResponse(text, headers=HEADERS)
