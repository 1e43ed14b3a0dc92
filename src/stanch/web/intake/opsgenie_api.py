"""Opsgenie's alert and heartbeat API, as its senders expect it to answer (formats/03): 202, processed asynchronously."""

from __future__ import annotations

import uuid
from typing import Any
from urllib.parse import quote, unquote

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from stanch.detect import heartbeats
from stanch.kernel.actor import Actor
from stanch.kernel.errors import Invalid, NotFound, Problem
from stanch.kernel.heartbeat_name import name_problem
from stanch.kernel.policy import Heartbeat
from stanch.ports import Post
from stanch.web.intake import opsgenie_answers
from stanch.web.intake.receiving import Receiving, native

PREFIX = "/hooks/opsgenie"
UNITS = {"minutes": 60, "hours": 3600, "days": 86400}
LONGEST_NAME, LONGEST_DAYS = 200, 3660
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]


def routes(receiving: Receiving) -> list[Route]:
    """Everything under ``/v2``: the path is taken apart here, since an identifier may hold an escaped slash."""

    @native(_error)
    async def answer(request: Request) -> Response:
        key = receiving.key_name(request)
        raw = request.scope.get("raw_path") or request.url.path.encode()
        parts = [unquote(part) for part in raw.decode("latin-1").removeprefix(PREFIX).strip("/").split("/")]
        match parts:
            case ["v2", "heartbeats", *rest]:
                return await _heartbeats(receiving, request, key, rest)
            case ["v2", "alerts", *rest] if request.method == "GET":
                return await run_in_threadpool(_read, receiving, request, key, rest)
            case ["v2", "alerts", *rest]:
                return await _alert(receiving, request, key, rest)
        raise NotFound(
            f"stanch does not answer {request.url.path.removeprefix(PREFIX)}.",
            hint="It takes /v2/alerts and /v2/heartbeats.",
        )

    return [Route(PREFIX + "/{rest:path}", answer, methods=METHODS)]


async def _alert(receiving: Receiving, request: Request, key: str, rest: list[str]) -> Response:
    """Create, close, acknowledge and so on: stored, answered with 202, and read by the digester."""
    body = await receiving.body(request)
    identity = str(uuid.uuid4())
    path = "/v2/alerts"
    if rest:
        alias = await run_in_threadpool(_alias, receiving, request, key, rest[0])
        path = "/".join([path, quote(alias, safe=""), *rest[1:]]) + "?identifierType=alias"
    elif request.method == "POST":
        body = _with_alias(body, identity)
    about = f"{request.method} {path}"
    errors = receiving.source("opsgenie").check(Post(body, receiving.now(), key, about))
    unreadable = any("JSON" in error for error in errors)
    await receiving.keep(key, "opsgenie", body, request, wrong="; ".join(errors), identity=identity, about=about)
    if errors:
        problem = Invalid("; ".join(errors))
        problem.status = 400 if unreadable else 422
        raise problem
    return _answer({"result": "Request will be processed"}, 202, identity)


def _with_alias(body: bytes, identity: str) -> bytes:
    """Without an alias of its own an alert is known by its id."""
    try:
        values = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return body  # the reader reports what is wrong with it
    if isinstance(values, dict) and not values.get("alias"):
        return msgspec.json.encode({**values, "alias": identity})
    return body


def _alias(receiving: Receiving, request: Request, key: str, identifier: str) -> str:
    """The alias behind an identifier; an unknown one stays what it is, and its request does not succeed."""
    kind = request.query_params.get("identifierType", "id")
    if kind not in ("id", "tiny", "alias"):
        raise Invalid(f"identifierType '{kind}' is unknown.", hint="It is id, tiny or alias.")
    if kind == "alias":
        return identifier
    with receiving.stanch.application.reading() as uow:
        return opsgenie_answers.alias_of(uow, key, identifier) or identifier


def _read(receiving: Receiving, request: Request, key: str, rest: list[str]) -> Response:
    query = request.query_params
    with receiving.stanch.application.reading() as uow:
        match rest:
            case []:
                offset, limit = _number(query.get("offset"), 0), _number(query.get("limit"), 20)
                found = opsgenie_answers.alerts(uow, key, offset, min(limit, 100))
                return _answer({"data": found})
            case ["count"]:
                return _answer({"data": {"count": opsgenie_answers.count(uow, key)}})
            case ["requests", identity]:
                return _answer({"data": opsgenie_answers.request(uow, key, identity)})
            case [identifier]:
                kind = query.get("identifierType", "id")
                alias = identifier if kind == "alias" else opsgenie_answers.alias_of(uow, key, identifier)
                return _answer({"data": opsgenie_answers.alert(uow, key, alias)})
    raise NotFound(
        "stanch keeps no such part of an alert.", hint="It answers /v2/alerts, /v2/alerts/ID and /requests/ID."
    )


async def _heartbeats(receiving: Receiving, request: Request, key: str, rest: list[str]) -> Response:
    if len(rest) == 2 and rest[1] == "ping":
        body = msgspec.json.encode({"heartbeat": rest[0]})
        await receiving.keep(key, "heartbeats", body, request)
        return _answer({"result": "PONG - Heartbeat received"}, 202)
    if rest == ["ping"]:  # the successor's form: the name is a parameter, and the answer's key is another
        await receiving.keep(
            key, "heartbeats", msgspec.json.encode({"heartbeat": request.query_params.get("name", "")}), request
        )
        return JSONResponse({"message": "PONG - Heartbeat received"}, 202)
    body = await receiving.body(request)
    return await run_in_threadpool(_administer, receiving, request, key, rest, body)


def _administer(receiving: Receiving, request: Request, key: str, rest: list[str], body: bytes) -> Response:
    """Heartbeats are made, read, changed and removed at once. One that the configuration names is changed there only."""
    if request.method == "GET":
        with receiving.stanch.application.reading() as uow:
            if not rest:
                return _answer(
                    {"data": {"heartbeats": [opsgenie_answers.heartbeat(r) for r in opsgenie_answers.heartbeats(uow)]}}
                )
            return _answer({"data": opsgenie_answers.heartbeat(_known(uow, rest[0]))})
    with receiving.stanch.application.uow(Actor(f"key {key}"), "api") as uow:
        if not rest and request.method == "POST":
            values = _values(body)
            name = values.get("name")
            if not isinstance(name, str) or not name.strip() or len(name) > LONGEST_NAME:
                raise Invalid(f"name: a heartbeat needs one, of at most {LONGEST_NAME} characters.", field="name")
            _refuse_configured(heartbeats.find(uow, name))
            if problem := name_problem(name):
                raise Invalid(problem, field="name")
            heartbeats.define(uow, name, _defined(values, None))
            if values.get("enabled") is False:
                heartbeats.enable(uow, name, False)
            return _answer(
                {"result": "Created", "data": {"name": name, "enabled": values.get("enabled", True), "expired": False}},
                201,
            )
        if not rest:
            raise NotFound("A heartbeat is changed under its name: /v2/heartbeats/NAME.")
        row = _known(uow, rest[0])
        _refuse_configured(row)
        match [request.method, *rest[1:]]:
            case ["PATCH"]:
                heartbeats.define(uow, row["name"], _defined(_values(body), row))
            case ["DELETE"]:
                heartbeats.remove(uow, row["name"])
            case ["POST" | "GET", "enable" | "disable" as what]:
                heartbeats.enable(uow, row["name"], what == "enable")
            case _:
                raise NotFound("A heartbeat is pinged, enabled, disabled, changed or deleted.")
    return _answer({"result": "Done", "data": {"name": rest[0]}})


def _known(uow: Any, name: str) -> Any:
    row = heartbeats.find(uow, name)
    if row is None:
        raise NotFound(f"Heartbeat with name [{name}] does not exist.")
    return row


def _refuse_configured(row: Any) -> None:
    if row is not None and row["configured"]:
        raise Invalid("This heartbeat is configured in stanch.yaml.", hint="Change it there.")


def _defined(values: dict[str, Any], row: Any) -> Heartbeat:
    interval, unit = values.get("interval"), values.get("intervalUnit", "minutes")
    if interval is None and row is not None:
        every = float(row["every"])
    elif not isinstance(interval, int) or isinstance(interval, bool) or interval < 1 or str(unit) not in UNITS:
        raise Invalid("interval: a whole number of minutes, hours or days is needed.", field="interval")
    elif interval * UNITS[unit] > LONGEST_DAYS * UNITS["days"]:
        raise Invalid(f"interval: it is at most {LONGEST_DAYS} days.", field="interval")
    else:
        every = float(interval * UNITS[unit])
    priority = str(values.get("alertPriority", "P3"))
    if priority not in ("P1", "P2", "P3", "P4", "P5"):
        raise Invalid("alertPriority: it is P1 to P5.", field="alertPriority")
    text = str(values.get("alertMessage") or (row["summary"] if row is not None else ""))
    severity = "page" if priority in ("P1", "P2", "P3") else "warning"
    return Heartbeat(every=every, grace=0, severity=severity, text=text[:1000])


def _values(body: bytes) -> dict[str, Any]:
    try:
        values = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        values = None
    if not isinstance(values, dict):
        raise Problem("The body is not a JSON object.")
    return values


def _number(text: str | None, default: int) -> int:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 10 else default


def _answer(values: dict[str, Any], status: int = 200, identity: str = "") -> Response:
    identity = identity or str(uuid.uuid4())
    headers = {"X-Request-ID": identity, "X-RateLimit-State": "OK"}
    return JSONResponse({**values, "took": 0.001, "requestId": identity}, status, headers)


def _error(problem: Problem) -> Response:
    identity = str(uuid.uuid4())
    values: dict[str, Any] = {"message": problem.sentence(), "took": 0.001, "requestId": identity}
    if problem.field:
        values["errors"] = {problem.field: problem.detail}
    return JSONResponse(values, problem.status, {"X-Request-ID": identity})
