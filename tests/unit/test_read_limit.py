"""Many who read, and long files, keep nobody from a page (P2)."""

import asyncio
from typing import Any

from stanch.web.read_limit import AT_ONCE, LONG_WAITING, ReadLimit


def test_files_are_made_one_after_another_beside_the_pages_and_too_many_are_refused() -> None:
    asyncio.run(_play())


async def _play() -> None:
    made, inside = asyncio.Event(), list[str]()

    async def app(scope: Any, _receive: Any, send: Any) -> None:
        inside.append(scope["path"])
        if scope["path"].endswith("/export"):
            await made.wait()
        await send({"type": "http.response.start", "status": 200, "headers": []})

    limit = ReadLimit(app)

    async def ask(path: str) -> int:
        said = list[int]()

        async def send(message: Any) -> None:
            said.extend([message["status"]] if "status" in message else [])

        scope = {
            "type": "http",
            "method": "GET",
            "path": path,
            "headers": [],
            "query_string": b"",
            "server": ("x", 80),
            "scheme": "http",
        }
        await limit(scope, lambda: asyncio.sleep(0), send)
        return said[0]

    files = [asyncio.create_task(ask("/api/v1/incidents/INC-1/export")) for _ in range(LONG_WAITING + 1)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert inside == ["/api/v1/incidents/INC-1/export"], "one at a time"
    assert await ask("/api/v1/incidents/INC-1/export") == 503
    assert [await ask("/incidents/INC-1") for _ in range(AT_ONCE * 2)] == [200] * AT_ONCE * 2, (
        "a page waits for no file"
    )
    made.set()
    assert await asyncio.gather(*files) == [200] * len(files)
