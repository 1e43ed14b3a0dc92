"""Live timelines as server-sent events, resumable by ``Last-Event-ID`` (the position of an entry).

An event ``alive`` every two seconds is the sign of life that a browser goes by.

Each change is read once and given to every client of that incident, however many there are.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from stanch.db.transaction import Transaction
from stanch.identity import credentials
from stanch.kernel.actor import Actor
from stanch.kernel.clock import iso
from stanch.kernel.errors import Invalid, Problem
from stanch.kernel.filling import incident_id
from stanch.timeline.entries import Entry
from stanch.web import auth

if TYPE_CHECKING:
    from stanch.main import Stanch

# A browser shows "not live" after twice this many seconds without an event.
HEARTBEAT_SECONDS = 2.0
POLL_SECONDS = 1.0
BEHIND = 1000
# A small number of threads reads for live pages, so that they do not delay pages to people (P2).
READERS = 2
# Events are rendered and kept in pieces of so many entries, and so many pieces for each incident that is watched.
CHUNK, CHUNKS_KEPT = 200, 100
HEADERS = {"Cache-Control": "no-cache, no-transform", "X-Accel-Buffering": "no"}
Event = tuple[int, bytes]
T = TypeVar("T")


class Client:
    """One open stream: its queue of events, and the credential it was opened with."""

    def __init__(self, person: str, credential: str) -> None:
        self.person, self.credential = person, credential
        self.waiting: asyncio.Queue[Event | None] = asyncio.Queue()

    def end(self) -> None:
        """End the stream; the browser reconnects and gets the reason."""
        self.waiting.put_nowait(None)


class IncidentStream:
    """The clients of one incident, the last position they were given, and the events that were rendered for them."""

    def __init__(self, position: int) -> None:
        self.position = position
        self.clients: set[Client] = set()
        self.reading = asyncio.Lock()
        self.rendered: dict[int, list[Event]] = {}

    def give(self, events: list[Event]) -> None:
        """Send to every client; one that is too slow is disconnected and resumes by its last id."""
        for client in list(self.clients):
            if client.waiting.qsize() + len(events) > BEHIND:
                self.let_go(client)
                continue
            for event in events:
                client.waiting.put_nowait(event)

    def let_go(self, client: Client) -> None:
        """End one stream."""
        self.clients.discard(client)
        client.end()


class Broadcaster:
    """One for each process. Whatever it reads, it reads once for all clients, two reads at a time at most."""

    def __init__(self, stanch: Stanch) -> None:
        self._application = stanch.application
        self._rooms: dict[str, IncidentStream] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._polling = False
        self._few = asyncio.Semaphore(READERS)
        stanch.application.subscribe(self._changed)

    async def _in_thread(self, read: Callable[..., T], *args: Any) -> T:
        async with self._few:
            return await run_in_threadpool(read, *args)

    def _changed(self, incident: str) -> None:
        """From the thread of whoever wrote."""
        loop = self._loop
        if loop is not None and incident in self._rooms:
            try:
                loop.call_soon_threadsafe(self._refresh_soon, incident)
            except RuntimeError:
                pass  # the event loop has ended, and every stream with it

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
                entries = await self._in_thread(self._read, incident, room.position)
            except Problem:
                return  # the database is unavailable now; the poll tries again
            if not entries:
                return
            if any(entry.kind == "redacted" for entry in entries):
                room.rendered.clear()
            room.position = entries[-1].position
            room.give([_event(entry, len(room.clients)) for entry in entries])

    def _read(self, incident: str, after: int, most: int | None = None) -> list[Entry]:
        with self._application.reading() as uow:
            return uow.entries(incident, after=after, most=most)

    def _admit(self, request: Request, incident: str) -> tuple[Actor, int]:
        """The actor, and the incident's newest position. Raises ``Unauthenticated``, and ``NotFound`` for what one may not see."""
        actor = auth.require(request)
        with self._application.reading(actor) as uow:
            return actor, uow.position(incident)

    async def _poll(self) -> None:
        """Other processes write to the same database, and rights end: look at both while somebody watches."""
        try:
            while self._rooms:
                await asyncio.sleep(POLL_SECONDS)
                watching = {
                    name: {(c.person, c.credential) for c in room.clients} for name, room in self._rooms.items()
                }
                try:
                    there, ended = await self._in_thread(self._look_around, watching)
                except Problem:
                    continue
                self._end(ended)
                for incident, position in there.items():
                    room = self._rooms.get(incident)
                    if room is not None and position > room.position:
                        await self._refresh(incident)
        finally:
            self._polling = False

    def close(self) -> None:
        """The server stops: every stream is ended in order."""
        for room in list(self._rooms.values()):
            for client in list(room.clients):
                room.let_go(client)

    def _end(self, ended: set[tuple[str, str]]) -> None:
        for incident, room in self._rooms.items():
            for client in list(room.clients):
                if (incident, client.credential) in ended:
                    room.let_go(client)

    def _look_around(self, watching: dict[str, set[tuple[str, str]]]) -> tuple[dict[str, int], set[tuple[str, str]]]:
        """Positions by incident, and the (incident, credential) pairs that may not be read with any more (P6)."""
        held = {credential for pairs in watching.values() for _, credential in pairs}
        valid = credentials.still_valid(self._application.database, held, self._application.clock.now())
        positions, ended = {}, set()
        with self._application.database.reading() as tx:
            for incident, pairs in watching.items():
                row = tx.one("SELECT position, private FROM incidents WHERE id = :id", id=incident)
                if row is None:
                    continue
                positions[incident] = int(row["position"])
                invited = members(tx, incident) if row["private"] else None
                ended |= {
                    (incident, credential) for person, credential in pairs
                    if credential not in valid or (invited is not None and person not in invited)
                }  # fmt: skip
        return positions, ended

    async def connect(self, request: Request, incident: str, after: int) -> AsyncIterator[bytes]:
        """Authorise, then answer with the stream. Raises ``Problem`` before the first byte."""
        actor, position = await self._in_thread(self._admit, request, incident)
        self._loop = asyncio.get_running_loop()
        return self._stream(incident, position, after, Client(actor.name, auth.credential(request)))

    async def _stream(self, incident: str, position: int, after: int, mine: Client) -> AsyncIterator[bytes]:
        # Join the room before reading the backlog: an entry written in between is in both, and is deduplicated by its position.
        room = self._rooms.setdefault(incident, IncidentStream(position))
        room.clients.add(mine)
        if not self._polling:
            self._polling = True
            self._spawn(self._poll())
        try:
            yield b"retry: 2000\n: connected\nevent: alive\ndata: {}\n\n"
            last = after
            while last < room.position and mine in room.clients:
                events = await self._chunk(incident, room, last // CHUNK)
                missing = [event for at, event in events if at > last]
                if not missing:
                    break
                yield b"".join(missing)
                last = events[-1][0]
            async for at, event in self._live(mine):
                if at > last or not at:
                    last = at or last
                    yield event
        finally:
            room.clients.discard(mine)
            if not room.clients and self._rooms.get(incident) is room:
                del self._rooms[incident]

    @staticmethod
    async def _live(mine: Client) -> AsyncIterator[Event]:
        """What is given from now on; position 0 is a sign of life."""
        while True:
            try:
                given = await asyncio.wait_for(mine.waiting.get(), HEARTBEAT_SECONDS)
            except TimeoutError:
                yield 0, b"event: alive\ndata: {}\n\n"
                continue
            if given is None:
                return
            yield given

    async def _chunk(self, incident: str, room: IncidentStream, number: int) -> list[Event]:
        """The rendered events of positions ``number * CHUNK + 1`` and on: read once for everybody who comes back to the room."""
        async with room.reading:
            known = room.rendered.get(number, [])
            upto = min((number + 1) * CHUNK, room.position)
            if not known or known[-1][0] < upto:
                entries = await self._in_thread(self._read, incident, number * CHUNK, upto - number * CHUNK)
                known = [_event(entry, len(room.clients)) for entry in entries]
                room.rendered[number] = known
                while len(room.rendered) > CHUNKS_KEPT:
                    del room.rendered[next(iter(room.rendered))]
            return known


def members(tx: Transaction, incident: str) -> set[str]:
    """Who may see a private incident (P6): those invited, and the administrators."""
    rows = tx.all(
        "SELECT person AS name FROM members WHERE incident = :incident UNION SELECT name FROM people WHERE admin = 1",
        incident=incident,
    )
    return {str(row["name"]) for row in rows}


def _event(entry: Entry, watchers: int) -> Event:
    """``watchers`` tells a browser among how many it is, so that they do not all fetch the page in the same moment."""
    data = {
        "position": entry.position, "kind": entry.kind, "sentence": entry.facts.sentence(),
        "happened_at": iso(entry.happened_at), "author": entry.author, "watchers": watchers,
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
    stanch.on_closing.append(broadcaster.close)

    async def events(request: Request) -> Response:
        stream = await broadcaster.connect(request, incident_id(request.path_params["incident"]), last_seen(request))
        return StreamingResponse(stream, headers=HEADERS, media_type="text/event-stream")

    return [Route("/api/v1/incidents/{incident}/events", events, methods=["GET"])]
