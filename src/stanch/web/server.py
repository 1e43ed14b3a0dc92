"""The HTTP server: uvicorn without periodic wake-ups while idle, which ends the event streams before it stops."""

import asyncio
import socket
from collections.abc import Callable
from types import FrameType

import uvicorn

TICK_SECONDS = 1.0


class Server(uvicorn.Server):
    """``ready`` is called once it listens, ``closing`` before it stops: streams never end by themselves."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None], closing: list[Callable[[], None]]) -> None:
        super().__init__(config)
        self._ready, self._closing = ready, closing
        self._wake: Callable[[], object] = lambda: None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen."""
        await super().startup(sockets)
        if self.started:
            self._ready()

    async def main_loop(self) -> None:
        """uvicorn's own asks ten times a second whether a signal came; here the signal wakes it, and each tick sets the date."""
        signalled, loop = asyncio.Event(), asyncio.get_running_loop()
        self._wake = lambda: loop.call_soon_threadsafe(signalled.set)
        waiting = asyncio.ensure_future(signalled.wait())
        while not await self.on_tick(0):
            await asyncio.wait([waiting], timeout=TICK_SECONDS)
        waiting.cancel()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """A signal came."""
        super().handle_exit(sig, frame)
        self._wake()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop."""
        for close in self._closing:
            close()
        await super().shutdown(sockets)
