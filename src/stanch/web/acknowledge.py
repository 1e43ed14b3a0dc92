"""The acknowledge link of a page: signed for one person and one page, so that it works without signing in.

A GET changes nothing, since mail scanners open links; it shows a button. The POST acknowledges, once or again.
"""

from __future__ import annotations

import hmac
from html import escape
from typing import TYPE_CHECKING

import msgspec
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from stanch.kernel.actor import Actor
from stanch.kernel.clock import HOUR
from stanch.kernel.errors import Denied, NotFound
from stanch.respond.paging import acknowledge_code
from stanch.timeline.facts.paging import Acknowledged

if TYPE_CHECKING:
    from stanch.main import Stanch
    from stanch.timeline.record import Page, Record

GOOD_FOR = 24 * HOUR
PATH = "/ack/{incident}/{page}/{person:path}/{code}"
HEADERS = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex", "Referrer-Policy": "no-referrer"}


class Link(msgspec.Struct, frozen=True):
    """Which page of which incident, and who was paged."""

    incident: str
    page: str
    person: str


def routes(stanch: Stanch) -> list[Route]:
    """The one route of the link."""

    def answer(request: Request) -> Response:
        link = checked(stanch, request)
        return _post(stanch, link) if request.method == "POST" else _get(stanch, link)

    return [Route(PATH, answer, methods=["GET", "POST"])]


def checked(stanch: Stanch, request: Request) -> Link:
    """The link of a request whose code is ours. Raises ``Denied``."""
    link = Link(*(str(request.path_params[name]) for name in ("incident", "page", "person")))
    expected = acknowledge_code(stanch.settings.secret_key, link.incident, link.page, link.person)
    if not hmac.compare_digest(expected.encode(), str(request.path_params["code"]).encode("utf-8", "replace")):
        raise Denied("This link is not one of ours.", hint="Open the incident and acknowledge there.")
    return link


def acknowledge(stanch: Stanch, link: Link) -> tuple[Record, str]:
    """Acknowledge the page; why there was nothing to acknowledge, or an empty text. Raises ``Denied`` for an old link."""
    with stanch.application.uow(Actor(link.person, admin=True), "link") as uow:
        record = uow.record(link.incident)
        page = _page_of(record, link.page, uow.now)
        if not page.waiting():
            return record, _over(record, page)
        uow.append(record.id, Acknowledged(link.person, page.page))
    return record, ""


def _get(stanch: Stanch, link: Link) -> Response:
    with stanch.application.reading() as uow:
        record = uow.record(link.incident)
        page = _page_of(record, link.page, uow.now)
    if not page.waiting():
        return _shown(_over(record, page), record.title, "")
    button = '<form method="post"><button>I have it</button></form>'
    return _shown(f"{record.id} needs you, {link.person}.", record.title, button)


def _post(stanch: Stanch, link: Link) -> Response:
    record, over = acknowledge(stanch, link)
    return _shown(over or f"Thank you. {link.person} has {record.id}.", record.title, "")


def _over(record: Record, page: Page) -> str:
    if page.acknowledged_at is not None:
        return f"{page.acknowledged_by} has {record.id} already."
    return f"{record.id} is over. There is nothing to do."


def _page_of(record: Record, page: str, now: int) -> Page:
    found = record.pages.get(page)
    if found is None:
        raise NotFound("There is no such page.")
    if now - found.requested_at > GOOD_FOR:
        raise Denied(
            f"This page is too old: its link was good for {GOOD_FOR // HOUR} hours.",
            hint="Open the incident and acknowledge there.",
        )
    return found


def _shown(heading: str, title: str, form: str) -> Response:
    text = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f'<title>{escape(heading)}</title><link rel="stylesheet" href="/static/stanch.css"></head>'
        f"<body><main><h1>{escape(heading)}</h1><p>{escape(title)}</p>{form}</main></body></html>"
    )
    return HTMLResponse(text, headers=HEADERS)
