"""The ASGI application: hooks first, then API, forms, live events, sign-in and pages."""

from __future__ import annotations

import gc
import socket
import sys
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from stanch.identity import credentials, people
from stanch.kernel.errors import Problem, Unavailable
from stanch.kernel.logs import log
from stanch.prepare import served_at
from stanch.web import acknowledge, action_answer, api, forms, live, pages, slack, twilio_callback
from stanch.web.connections import BoundedProtocol, bounded
from stanch.web.intake.hooks import Hooks, Receive, Scope, Send
from stanch.web.intake.journal import Journal
from stanch.web.intake.keys import Keys
from stanch.web.intake.receiving import Receiving, app_of
from stanch.web.pages.error_page import respond
from stanch.web.pages.render import compile_templates
from stanch.web.phone import routes as phone
from stanch.web.problems import Failure, from_http
from stanch.web.read_limit import ReadLimit
from stanch.web.security import security_headers
from stanch.web.status import routes as status
from stanch.web.status.quick import quick
from stanch.web.status.routes import StatusPages
from stanch.web.status.served import Served

if TYPE_CHECKING:
    from stanch.main import Stanch

PUBLIC = ("/static/", "/status")
# The interpreter's switch interval: how long a computing thread runs while others wait; a page takes some fifty intervals.
SWITCH_SECONDS = 0.0005


class Guard:
    """Security headers on every answer, and no exception ever reaches the wire."""

    def __init__(self, app: Any, https: bool = False) -> None:
        self.app = app
        self.headers = security_headers(https=https)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False
        private = not scope["path"].startswith(PUBLIC)

        async def guarded(message: Any) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                message["headers"] = _with(message.get("headers", []), self.headers, private)
            await send(message)

        try:
            await self.app(scope, receive, guarded)
        except ClientDisconnect:
            return
        except Exception:
            log.exception("a request failed", method=scope["method"], path=scope["path"])
            if not started:
                await _on_fault(Request(scope, receive), None)(scope, receive, guarded)


def _with(headers: Any, security: list[tuple[bytes, bytes]], private: bool) -> list[tuple[bytes, bytes]]:
    given = list(headers)
    names = {name.lower() for name, _ in given}
    added = [pair for pair in security if pair[0] not in names]
    if private and b"cache-control" not in names:
        added.append((b"cache-control", b"no-store"))
    return given + added


def _on_problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)
    return respond(request, error)


def _on_fault(request: Request, _error: Exception | None) -> Response:
    return respond(request, Failure("It is not your input.", hint="The log of the server says more."))


def _on_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    response = respond(request, from_http(error))
    for name, value in (error.headers or {}).items():
        response.headers[name] = value
    return response


def routes_of(stanch: Stanch) -> list[Any]:
    """Everything that is served, but the hooks."""
    faces = (live, api, forms, twilio_callback, acknowledge, action_answer, slack, status, phone, pages)
    return [route for face in faces for route in face.routes(stanch)]


def create_app(stanch: Stanch) -> Callable[[Scope, Receive, Send], Any]:
    """The ASGI app of a running stanch. The engine is started and stopped by ``serve``."""
    journal, keys = Journal(stanch), Keys(stanch.settings.intake_keys)
    hooks = Hooks(stanch, journal, keys, app_of(Receiving(stanch, journal, keys)))

    served = Served(stanch)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        served.watch()
        kept = stanch.settings.data / "compiled-templates"
        threading.Thread(target=compile_templates, args=(kept,), name="templates", daemon=True).start()
        yield
        served.close()
        journal.close()

    handlers: Any = {Problem: _on_problem, HTTPException: _on_http, Exception: _on_fault}
    starlette = Starlette(routes=routes_of(stanch), exception_handlers=handlers, lifespan=lifespan)
    starlette.state.stanch, starlette.state.served = stanch, served
    starlette.router.redirect_slashes = False
    guarded = StatusPages(Guard(ReadLimit(starlette), https=stanch.settings.url().startswith("https:")), served, stanch)
    BoundedProtocol.quick = staticmethod(quick(served))

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"] if scope["type"] == "http" else ""
        if path.startswith("/hooks/") and not path.startswith("/hooks/slack/"):  # people write from there
            await hooks(scope, receive, send)
        else:
            await guarded(scope, receive, send)

    return app


def serve(stanch: Stanch) -> None:
    """Run until a signal comes. Raises ``Problem`` when the address or the data is taken."""
    import uvicorn

    from stanch.web.server import Server

    settings = stanch.settings
    sock = _listen(settings.host, settings.port)
    port = sock.getsockname()[1]
    base = settings.public_url.rstrip("/") or f"http://{_shown(settings.host)}:{port}"

    sys.setswitchinterval(SWITCH_SECONDS)
    stanch.start()
    served_at.note(settings, base, stanch.catalog.config)
    app = create_app(stanch)
    # What lives as long as the server is never looked through for garbage again: that took up to 0.1 s of a request now and then.
    gc.collect()
    gc.freeze()
    try:
        config = uvicorn.Config(
            app, loop="uvloop", http=bounded(), log_level="warning", access_log=False,
            server_header=False, timeout_graceful_shutdown=2, backlog=2048, ws="none",
            proxy_headers=bool(settings.proxies), forwarded_allow_ips=settings.proxies or [],
        )  # fmt: skip
        Server(config, lambda: _announce(stanch, base), stanch.on_closing).run(sockets=[sock])
    except KeyboardInterrupt:
        pass  # uvicorn hands the signal on after it has shut down in order
    finally:
        stanch.stop()
        sock.close()


def _shown(host: str) -> str:
    if host in ("0.0.0.0", "::", ""):  # noqa: S104 - shown, not bound
        return "localhost"
    return f"[{host}]" if ":" in host else host


def _listen(host: str, port: int) -> socket.socket:
    """Bind before anything starts, so that a taken port is one sentence."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((host, port))
    except (OSError, OverflowError) as error:
        sock.close()
        raise Unavailable(
            f"stanch cannot listen on {host}:{port}: {getattr(error, 'strerror', None) or error}.",
            hint="Choose another with --port.",
        ) from None
    return sock


def _announce(stanch: Stanch, base: str) -> None:
    lines = [f"stanch is ready at {base}"]
    database = stanch.application.database
    if not people.everybody(database):
        code = credentials.create_setup_link(database, stanch.application.clock.now())
        link = credentials.link_address(base, code)
        lines.append(f"Nobody can sign in yet. Open this once, within a day, to become the first admin:\n  {link}")
    if said := stanch.seals.other_key():
        lines.append(f"{said}.")
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()
