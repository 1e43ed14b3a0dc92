"""Mail into a real SMTP server, posts into a real web server."""

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from email import message_from_bytes
from email.message import Message as Mail
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from stanch.integrations import ntfy, smtp, webhook
from stanch.kernel.logs import only_hosts
from stanch.ports import Failed, KnowsAddresses, Message
from stanch.ports.signature import sign

PAGE = Message(
    "page-INC-1-1",
    "SEV1: checkout is down",
    "Half of the payments fail. Größe: 50 %",
    "http://s/i/INC-1",
    "http://s/ack",
)


class Sink:
    """Keeps mails; refuses the recipients that ask for it."""

    def __init__(self) -> None:
        self.mails: list[Mail] = []

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if address.startswith(("550", "451")):
            return f"{address[:3]} not now"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.mails.append(message_from_bytes(envelope.content))
        return "250 queued as 42"


@pytest.fixture
def sink() -> Iterator[tuple[Sink, smtp.Smtp]]:
    handler = Sink()
    controller = Controller(handler, hostname="127.0.0.1", port=0)
    controller.port = _free_port()
    controller.start()
    yield (
        handler,
        smtp.Smtp(smtp.Settings("127.0.0.1", "Stanch <stanch@example.org>", controller.port, starttls=False)),
    )
    controller.stop()


def _free_port() -> int:
    with ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as server:
        return server.server_port


def test_a_page_arrives_as_mail_and_its_repetition_has_the_same_id(sink: tuple[Sink, smtp.Smtp]) -> None:
    handler, sender = sink
    assert sender.send("maria@example.org", PAGE) == "250 queued as 42"
    sender.send("maria@example.org", PAGE)
    first, second = handler.mails
    assert first["Message-ID"] == second["Message-ID"] and first["Message-ID"].endswith("@example.org>")
    assert first["Subject"] == PAGE.title and first["Auto-Submitted"] == "auto-generated" and first["Date"]
    text = first.get_payload(decode=True).decode()  # type: ignore[union-attr]
    assert PAGE.text in text and PAGE.url in text and PAGE.acknowledge_url in text


@pytest.mark.parametrize(("address", "again"), [("550@example.org", False), ("451@example.org", True)])
def test_a_refused_recipient_is_final_a_busy_server_is_not(
    sink: tuple[Sink, smtp.Smtp], address: str, again: bool
) -> None:
    with pytest.raises(Failed) as raised:
        sink[1].send(address, PAGE)
    assert raised.value.again is again and "the recipient was refused" in raised.value.detail


@pytest.mark.parametrize("address", ["a@b.c\r\nBcc: d@e.f", "nobody", "", "ä@b.c"])
def test_no_address_smuggles_a_header(sink: tuple[Sink, smtp.Smtp], address: str) -> None:
    with pytest.raises(Failed) as raised:
        sink[1].send(address, PAGE)
    assert not raised.value.again and not sink[0].mails


def test_no_title_smuggles_a_header(sink: tuple[Sink, smtp.Smtp]) -> None:
    sink[1].send("a@b.c", Message("k", "x\nBcc: d@e.f", "t"))
    (mail,) = sink[0].mails
    assert mail["Bcc"] is None and mail["Subject"] == "x Bcc: d@e.f"


def test_a_mail_server_that_is_away_is_tried_again() -> None:
    with pytest.raises(Failed) as raised:
        smtp.Smtp(smtp.Settings("127.0.0.1", "s@example.org", _free_port(), timeout=1)).send("a@b.c", PAGE)
    assert raised.value.again


def test_a_server_without_tls_is_not_trusted_with_mail(sink: tuple[Sink, smtp.Smtp]) -> None:
    port = sink[1].settings.port
    with pytest.raises(Failed) as raised:
        smtp.Smtp(smtp.Settings("127.0.0.1", "s@example.org", port)).send("a@b.c", PAGE)
    assert not raised.value.again and not sink[0].mails


class Receiver(ThreadingHTTPServer):
    """Answers as told and keeps what came."""

    answer: tuple[int, dict[str, str]] = (200, {})

    def __init__(self) -> None:
        self.got: list[tuple[str, dict[str, str], bytes]] = []
        self.release = threading.Event()
        super().__init__(("127.0.0.1", 0), _Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append((self.path, {k.lower(): v for k, v in self.headers.items()}, body))
        status, headers = self.server.answer
        if status == 0:
            self.server.release.wait(5)
            return
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", "4")
        self.end_headers()
        self.wfile.write(b"said")

    do_GET = do_POST

    def log_message(self, *arguments: object) -> None:
        return


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    server = Receiver()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.release.set()
    server.shutdown()
    server.server_close()


def test_the_signature_is_the_published_one() -> None:
    signed = sign(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "1614265330",
        b'{"test": 2432232314}',
    )
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_webhook_is_signed_with_every_secret_while_rotating(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = (base64.b64encode(bytes([n]) * 24).decode() for n in (1, 2))
    monkeypatch.setenv("HOOK_SECRET", f"whsec_{old} whsec_{new}")
    assert webhook.Webhook(webhook.Settings("HOOK_SECRET")).send(receiver.url + "/x", PAGE) == "200 said"
    path, headers, body = receiver.got[0]
    assert path == "/x" and headers["webhook-id"] == PAGE.key and json.loads(body)["data"]["title"] == PAGE.title
    signed = f"{PAGE.key}.{headers['webhook-timestamp']}.".encode() + body
    expected = [base64.b64encode(hmac.new(bytes([n]) * 24, signed, hashlib.sha256).digest()).decode() for n in (1, 2)]
    assert headers["webhook-signature"] == " ".join("v1," + text for text in expected)


@pytest.mark.parametrize(
    ("answer", "again", "after"),
    [
        ((302, {"Location": "/elsewhere"}), False, None),
        ((400, {}), False, None),
        ((410, {}), False, None),
        ((429, {"Retry-After": "7"}), True, 7.0),
        ((503, {"Retry-After": "nonsense"}), True, None),
    ],
)
def test_each_answer_of_a_receiver_has_its_meaning(
    receiver: Receiver, answer: tuple[int, dict[str, str]], again: bool, after: float | None
) -> None:
    receiver.answer = answer
    for notifier, address in (
        (webhook.build(webhook.Settings()), receiver.url),
        (ntfy.build(ntfy.Settings(receiver.url)), "topic"),
    ):
        with pytest.raises(Failed) as raised:
            notifier.send(address, PAGE)
        assert (raised.value.again, raised.value.after) == (again, after)
    assert len(receiver.got) == 2, "a redirect was followed"


def test_a_receiver_that_never_answers_is_tried_again(receiver: Receiver) -> None:
    receiver.answer = (0, {})
    with pytest.raises(Failed) as raised:
        webhook.build(webhook.Settings(timeout=0.3)).send(receiver.url, PAGE)
    assert raised.value.again


@pytest.mark.parametrize("address", ["file:///etc/passwd", "example.org", "http://", "http://a b/", "http://x:99999/"])
def test_what_is_no_web_address_is_final_or_unreachable_but_never_a_crash(address: str) -> None:
    with pytest.raises(Failed):
        webhook.build(webhook.Settings(timeout=0.5)).send(address, PAGE)


@pytest.mark.parametrize(
    "address",
    ["http://127.0.0.1:9/services/T0KEN", "http://ada:T0KEN@127.0.0.1:9?x=T0KEN#T0KEN", "http://127.0.0.1:99999/T0KEN", "T0KEN.example.org/T0KEN"],
)  # fmt: skip
def test_a_failure_names_the_host_of_an_address_and_not_its_secret(address: str) -> None:
    with pytest.raises(Failed) as raised:
        webhook.build(webhook.Settings(timeout=0.5)).send(address, PAGE)
    assert "T0KEN" not in raised.value.detail
    logged = only_hosts(
        None, "warning", {"key": f"page:1:ada:webhook:{address}", "error": f"{address} is away", "n": 1}
    )
    assert "T0KEN" not in str(logged) or "://" not in address


def test_a_missing_secret_names_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NOT_THERE", raising=False)
    for notifier, address in (
        (webhook.build(webhook.Settings("NOT_THERE")), "http://127.0.0.1:1"),
        (ntfy.build(ntfy.Settings("http://127.0.0.1:1", "NOT_THERE")), "t"),
    ):
        with pytest.raises(Failed, match="NOT_THERE") as raised:
            notifier.send(address, PAGE)
        assert not raised.value.again


def test_a_page_on_the_phone_is_urgent_and_can_be_acknowledged(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NTFY_TOKEN", "tk_1")
    ntfy.build(ntfy.Settings(receiver.url, "NTFY_TOKEN")).send("oncall", PAGE)
    path, headers, body = receiver.got[0]
    assert path == "/" and headers["authorization"] == "Bearer tk_1"
    assert json.loads(body) == {
        "topic": "oncall",
        "title": PAGE.title,
        "message": PAGE.text,
        "priority": 5,
        "click": PAGE.url,
        "actions": [
            {
                "action": "http",
                "label": "Acknowledge",
                "url": PAGE.acknowledge_url,
                "method": "POST",
                "clear": True,
            }
        ],
    }


def test_a_long_text_stays_a_message_and_does_not_become_an_attachment() -> None:
    said = ntfy.publication("t", Message("k", "t", "ü" * 5000, urgent=False), "view")
    assert len(str(said["message"]).encode()) <= 4096 and said["priority"] == 3 and "actions" not in said


def test_a_long_address_in_a_header_is_not_folded_into_words_that_nobody_reads(sink: tuple[Sink, smtp.Smtp]) -> None:
    """formats/18: Python's folding makes encoded words of a long List-Unsubscribe or References."""
    kept, mailer = sink
    link, thread = f"<https://status.shop.example/status/u/{'x' * 120}>", f"<{'t' * 90}@status.shop.example>"
    headers = {"List-Unsubscribe": link, "References": thread, "In-Reply-To": thread}
    mailer.send("maria@example.org", Message("key", "A title", "text", headers=headers))
    mail = kept.mails[-1]
    assert mail["List-Unsubscribe"] == link and mail["References"] == mail["In-Reply-To"] == thread


def test_many_mails_go_over_one_connection_and_a_refused_one_does_not_break_it(sink: tuple[Sink, smtp.Smtp]) -> None:
    """R33: what says that a mail leaves is called once for each, before the server has it, and never for one that was refused."""
    kept, mailer = sink
    left: list[int] = []
    with mailer.connected(lambda: left.append(len(kept.mails))) as connection:
        for number in range(5):
            connection.send("maria@example.org", Message(f"k{number}", "A title", "text\r\n.\r\nand more"))
        with pytest.raises(Failed):
            connection.send("550@example.org", Message("k", "A title", "text"))
        connection.send("maria@example.org", Message("k6", "A title", "text"))
    assert left == [0, 1, 2, 3, 4, 5]
    assert len(kept.mails) == 6


@pytest.mark.parametrize(
    ("notifier", "good", "bad"),
    [
        (smtp.Smtp(smtp.Settings("127.0.0.1", "s@example.org")), "ada@example.org", "not an address"),
        (ntfy.Ntfy(ntfy.Settings()), "ada-pages", "my topic!"),
        (webhook.Webhook(webhook.Settings()), "https://example.org/hook", "example.org/hook"),
    ],
    ids=["smtp", "ntfy", "webhook"],
)
def test_what_can_be_no_address_is_known_before_anything_is_sent(notifier: KnowsAddresses, good: str, bad: str) -> None:
    notifier.check_address(good)  # R8
    with pytest.raises(Failed) as refused:
        notifier.check_address(bad)
    assert not refused.value.again and "write" in refused.value.detail
