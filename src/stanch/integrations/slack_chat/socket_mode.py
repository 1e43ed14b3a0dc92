"""Socket Mode: Slack's events over a WebSocket that we open (formats/15, 15.7)."""

import json
import time
from collections.abc import Callable
from typing import Any

import websocket

from stanch.ports import Failed

PING_SECONDS = 15.0


class Socket:
    """One connection, reopened when Slack asks for it or it is lost.

    ``fresh``: events from before it was open have to be read from the history first.
    """

    def __init__(self, address: Callable[[], str], timeout: float) -> None:
        self._address, self._timeout = address, timeout
        self._open: websocket.WebSocket | None = None
        self._fresh = False
        self._pinged = self._heard = 0.0
        self.connections = 0

    def fresh(self) -> bool:
        """Open the connection if it is closed. Raises ``Failed``."""
        if self._open is None:
            self._connect()
        return self._fresh

    def caught_up(self) -> None:
        """What came before it was open has been read."""
        self._fresh = False

    def receive(self, seconds: float) -> dict[str, Any] | None:
        """The next envelope, or None when none came in time. Raises ``Failed`` when the connection is lost."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0 or seconds == 0:
            frame = self._frame(min(max(left, 0.01), PING_SECONDS))
            if frame is not None and (envelope := self._understood(frame)) is not None:
                return envelope
            if seconds == 0 and frame is None:
                return None
        return None

    def acknowledge(self, envelope: str) -> None:
        """Acknowledge an envelope once it is stored; unacknowledged ones are sent again."""
        if self._open is not None:
            try:
                self._open.send(json.dumps({"envelope_id": envelope}))
            except (OSError, websocket.WebSocketException):
                self.close()

    def close(self) -> None:
        """Close the connection."""
        if self._open is not None:
            self._open.shutdown()  # type: ignore[no-untyped-call]
        self._open = None

    def _connect(self) -> None:
        address = self._address()
        try:
            opened = websocket.create_connection(address, timeout=self._timeout)
        except (OSError, websocket.WebSocketException) as error:
            raise Failed(f"Slack's WebSocket cannot be opened: {error}", again=True) from error
        old, self._open = self._open, opened
        if old is not None:
            old.shutdown()  # type: ignore[no-untyped-call]
        self._fresh, self._heard, self._pinged = True, time.monotonic(), time.monotonic()

    def _frame(self, seconds: float) -> str | None:
        if self._open is None:
            self._connect()
        assert self._open is not None
        try:
            now = time.monotonic()
            if now - self._pinged > PING_SECONDS:
                self._open.ping()
                self._pinged = now
            self._open.settimeout(seconds)
            code, data = self._open.recv_data(control_frame=True)
        except websocket.WebSocketTimeoutException:
            if time.monotonic() - self._heard > 3 * PING_SECONDS:
                self.close()
                raise Failed("Slack's WebSocket went silent", again=True) from None
            return None
        except (OSError, websocket.WebSocketException) as error:
            self.close()
            raise Failed(f"Slack's WebSocket was lost: {error}", again=True, after=0) from error
        self._heard = time.monotonic()
        if code == websocket.ABNF.OPCODE_CLOSE:
            self.close()
            raise Failed("Slack closed its WebSocket", again=True, after=0)
        return data.decode("utf-8", "replace") if code == websocket.ABNF.OPCODE_TEXT else None

    def _understood(self, frame: str) -> dict[str, Any] | None:
        try:
            body = json.loads(frame)
        except ValueError:
            return None
        kind = body.get("type") if isinstance(body, dict) else None
        if kind == "hello":
            self.connections = int(body.get("num_connections", 0) or 0)
        elif kind == "disconnect":
            self._told_to_leave(str(body.get("reason", "")))
        elif kind in ("events_api", "slash_commands", "interactive"):
            return dict(body)
        return None

    def _told_to_leave(self, reason: str) -> None:
        if reason == "link_disabled":
            self.close()
            raise Failed("Socket Mode is switched off in the app's settings; switch it on again", again=False)
        if reason == "too_many_websockets":
            self.close()
            raise Failed("ten programs have a WebSocket of this app already", again=True, after=60)
        self._connect()
