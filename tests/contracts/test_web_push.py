"""Web Push against a local push service that decrypts (RFC 8291) and checks what it is told (RFC 8030, 8292): formats/14.10."""

import json
import socket
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from stanch.integrations.webpush import MOST_BYTES, PAYLOAD_BYTES, Settings, WebPush
from stanch.kernel.base64url import packed, unpacked
from stanch.ports import Failed, Gone, Message, Posted
from stanch.ports.web_push import Browser
from tests.contracts.notifier_contract import PAGE, Case, NotifierContract, closed_port, serving
from tests.contracts.push_service import URL, PushService


class One:
    """Knows one device, ``phone``."""

    def __init__(self, service: PushService, endpoint: str, url: str = URL) -> None:
        self.service, self.endpoint, self.url, self.current = service, endpoint, url, True
        self.pair = ec.generate_private_key(ec.SECP256R1())

    def browser(self, device: str) -> Browser | None:
        return (
            Browser(self.endpoint, self.service.point, self.service.auth, self.current) if device == "phone" else None
        )

    def key(self) -> tuple[bytes, str]:
        public = self.pair.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return self.pair.private_numbers().private_value.to_bytes(32, "big"), packed(public)


def sender(service: PushService, url: str, **settings: Any) -> WebPush:
    push = WebPush(Settings(**{"private_addresses": True, "timeout": 1.0, **settings}))
    push.devices = One(service, f"{url}/push/x?a=1")
    return push


@pytest.fixture
def service() -> PushService:
    return PushService()


@pytest.fixture
def push(service: PushService) -> Iterator[WebPush]:
    with serving(service.answer) as server:
        yield sender(service, server.url)


class TestWebPush(NotifierContract):
    @pytest.fixture
    def case(self, service: PushService, push: WebPush) -> Case:
        away = sender(service, f"http://127.0.0.1:{closed_port()}")

        def answering(status: int) -> WebPush:
            service.answers.append(status)
            return push

        return Case(
            push, away, "phone", service.text, lambda: answering(400), lambda: answering(429), never_sent=("\x00",),
            secrets=("/push/x", packed(service.auth)),
        )  # fmt: skip


def claims(push: WebPush, header: str) -> dict[str, Any]:
    """What the signature says, once it is checked with the key in it, which must be ours: raw r and s, not DER (RFC 8292)."""
    assert push.devices is not None and header.startswith("vapid ")
    parts = dict(part.strip().split("=", 1) for part in header.removeprefix("vapid ").split(","))
    assert parts["k"].rstrip("=") == push.devices.key()[1]
    head, content, signature = parts["t"].split(".")
    raw = unpacked(signature)
    assert len(raw) == 64 and json.loads(unpacked(head)) == {"typ": "JWT", "alg": "ES256"}
    der = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), unpacked(parts["k"]))
    point.verify(der, f"{head}.{content}".encode(), ec.ECDSA(SHA256()))
    said: dict[str, Any] = json.loads(unpacked(content))
    return said


def test_a_page_is_signed_urgent_short_lived_and_replaces_its_repetition(push: WebPush, service: PushService) -> None:
    page = Message("page:P1:0:ada:x", PAGE.title, PAGE.text, PAGE.url, PAGE.acknowledge_url, topic="P1")
    again = Message("page:P1:1:ada:x", PAGE.title, PAGE.text, PAGE.url, PAGE.acknowledge_url, topic="P1")
    posted = push.send("phone", page)
    push.send("phone", again)
    head, second = service.heads
    assert (head["ttl"], head["urgency"], head["topic"]) == ("600", "high", second["topic"])
    assert head["topic"].isalnum() and len(head["topic"]) <= 32
    said = claims(push, head["authorization"])
    assert push.devices is not None
    endpoint = urlsplit(push.devices.browser("phone").endpoint)  # type: ignore[union-attr]
    assert said["aud"] == f"http://{endpoint.netloc}" and said["sub"] == "https://stanch.example.org"
    assert 0 < said["exp"] - time.time() <= 24 * 3600
    got = service.got[0]
    assert (
        got["kind"] == "page"
        and got["ack"] == PAGE.acknowledge_url.removeprefix(URL)
        and got["open"] == "/incidents/INC-1"
    )
    assert got["tag"] == service.got[1]["tag"] and "Severity: SEV-1" in got["body"] and "Open it" not in got["body"]
    assert isinstance(posted, Posted)
    push.edit(posted.reference, Message("page-over", PAGE.title, "Ben has it.", PAGE.url, urgent=False))
    over, head = service.got[2], service.heads[2]
    assert (over["kind"], over["tag"], over["body"]) == ("over", got["tag"], "Ben has it.") and "ack" not in over
    assert head["urgency"] == "normal" and head["topic"] == second["topic"]


def test_what_wakes_nobody_is_not_urgent_and_a_test_page_says_where_it_arrived(
    push: WebPush, service: PushService
) -> None:
    push.send("phone", Message("p", "Update is due", "Say what is known.", PAGE.url, urgent=False))
    push.send(
        "phone", Message("t", "Test page", "Nothing is wrong.", f"{URL}/confirm/t/c", arrived_url=f"{URL}/confirm/t/c")
    )
    assert [head["urgency"] for head in service.heads] == ["normal", "high"]
    assert [got["kind"] for got in service.got] == ["message", "test"] and service.got[1]["arrived"] == "/confirm/t/c"


@pytest.mark.parametrize("text", ["x" * 100_000, "ü" * 5000, '"\\' * 5000, "🔥" * 3000])
def test_too_much_text_is_cut_in_one_record_that_every_service_takes(
    push: WebPush, service: PushService, text: str
) -> None:
    push.send("phone", Message("k", text, text, PAGE.url, PAGE.acknowledge_url))
    assert service.sizes[0] <= PAYLOAD_BYTES + 103 and service.got[0]["body"].endswith("…")
    assert len(service.got[0]["body"]) > 200, "as much as fits is there"


def test_links_that_alone_are_too_long_are_refused_here(push: WebPush, service: PushService) -> None:
    with pytest.raises(Failed, match="too long") as raised:
        push.send("phone", Message("k", "t", "x", PAGE.url, f"{URL}/ack/" + "a" * MOST_BYTES))
    assert not raised.value.again and not service.got


@pytest.mark.parametrize(
    ("status", "again", "gone"),
    [(404, False, True), (410, False, True), (302, False, False), (307, False, False), (401, False, False), (403, False, False),
     (429, True, False), (500, True, False), (503, True, False)],
)  # fmt: skip
def test_each_answer_means_what_it_says(
    push: WebPush, service: PushService, status: int, again: bool, gone: bool
) -> None:
    with pytest.raises(Failed) as raised:
        push.send("phone", service.with_answer(status) and PAGE)
    assert (raised.value.again, isinstance(raised.value, Gone)) == (again, gone) and str(status) in raised.value.detail
    assert len(service.got) == 1, "asked once, nothing is followed"


def test_what_is_too_large_is_sent_once_more_without_its_text(push: WebPush, service: PushService) -> None:
    push.send("phone", service.with_answer(413) and PAGE)
    assert [bool(got["body"]) for got in service.got] == [True, False] and service.got[1]["ack"]
    with pytest.raises(Failed, match="413") as raised:
        push.send("phone", service.with_answer(413, 413) and PAGE)
    assert not raised.value.again


def test_a_service_that_is_silent_is_given_up_in_time(service: PushService) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        push = sender(service, f"http://127.0.0.1:{silent.getsockname()[1]}", timeout=0.3)
        began = time.monotonic()
        with pytest.raises(Failed) as raised:
            push.send("phone", PAGE)
        assert raised.value.again and time.monotonic() - began < 2


@pytest.mark.parametrize(
    "endpoint",
    ["https://127.0.0.1/x", "https://127.1/x", "https://0x7f.1/x", "https://2130706433/x", "https://[::1]/x", "https://[::ffff:10.0.0.1]/x",
     "https://[64:ff9b::7f00:1]/x", "https://10.0.0.7:8443/x", "https://169.254.169.254/latest", "https://localhost/x", "https://LOCALHOST./x",
     "https://db.internal/x", "http://push.example.org/x", "ftp://push.example.org/x", "https://a:b@push.example.org/x", "https://", "x",
     "https://push.example.org/" + "x" * 2100, "https://push.example.org/\n", "https://push.example.org:99999/", "https://224.0.0.1/"],
)  # fmt: skip
def test_nothing_inside_a_network_is_called_and_https_is_needed(service: PushService, endpoint: str) -> None:
    push = WebPush(Settings())
    push.devices = One(service, endpoint)
    assert push.refuses(endpoint)
    with pytest.raises(Failed) as raised:
        push.send("phone", PAGE)
    assert not raised.value.again
    assert not push.refuses("https://fcm.googleapis.com/fcm/send/abc:def")


def test_a_name_that_leads_inside_is_not_called_either(service: PushService, monkeypatch: pytest.MonkeyPatch) -> None:
    real = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, port, *a, **k: real("127.0.0.1", port, *a, **k))
    with serving(service.answer) as server:
        port = urlsplit(server.url).port
        push = WebPush(Settings(timeout=1.0))
        push.devices = One(service, f"https://push.example.org:{port}/push/x?a=1")
        with pytest.raises(Failed, match="inside a network"):
            push.send("phone", PAGE)
        assert not service.got and not server.requests


def test_what_is_not_known_here_any_more_says_so(push: WebPush, service: PushService) -> None:
    with pytest.raises(Failed, match="not registered any more"):
        push.send("tablet", PAGE)
    assert isinstance(push.devices, One)
    push.devices.current = False
    with pytest.raises(Failed, match="earlier key"):
        push.send("phone", PAGE)
    push.devices.current, push.settings = True, Settings(contact="ops@example.org", private_addresses=True)
    with pytest.raises(Failed, match="contact 'ops@example"):
        push.send("phone", PAGE)
    assert not service.got
