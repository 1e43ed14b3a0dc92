"""The few lines of HTTP that the shop's processes share."""

import argparse
import json
import os
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

Reply = tuple[int, str, bytes]
GOOD_RELEASE = {"current": {"release": "v1", "broken": False}, "history": []}


def as_json(status: int, value: Any) -> Reply:
    """A JSON answer."""
    return status, "application/json", json.dumps(value).encode()


def as_text(text: str) -> Reply:
    """Prometheus' text format."""
    return 200, "text/plain; version=0.0.4", text.encode()


class Server(ThreadingHTTPServer):
    """Many connections may wait: the load generator opens one for each request."""

    daemon_threads = True
    request_queue_size = 256


def serve(port: int, routes: dict[str, Callable[[str], Reply]]) -> None:
    """Serve GET routes on the loopback until the parent goes away. Each route gets the query string."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.0"

        def do_GET(self) -> None:
            path, _, query = self.path.partition("?")
            route = routes.get(path)
            status, kind, body = route(query) if route else as_json(404, {"error": "no such page"})
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Silent: the demo's terminal is for people."""

    leave_with_parent()
    Server(("127.0.0.1", port), Handler).serve_forever()


def leave_with_parent(leave: Callable[[], object] = lambda: os._exit(0)) -> None:
    """Exit when the parent's end of our stdin closes, so that no orphan outlives the demo."""

    def wait() -> None:
        while os.read(0, 4096):
            continue
        leave()

    threading.Thread(target=wait, daemon=True).start()


def arguments(*names: str) -> argparse.Namespace:
    """``--port`` and ``--state`` and the given ones, all required."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--state", type=Path, required=True)
    for name in names:
        parser.add_argument(f"--{name}", required=True)
    return parser.parse_args()


class Counters:
    """Counters for ``/metrics``, safe over threads."""

    def __init__(self, name: str, *labels: str) -> None:
        self.name, self.labels = name, labels
        self._counts: dict[tuple[str, ...], int] = {}
        self._lock = threading.Lock()

    def add(self, *values: str) -> None:
        """Count one."""
        with self._lock:
            self._counts[values] = self._counts.get(values, 0) + 1

    def text(self) -> str:
        """Prometheus' text format."""
        lines = [f"# TYPE {self.name} counter"]
        with self._lock:
            for values, count in sorted(self._counts.items()):
                labels = ",".join(f'{k}="{v}"' for k, v in zip(self.labels, values, strict=True))
                lines.append(f"{self.name}{{{labels}}} {count}")
        return "\n".join(lines) + "\n"
