"""The hot path of the intake: a raw ASGI app in front of everything else, without routing, middleware or request objects.

Formats that need only an empty 200 are handled here; the others are passed on to ``routes``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import TYPE_CHECKING, Any

import msgspec

from stanch.kernel.errors import Problem, TooLarge, Unauthenticated
from stanch.kernel.sentences import not_json
from stanch.web.intake.journal import Journal
from stanch.web.intake.keys import Keys, Signatures, given_key, without_key
from stanch.web.problems import MEDIA_TYPE, document

if TYPE_CHECKING:
    from stanch.main import Stanch

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
LIMIT = 5_000_000
KEPT_HEADERS = 4_000


class Format(msgspec.Struct, frozen=True):
    """How one address takes posts. ``opening``: the first characters of a body that can be meant.

    ``native``: errors are a bare JSON string, as Alertmanager's API has them. ``about``: the reader needs the headers.
    """

    name: str
    opening: bytes = b"{["
    native: bool = False
    about: bool = False
    methods: tuple[str, ...] = ("POST",)


FORMATS: dict[str, Format] = {
    "/hooks/alertmanager": Format("alertmanager", b"{"),
    "/hooks/prometheus/api/v2/alerts": Format("prometheus", b"[", native=True),
    "/hooks/grafana": Format("grafana", b"{", methods=("POST", "PUT")),
    "/hooks/generic": Format("generic", methods=("POST", "PUT")),
    "/hooks/cloudevents": Format("cloudevents", b"", about=True),
    "/hooks/deploys": Format("deploys", about=True),
}
_any_json = msgspec.json.Decoder(msgspec.Raw)
_EMPTY = [(b"content-length", b"0")]
_OK = {"type": "http.response.start", "status": 200, "headers": _EMPTY}
_END = {"type": "http.response.body", "body": b""}


class Hooks:
    """The ASGI app for ``/hooks/``. ``others``: the app for the addresses with an answer of their own."""

    def __init__(self, stanch: Stanch, journal: Journal, keys: Keys, others: Any) -> None:
        self.journal = journal
        self._clock = stanch.application.clock
        self._keys = keys
        self._signing = frozenset(stanch.settings.signing_secrets)
        self._signatures = Signatures(stanch.settings.signing_secrets)
        self._others = others

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers 200 with an empty body after the commit, in the sender's own error form otherwise."""
        form = FORMATS.get(scope["path"])
        if form is None or (form.native and scope["method"] != "POST"):
            await self._others(scope, receive, send)
            return
        try:
            if scope["method"] not in form.methods:
                problem = Problem("Alerts are sent with POST.")
                problem.status = 405
                raise problem
            name = self._keys.name_of(given_key(_header(scope, b"authorization"), scope["query_string"]))
            body = await read(scope, receive)
            if body is None:
                return
            if name in self._signing:
                headers = {n.decode("latin-1"): v.decode("latin-1") for n, v in scope["headers"]}
                self._signatures.check(name, body, headers, self._clock.now())
            wrong = what_is_wrong(body, form.opening)
            state = "unparsable" if wrong else "new"
            row = (
                name,
                form.name,
                self._clock.now(),
                self._keys.without(body),
                state,
                wrong[:500],
                about(scope) if form.about else "",
                "",
            )
            await self.journal.put(row, asyncio.get_running_loop())
            if wrong:
                raise Problem(wrong, hint="It was kept as it came.")
        except Problem as problem:
            await _refuse(send, problem, form.native)
            return
        await send(_OK)
        await send(_END)


def about(scope: Scope) -> str:
    """The request line and the headers, without secrets, for formats that need them."""
    query = without_key(scope["query_string"].decode("latin-1"))
    lines = [f"{scope['method']} {scope['path']}" + (f"?{query}" if query else "")]
    for name, value in scope["headers"]:
        if name not in (b"authorization", b"cookie"):
            lines.append(f"{name.decode('latin-1')}: {value.decode('latin-1')}")
    return "\n".join(lines).replace("\x00", "")[:KEPT_HEADERS]


async def read(scope: Scope, receive: Receive) -> bytes | None:
    """The body; None when the sender disconnected. Raises ``TooLarge``."""
    length = _header(scope, b"content-length")
    if length.isdigit() and int(length) > LIMIT:
        raise TooLarge(f"The body has {int(length)} bytes, and at most {LIMIT} are taken.")
    message = await receive()
    body: bytes = message.get("body", b"")
    if not message.get("more_body"):
        return None if message["type"] == "http.disconnect" else body
    parts, size = [body], len(body)
    while message.get("more_body"):
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > LIMIT:
            raise TooLarge(f"The body has more than {LIMIT} bytes.")
    return b"".join(parts)


def what_is_wrong(body: bytes, opening: bytes) -> str:
    """Why the body is not valid JSON for this format, or the empty string. Checks syntax and the first character only."""
    if not opening:
        return ""
    try:
        _any_json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return not_json(error)
    if body.lstrip()[:1] not in [opening[i : i + 1] for i in range(len(opening))]:
        meant = " or ".join("array" if mark == ord("[") else "object" for mark in opening)
        return f"The body must be a JSON {meant}."
    return ""


def _header(scope: Scope, wanted: bytes) -> bytes:
    for name, value in scope["headers"]:
        if name == wanted:
            return bytes(value)
    return b""


async def _refuse(send: Send, problem: Problem, native: bool) -> None:
    """RFC 9457, or a bare JSON string where the sender expects Alertmanager's API."""
    content = msgspec.json.encode(problem.sentence() if native else document(problem))
    headers = [
        (b"content-type", b"application/json" if native else MEDIA_TYPE.encode()),
        (b"content-length", str(len(content)).encode()),
    ]
    if isinstance(problem, Unauthenticated):
        headers.append((b"www-authenticate", b'Bearer realm="stanch hooks", Basic'))
    await send({"type": "http.response.start", "status": problem.status, "headers": headers})
    await send({"type": "http.response.body", "body": content})
