"""PagerDuty's Events API v2, as its senders expect it to answer (formats/02)."""

from __future__ import annotations

import secrets
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from stanch.kernel.errors import Problem, TooLarge, Unauthenticated, Unavailable
from stanch.ports import Post
from stanch.web.intake.hooks import about
from stanch.web.intake.receiving import Receiving, native

KEY_LENGTH = 32


def routes(receiving: Receiving) -> list[Route]:
    """``/v2/enqueue`` and ``/v2/change/enqueue``. The key travels as ``routing_key``."""

    @native(_error)
    async def enqueue(request: Request) -> Response:
        body, event, key = await _event(receiving, request)
        if event.get("event_action") == "trigger" and not event.get("dedup_key"):
            event["dedup_key"] = secrets.token_hex(16)
            body = msgspec.json.encode(event)
        await _keep(receiving, request, body, key)
        answer = {"status": "success", "message": "Event processed", "dedup_key": str(event["dedup_key"])}
        return JSONResponse(answer, 202)

    @native(_error)
    async def change(request: Request) -> Response:
        body, _, key = await _event(receiving, request)
        await _keep(receiving, request, body, key)
        return JSONResponse({"status": "success", "message": "Change event processed"}, 202)

    return [
        Route("/hooks/pagerduty/v2/enqueue", enqueue, methods=["POST"]),
        Route("/hooks/pagerduty/v2/change/enqueue", change, methods=["POST"]),
    ]


class _Wrong(Problem):
    """PagerDuty's 400 with its list of errors."""

    def __init__(self, status: str, message: str, errors: list[str]) -> None:
        super().__init__(message)
        self.answer = {"status": status, "message": message, "errors": errors}


async def _event(receiving: Receiving, request: Request) -> tuple[bytes, dict[str, Any], str]:
    body = await receiving.body(request)
    try:
        event = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        event = None
    routing_key = event.get("routing_key") if isinstance(event, dict) else ""
    try:
        key = receiving.key_name(request, routing_key if isinstance(routing_key, str) else "")
    except Unauthenticated:
        if isinstance(event, dict):
            raise _Wrong("invalid event", "Event object is invalid", [_bad_key(routing_key)]) from None
        raise _unreadable() from None
    if not isinstance(event, dict):
        await receiving.keep(key, "pagerduty", body, request, wrong="The body is not a JSON object.")
        raise _unreadable()
    return body, event, key


async def _keep(receiving: Receiving, request: Request, body: bytes, key: str) -> None:
    errors = receiving.source("pagerduty").check(Post(body, receiving.now(), key, about(request.scope)))
    await receiving.keep(key, "pagerduty", body, request, wrong="; ".join(errors))
    if errors:
        raise _Wrong("invalid event", "Event object is invalid", errors)


def _unreadable() -> _Wrong:
    return _Wrong("Unrecognized object", "Event object format is unrecognized", ["JSON parse error"])


def _bad_key(given: object) -> str:
    if not given or not isinstance(given, str):
        return "'routing_key' is missing or blank"
    if len(given) != KEY_LENGTH:
        return f"Length of 'routing_key' is incorrect (should be {KEY_LENGTH} characters)"
    return "Invalid routing key"


def _error(problem: Problem) -> Response:
    if isinstance(problem, _Wrong):
        return JSONResponse(problem.answer, 400)
    status = 503 if isinstance(problem, Unavailable) else 413 if isinstance(problem, TooLarge) else 400
    answer = {"status": "invalid event", "message": problem.sentence(), "errors": [problem.sentence()]}
    return JSONResponse(answer, status)
