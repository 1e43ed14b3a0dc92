"""Text messages and calls into a local stand-in for Twilio that is as strict as Twilio: a real one costs money."""

import base64
import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs
from xml.etree import ElementTree

import pytest

from stanch.integrations import twilio
from stanch.ports import Failed, Message
from tests.contracts.notifier_contract import PAGE, Case, FakeService, NotifierContract, closed_port, serving

SID, TOKEN = "AC" + "1" * 32, "secret-token-5678"
PHONE = "+491701234567"
VERBS = {"Response", "Gather", "Say", "Pause"}


class Exchange:
    """Judges as Twilio does: path, authentication, form, numbers, lengths, TwiML."""

    def __init__(self) -> None:
        self.got: list[dict[str, str]] = []
        self.next: list[tuple[int, dict[str, str], dict[str, Any]]] = []

    def answer(self, method: str, path: str, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, str], bytes]:
        status, more, said = self.next.pop(0) if self.next else self._judge(method, path, headers, body)
        return status, {"Content-Type": "application/json", **more}, json.dumps(said).encode()

    def _judge(
        self, method: str, path: str, headers: dict[str, str], body: bytes
    ) -> tuple[int, dict[str, str], dict[str, Any]]:
        assert method == "POST" and headers["content-type"] == "application/x-www-form-urlencoded"
        given = base64.b64decode(headers["authorization"].removeprefix("Basic ")).decode()
        if given not in (f"{SID}:{TOKEN}", f"SK1:{TOKEN}"):
            return 401, {}, {"code": 20003, "message": "Authenticate", "status": 401, "more_info": ""}
        form = {key: values[0] for key, values in parse_qs(body.decode(), strict_parsing=True).items()}
        if not re.fullmatch(r"\+[1-9]\d{6,14}", form["To"]) or form["To"].endswith("000"):
            return 400, {}, {"code": 21211, "message": f"Invalid 'To' Phone Number: {form['To']}", "status": 400}
        if path == f"/2010-04-01/Accounts/{SID}/Messages.json":
            assert set(form) in ({"To", "From", "Body"}, {"To", "MessagingServiceSid", "Body"})
            assert 1 <= len(form["Body"]) <= 1600
            sid = "SM1"
        elif path == f"/2010-04-01/Accounts/{SID}/Calls.json":
            assert set(form) == {"To", "From", "Twiml"} and len(form["Twiml"]) <= 4000
            tree = ElementTree.fromstring(form["Twiml"])
            assert tree.tag == "Response" and {node.tag for node in tree.iter()} <= VERBS
            sid = "CA1"
        else:
            return 404, {}, {"code": 20404, "message": f"{path} was not found", "status": 404}
        self.got.append(form)
        return 201, {}, {"sid": sid, "status": "queued"}


@pytest.fixture
def exchange(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Exchange, FakeService]]:
    monkeypatch.setenv("TWILIO_TOKEN", TOKEN)
    monkeypatch.setenv("TWILIO_OLD", "old-token-9999")
    there = Exchange()
    with serving(there.answer) as server:
        yield there, server


def _settings(server: FakeService, **more: Any) -> twilio.Settings:
    known = {"account_sid": SID, "token_env": "TWILIO_TOKEN", "sender": "+15005550006", "base_url": server.url}
    return twilio.Settings(**{**known, **more})


def _case(exchange: tuple[Exchange, FakeService], place: int) -> Case:
    there, server = exchange

    def busy() -> Any:
        there.next.append((429, {"Retry-After": "7"}, {"code": 20429, "message": "Too Many Requests", "status": 429}))
        return twilio.build(_settings(server))[place]

    away = _settings(server, base_url=f"http://127.0.0.1:{closed_port()}", timeout=1)
    return Case(
        twilio.build(_settings(server))[place],
        twilio.build(away)[place],
        PHONE,
        lambda: "\n".join(text for form in there.got for text in form.values()),
        lambda: twilio.build(_settings(server, token_env="TWILIO_OLD"))[place],
        busy,
        secrets=(TOKEN, "old-token-9999"),
        never_sent=("\x00",),
    )


class TestSms(NotifierContract):
    @pytest.fixture
    def case(self, exchange: tuple[Exchange, FakeService]) -> Case:
        return _case(exchange, 0)


class TestVoice(NotifierContract):
    @pytest.fixture
    def case(self, exchange: tuple[Exchange, FakeService]) -> Case:
        return _case(exchange, 1)


def test_a_short_page_is_one_text_with_its_facts(exchange: tuple[Exchange, FakeService]) -> None:
    there, server = exchange
    assert twilio.build(_settings(server))[0].send("+49 (170) 123-4567", PAGE) == "queued SM1"
    assert there.got == [
        {
            "To": PHONE,
            "From": "+15005550006",
            "Body": f"{PAGE.title}\nService: shop\nSeverity: SEV-1\nAcknowledge: {PAGE.acknowledge_url}",
        }
    ]


def test_a_messaging_service_sends_and_an_api_key_signs_in(exchange: tuple[Exchange, FakeService]) -> None:
    there, server = exchange
    settings = _settings(server, sender="MG1", key_sid="SK1")
    twilio.build(settings)[0].send(PHONE, PAGE)
    assert there.got[0]["MessagingServiceSid"] == "MG1"
    with pytest.raises(Failed, match="caller") as raised:
        twilio.build(settings)[1].send(PHONE, PAGE)
    assert not raised.value.again


@pytest.mark.parametrize(("char", "limit"), [("x", 459), ("ж", 201), ("€", 459), ("🔥", 201)])
def test_a_long_text_is_cut_to_three_parts_and_keeps_the_link(char: str, limit: int) -> None:
    text = twilio.short_text(Message("k", "Down", char * 3000, "", PAGE.acknowledge_url), 3)
    units = len(text.encode("utf-16-le")) // 2 + (text.count("€") if char == "€" else 0)
    assert limit - 2 <= units <= limit and text.endswith(PAGE.acknowledge_url)


def test_a_link_that_is_longer_than_the_parts_still_stays_whole() -> None:
    link = "https://stanch.example.org/" + "a" * 700
    text = twilio.short_text(Message("k", "[INC-1] Checkout is down", "x" * 900, "", link), 1)
    assert text.startswith("[INC-1] Checkout is down") and text.endswith(link)


def test_typographic_characters_do_not_halve_the_room() -> None:
    text = twilio.short_text(Message("k", "Down", "“ten – twelve”… it’s"), 1)
    assert text == 'Down\n"ten - twelve"... it\'s'


def test_the_voice_says_the_title_twice_and_one_key_acknowledges(exchange: tuple[Exchange, FakeService]) -> None:
    there, server = exchange
    assert twilio.build(_settings(server))[1].send(PHONE, PAGE) == "queued CA1"
    tree = ElementTree.fromstring(there.got[0]["Twiml"])
    gather = tree.find("Gather")
    assert gather is not None and gather.attrib["action"] == PAGE.acknowledge_url + "/call"
    assert gather.attrib["numDigits"] == "1" and gather.attrib["method"] == "POST"
    spoken = " ".join(node.text or "" for node in tree.iter("Say"))
    assert spoken.count(PAGE.title) == 2 and "press 1" in spoken and "text message" in spoken


def test_without_a_public_address_the_voice_asks_for_no_key() -> None:
    tree = ElementTree.fromstring(twilio.twiml(PAGE, False, "de-DE"))
    assert tree.find("Gather") is None and {node.attrib["language"] for node in tree.iter("Say")} == {"de-DE"}


@pytest.mark.parametrize("address", ["", "0170 1234567", "+1", "+49170x", "+0123456789", "12345", PHONE + "\n"])
def test_what_is_no_number_is_refused_before_it_costs_anything(
    exchange: tuple[Exchange, FakeService], address: str
) -> None:
    for notifier in twilio.build(_settings(exchange[1])):
        with pytest.raises(Failed) as raised:
            notifier.send(address, PAGE)
        assert not raised.value.again
    assert not exchange[1].requests


@pytest.mark.parametrize(
    ("answer", "again", "says"),
    [
        ((400, {}, {"code": 21211, "message": "Invalid 'To' Phone Number"}), False, "number to reach is not valid"),
        ((400, {}, {"code": 21610, "message": "unsubscribed"}), False, "STOP"),
        ((401, {}, {"code": 20003, "message": "Authenticate"}), False, "token is wrong"),
        ((400, {}, {"code": 99999, "message": "something new"}), False, "something new"),
        ((500, {}, {"code": 20500, "message": "Internal Server Error"}), True, "20500"),
        ((503, {}, {}), True, "503"),
        ((307, {"Location": "/elsewhere"}, {}), False, "307"),
    ],
)
def test_each_answer_of_twilio_has_its_meaning(
    exchange: tuple[Exchange, FakeService], answer: tuple[int, dict[str, str], dict[str, Any]], again: bool, says: str
) -> None:
    exchange[0].next.append(answer)
    with pytest.raises(Failed, match=says) as raised:
        twilio.build(_settings(exchange[1]))[0].send(PHONE, PAGE)
    assert raised.value.again is again and len(exchange[1].requests) == 1


def test_the_scanner_finds_both_notifiers_of_the_one_account(monkeypatch: pytest.MonkeyPatch) -> None:
    from stanch.main import load_world

    world = load_world({"twilio": {"account_sid": SID, "token_env": "T", "sender": "+15005550006"}})
    assert {"sms", "voice"} <= set(world.notifiers) and "slack" not in world.notifiers
