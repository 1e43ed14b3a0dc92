"""What every notifier must do, whatever it carries messages over. A test class inherits it and provides ``case``."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple

import pytest

from stanch.ports import Failed, Message, Notifier

PAGE = Message(
    "page:P1:0:ada:x",
    "[INC-1] Checkout is down",
    "Checkout is down\nService: shop\nSeverity: SEV-1\nOpen it: https://stanch.example.org/incidents/INC-1",
    "https://stanch.example.org/incidents/INC-1",
    "https://stanch.example.org/ack/INC-1/P1/ada/0123456789abcdef0123456789abcdef01234567",
)
NASTY = {
    "line ends in the title": ("Down\r\nBcc: eve@example.org\nX: y", "text"),
    "NUL": ("a\x00b", "c\x00d"),
    "other control characters": ("a\x1b[31mb", "\x07\x85"),
    "half a character": ("a\ud800b", "\udfff"),
    "a ping to everybody": ("<!channel> now", "<!here> @room @channel <@U123> & <b>bold</b>"),
    "emojis": ("🔥 Größe", "🚒" * 500),
    "ten thousand characters": ("t" * 10_000, "x" * 10_000),
    "ten thousand lines": ("t", "ü\n" * 10_000),
    "nothing": ("", ""),
    "what nobody sees": ("Down\u202e\u2066 now\U000e0041\u200b", "\u202etxet\ufeff"),
    "an encoded word": ("=?utf-8?q?x=0d=0aBcc:_eve=40evil.example?=", "=?utf-8?b?WA0KQmNjOiBldmVAZXZpbC5leGFtcGxl?="),
    "templates": ("{{ 7 * 7 }} ${HOME}", "%s {0} <script>alert(1)</script>"),
}


class Case(NamedTuple):
    """One notifier in its situations. ``received`` is everything that the other side was given, as one text.

    ``refusing``: the other side does not take it and never will. ``busy``: it asks for a pause of seven seconds.
    """

    willing: Notifier
    unreachable: Notifier
    address: str
    received: Callable[[], str]
    refusing: Callable[[], Notifier]
    busy: Callable[[], Notifier]
    busy_after: float | None = 7.0
    secrets: tuple[str, ...] = ()
    never_sent: tuple[str, ...] = ("\x00", "<!channel>", "<!here>")


class NotifierContract:
    """Inherited by a ``Test...`` class for each notifier."""

    def test_a_page_arrives_with_its_link_and_the_answer_is_kept(self, case: Case) -> None:
        receipt = case.willing.send(case.address, PAGE)
        assert receipt and not any(secret in receipt for secret in case.secrets)
        got = case.received()
        assert "Checkout is down" in got and PAGE.acknowledge_url in got

    def test_what_cannot_be_reached_is_tried_again(self, case: Case) -> None:
        with pytest.raises(Failed) as raised:
            case.unreachable.send(case.address, PAGE)
        assert raised.value.again
        self._tells_no_secret(case, raised.value)

    def test_what_is_refused_is_final_and_says_why(self, case: Case) -> None:
        with pytest.raises(Failed) as raised:
            case.refusing().send(case.address, PAGE)
        assert not raised.value.again
        self._tells_no_secret(case, raised.value)

    def test_what_is_busy_is_tried_again_when_it_says(self, case: Case) -> None:
        with pytest.raises(Failed) as raised:
            case.busy().send(case.address, PAGE)
        assert raised.value.again and raised.value.after == case.busy_after
        self._tells_no_secret(case, raised.value)

    @pytest.mark.parametrize("kind", NASTY)
    def test_no_text_does_harm_and_the_link_stays_whole(self, case: Case, kind: str) -> None:
        title, text = NASTY[kind]
        assert case.willing.send(
            case.address, Message(f"k:łukasz ян:{kind}", title, text, PAGE.url, PAGE.acknowledge_url)
        )
        got = case.received()
        assert PAGE.acknowledge_url in got
        for bad in (*case.never_sent, "\u202e", "\\u202e", "\nBcc: eve"):
            assert bad not in got

    @staticmethod
    def _tells_no_secret(case: Case, failed: Failed) -> None:
        assert failed.detail.strip()
        for secret in case.secrets:
            assert secret not in failed.detail


Answering = Callable[[str, str, dict[str, str], bytes], tuple[int, dict[str, str], bytes]]


class FakeService(ThreadingHTTPServer):
    """A local stand-in for a service that cannot run here: ``answering`` judges each request."""

    def __init__(self, answering: Answering) -> None:
        self.answering = answering
        self.requests: list[tuple[str, str, dict[str, str], bytes]] = []
        super().__init__(("127.0.0.1", 0), _Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: FakeService

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.requests.append((self.command, self.path, headers, body))
        status, more, content = self.server.answering(self.command, self.path, headers, body)
        self.send_response(status)
        for name, value in {**more, "Content-Length": str(len(content))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_PUT = do_PATCH = do_POST

    def log_message(self, *arguments: object) -> None:
        return


@contextmanager
def serving(answering: Answering) -> Iterator[FakeService]:
    """A running fake service."""
    with FakeService(answering) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield server
        server.shutdown()


def closed_port() -> int:
    """A port on which nobody listens."""
    with ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as server:
        return server.server_port
