"""The intake: what monitoring sends is on disk before it is answered (P1).

A raw ASGI app in front of everything else, because this is the hot path: no routing, no middleware, no request object.
Posts that arrive while a commit is under way share the next one, so a slow disk makes batches instead of a queue.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import hmac
import queue
import threading
from collections.abc import Awaitable, Callable, MutableMapping
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import msgspec

from stanch.kernel.errors import NotFound, Problem, TooLarge, Unauthenticated, Unavailable
from stanch.web.problems import MEDIA_TYPE, document

if TYPE_CHECKING:
    from stanch.main import Stanch

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Row = tuple[str, str, int, bytes, str, str]
LIMIT = 5_000_000
BATCH = 1000
# path -> (format, first character of a body that can be meant, whether errors are a bare JSON string)
FORMATS: dict[str, tuple[str, bytes, bool]] = {
    "/hooks/alertmanager": ("alertmanager", b"{", False),
    "/hooks/prometheus/api/v2/alerts": ("prometheus", b"[", True),
}
_any_json = msgspec.json.Decoder(msgspec.Raw)
_EMPTY = [(b"content-length", b"0")]
_OK = {"type": "http.response.start", "status": 200, "headers": _EMPTY}
_END = {"type": "http.response.body", "body": b""}


class Journal:
    """One writer thread, one connection of its own, one transaction for everything that waits."""

    def __init__(self, stanch: Stanch) -> None:
        self._office = stanch.office
        self._database = stanch.office.database
        self._queue: queue.SimpleQueue[tuple[Row, asyncio.Future[None]] | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._proxy: Any = None
        mark = "?" if self._database.dialect == "sqlite" else "%s"
        self._sql = (
            f"INSERT INTO intake (intake_key, format, received_at, body, state, note) VALUES ({', '.join([mark] * 6)})"
        )

    def put(self, row: Row, loop: asyncio.AbstractEventLoop) -> asyncio.Future[None]:
        """A future that is done once the row is committed; it fails with ``Unavailable``."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, args=(loop,), name="journal", daemon=True)
            self._thread.start()
        future: asyncio.Future[None] = loop.create_future()
        self._queue.put((row, future))
        return future

    def close(self) -> None:
        """Write what waits, and stop."""
        if self._thread is not None:
            self._queue.put(None)
            self._thread.join(10)
            self._thread = None

    def _run(self, loop: asyncio.AbstractEventLoop) -> None:
        going = True
        while going:
            batch = [self._queue.get()]
            try:
                while len(batch) < BATCH:
                    batch.append(self._queue.get_nowait())
            except queue.Empty:
                pass
            going = None not in batch
            waiting = [item for item in batch if item is not None]
            if waiting:
                self._serve(loop, waiting)
        self._disconnect()

    def _serve(self, loop: asyncio.AbstractEventLoop, waiting: list[tuple[Row, asyncio.Future[None]]]) -> None:
        problem: Problem | None = None
        try:
            self._commit([row for row, _ in waiting])
        except Exception as error:
            # Whatever the driver raised: nothing is acknowledged, and the next batch begins with a new connection.
            problem = Unavailable(f"The intake journal could not be written: {error}.", hint="Send it again.")
            self._disconnect()
        try:
            loop.call_soon_threadsafe(_settle, [future for _, future in waiting], problem)
        except RuntimeError:
            pass  # the loop is gone, and with it those who waited; what was committed stays
        if problem is None:
            self._office.received()

    def _commit(self, rows: list[Row]) -> None:
        if self._proxy is None:
            self._proxy = self._database.engine.raw_connection()
        connection = self._proxy.driver_connection
        if self._database.dialect != "sqlite":
            with connection.cursor() as cursor:
                cursor.executemany(self._sql, rows)
            connection.commit()
            return
        with self._database.writing:
            connection.execute("BEGIN IMMEDIATE")
            try:
                connection.executemany(self._sql, rows)
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    def _disconnect(self) -> None:
        proxy, self._proxy = self._proxy, None
        if proxy is not None:
            try:
                proxy.invalidate()
            except Exception:
                pass  # it was broken already


def _settle(futures: list[asyncio.Future[None]], problem: Problem | None) -> None:
    for future in futures:
        if future.done():
            continue  # the sender went away
        if problem is None:
            future.set_result(None)
        else:
            future.set_exception(problem)


class Hooks:
    """The ASGI app for ``/hooks/``."""

    def __init__(self, stanch: Stanch) -> None:
        self.journal = Journal(stanch)
        self._clock = stanch.office.clock
        self._keys = [(name, key.encode()) for name, key in stanch.settings.intake_keys.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers 200 with an empty body after the commit, in the sender's own error form otherwise."""
        native = False
        try:
            entry = FORMATS.get(scope["path"])
            if entry is None:
                raise NotFound("No integration listens here.", hint=f"Known: {', '.join(sorted(FORMATS))}.")
            form, opening, native = entry
            if scope["method"] != "POST":
                problem = Problem("Alerts are sent with POST.")
                problem.status = 405
                raise problem
            name = self._key_name(scope)
            body = await _read(scope, receive)
            if body is None:
                return
            wrong = _what_is_wrong(body, opening)
            state = "unparsable" if wrong else "new"
            row = (name, form, self._clock.now(), body, state, wrong[:500])
            await self.journal.put(row, asyncio.get_running_loop())
            if wrong:
                raise Problem(wrong, hint="It was kept as it came.")
        except Problem as problem:
            await _refuse(send, problem, native)
            return
        await send(_OK)
        await send(_END)

    def _key_name(self, scope: Scope) -> str:
        given = _given_key(scope)
        found = ""
        for name, key in self._keys:  # all of them are compared, whichever fits
            if hmac.compare_digest(given, key) and key:
                found = name
        if not found:
            raise Unauthenticated(
                "The integration key is missing or wrong.",
                hint="Send it as bearer token, as basic password, or as ?key=.",
            )
        return found


def _given_key(scope: Scope) -> bytes:
    for name, value in scope["headers"]:
        if name == b"authorization":
            scheme, _, rest = value.partition(b" ")
            scheme, rest = scheme.lower(), rest.strip()
            if scheme == b"bearer":
                return bytes(rest)
            if scheme == b"basic":
                try:
                    return base64.b64decode(rest, validate=True).partition(b":")[2]
                except binascii.Error:
                    return b""
    query = scope["query_string"]
    if b"key=" in query:
        found = parse_qs(query.decode("latin-1"), max_num_fields=None).get("key")
        return found[-1].encode() if found else b""
    return b""


async def _read(scope: Scope, receive: Receive) -> bytes | None:
    """The body; None when the sender hung up. Raises ``TooLarge``."""
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit() and int(value) > LIMIT:
            raise TooLarge(f"The body has {int(value)} bytes, and at most {LIMIT} are taken.")
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


def _what_is_wrong(body: bytes, opening: bytes) -> str:
    """What makes the body unreadable, or the empty string. Cheap: syntax and the first character only."""
    try:
        _any_json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return f"The body is not JSON: {str(error) or 'nested too deeply'}."
    if body.lstrip()[:1] != opening:
        return f"The body must be a JSON {'array' if opening == b'[' else 'object'}."
    return ""


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
