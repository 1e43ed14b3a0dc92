"""A real Chromium takes the customer's view (R24)."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from stanch.integrations import browser
from stanch.ports import Failed

pytestmark = [pytest.mark.real, pytest.mark.needs("chromium")]


@pytest.fixture
def shop() -> Iterator[str]:
    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/hangs":
                threading.Event().wait(5)
            body = b"<!doctype html><title>Shop</title><h1>Sorry, you cannot pay right now</h1>"
            self.send_response(503)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Silent."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def camera(**more: Any) -> Any:
    (found,) = browser.build(browser.Settings(enabled=True, sandbox=False, **more))
    return found


def test_a_picture_of_the_page_is_taken_on_a_phones_screen(shop: str) -> None:
    shot = camera(timeout=30).picture(f"{shop}/checkout")
    assert shot.startswith(b"\x89PNG") and int.from_bytes(shot[16:20]) == 390


def test_a_page_that_hangs_costs_no_more_than_the_time_limit(shop: str) -> None:
    with pytest.raises(Failed, match=r"longer than 0\.5 s"):
        camera(timeout=0.5).picture(f"{shop}/hangs")


def test_only_web_pages_are_looked_at_and_a_missing_browser_is_said() -> None:
    with pytest.raises(Failed, match="not a web address"):
        camera().picture("file:///etc/passwd")
    with pytest.raises(Failed, match="cannot be started"):
        camera(program="/no/such/browser").picture("http://127.0.0.1:9/")
    assert browser.build(browser.Settings()) == []
