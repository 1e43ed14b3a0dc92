"""TCP, DNS and TLS probes against real listeners, a real TLS server with fresh certificates, and a real DNS server (R6, R13)."""

import shutil
import socket
import socketserver
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest

from stanch.integrations import dns_probe, tcp_probe, tls_probe
from stanch.kernel.policy import Probe

tcp = tcp_probe.build(tcp_probe.Settings())


def probe(kind: Any, url: str, **more: Any) -> Probe:
    return Probe("p", url, kind, timeout=more.pop("timeout", 2), **more)


def listening(greet: Callable[[socket.socket], None]) -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            try:
                while True:
                    connection, _ = server.accept()
                    threading.Thread(target=greet, args=(connection,), daemon=True).start()
            except OSError:
                pass  # closed: the test is over

        threading.Thread(target=serve, daemon=True).start()
        yield server.getsockname()[1]


@pytest.fixture
def mail() -> Iterator[int]:
    def greet(connection: socket.socket) -> None:
        with connection:
            connection.sendall(b"220 mail.example.org ESMTP\r\n")
            time.sleep(0.2)

    yield from listening(greet)


@pytest.fixture
def dripping() -> Iterator[int]:
    """One byte every tenth of a second, for ever."""

    def greet(connection: socket.socket) -> None:
        try:
            with connection:
                while True:
                    connection.sendall(b"x")
                    time.sleep(0.1)
        except OSError:
            pass  # the probe has left

    yield from listening(greet)


def test_a_port_that_takes_connections_and_greets(mail: int) -> None:
    assert tcp.check(probe("tcp", f"127.0.0.1:{mail}")).detail == "takes connections"
    assert tcp.check(probe("tcp", f"127.0.0.1:{mail}", expect="220 ")).ok
    seen = tcp.check(probe("tcp", f"127.0.0.1:{mail}", expect="SSH-2.0"))
    assert not seen.ok and "it said '220 mail.example.org ESMTP'" in seen.detail


def test_nothing_hangs_longer_than_its_limit(dripping: int) -> None:
    began = time.monotonic()
    seen = tcp.check(probe("tcp", f"127.0.0.1:{dripping}", expect="220", timeout=0.5))
    assert not seen.ok and time.monotonic() - began < 0.8


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("127.0.0.1:1", "no connection"),
        ("no-such-host.invalid:80", "cannot be resolved"),
        ("127.0.0.1", "no address with a port"),
        ("::1:80", "in brackets"),
        ("https://example.org:443", "no host and port"),
        ("host:99999", "no address with a port"),
    ],
)
def test_every_failure_is_an_answer_in_words(url: str, says: str) -> None:
    tls = tls_probe.build(tls_probe.Settings())
    for prober, kind in ((tcp, "tcp"), (tls, "tls")):
        seen = prober.check(probe(kind, url))
        assert not seen.ok and says in seen.detail, seen.detail


class Authority:
    """A certificate authority of the test's own, by the openssl program."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ca = folder / "ca.pem"
        self._openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=test CA",
                      "-days", "3650", "-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign")  # fmt: skip

    def certificate(self, name: str, days: int, host: str = "localhost") -> Path:
        """A chain with its key in one file. ``days`` may be negative: it has ended then."""
        self._openssl(
            "req",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-keyout",
            f"{name}.key",
            "-out",
            f"{name}.csr",
            "-subj",
            f"/CN={host}",
        )
        (self.folder / f"{name}.ext").write_text(f"subjectAltName=DNS:{host}\n")
        self._openssl("x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", str(days),
                      "-extfile", f"{name}.ext", "-out", f"{name}.crt")  # fmt: skip
        path = self.folder / f"{name}.pem"
        path.write_text((self.folder / f"{name}.key").read_text() + (self.folder / f"{name}.crt").read_text())
        return path

    def _openssl(self, *words: str) -> None:
        subprocess.run(["openssl", *words], cwd=self.folder, check=True, capture_output=True)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    if shutil.which("openssl") is None:
        pytest.skip("needs openssl")
    return Authority(tmp_path_factory.mktemp("ca"))


def shown(certificate: Path) -> Iterator[int]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)

    def greet(connection: socket.socket) -> None:
        try:
            with context.wrap_socket(connection, server_side=True):
                time.sleep(0.05)
        except OSError:
            pass  # a probe that does not trust us hangs up

    yield from listening(greet)


def test_a_certificate_says_how_long_it_is_good_for_and_warns_without_waking_anybody(authority: Authority) -> None:
    tls = tls_probe.build(tls_probe.Settings(ca_file=str(authority.ca)))
    for days, ok, urgent in ((90, True, True), (15, False, False), (2, False, True)):
        for port in shown(authority.certificate(f"for-{days}", days)):
            seen = tls.check(probe("tls", f"localhost:{port}"))
        assert (seen.ok, seen.urgent) == (ok, urgent), seen.detail
        assert f"the certificate ends in {days} days, on " in seen.detail or f"in {days - 1} days" in seen.detail


def test_each_thing_that_is_wrong_with_a_certificate_has_its_own_words(authority: Authority) -> None:
    trusting = tls_probe.build(tls_probe.Settings(ca_file=str(authority.ca)))
    strange = tls_probe.build(tls_probe.Settings())
    cases = (
        (trusting, authority.certificate("other", 90, "elsewhere.example"), "for another name"),
        (trusting, authority.certificate("ended", -1), "has expired"),
        (strange, authority.certificate("unknown", 90), "issuer is not known"),
    )
    for prober, certificate, words in cases:
        for port in shown(certificate):
            seen = prober.check(probe("tls", f"localhost:{port}"))
        assert not seen.ok and seen.urgent and words in seen.detail, seen.detail


def test_a_port_that_speaks_no_tls_is_said(mail: int) -> None:
    seen = tls_probe.build(tls_probe.Settings()).check(probe("tls", f"127.0.0.1:{mail}"))
    assert not seen.ok and "no TLS" in seen.detail


def test_a_ca_file_that_is_not_there_is_refused_at_the_start() -> None:
    with pytest.raises(ValueError, match="cannot be read"):
        tls_probe.build(tls_probe.Settings(ca_file="/no/such/file"))


ZONE = {
    "shop.example. A": ["192.0.2.7", "192.0.2.8"],
    "shop.example. AAAA": ["2001:db8::7"],
    "shop.example. MX": ["10 mail.shop.example."],
}


class Names(socketserver.BaseRequestHandler):
    """A small authoritative server over UDP."""

    def handle(self) -> None:
        query = dns.message.from_wire(self.request[0])
        question = query.question[0]
        name, kind = question.name.to_text(), question.to_text().rsplit(" ", 1)[1]
        if name.startswith("silent."):
            return
        answer = dns.message.make_response(query)
        answer.flags |= dns.flags.AA
        if records := ZONE.get(f"{name} {kind}"):
            answer.answer.append(dns.rrset.from_text(question.name, 60, "IN", kind, *records))
        elif name.startswith("broken."):
            answer.set_rcode(dns.rcode.SERVFAIL)
        elif not any(known.startswith(f"{name} ") for known in ZONE):
            answer.set_rcode(dns.rcode.NXDOMAIN)
        self.request[1].sendto(answer.to_wire(), self.client_address)


@pytest.fixture
def names() -> Iterator[dns_probe.DnsProbe]:
    with socketserver.ThreadingUDPServer(("127.0.0.1", 0), Names) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield dns_probe.DnsProbe(dns_probe.Settings(["127.0.0.1"], server.server_address[1]))
        server.shutdown()


def test_a_name_resolves_to_what_is_expected(names: dns_probe.DnsProbe) -> None:
    assert names.check(probe("dns", "shop.example")).detail == "resolves to 192.0.2.7, 192.0.2.8, 2001:db8::7"
    assert names.check(probe("dns", "shop.example", expect="192.0.2.8")).ok
    assert names.check(probe("dns", "shop.example MX", expect="10 mail.shop.example")).ok
    moved = names.check(probe("dns", "shop.example A", expect="192.0.2.99"))
    assert not moved.ok and moved.detail == "resolves to 192.0.2.7, 192.0.2.8, not to 192.0.2.99"


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("nothing.example", "there is no name"),
        ("shop.example TXT", "without such a record"),
        ("broken.example", "the name servers fail"),
        ("silent.example", "no answer within 0.5 s"),
        ("shop.example NONSENSE", "cannot be asked"),
        ("." * 300, "cannot be asked"),
    ],
)
def test_every_way_in_which_a_name_fails_is_told_apart(names: dns_probe.DnsProbe, url: str, says: str) -> None:
    began = time.monotonic()
    seen = names.check(probe("dns", url, timeout=0.5))
    assert not seen.ok and says in seen.detail, seen.detail
    assert time.monotonic() - began < 1.5
