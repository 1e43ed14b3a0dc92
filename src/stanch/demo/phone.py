"""Ada's phone: a web server that stores what the webhook notifier sends, pages apart from other messages."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Phone:
    """Keeps what it was sent, in order of arrival: ``pages`` ring, ``told`` are prompts and questions."""

    def __init__(self) -> None:
        self.pages: list[dict[str, Any]] = []
        self.told: list[dict[str, Any]] = []
        pages, told = self.pages, self.told

        class Ring(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                sent = json.loads(body)
                kept = pages if sent["data"]["urgent"] else told
                kept.append({"id": self.headers.get("webhook-id", ""), "body": sent})
                self.send_response(200)
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:
                """Suppressed: the demo itself reports pages."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Ring)
        self.url = f"http://127.0.0.1:{self._server.server_port}/"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        """Stop the server."""
        self._server.shutdown()
        self._server.server_close()
