"""Limits per client: how many connections, and how long a request may take to arrive.

uvicorn closes a connection that is idle between two requests; these limits are for one that never finishes a request.
"""

from __future__ import annotations

import asyncio
import resource
from collections.abc import Callable
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

# Seconds for the head of a request, and for its body after that; bytes of a head.
HEAD_SECONDS, BODY_SECONDS, HEAD_BYTES = 10.0, 60.0, 64_000
# Answers up to so many bytes are sent in one piece.
SMALL = 2000
# File descriptors kept free for the rest of the product, and the upper limit of connections.
SPARE_FILES, MOST = 200, 5000
REFUSED = b"HTTP/1.1 %s\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"


def most_connections() -> int:
    """As many connections as the limit on open files allows; the soft limit is raised to the hard limit first."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST + SPARE_FILES if hard == resource.RLIM_INFINITY else min(hard, MOST + SPARE_FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        soft = wanted
    return MOST if soft == resource.RLIM_INFINITY else max(50, min(MOST, soft - SPARE_FILES))


class BoundedProtocol(HttpToolsProtocol):
    """HTTP with a time and a size for each head and a time for each body. ``most``: connections at once."""

    most = MOST
    # Answers a request from its raw bytes alone: (status line, the rest), or None when it cannot.
    quick: Callable[[bytes], tuple[bytes, bytes] | None] = staticmethod(lambda _data: None)
    # Connections without a complete request, oldest first: at the limit the oldest is closed for a new one.
    undecided: dict[BoundedProtocol, None] = {}
    # The headers with the date, as made last, and as bytes.
    dated: tuple[Any, bytes] = (None, b"")

    def connection_made(self, transport: Any) -> None:
        self._head_bytes: int | None = 0
        self._limit: asyncio.TimerHandle | None = None
        self._between = True
        self._answered_at = 0.0
        super().connection_made(transport)
        if len(self.connections) > self.most:
            oldest = next(iter(self.undecided), None)
            (oldest or self)._refuse(b"503 Service Unavailable")
        self._within(HEAD_SECONDS)
        self.undecided[self] = None

    def connection_lost(self, exc: Exception | None) -> None:
        self._within(None)
        self.undecided.pop(self, None)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._between and self._answered_quickly(data):
            return
        if self._head_bytes is not None:
            self._head_bytes += len(data)
        super().data_received(data)
        if self._head_bytes is not None and self._head_bytes > HEAD_BYTES:
            self._refuse(b"431 Request Header Fields Too Large")

    def _answered_quickly(self, data: bytes) -> bool:
        """True between two requests, when no response is still being sent."""
        busy = self.cycle is not None and not self.cycle.response_complete
        if busy or self.pipeline or self.flow.write_paused or self.transport.is_closing():
            return False
        found = self.quick(data)
        if found is None:
            return False
        status, rest = found
        if len(rest) <= SMALL:
            self.transport.write(b"%s%s%s" % (status, self._dated(), rest))
        else:
            self.transport.writelines((status, self._dated(), rest))
        self.server_state.total_requests += 1
        if self._limit is not None:
            self._within(None)
            self.undecided.pop(self, None)
        self._answered_at = self.loop.time()
        if self.timeout_keep_alive_task is None:
            self._idle_until(self.timeout_keep_alive)
        return True

    def _dated(self) -> bytes:
        """The headers of every answer; uvicorn makes others each second."""
        headers = self.server_state.default_headers
        if headers is not self.dated[0]:
            BoundedProtocol.dated = (headers, b"".join(b"%s: %s\r\n" % pair for pair in headers))
        return self.dated[1]

    def _idle_until(self, seconds: float) -> None:
        self.timeout_keep_alive_task = self.loop.call_later(seconds, self._idle)

    def _idle(self) -> None:
        """Closes a connection that was idle for too long; one timer for each connection."""
        rest = self._answered_at + self.timeout_keep_alive - self.loop.time()
        if rest > 0.01 and not self.transport.is_closing():
            self._idle_until(rest)
        else:
            self.timeout_keep_alive_handler()

    def on_message_begin(self) -> None:
        self._between = False
        self._within(HEAD_SECONDS)
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._head_bytes = None
        self.undecided.pop(self, None)
        self._within(BODY_SECONDS)
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._between = True
        self._head_bytes = 0
        self._within(None)
        super().on_message_complete()

    def _within(self, seconds: float | None) -> None:
        if self._limit is not None:
            self._limit.cancel()
        self._limit = None if seconds is None else self.loop.call_later(seconds, self._refuse, b"408 Request Timeout")

    def _refuse(self, status: bytes) -> None:
        """Answer with the reason and close at once, so that a client cannot keep the connection open."""
        self.undecided.pop(self, None)
        if not self.transport.is_closing():
            if self.cycle is None or self.cycle.response_complete:
                self.transport.write(REFUSED % status)
            self.transport.close()


def bounded() -> type[BoundedProtocol]:
    """The protocol, with this system's number of connections."""
    BoundedProtocol.most = most_connections()
    return BoundedProtocol
