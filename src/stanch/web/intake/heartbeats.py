"""``/hooks/heartbeats/<name>``: what must be heard of calls here (R13). GET, POST, PUT and HEAD, as cron and scripts do.

The name with an integration key, or the heartbeat's own token in place of the name. ``/fail`` and an exit code other
than 0 say that the sender is unwell; ``/start`` and ``/log`` say that it lives.
"""

from __future__ import annotations

import msgspec
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from stanch.detect import heartbeats
from stanch.kernel.errors import NotFound, Problem
from stanch.ports.signature import is_code, link_code
from stanch.web.intake.receiving import Receiving

METHODS = ["GET", "HEAD", "POST", "PUT"]
TEXT_BYTES = 10_000


def token_of(secret: str, name: str) -> str:
    """The secret part of the heartbeat's address: it permits to report this heartbeat and nothing else."""
    return link_code(secret, "heartbeat", name)[:32]


def routes(receiving: Receiving) -> list[Route]:
    """The address, with and without a word on how it went."""
    secret = receiving.stanch.settings.secret_key

    async def beat(request: Request) -> Response:
        text = (await receiving.body(request))[:TEXT_BYTES].decode("utf-8", "replace").replace("\x00", "")
        given, how = request.path_params["name"], request.path_params.get("how", "")
        failed = how == "fail" or (how.isdecimal() and int(how[:9]) != 0)
        if how and not failed and how not in ("start", "log") and not how.isdecimal():
            raise Problem(f"'{how}' says nothing of a heartbeat.", hint="It is start, log, fail, or an exit code.")
        with receiving.stanch.application.reading() as uow:
            names = heartbeats.names(uow)
        name = next((n for n in names if is_code(token_of(secret, n), given)), "")
        key = "heartbeat" if name else receiving.key_name(request)
        name = name or given
        if name not in names:
            raise NotFound(f"There is no heartbeat '{name}'.", hint="'stanch heartbeats' lists them.")
        body = msgspec.json.encode({"heartbeat": name, "failed": failed, "text": text})
        await receiving.keep(key, "heartbeats", body, request)
        return PlainTextResponse("OK\n")

    return [
        Route("/hooks/heartbeats/{name}", beat, methods=METHODS),
        Route("/hooks/heartbeats/{name}/{how}", beat, methods=METHODS),
    ]
