"""Errors of the network in words for people."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
import urllib3

from stanch.ports.web_service import WebService, reason
from tests.components.process import free_port


def test_a_refused_connection_is_said_without_objects_and_numbers() -> None:
    with pytest.raises(urllib3.exceptions.HTTPError) as raised:
        urllib3.request("GET", f"http://127.0.0.1:{free_port()}/", retries=False)
    assert reason(raised.value) == "Connection refused"


def test_what_says_nothing_is_called_by_its_kind() -> None:
    assert reason(OSError()) == "OSError"
    assert reason(OSError(113, "No route to host")) == "No route to host"


def test_a_body_in_pieces_is_asked_for_when_everything_before_it_has_left() -> None:
    """R33: what is written down before the last bytes leave must not come before the connection."""
    seen: list[tuple[str, bytes, bool]] = []
    head, asked = threading.Event(), list[bool]()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            head.set()
            body = self.rfile.read(int(self.headers["Content-Length"]))
            seen.append((self.headers["Content-Length"], body, "Transfer-Encoding" in self.headers))
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Silent."""

    def pieces() -> Iterator[bytes]:
        asked.append(head.wait(10))
        yield b"hello"

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.handle_request, daemon=True).start()
        service = WebService(f"http://127.0.0.1:{server.server_port}", 15)
        assert service.ask("POST", "/x", {"Content-Length": "5"}, pieces()).status == 200
    assert asked == [True] and seen == [("5", b"hello", False)]
