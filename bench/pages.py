"""``python -m bench pages [postgresql://...]``: the first page and a busy war room, as the server works them out and as a phone on fast 3G paints them.

Server time is that of a keep-alive connection on loopback to a process of its own, whose engine rests. ``again``: nothing has changed since
the load before; ``after an entry``: another process has written one, as another replica would.

The profile of the phone is "fast 3G" as WebPageTest and Lighthouse have it: 1.6 Mbit/s down, 750 kbit/s up, 150 ms for each request. Chromium
adds them to requests and not to connecting, so that its figures begin "after connection". (The preset of the same name in Chrome's
developer tools multiplies the latency by 3.75, to stand for connecting as well.)
"""

from __future__ import annotations

import gc
import http.client
import multiprocessing
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlsplit

from bench import busy
from stanch.demo.monitoring import wait_for
from stanch.demo.shop.ports import free_port
from stanch.identity import credentials
from stanch.kernel.actor import Actor
from stanch.kernel.clock import SystemClock
from stanch.kernel.command import REGISTRY
from stanch.main import Stanch, open_stanch

GOAL_MS, GOAL_PAINT_MS, ENTRIES, PERSON = 30, 300, 200, "grace"
COOKIE = "stanch_session"
DOWN, UP, LATENCY_MS = 1_600_000 / 8, 750_000 / 8, 150
PAINTED = "() => Object.fromEntries(performance.getEntriesByType('paint').map(each => [each.name, each.startTime]))"


def run(url: str, samples: int, paints: int) -> list[str]:
    """The tables, in Markdown: SQLite, and PostgreSQL where there is an address of one (an empty database)."""
    lines = [f"{samples} loads each, load of the machine {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores.", "",
             f"| page, {ENTRIES} entries | p50 | p95 | n | CPU of the server |", "|---|---|---|---|---|"]  # fmt: skip
    painted: list[str] = []
    with tempfile.TemporaryDirectory() as name:
        for dialect, address in (("SQLite", f"sqlite:///{name}/stanch.db"), ("PostgreSQL", url)):
            if not address:
                continue
            config = busy.write(Path(name) / dialect, free_port(), address)
            incident = busy.fill(config, ENTRIES)
            beside = open_stanch(config)
            database = beside.application.database
            session = credentials.open_session(database, PERSON, SystemClock().now())
            with served(config) as (server, base):
                for page, path in (("Now", "/"), ("war room", f"/incidents/{incident}")):
                    for how, before in (("again", None), ("after an entry", _writer(beside, incident))):
                        took, cpu = _loads(server, base + path, session, samples, before)
                        lines.append(
                            f"| {dialect}, {page}, {how} | {median(took):.1f} ms | **{_p95(took):.1f} ms** | {len(took)} | {cpu:.1f} ms |"
                        )
                        print(lines[-1], file=sys.stderr, flush=True)
                if dialect == "SQLite" and paints:
                    painted = _painted(base, f"/incidents/{incident}", session, paints)
            database.close()
    return [*lines, "", *painted]


@contextmanager
def served(config: Path) -> Iterator[tuple[int, str]]:
    """A server in a process of its own: its number, and its address."""
    port = free_port()
    process = multiprocessing.get_context("spawn").Process(target=_serve, args=(config, port), daemon=True)
    process.start()
    try:
        wait_for(f"http://127.0.0.1:{port}/healthz", 120)
        yield process.pid or 0, f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.join()


def _serve(config: Path, port: int) -> None:
    """As ``stanch serve`` does, without the engine: a still picture."""
    import uvicorn

    from stanch.web.app import SWITCH_SECONDS, create_app
    from stanch.web.connections import bounded

    sys.setswitchinterval(SWITCH_SECONDS)
    app = create_app(open_stanch(config))
    gc.collect()
    gc.freeze()
    uvicorn.run(app, host="127.0.0.1", port=port, loop="uvloop", http=bounded(), log_level="warning", access_log=False)


def _writer(beside: Stanch, incident: str) -> Callable[[int], None]:
    """Writes an entry each time that it is called; every second one tells the ranking something, which is worked out anew then."""
    say = REGISTRY["say"]

    def write(number: int) -> None:
        text = f"{number} of 900 requests{(' to zone-b', '')[number % 2]} failed in the last minute."
        with beside.application.uow(Actor("mei"), "page") as uow:
            say.handle(uow, say.struct(incident=incident, text=text))

    return write


def _loads(
    server: int, url: str, session: str, samples: int, before: Callable[[int], None] | None
) -> tuple[list[float], float]:
    """Milliseconds from asking to the last byte, and the CPU time of the server for each, both without the first few."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=60)
    headers = {"Cookie": f"{COOKIE}={session}", "Accept-Encoding": "gzip", "Accept": "text/html"}
    took, warm = [], 40 if before is None else 5  # templates are compiled at start, beside the first loads
    samples = samples if before is None else max(20, samples // 4)
    used = 0.0
    for number in range(warm + samples):
        if before:
            before(number)
        start, ticks = time.perf_counter(), _ticks(server)
        connection.request("GET", parts.path, headers=headers)
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 200, answer.status
        if number >= warm:
            took.append((time.perf_counter() - start) * 1000)
            used += _ticks(server) - ticks
    connection.close()
    return took, used * 1000 / os.sysconf("SC_CLK_TCK") / samples


def _ticks(pid: int) -> int:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def _p95(values: list[float]) -> float:
    return sorted(values)[int(len(values) * 0.95)]


def _painted(base: str, path: str, session: str, times: int) -> list[str]:
    from tests.browser.house import chromium

    program = shutil.which("chromium")
    if program is None:
        return ["No chromium here: nothing was painted."]
    lines = [
        f"| first load of the war room on fast 3G, {times} times | first paint, median | worst | bytes over the wire |",
        "|---|---|---|---|",
    ]
    with chromium(program) as browser:
        for how, earlier in (("nothing kept", ""), ("after the sign-in page", "/login")):
            found = [first_load(browser, base, path, session, earlier) for _ in range(times)]
            paints = [paint for paint, _ in found]
            lines.append(
                f"| {how} | **{median(paints):.0f} ms** | {max(paints):.0f} ms | {median(size for _, size in found):,.0f} |"
            )
            print(lines[-1], file=sys.stderr, flush=True)
    return lines


def first_load(browser: Any, base: str, path: str, session: str, earlier: str) -> tuple[float, int]:
    """In a new profile of the browser: milliseconds to the first paint, and bytes until the font has come. ``earlier``: a page seen before."""
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    if earlier:
        page.goto(base + earlier)
        page.wait_for_load_state("networkidle")
    context.add_cookies([{"name": COOKIE, "value": session, "url": base}])
    wire = context.new_cdp_session(page)
    wire.send("Network.enable")
    wire.send(
        "Network.emulateNetworkConditions",
        {"offline": False, "latency": LATENCY_MS, "downloadThroughput": DOWN, "uploadThroughput": UP},
    )
    sizes: list[int] = []
    wire.on("Network.loadingFinished", lambda event: sizes.append(int(event["encodedDataLength"])))
    page.goto(base + path)
    page.wait_for_function("document.fonts.status == 'loaded' && performance.getEntriesByType('paint').length")
    paint = page.evaluate(PAINTED)["first-paint"]
    context.close()
    return float(paint), sum(sizes)
