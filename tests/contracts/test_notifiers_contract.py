"""The contract of notifiers for those whose own stories are in test_notifiers.py."""

import json
from collections.abc import Iterator
from email import message_from_bytes
from email.header import decode_header, make_header
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from stanch.integrations import ntfy, smtp, webhook
from tests.contracts.notifier_contract import Case, NotifierContract, closed_port, serving

TOKEN = "tk_secret_1234"


class Receiver:
    """Takes JSON; answers with ``status``."""

    def __init__(self) -> None:
        self.got: list[Any] = []
        self.status = 200

    def answer(self, method: str, path: str, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, str], bytes]:
        if self.status == 200:
            self.got.append(json.loads(body))
        return self.status, {"Retry-After": "7"}, b"{}"

    def text(self) -> str:
        return json.dumps(self.got, ensure_ascii=False)


class TestNtfy(NotifierContract):
    @pytest.fixture
    def case(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[Case]:
        monkeypatch.setenv("NTFY_TOKEN", TOKEN)
        there = Receiver()
        with serving(there.answer) as server:
            sender = ntfy.Ntfy(ntfy.Settings(server.url, "NTFY_TOKEN"))
            away = ntfy.Ntfy(ntfy.Settings(f"http://127.0.0.1:{closed_port()}", "NTFY_TOKEN", timeout=1))
            yield Case(
                sender, away, "topic", there.text, lambda: _with(there, 403, sender), lambda: _with(there, 429, sender),
                secrets=(TOKEN,), never_sent=("\x00",),
            )  # fmt: skip


class TestWebhook(NotifierContract):
    @pytest.fixture
    def case(self) -> Iterator[Case]:
        there = Receiver()
        with serving(there.answer) as server:
            sender = webhook.Webhook(webhook.Settings(timeout=1))
            yield Case(
                sender, _Elsewhere(sender), server.url, there.text, lambda: _with(there, 403, sender),
                lambda: _with(there, 429, sender), never_sent=("\x00",),
            )  # fmt: skip


class _Elsewhere:
    """A webhook's address is the server itself: this one points to a closed port."""

    name = "webhook"

    def __init__(self, sender: webhook.Webhook) -> None:
        self.sender = sender

    def send(self, address: str, message: Any) -> str:
        return self.sender.send(f"http://127.0.0.1:{closed_port()}", message)


def _with(there: Receiver, status: int, sender: Any) -> Any:
    there.status = status
    return sender


class Sink:
    """Keeps mails, and answers recipients with ``said`` if it is set."""

    def __init__(self) -> None:
        self.mails: list[Any] = []
        self.said = ""

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if not self.said:
            envelope.rcpt_tos.append(address)
        return self.said or "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.mails.append(message_from_bytes(envelope.content))
        return "250 OK"

    def text(self) -> str:
        parts = []
        for mail in self.mails:
            assert mail["Bcc"] is None
            parts += [str(make_header(decode_header(mail["Subject"]))), mail.get_payload(decode=True).decode()]
        return "\n".join(parts)


class TestSmtp(NotifierContract):
    @pytest.fixture
    def case(self) -> Iterator[Case]:
        sink = Sink()
        controller = Controller(sink, hostname="127.0.0.1", port=closed_port())
        controller.start()

        def post(port: int) -> smtp.Smtp:
            return smtp.Smtp(smtp.Settings("127.0.0.1", "stanch@example.org", port, starttls=False, timeout=5))

        def saying(text: str) -> smtp.Smtp:
            sink.said = text
            return post(controller.port)

        yield Case(
            post(controller.port), post(closed_port()), "ada@example.org", sink.text,
            lambda: saying("550 no such user"), lambda: saying("451 later"), busy_after=None, never_sent=(),
        )  # fmt: skip
        controller.stop()
