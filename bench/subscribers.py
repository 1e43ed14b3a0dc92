"""B5: one update to 10,000 subscribers of the status page over real SMTP and HTTP, while people are paged; and one that is killed three times (R33)."""

import asyncio
import os
import re
import threading
import time
from collections import Counter
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import msgspec
import urllib3

from bench import page_at_once
from stanch.kernel.actor import Actor
from stanch.kernel.command import REGISTRY
from stanch.main import open_stanch

MAIL_SHARE, PAGE_EVERY, KILLS = 0.8, 0.5, 3


class Doors:
    """A mail server and a receiver of webhooks in one thread: notes who got which message, by the id that repetitions share."""

    def __init__(self) -> None:
        self.got: dict[str, Counter[str]] = {}
        self.count = 0
        self.loop = asyncio.new_event_loop()
        threading.Thread(target=self.loop.run_forever, daemon=True).start()
        self.smtp, self.http = asyncio.run_coroutine_threadsafe(self._open(), self.loop).result()

    async def _open(self) -> tuple[int, int]:
        servers = [await asyncio.start_server(each, "127.0.0.1", 0) for each in (self._mail, self._post)]
        return servers[0].sockets[0].getsockname()[1], servers[1].sockets[0].getsockname()[1]

    def _note(self, who: str, message: str) -> None:
        self.got.setdefault(who, Counter())[message] += 1
        self.count += 1

    async def _mail(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 sink\r\n")
        who = ""
        try:
            while line := (await reader.readline()).decode("latin-1").strip():
                verb = line[:4].upper()
                if verb == "RCPT":
                    who = line.partition("<")[2].partition(">")[0]
                if verb == "DATA":
                    writer.write(b"354 go\r\n")
                    content = (await reader.readuntil(b"\r\n.\r\n")).decode("latin-1")
                    found = re.search(r"^message-id: (\S+)", content, re.MULTILINE | re.IGNORECASE)
                    self._note(who, found[1] if found else "none")
                writer.write(b"221 bye\r\n" if verb == "QUIT" else b"250 ok\r\n")
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        writer.close()

    async def _post(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := (await reader.readuntil(b"\r\n\r\n")).decode("latin-1"):
                length = re.search(r"^content-length: (\d+)", head, re.MULTILINE | re.IGNORECASE)
                await reader.readexactly(int(length[1]) if length else 0)
                identity = re.search(r"^webhook-id: (\S+)", head, re.MULTILINE | re.IGNORECASE)
                self._note(head.split(" ")[1], identity[1] if identity else "none")
                writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        writer.close()


def settings(doors: Doors) -> dict[str, Any]:
    """What the server needs beside the usual."""
    return {
        "integrations": {"webhook": {}, "smtp": {"host": "127.0.0.1", "port": doors.smtp, "sender": "status@example.org", "starttls": False}},
        "policy": {
            "services": {"shop": {"name": "shop", "public_name": "Checkout"}},
            "status_pages": {"status": {"title": "Example", "private_addresses": True}},
        },
    }  # fmt: skip


class Run:
    """A server with subscribers, and a second process beside it that gives commands."""

    def __init__(self, folder: Path, serve: Any, subscribers: int) -> None:
        self.doors, self.sink = Doors(), page_at_once.Sink()
        self.folder, self.serve, self.subscribers = folder, serve, subscribers
        self.process, self.url = serve(folder, self.sink.url, settings(self.doors))
        self.beside = open_stanch(folder / "stanch.yaml")
        mails = int(subscribers * MAIL_SHARE)
        rows = [("mail", f"s{n}@shop.example") for n in range(mails)]
        rows += [("webhook", f"http://127.0.0.1:{self.doors.http}/{n}") for n in range(subscribers - mails)]
        with self.beside.application.uow() as uow:
            uow.tx.many(
                "INSERT INTO status_subscribers (id, page, kind, address, components, state, created_at, confirmed_at) "
                "VALUES (:id, 'status', :kind, :address, '[]', 'active', :now, :now)",
                [
                    {"id": n + 1, "kind": kind, "address": address, "now": uow.now}
                    for n, (kind, address) in enumerate(rows)
                ],
            )
        self.do("declare", title="Payments fail", service="shop", severity="SEV-4")

    def do(self, name: str, **values: Any) -> None:
        """A command, by another process on the same file."""
        with self.beside.application.uow(Actor("ada", admin=True), "cli") as uow:
            REGISTRY[name].handle(uow, msgspec.convert(values, REGISTRY[name].struct))

    def reached(self, wanted: int, seconds: float = 600) -> None:
        """Wait until so many messages have arrived. Raises ``TimeoutError``."""
        end = time.perf_counter() + seconds
        while self.doors.count < wanted:
            if time.perf_counter() > end:
                raise TimeoutError(f"{self.doors.count} of {wanted} messages arrived")
            time.sleep(0.02)

    def kill(self) -> None:
        """As by the power switch; another one takes over."""
        self.process.kill()
        self.process.wait()
        self.process, self.url = self.serve(self.folder, self.sink.url, settings(self.doors))

    def left(self) -> int:
        """Updates that have not reached everybody yet."""
        return len(
            self.beside.application.database.select(
                "SELECT key FROM outbox WHERE kind = 'status_announce' AND state <> 'done'"
            )
        )

    def unsure(self) -> int:
        """Of how many the product says that they may not have their last update."""
        return len(
            self.beside.application.database.select("SELECT id FROM status_subscribers WHERE unsure_at IS NOT NULL")
        )

    def close(self) -> None:
        """Stop it."""
        self.process.kill()
        self.process.wait()
        self.beside.application.database.close()


class Beside(threading.Thread):
    """Pages for people and looks at the sign-in page, twice a second, while subscribers are served."""

    def __init__(self, run: Run, key: str) -> None:
        super().__init__(daemon=True)
        self.target, self.key = run, key
        self.pages, self.looks = list[float](), list[float]()
        self.enough = threading.Event()

    def run(self) -> None:
        pool, number = urllib3.PoolManager(), 0
        while not self.enough.wait(PAGE_EVERY):
            number += 1
            hook = f"{self.target.url}/hooks/prometheus/api/v2/alerts"
            self.pages.append(
                page_at_once.sample(hook, self.key, self.target.sink, f"sample-{os.getpid()}-{id(self)}-{number}")
            )
            began = time.perf_counter()
            pool.request("GET", f"{self.target.url}/login")
            self.looks.append((time.perf_counter() - began) * 1000)

    def __enter__(self) -> "Beside":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.enough.set()
        self.join()


def measure(folder: Path, serve: Any, key: str, subscribers: int) -> dict[str, float]:
    """Seconds for all, what it did to pages meanwhile, and what three kills did."""
    run = Run(folder, serve, subscribers)
    try:
        with Beside(run, key) as alone:
            time.sleep(8)
        began = time.perf_counter()
        with Beside(run, key) as busy:
            run.do("status", incident="INC-1", state="investigating", text="Some payments fail.")
            run.reached(subscribers)
            took = time.perf_counter() - began
        assert len(run.doors.got) == subscribers and run.doors.count == subscribers, "each once"
        run.doors.got.clear()
        run.doors.count = 0
        time.sleep(2)
        run.do("status", incident="INC-1", state="identified", text="We know more.")
        for part in range(1, KILLS + 1):
            run.reached(part * subscribers // (KILLS + 1))
            run.kill()
        end = time.perf_counter() + 300
        while run.left() and time.perf_counter() < end:
            time.sleep(0.1)
        assert not run.left(), "the update did not come to its end"
        messages = Counter(message for got in run.doors.got.values() for message in got)
        again, lost, unsure = run.doors.count - len(messages), subscribers - len(run.doors.got), run.unsure()
        assert lost <= unsure, "whoever may have been left out is counted"
    finally:
        run.close()
    return {
        "subscribers": subscribers, "seconds": took, "page_p50_alone": median(alone.pages), "page_p50": median(busy.pages),
        "page_p99": quantiles(busy.pages, n=100, method="inclusive")[98], "look_p50_alone": median(alone.looks),
        "look_p50": median(busy.looks), "look_p99": quantiles(busy.looks, n=100, method="inclusive")[98], "repeated": again, "lost": lost, "unsure": unsure,
    }  # fmt: skip


def table(found: dict[str, float]) -> list[str]:
    """The section of docs/benchmarks.md."""
    f = found
    return [
        "",
        f"## B5: one update to {f['subscribers']:,.0f} subscribers",
        "",
        f"{MAIL_SHARE:.0%} by SMTP, the others by signed webhook, all to local servers in another process. Goal: a minute, and no page held up.",
        "",
        "| | alone | meanwhile, p50 | meanwhile, p99 |",
        "|---|---|---|---|",
        f"| alert posted to person called | {f['page_p50_alone']:.0f} ms | {f['page_p50']:.0f} ms | {f['page_p99']:.0f} ms |",
        f"| a web page | {f['look_p50_alone']:.0f} ms | {f['look_p50']:.0f} ms | {f['look_p99']:.0f} ms |",
        "",
        f"All had it after **{f['seconds']:.0f} s**.",
        "",
        f"Another update, the server killed {KILLS} times under way (`kill -9`): {f['repeated']:.0f} got it twice, {f['lost']:.0f} never; unsure: {f['unsure']:.0f}.",
    ]
