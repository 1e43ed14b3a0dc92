"""Answers what the example organisation measures: a service with an open incident fails until one of its levers is pulled."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from stanch.demo.year.watching import is_of_slo, rate
from stanch.kernel.clock import SECOND, SystemClock


def _prometheus(what: str, asked: dict[str, str], failing: str, since: float) -> dict[str, Any]:
    """What Prometheus answers: the newest number to ``query``, a range of one point to ``query_range``."""
    query, range_ = asked.get("query", ""), what == "query_range"
    data: dict[str, Any] = {"resultType": "matrix" if range_ else "vector", "result": [], "groups": []}
    if is_of_slo(query):  # stanch asks for rules and for its own series, too: there are none
        share = 0.27 if failing and f'"{failing}"' in query else 0.0
        sample = [
            float(asked.get("end", SystemClock().now() / SECOND)),
            str(rate(query, share, 14 + (time.monotonic() - since) / 60)),
        ]
        data["result"] = [{"metric": {}, "values": [sample]} if range_ else {"metric": {}, "value": sample}]
    return {"status": "success", "data": data}


class Meter:
    """``GET /checkout`` is ``{"error_rate": 0.27, "latency": 2.4}``."""

    def __init__(self, levers: Path, failing: str) -> None:
        since = time.monotonic()

        class Answer(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                address, _, asked = self.path.partition("?")
                service = address.strip("/")
                bad = not any(levers.glob(f"{failing}.*"))
                if service.startswith("api/v1/"):
                    said = _prometheus(service[7:], dict(parse_qsl(asked)), failing if bad else "", since)
                else:
                    bad = bad and service == failing
                    said = {"error_rate": 0.27 if bad else 0.002, "latency": 2.4 if bad else 0.31}
                body = json.dumps(said).encode()
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
