"""A telephone for whole processes: what reached people by the webhook notifier, in the order of arrival."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple


class Page(NamedTuple):
    """One page: to whose address, when, and what it said."""

    to: str
    at: float
    data: dict[str, Any]


class Phones:
    """Everybody's telephone: each person has a path of their own."""

    def __init__(self) -> None:
        self.pages: list[Page] = []
        phones = self

        class Ring(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                data = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["data"]
                phones.pages.append(Page(self.path.strip("/"), time.time(), data))
                self.send_response(200)
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:
                """Silent."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Ring)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()
