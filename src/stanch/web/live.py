"""Live timelines as server-sent events, resumable by ``Last-Event-ID`` (the position of an entry).

Each change is read once and given to every client of that incident, however many there are.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from stanch.kernel.actor import Actor
from stanch.kernel.clock import iso
from stanch.kernel.errors import Invalid, Problem
from stanch.kernel.filling import incident_id
from stanch.timeline.entries import Entry
from stanch.web import auth

if TYPE_CHECKING:
    from stanch.main import Stanch

HEARTBEAT_SECONDS = 15.0
POLL_SECONDS = 1.0
BEHIND = 1000
HEADERS = {"Cache-Control": "no-cache, no-transform", "X-Accel-Buffering": "no"}
Event = tuple[int, bytes]


class Room:
    """The clients of one incident, and the last position they were given."""

    def __init__(self, position: int) -> None:
        self.position = position
        self.clients: set[asyncio.Queue[Event | None]] = set()
        self.reading = asyncio.Lock()

    def give(self, events: list[Event]) -> None:
        """To everybody; one that does not keep up is let go and resumes by its last id."""
        for client in list(self.clients):
            if client.qsize() + len(events) > BEHIND:
                self.clients.discard(client)
                client.put_nowait(None)
                continue
            for event in events:
                client.put_nowait(event)


class Broadcaster:
    """One for each process."""

    def __init__(self, stanch: Stanch) -> None:
        self._application = stanch.application
        self._rooms: dict[str, Room] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._polling = False
        stanch.application.subscribe(self._changed)

    def _changed(self, incident: str) -> None:
        """From the thread of whoever wrote."""
        loop = self._loop
        if loop is not None and incident in self._rooms:
            try:
                loop.call_soon_threadsafe(self._refresh_soon, incident)
            except RuntimeError:
                pass  # the loop has ended, and every client with it

    def _refresh_soon(self, incident: str) -> None:
        self._spawn(self._refresh(incident))

    def _spawn(self, work: object) -> None:
        task = asyncio.ensure_future(work)  # type: ignore[call-overload]
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _refresh(self, incident: str) -> None:
        room = self._rooms.get(incident)
        if room is None:
            return
        async with room.reading:
            try:
                events = await run_in_threadpool(self._read, incident, room.position)
            except Problem:
                return  # the database does not answer now; the poll comes back to it
            if events:
                room.position = events[-1][0]
                room.give(events)

    def _read(self, incident: str, after: int) -> list[Event]:
        with self._application.reading() as uow:
            return [_event(entry) for entry in uow.entries(incident, after=after)]

    def _position(self, incident: str, actor: Actor) -> int:
        """Where the incident stands, for one who may see it. Raises ``NotFound``."""
        with self._application.reading(actor) as uow:
            return uow.record(incident).entries

    async def _poll(self) -> None:
        """Other processes write to the same database: look at the positions while somebody watches."""
        try:
            while self._rooms:
                await asyncio.sleep(POLL_SECONDS)
                try:
                    there = await run_in_threadpool(self._positions, list(self._rooms))
                except Problem:
                    continue
                for incident, position in there.items():
                    room = self._rooms.get(incident)
                    if room is not None and position > room.position:
                        await self._refresh(incident)
        finally:
            self._polling = False

    def _positions(self, incidents: list[str]) -> dict[str, int]:
        with self._application.database.reading() as tx:
            marks = ", ".join(f":i{n}" for n in range(len(incidents)))
            rows = tx.all(f"SELECT id, position FROM incidents WHERE id IN ({marks})",
                          **{f"i{n}": incident for n, incident in enumerate(incidents)})  # fmt: skip
        return {row["id"]: row["position"] for row in rows}

    async def connect(self, incident: str, actor: Actor, after: int) -> AsyncIterator[bytes]:
        """Authorise, then answer with the stream. Raises ``NotFound`` before the first byte."""
        position = await run_in_threadpool(self._position, incident, actor)
        self._loop = asyncio.get_running_loop()
        return self._stream(incident, position, after)

    async def _stream(self, incident: str, position: int, after: int) -> AsyncIterator[bytes]:
        # Into the room first, then the backlog: what is written between is in both, and the position drops the double.
        room = self._rooms.setdefault(incident, Room(position))
        mine: asyncio.Queue[Event | None] = asyncio.Queue()
        room.clients.add(mine)
        if not self._polling:
            self._polling = True
            self._spawn(self._poll())
        try:
            yield b"retry: 2000\n: connected\n\n"
            last = after
            for at, event in await run_in_threadpool(self._read, incident, after):
                yield event
                last = at
            while True:
                try:
                    given = await asyncio.wait_for(mine.get(), HEARTBEAT_SECONDS)
                except TimeoutError:
                    yield b": still here\n\n"
                    continue
                if given is None:
                    return
                if given[0] > last:
                    last = given[0]
                    yield given[1]
        finally:
            room.clients.discard(mine)
            if not room.clients:
                self._rooms.pop(incident, None)


def _event(entry: Entry) -> Event:
    data = {
        "position": entry.position, "kind": entry.kind, "sentence": entry.facts.sentence(),
        "happened_at": iso(entry.happened_at), "author": entry.author,
    }  # fmt: skip
    return entry.position, b"id: %d\nevent: entry\ndata: %s\n\n" % (entry.position, msgspec.json.encode(data))


def last_seen(request: Request) -> int:
    """The position to resume after: the header, or ``?after=`` for the first connection of a page."""
    text = request.headers.get("last-event-id") or request.query_params.get("after") or "0"
    if not text.isascii() or not text.isdecimal() or len(text) > 15:
        raise Invalid("Last-Event-ID must be the position of an entry.", field="after")
    return int(text)


def routes(stanch: Stanch) -> list[Route]:
    """``GET /api/v1/incidents/INC-1/events``."""
    broadcaster = Broadcaster(stanch)

    async def events(request: Request) -> Response:
        actor = await run_in_threadpool(auth.require, request)
        after = last_seen(request)
        stream = await broadcaster.connect(incident_id(request.path_params["incident"]), actor, after)
        return StreamingResponse(stream, headers=HEADERS, media_type="text/event-stream")

    return [Route("/api/v1/incidents/{incident}/events", events, methods=["GET"])]
