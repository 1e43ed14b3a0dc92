"""Each launcher starts its component, does one thing with it and stops it."""

import smtplib
import threading
from collections.abc import Iterator
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import psycopg
import pytest
import urllib3

from tests.components.alertmanager import Alertmanager
from tests.components.haproxy import HAProxy
from tests.components.postgres import Postgres
from tests.components.process import listens, wait_until
from tests.components.prometheus import Prometheus
from tests.components.smtp import SMTP

pytestmark = pytest.mark.real

RULES = """
groups:
- name: g
  rules:
  - {alert: Always, expr: vector(1), labels: {service: shop}}
"""


class Sink(ThreadingHTTPServer):
    """Answers 200 to everything and keeps path, bearer and body."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.seen: list[tuple[str, str | None, bytes]] = []


class Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.seen.append((self.path, self.headers.get("Authorization"), body))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_GET = do_POST

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def sink() -> Iterator[Sink]:
    server = Sink()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.needs("prometheus", "alertmanager")
def test_prometheus_fires_through_alertmanager(tmp_path: Path, sink: Sink) -> None:
    webhook = f"http://127.0.0.1:{sink.server_port}/hook"
    with (
        Alertmanager(tmp_path / "am", webhook=webhook, key="secret") as alertmanager,
        Prometheus(tmp_path / "prom", rules=RULES, alertmanager=alertmanager.address) as prometheus,
    ):
        wait_until(lambda: sink.seen, 15)
        assert prometheus.query("vector(1)")[0]["value"][1] == "1"
        assert alertmanager.alerts()[0]["labels"]["alertname"] == "Always"
    path, bearer, body = sink.seen[0]
    assert (path, bearer) == ("/hook", "Bearer secret")
    assert b'"Always"' in body
    assert not listens(prometheus.port)
    assert not listens(alertmanager.port)


@pytest.mark.needs("prometheus")
def test_prometheus_posts_to_a_path_with_a_key(tmp_path: Path, sink: Sink) -> None:
    with Prometheus(
        tmp_path,
        rules=RULES,
        alertmanager=f"127.0.0.1:{sink.server_port}",
        alertmanager_prefix="/hooks/prometheus",
        alertmanager_key="secret",
    ):
        wait_until(lambda: sink.seen, 15)
    assert sink.seen[0][:2] == ("/hooks/prometheus/api/v2/alerts", "Bearer secret")


@pytest.mark.needs("haproxy")
def test_haproxy_takes_a_server_out(tmp_path: Path, sink: Sink) -> None:
    with HAProxy(tmp_path, servers={"a": f"127.0.0.1:{sink.server_port}"}) as haproxy:
        assert urllib3.request("GET", haproxy.url, retries=False).status == 200
        assert haproxy.ask("set server app/a state maint").strip() == ""
        assert urllib3.request("GET", haproxy.url, retries=False).status == 503
    assert not listens(haproxy.port)


@pytest.mark.needs("postgresql")
def test_postgres_databases_are_separate(tmp_path: Path) -> None:
    with Postgres(tmp_path) as postgres:
        one, two = postgres.create_database(), postgres.create_database()
        with psycopg.connect(one) as connection:
            connection.execute("CREATE TABLE t (x int)")
        with psycopg.connect(two) as connection:
            assert connection.execute("SELECT to_regclass('t')").fetchone() == (None,)
        postgres.drop_database(one)
    assert not listens(postgres.port)


@pytest.mark.needs("aiosmtpd")
def test_smtp_keeps_mails(tmp_path: Path) -> None:
    with SMTP(tmp_path) as smtp:
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = "a@example.org", "b@example.org", "Größe"
        mail.set_content("Hello")
        with smtplib.SMTP("127.0.0.1", smtp.port) as client:
            client.send_message(mail)
        assert [m["Subject"] for m in smtp.mails()] == ["Größe"]
    assert not listens(smtp.port)


def test_a_database_for_each_test(database_url: str) -> None:
    assert database_url.startswith(("sqlite:///", "postgresql://"))
