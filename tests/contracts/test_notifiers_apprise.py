"""Apprise itself, into a real web server and a real mail server."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from email import message_from_bytes
from email.header import decode_header, make_header
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from stanch.integrations import apprise
from stanch.integrations.apprise import AppriseUrls, Settings
from stanch.ports import Failed
from tests.contracts.notifier_contract import PAGE, Case, FakeService, NotifierContract, closed_port, serving

# One of Apprise's plugins imports a module that Python 3.13 removes, where it brings its own.
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated")
SECRET = "verysecretpath42"


class Receiver:
    """Takes JSON at the one secret path; ``status`` otherwise."""

    def __init__(self) -> None:
        self.got: list[dict[str, Any]] = []
        self.status = 200

    def answer(self, method: str, path: str, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, str], bytes]:
        assert method == "POST" and headers["content-type"] == "application/json"
        if path.rstrip("/") != f"/{SECRET}":
            return 404, {}, b""
        if self.status == 200:
            self.got.append(json.loads(body))
        return self.status, {"Retry-After": "7"}, b""


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Receiver, FakeService]]:
    monkeypatch.setenv("HOOK_PATH", SECRET)
    there = Receiver()
    with serving(there.answer) as server:
        yield there, server


def _named(port: int) -> AppriseUrls:
    url = f"json://127.0.0.1:{port}/${{HOOK_PATH}}"
    return AppriseUrls(Settings({"team": url, "wrong": url + "x"}, timeout=5))


class TestApprise(NotifierContract):
    @pytest.fixture
    def case(self, receiver: tuple[Receiver, FakeService]) -> Case:
        there, server = receiver
        sender = _named(server.server_port)

        def answering(status: int) -> AppriseUrls:
            there.status = status
            return sender

        return Case(
            sender,
            _named(closed_port()),
            "team",
            lambda: "\n".join(f"{said['title']}\n{said['message']}" for said in there.got),
            lambda: answering(403),
            lambda: answering(429),
            busy_after=None,  # Apprise does not hand Retry-After on
            secrets=(SECRET,),
            never_sent=("\x00",),
        )


def test_the_service_learns_how_urgent_it_is(receiver: tuple[Receiver, FakeService]) -> None:
    there, server = receiver
    assert _named(server.server_port).send("team", PAGE) == "handed to JSON"
    (said,) = there.got
    assert said["title"] == PAGE.title and said["type"] == "failure" and "Service: shop" in said["message"]


def test_a_plain_url_is_an_address_too_and_is_not_repeated_in_a_failure(
    receiver: tuple[Receiver, FakeService],
) -> None:
    there, server = receiver
    sender = AppriseUrls(Settings())
    sender.send(f"json://127.0.0.1:{server.server_port}/{SECRET}", PAGE)
    assert len(there.got) == 1
    with pytest.raises(Failed) as raised:
        sender.send(f"json://ada:hunter222@127.0.0.1:{server.server_port}/other-secret", PAGE)
    assert not raised.value.again and "404" in raised.value.detail
    assert "hunter222" not in raised.value.detail and "other-secret" not in raised.value.detail


def test_nothing_of_a_failed_service_reaches_the_log(
    receiver: tuple[Receiver, FakeService], caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(Failed):
        _named(closed_port()).send("team", PAGE)
    assert SECRET not in caplog.text and SECRET not in "".join(capfd.readouterr())


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("nobody", "known: team, wrong"),
        ("", "known"),
        ("nothing://x/y", "nothing://"),
        ("json://", "json://"),
    ],
)
def test_an_address_that_apprise_cannot_read_is_final(address: str, says: str) -> None:
    with pytest.raises(Failed, match=says) as raised:
        _named(closed_port()).send(address, PAGE)
    assert not raised.value.again and "s3cret" not in raised.value.detail


def test_a_missing_variable_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HOOK_PATH", raising=False)
    with pytest.raises(Failed, match="HOOK_PATH") as raised:
        _named(1).send("team", PAGE)
    assert not raised.value.again


class Sink:
    """Keeps mails."""

    def __init__(self) -> None:
        self.mails: list[Any] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.mails.append(message_from_bytes(envelope.content))
        return "250 OK"


def test_a_page_goes_through_apprise_into_a_real_mail_server() -> None:
    sink = Sink()
    controller = Controller(sink, hostname="127.0.0.1", port=closed_port())
    controller.start()
    try:
        url = f"mailto://127.0.0.1:{controller.port}?from=stanch@example.org&to=ada@example.org"
        assert AppriseUrls(Settings({"ada": url})).send("ada", PAGE).startswith("handed to")
    finally:
        controller.stop()
    (mail,) = sink.mails
    assert str(make_header(decode_header(mail["Subject"]))) == PAGE.title and "ada@example.org" in mail["To"]


def test_a_line_end_in_a_title_adds_no_header_to_a_mail() -> None:
    sink = Sink()
    controller = Controller(sink, hostname="127.0.0.1", port=closed_port())
    controller.start()
    try:
        url = f"mailto://127.0.0.1:{controller.port}?from=stanch@example.org&to=ada@example.org"
        page = type(PAGE)("k", "Down\r\nBcc: eve@example.org", "text")
        AppriseUrls(Settings({"ada": url})).send("ada", page)
    finally:
        controller.stop()
    assert [mail["Bcc"] for mail in sink.mails] == [None]


def test_apprise_is_not_imported_before_a_message_is_sent() -> None:
    code = "import sys, stanch.main; stanch.main.load_world({}); sys.exit('apprise' in sys.modules)"
    source = str(Path(apprise.__file__).parents[2])
    found = os.pathsep.join([source, os.environ.get("PYTHONPATH", "")])
    assert subprocess.run([sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": found}).returncode == 0
