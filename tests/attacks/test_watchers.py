"""Watching must not stop paging: 500 browsers that come back again and again to an incident of 10,000 entries."""

import asyncio
import threading
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from bench.page_at_once import sample
from tests.attacks.running import KEY, Running, long_incident, running

WATCHERS = 500


class Crowd(threading.Thread):
    """Watchers in an event loop of their own; each reads the beginning of its stream, stays a moment and comes back."""

    def __init__(self, there: Running, incident: str) -> None:
        super().__init__(daemon=True)
        self.there, self.incident = there, incident
        self.came, self.looked, self.enough = 0, 0, threading.Event()

    def run(self) -> None:
        asyncio.run(self._all())

    async def _all(self) -> None:
        await asyncio.gather(*(self._watch(i) for i in range(WATCHERS)), *(self._look() for _ in range(10)))

    async def _watch(self, number: int) -> None:
        after = 0 if number % 10 == 0 else 9_990
        while not self.enough.is_set():
            try:
                got = await asyncio.wait_for(
                    self._get(f"/api/v1/incidents/{self.incident}/events?after={after}", 200), 10
                )
                self.came += b": connected" in got
            except (OSError, TimeoutError, asyncio.IncompleteReadError):
                await asyncio.sleep(0.2)

    async def _look(self) -> None:
        while not self.enough.is_set():
            try:
                got = await asyncio.wait_for(self._get(f"/incidents/{self.incident}", -1), 5)
                self.looked += b"200 OK" in got[:20]
            except (OSError, TimeoutError):
                await asyncio.sleep(0.2)

    async def _get(self, path: str, most: int) -> bytes:
        at = urlsplit(self.there.url)
        reader, writer = await asyncio.open_connection(at.hostname, at.port)
        try:
            lines = [f"GET {path} HTTP/1.1", f"Host: {at.netloc}", "Accept: text/html", "Connection: close"]
            lines += [f"{name}: {value}" for name, value in self.there.signed_in.items()]
            writer.write(("\r\n".join(lines) + "\r\n\r\n").encode())
            got = b""
            while b": connected" not in got and (piece := await reader.read(65536)):
                got += piece
            if most > 0:
                await asyncio.sleep(0.5)
            return got
        finally:
            writer.close()


@pytest.mark.alone
@pytest.mark.slow
def test_five_hundred_browsers_that_reconnect_delay_no_page(tmp_path: Path) -> None:  # P2
    with running(tmp_path) as there:
        incident = long_incident(there.database, 10_000)
        crowd = Crowd(there, incident)
        sample(there.hook, KEY, there.sink, "sample-warm")
        crowd.start()
        try:
            taken = [sample(there.hook, KEY, there.sink, f"sample-{i}") for i in range(20)]
        finally:
            crowd.enough.set()
            crowd.join(40)
        print(sorted(taken), crowd.came, crowd.looked)
        assert max(taken) < 2000, sorted(taken)[-5:]
        assert crowd.came > WATCHERS / 2, "the crowd was there"
