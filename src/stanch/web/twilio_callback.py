"""What a phone call's key press comes to: ``<acknowledge link>/call`` takes Twilio's POST and answers with TwiML.

Signed like the link itself. A caller hears words for everything, since Twilio reads 'an application error' for a status.
"""

from __future__ import annotations

import hmac
from html import escape
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from stanch.kernel.actor import Actor
from stanch.kernel.errors import Denied, Problem
from stanch.respond.paging import acknowledge_code
from stanch.timeline.entries import Acknowledged
from stanch.web.acknowledge import GOOD_FOR, PATH
from stanch.web.bodies import read_body
from stanch.web.slack_requests import form_of

if TYPE_CHECKING:
    from stanch.main import Stanch

BODY_LIMIT = 50_000


def routes(stanch: Stanch) -> list[Route]:
    """The one route of the call."""

    async def pressed(request: Request) -> Response:
        names = {name: str(request.path_params[name]) for name in ("incident", "page", "person", "code")}
        expected = acknowledge_code(stanch.settings.secret_key, names["incident"], names["page"], names["person"])
        if not hmac.compare_digest(expected.encode(), names["code"].encode("utf-8", "replace")):
            raise Denied("This link is not one of ours.")
        try:
            digits = form_of(await read_body(request, BODY_LIMIT)).get("Digits", "")
        except ValueError:
            digits = ""
        return _twiml(await run_in_threadpool(_said, stanch, names, digits))

    return [Route(PATH + "/call", pressed, methods=["POST"])]


def _said(stanch: Stanch, names: dict[str, str], digits: str) -> str:
    if digits != "1":
        return "That was not the key 1. Nobody has acknowledged. Use the link in the text message."
    try:
        with stanch.application.uow(Actor(names["person"], admin=True), "link") as uow:
            record = uow.record(names["incident"])
            page = record.pages.get(names["page"])
            if page is None or uow.now - page.requested_at > GOOD_FOR:
                return "This page is too old. Open the incident in stanch."
            if page.acknowledged_at is not None:
                return f"{page.acknowledged_by} has {record.id} already. Goodbye."
            if not page.waiting():
                return f"{record.id} is over. There is nothing to do. Goodbye."
            uow.append(record.id, Acknowledged(names["person"], page.page))
            return f"Thank you. You have {record.id}. Goodbye."
    except Problem as problem:
        return problem.sentence()


def _twiml(text: str) -> Response:
    body = f"<Response><Say>{escape(text)}</Say><Hangup/></Response>"
    return Response(body, media_type="text/xml", headers={"Cache-Control": "no-store"})
