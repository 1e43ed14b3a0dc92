"""Answers what the example organisation measures: a service with an open incident fails until one of its levers is pulled."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


class Meter:
    """``GET /checkout`` is ``{"error_rate": 0.27, "latency": 2.4}``."""

    def __init__(self, levers: Path, failing: str) -> None:
        class Answer(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                service = self.path.strip("/")
                bad = service == failing and not any(levers.glob(f"{service}.*"))
                body = json.dumps({"error_rate": 0.27 if bad else 0.002, "latency": 2.4 if bad else 0.31}).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                """Nothing is printed."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        self.url = f"http://127.0.0.1:{self._server.server_port}/"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        """Close it."""
        self._server.shutdown()
        self._server.server_close()
