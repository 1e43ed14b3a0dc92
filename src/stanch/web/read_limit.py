"""Limits concurrent reading requests, so that many readers do not delay what wakes people (P2)."""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.requests import Request

from stanch.kernel.errors import Unavailable
from stanch.web.pages.error_page import respond

# Concurrent reading requests, and those that may wait; further ones get 503. A PDF or a
# check of all timelines takes seconds of a processor: such are answered one after another, beside the pages.
AT_ONCE, WAITING = 3, 1000
LONG, LONG_AT_ONCE, LONG_WAITING = ("/export", "/evidence.zip", "/verify"), 1, 20
# Paths without this limit: small, or needed by a person who is paged. Dry runs have a limit of their own.
NEVER_WAIT = ("/healthz", "/readyz", "/static/", "/ack/", "/login")


class ReadLimit:
    """An ASGI app in front of the others: GET and HEAD hold a slot until their response begins."""

    def __init__(self, app: Any) -> None:
        self.app = app
        self._pages, self._long = _Turns(AT_ONCE, WAITING), _Turns(LONG_AT_ONCE, LONG_WAITING)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD") or self._goes_ahead(scope["path"]):
            await self.app(scope, receive, send)
            return
        turns = self._long if scope["path"].endswith(LONG) else self._pages
        if turns.waiting >= turns.most:
            busy = Unavailable(
                "Very many look at the moment.", hint="Pages are sent all the same; look again in a moment."
            )
            await respond(Request(scope, receive), busy)(scope, receive, send)
            return
        turns.waiting += 1
        try:
            await turns.free.acquire()
        finally:
            turns.waiting -= 1
        turn = Slot(turns.free)

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


class _Turns:
    """So many at once; ``most`` may wait."""

    def __init__(self, at_once: int, most: int) -> None:
        self.free, self.most, self.waiting = asyncio.Semaphore(at_once), most, 0


class Slot:
    """A slot, released once by whoever comes first."""

    def __init__(self, turns: asyncio.Semaphore) -> None:
        self._turns: asyncio.Semaphore | None = turns

    def give_back(self) -> None:
        """Release the slot."""
        if self._turns is not None:
            self._turns.release()
            self._turns = None
