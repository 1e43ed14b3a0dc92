"""B4: the public status page under a storm of 200 connections, beside nginx that serves the same bytes (R33).

The page has 0, 3 and 60 incidents. HTML, JSON, and the answer to who has it already (304); `wrk` asks both in turn.
"""

import os
import re
import shutil
import subprocess
import tempfile
import time
import urllib.request
from pathlib import Path
from statistics import median
from typing import Any

from stanch.demo.shop.ports import free_port

CONNECTIONS, SECONDS = 200, 4
INCIDENTS = (0, 3, 60)
PATHS = {"HTML": "/status/", "JSON": "/status/api/v2/summary.json"}
CONFIGURATION = """
{user}daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/error.log; events {{ worker_connections 1024; }}
http {{ access_log off; client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
  uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5; keepalive_requests 1000000000; default_type text/html; sendfile on;
  open_file_cache max=100; server {{ listen 127.0.0.1:{port} backlog=2048; root {folder}/www; }} }}
"""


class Nginx:
    """Serves a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        (folder / "www").mkdir(parents=True)
        (folder / "nginx.conf").write_text(
            CONFIGURATION.format(folder=folder, port=self.port, user="user root; " if os.getuid() == 0 else "")
        )
        program = shutil.which("nginx") or "/usr/sbin/nginx"
        self.process = subprocess.Popen(
            [program, "-c", str(folder / "nginx.conf"), "-p", str(folder)], stderr=subprocess.DEVNULL
        )
        time.sleep(0.5)

    def put(self, name: str, body: bytes) -> str:
        """Serve these bytes; answers with the address."""
        (self.folder / "www" / name).write_bytes(body)
        return f"http://127.0.0.1:{self.port}/{name}"

    def close(self) -> None:
        """Stop it."""
        self.process.terminate()
        self.process.wait(5)


def rate(url: str, header: str = "") -> float:
    """Answers a second."""
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", url] + (["-H", header] if header else [])
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    if failed := re.search(r"Non-2xx or 3xx responses: (\d+)|Socket errors:.*", said):
        raise AssertionError(f"{url}: {failed[0]}")
    return float(re.search(r"Requests/sec:\s+([\d.]+)", said)[1])  # type: ignore[index]


def fetched(url: str) -> tuple[bytes, str]:
    """The body and its tag."""
    with urllib.request.urlopen(url) as answer:
        return answer.read(), answer.headers["ETag"]


def measure(url: str, post: Any, folder: Path, rounds: int) -> list[dict[str, Any]]:
    """A row for each kind of answer and number of incidents; ``post(n)`` makes so many incidents in all."""
    rows = []
    for count in INCIDENTS:
        post(count)
        time.sleep(2)
        nginx = Nginx(Path(tempfile.mkdtemp(dir=folder)))
        try:
            for what, path in PATHS.items():
                body, tag = fetched(url + path)
                theirs = nginx.put("page." + what.lower(), body)
                their_tag = fetched(theirs)[1]
                rows.append(_row(what, count, len(body), rounds, (url + path, ""), (theirs, "")))
                if what == "HTML":
                    ask = (url + path, f"If-None-Match: {tag}"), (theirs, f"If-None-Match: {their_tag}")
                    rows.append(_row("304", count, 0, rounds, *ask))
        finally:
            nginx.close()
    return rows


def _row(what: str, count: int, size: int, rounds: int, ours: Any, theirs: Any) -> dict[str, Any]:
    pairs = [(rate(*ours), rate(*theirs)) for _ in range(rounds)]
    mine, other = median(pair[0] for pair in pairs), median(pair[1] for pair in pairs)
    return {
        "what": what, "incidents": count, "bytes": size, "stanch_per_second": mine, "nginx_per_second": other, "ratio": mine / other,
    }  # fmt: skip


def table(rows: list[dict[str, Any]], rounds: int) -> list[str]:
    """The section of docs/benchmarks.md."""
    return [
        "",
        "## B4: public status page, storm of 200 connections",
        "",
        f"The same bytes from both in one run, medians of {rounds} interleaved rounds of {SECONDS} s by `wrk`; nginx with one worker. Goal: 0.5.",
        "",
        "| answer | incidents | bytes | stanch/s | nginx/s | ratio |",
        "|---|---|---|---|---|---|",
        *(
            f"| {r['what']} | {r['incidents']} | {r['bytes']:,} | {r['stanch_per_second']:,.0f} | {r['nginx_per_second']:,.0f} | **{r['ratio']:.2f}** |"
            for r in rows
        ),
    ]
