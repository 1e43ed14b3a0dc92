"""Limits concurrent reading requests, so that many readers do not delay what wakes people (P2)."""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.requests import Request

from stanch.kernel.errors import Unavailable
from stanch.web.pages.error_page import respond

# Concurrent reading requests, and those that may wait; further ones get 503.
AT_ONCE, WAITING = 3, 1000
# Paths without this limit: small, or needed by a person who is paged. Dry runs have a limit of their own.
NEVER_WAIT = ("/healthz", "/readyz", "/static/", "/ack/", "/login")


class ReadLimit:
    """An ASGI app in front of the others: GET and HEAD hold a slot until their response begins."""

    def __init__(self, app: Any) -> None:
        self.app = app
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._waiting = 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD") or self._goes_ahead(scope["path"]):
            await self.app(scope, receive, send)
            return
        if self._waiting >= WAITING:
            busy = Unavailable(
                "Very many look at the moment.", hint="Pages are sent all the same; look again in a moment."
            )
            await respond(Request(scope, receive), busy)(scope, receive, send)
            return
        self._waiting += 1
        try:
            await self._turns.acquire()
        finally:
            self._waiting -= 1
        turn = Slot(self._turns)

        async def begun(message: Any) -> None:
            turn.give_back()  # the response is computed: sending it to a slow client needs no slot
            await send(message)

        try:
            await self.app(scope, receive, begun)
        finally:
            turn.give_back()

    @staticmethod
    def _goes_ahead(path: str) -> bool:
        return path.startswith(NEVER_WAIT) or path.endswith(("/events", "/dry-runs")) or "/mitigate/" in path


class Slot:
    """A slot, released once by whoever comes first."""

    def __init__(self, turns: asyncio.Semaphore) -> None:
        self._turns: asyncio.Semaphore | None = turns

    def give_back(self) -> None:
        """Release the slot."""
        if self._turns is not None:
            self._turns.release()
            self._turns = None
