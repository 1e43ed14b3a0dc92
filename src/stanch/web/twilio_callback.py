"""Handles a key press in a Twilio call: ``<acknowledge link>/call`` takes Twilio's POST and answers with TwiML.

Signed like the link itself. Errors are answered as TwiML too, since Twilio says 'an application error' for other statuses.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from stanch.kernel.errors import Invalid, Problem
from stanch.web.acknowledge import PATH, Link, acknowledge, checked
from stanch.web.bodies import form_of, read_body

if TYPE_CHECKING:
    from stanch.main import Stanch

BODY_LIMIT = 50_000


def routes(stanch: Stanch) -> list[Route]:
    """The one route of the call."""

    async def pressed(request: Request) -> Response:
        link = checked(stanch, request)
        try:
            digits = form_of(await read_body(request, BODY_LIMIT)).last().get("Digits", "")
        except Invalid:
            digits = ""
        return _twiml(await run_in_threadpool(_said, stanch, link, digits))

    return [Route(PATH + "/call", pressed, methods=["POST"])]


def _said(stanch: Stanch, link: Link, digits: str) -> str:
    if digits != "1":
        return "That was not the key 1. Nobody has acknowledged. Use the link in the text message."
    try:
        record, over = acknowledge(stanch, link)
    except Problem as problem:
        return problem.sentence()
    return f"{over or f'Thank you. You have {record.id}.'} Goodbye."


def _twiml(text: str) -> Response:
    body = f"<Response><Say>{escape(text)}</Say><Hangup/></Response>"
    return Response(body, media_type="text/xml", headers={"Cache-Control": "no-store"})
