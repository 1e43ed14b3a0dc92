"""What others answer is bounded, what went wrong inside is said in the product's own form, and what is shown fetches nothing."""

import time
import zlib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from starlette.requests import Request
from starlette.testclient import TestClient

from stanch.integrations import prometheus
from stanch.integrations.http_probe import _text
from stanch.kernel.markdown import clean_html
from stanch.learn.figures.table import _text as cell
from stanch.ports import Failed
from stanch.web import live
from stanch.web.app import create_app
from tests.scenarios.house import House

MB = 1_000_000


@pytest.fixture(scope="module")
def bomb() -> Iterator[str]:
    """The address of a server whose 100 kB are 100 MB when they are unpacked."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    body = b"".join(packer.compress(b" " * MB) for _ in range(100)) + packer.flush()

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Encoding", "gzip")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            try:
                self.wfile.write(body)
            except OSError:
                pass  # the reader has had enough

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_an_answer_of_prometheus_is_unpacked_up_to_a_limit(bomb: str) -> None:  # P8
    with pytest.raises(Failed, match="more than 20 MB"):
        prometheus.build(prometheus.Settings(url=bomb)).value("up")


def test_a_page_in_an_encoding_of_host_names_is_read_at_once() -> None:  # P8
    began = time.process_time()
    for charset in ("punycode", "PunyCode", "idna"):
        assert _text(b"a" * 100_000 + b"-" + b"b" * 100_000, f"text/html; charset={charset}").startswith("aaa")
    assert time.process_time() - began < 1


def test_a_fault_inside_is_answered_as_every_other_problem(house: House, monkeypatch: pytest.MonkeyPatch) -> None:  # P8
    def broken(_request: Request) -> int:
        raise RuntimeError("a secret of the inside")

    monkeypatch.setattr(live, "last_seen", broken)
    house.do("declare", title="Cart is slow", service="shop")
    with TestClient(create_app(house.stanch), raise_server_exceptions=False) as client:
        answer = client.get("/api/v1/incidents/INC-1/events", headers=house.bearer("ben"))
    assert answer.status_code == 500 and "secret" not in answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["hint"] == "The log of the server says more."


def test_a_name_in_a_table_is_no_formula() -> None:
    for name in ("=1+1", " =1+1", "\n=1+1", "\t1", "+1", "-1", "@SUM(A1)", "\uff1d1"):
        assert cell(name) == f"'{name}"
    assert cell("checkout = slow") == "checkout = slow"


def test_a_picture_in_a_text_is_a_link_so_that_reading_it_fetches_nothing() -> None:
    text = '![a pixel](https://evil.example/p.png) [![b](c.png)](https://example.org) <img src="https://evil.example/q.png" alt="q"> ![d][e]\n\n[e]: https://evil.example/e.png'
    html = clean_html(text)
    assert "<img" not in html and "q.png" not in html
    assert '<a href="https://evil.example/p.png" rel="noopener noreferrer">a pixel</a>' in html
    assert '<a href="https://example.org" rel="noopener noreferrer">b</a>' in html
