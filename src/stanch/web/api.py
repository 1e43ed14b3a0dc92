"""One route for every registered command, and what machines ask: health, metrics, the OpenAPI document."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from stanch.detect.slo import generate
from stanch.kernel.command import REGISTRY, Command
from stanch.kernel.errors import Denied, Invalid, Problem
from stanch.kernel.filling import fill, incident_id
from stanch.kernel.hints import for_program
from stanch.kernel.sentences import not_json
from stanch.learn import export as learn
from stanch.learn.meeting import meeting_file
from stanch.prepare.schema import schema
from stanch.timeline import requests, verifying
from stanch.timeline.heads import Checkpoint, read_checkpoint
from stanch.web import auth, ready
from stanch.web.bodies import read_body
from stanch.web.hints import from_terminal
from stanch.web.openapi import docs_page, document

if TYPE_CHECKING:
    from stanch.main import Stanch

LONGEST_KEY = 255


def routes(stanch: Stanch) -> list[Route]:
    """Every route of the API. Routes of more parts come first, so that none hides another."""
    commands = sorted(REGISTRY.values(), key=lambda c: (-c.path.count("/"), c.path))
    return [*_records(stanch), *(_route(stanch, command) for command in commands), *_machines(stanch)]


def _route(stanch: Stanch, command: Command) -> Route:
    if command.reading:

        def read(request: Request) -> Response:
            actor = auth.require(request)
            asked = fill(command, _query(request, command))
            return _answer(request, requests.run(stanch.application, command, asked, actor, _source(request)))

        return Route(command.path, read, methods=["GET"], name=f"{command.name} (read)")

    async def write(request: Request) -> Response:
        # Authenticate before reading the body: unauthenticated requests cannot make the server hold one.
        await run_in_threadpool(auth.require, request)
        body = await read_body(request)
        return await run_in_threadpool(_write, stanch, command, request, body)

    return Route(command.path, write, methods=["POST"], name=command.name)


def _write(stanch: Stanch, command: Command, request: Request, body: bytes) -> Response:
    actor = auth.require(request)
    values = decode(body)
    values.update(request.path_params)
    asked = fill(command, values)
    key = idempotency_key(request.headers.get("idempotency-key"))
    once = requests.once(requests.principal(actor, asked), f"POST {request.url.path}", key, body) if key else None
    match = request.headers.get("if-match", "")
    source = _source(request)
    return _answer(request, requests.run(stanch.application, command, asked, actor, source, key=once, match=match))


def _source(request: Request) -> str:
    return str(getattr(request.state, "source", "api"))


def _answer(request: Request, answer: requests.CommandResult) -> Response:
    headers = {"Cache-Control": "no-store"}
    if answer.replayed:
        headers["Idempotency-Replayed"] = "true"
    if request.method in ("GET", "HEAD"):
        # An incident's ETag is its version, for If-Match. Ages change without a write, so it is never answered with 304.
        versioned = bool(answer.tag)
        tag = f'"{answer.tag or hashlib.sha256(answer.body).hexdigest()[:32]}"'
        headers |= {"ETag": tag, "Cache-Control": "private, no-cache"}
        if not versioned and tag in _tags(request.headers.get("if-none-match", "")):
            return Response(status_code=304, headers=headers)
    return Response(_worded(request, answer), answer.status, headers, media_type="application/json")


def _worded(request: Request, answer: requests.CommandResult) -> bytes:
    """The body, with the hint of a command in the words of whoever asked."""
    hint = answer.value.get("hint") if isinstance(answer.value, dict) else getattr(answer.value, "hint", "")
    if request.method in ("GET", "HEAD") or not hint or from_terminal(request):
        return answer.body
    return msgspec.json.encode({**msgspec.json.decode(answer.body), "hint": for_program(hint)})


def _tags(header: str) -> list[str]:
    return [part.strip().removeprefix("W/") for part in header.split(",")]


def _query(request: Request, command: Command) -> dict[str, Any]:
    """Query parameters and path; the last one of a name counts."""
    return {**dict(request.query_params), **request.path_params}


def decode(body: bytes) -> dict[str, Any]:
    """A JSON object; an empty body is an empty one. Raises ``Problem`` that says where it is wrong."""
    if not body.strip():
        return {}
    try:
        values = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Problem(not_json(error)) from None
    if not isinstance(values, dict):
        raise Invalid("The body must be a JSON object.", hint='Such as {"title": "..."}.')
    return values


def idempotency_key(header: str | None) -> str:
    """The key, quoted as the draft says or bare as most clients send it; empty when there is none."""
    if header is None:
        return ""
    key = header.strip()
    if len(key) >= 2 and key[0] == key[-1] == '"':
        key = key[1:-1]
    if not key or len(key) > LONGEST_KEY or not key.isascii() or not key.isprintable():
        raise Problem(f"The Idempotency-Key must be 1 to {LONGEST_KEY} printable ASCII characters.")
    return key


def _records(stanch: Stanch) -> list[Route]:
    """The timeline itself, checked and written out: only what the caller may see (P6). And the rules of the SLOs."""

    def verify(request: Request, against: Checkpoint | None = None) -> Response:
        asked = request.query_params.get("incident", "")
        with stanch.application.reading(auth.require(request)) as uow:
            found = verifying.verify(uow, stanch.seals, incident_id(asked) if asked else "", against)
        return Response(msgspec.json.encode(found), media_type="application/json")

    async def verify_against(request: Request) -> Response:
        await run_in_threadpool(_admin, request)
        return await run_in_threadpool(verify, request, read_checkpoint(await read_body(request)))

    def checkpoint(request: Request) -> Response:
        _admin(request)
        return Response(msgspec.json.encode(stanch.seals.checkpoint()) + b"\n", media_type="application/json")

    def export(request: Request) -> Response:
        query = request.query_params
        form, names, comments = query.get("format", "json"), query.get("names", "names"), query.get("comments", "no")
        incident = incident_id(request.path_params["incident"])
        with stanch.application.reading(auth.require(request)) as uow:
            read = learn.prepare(uow, incident, form, names, comments)
        return Response(read.content(), media_type=learn.MEDIA_TYPES[form])

    def meeting(request: Request) -> Response:
        with stanch.application.reading(auth.require(request)) as uow:
            content = meeting_file(uow, incident_id(request.path_params["incident"]))
        return Response(content, media_type="text/calendar; charset=utf-8")

    def slo_rules(request: Request) -> Response:
        auth.require(request)
        settings = stanch.settings
        url = settings.url() if settings.public_url else ""
        text = generate.of_catalog(stanch.application.policy(), url, request.query_params.get("service", ""))
        return Response(text, media_type="application/yaml")

    return [
        Route("/api/v1/slo/rules", slo_rules, methods=["GET"]),
        Route("/api/v1/verify", verify, methods=["GET"]),
        Route("/api/v1/verify", verify_against, methods=["POST"]),
        Route("/api/v1/checkpoints", checkpoint, methods=["POST"]),
        Route("/api/v1/incidents/{incident}/export", export, methods=["GET"]),
        Route("/api/v1/incidents/{incident}/meeting.ics", meeting, methods=["GET"]),
    ]


def _admin(request: Request) -> None:
    if not auth.require(request).admin:
        raise Denied("Only administrators make checkpoints and verify against them.")


def _machines(stanch: Stanch) -> list[Route]:
    def openapi(_request: Request) -> Response:
        return Response(msgspec.json.encode(document(stanch.settings.url())), media_type="application/json")

    def schemas(request: Request) -> Response:
        found = schema(request.path_params["name"], stanch.known_integrations())
        return Response(msgspec.json.encode(found), media_type="application/schema+json")

    def docs(_request: Request) -> Response:
        return HTMLResponse(docs_page())

    async def healthz(_request: Request) -> Response:
        return PlainTextResponse("ok\n")

    def readyz(_request: Request) -> Response:
        return JSONResponse(ready.check(stanch))

    def metrics(_request: Request) -> Response:
        from stanch.web.metrics import exposition

        text, media_type = exposition(stanch)
        return Response(text, headers={"Content-Type": media_type})

    pairs: dict[str, Any] = {
        "/openapi.json": openapi,
        "/schema/{name}.json": schemas,
        "/docs": docs,
        "/healthz": healthz,
        "/readyz": readyz,
        "/metrics": metrics,
    }
    return [Route(path, endpoint, methods=["GET"]) for path, endpoint in pairs.items()]
