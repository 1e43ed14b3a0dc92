"""Numbers from a real Prometheus and from JSON; checks of a real web server."""

import contextlib
import json
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from stanch.integrations import http_json, http_probe, prometheus
from stanch.kernel.clock import MINUTE, SECOND, SystemClock
from stanch.kernel.policy import Probe
from stanch.ports import AlertRules, Failed, Metrics

measure = http_json.build(http_json.Settings(timeout=2))
prober = http_probe.build(http_probe.Settings())


class _Pages(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path.startswith("/api/v1/rules"):
            return self._rules()
        if self.path == "/slow":
            time.sleep(1.5)
        status = int(self.path[1:]) if self.path[1:].isdecimal() else 200
        body = json.dumps({"checks": [{"ratio": 0.25, "text": "7.5", "on": True}], "pad": "x" * 5000}).encode()
        if self.path == "/text":
            body = b"<html>"
        self.send_response(status)
        self.send_header("Location", "/")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _rules(self) -> None:
        """As a Prometheus 3 answers, shortened."""
        asked = parse_qs(urlsplit(self.path).query)
        rules = [
            {"state": "firing", "name": name, "query": "up == 0", "duration": seconds, "keepFiringFor": 0, "labels": {}, "type": "alerting"}
            for name, seconds in (("Down", 600), ("Slow", 0), ("Other", 60)) if name in asked["rule_name[]"]
        ]  # fmt: skip
        group = {"name": "g", "file": "r.yml", "rules": rules, "interval": 30, "limit": 0}
        body = json.dumps({"status": "success", "data": {"groups": [group]}}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def handle(self) -> None:
        with contextlib.suppress(ConnectionError):
            super().handle()

    def log_message(self, *arguments: object) -> None:
        return


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Pages)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def refused(metrics: Metrics, query: str) -> Failed:
    with pytest.raises(Failed) as raised:
        metrics.value(query)
    return raised.value


def test_a_number_is_found_in_json(site: str) -> None:
    assert measure.value(f"{site}/#checks.0.ratio") == 0.25
    assert measure.value(f"{site}/#checks.0.text") == 7.5
    assert measure.series(f"{site}/#checks.0.ratio", 0, 1, 1) == []


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("/#checks.0.on", "no number"),
        ("/#checks.1", "has no '1'"),
        ("/#wrong", "there: checks, pad"),
        ("/text#a", "did not answer with JSON"),
        ("/302#a", "answered 302"),
        ("/500#a", "answered 500"),
    ],
)
def test_what_is_no_number_is_explained(site: str, query: str, said: str) -> None:
    failed = refused(measure, site + query)
    assert said in failed.detail and failed.again == ("500" in query)


def test_a_probe_sees_what_a_visitor_sees(site: str) -> None:
    answer = prober.check(Probe("p", site + "/", timeout=2, expect_status=200))
    assert answer.ok and answer.detail == "answered 200" and len(answer.body) == 2000 and answer.took_ms > 0
    assert prober.check(Probe("p", site + "/302", timeout=2, expect_status=302)).ok, "redirects are not followed"
    assert prober.check(Probe("p", site + "/503", timeout=2, expect_status=200)).detail == "answered 503, expected 200"


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://127.0.0.1:1/", "refused"),
        ("nonsense", "is not a web address"),
        ("http://", ""),
        ("http://[::1", ""),
        ("ftp://x/", "is not a web address"),
        ("http://no-such-name.invalid/", "the name cannot be resolved"),
    ],
)
def test_a_probe_never_raises(url: str, said: str) -> None:
    answer = prober.check(Probe("p", url, timeout=2, expect_status=200))
    assert not answer.ok and said in answer.detail


def test_a_slow_page_and_a_page_without_tls_are_named(site: str) -> None:
    assert prober.check(Probe("p", site + "/slow", timeout=0.3, expect_status=200)).detail == "no answer within 0.3 s"
    assert prober.check(Probe("p", site.replace("http:", "https:"), timeout=2, expect_status=200)).detail.startswith(
        "TLS: "
    )


PROMETHEUS = shutil.which("prometheus")


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Metrics]:
    if PROMETHEUS is None:
        pytest.skip("needs prometheus")
    folder: Path = tmp_path_factory.mktemp("prometheus")
    with ThreadingHTTPServer(("127.0.0.1", 0), _Pages) as server:
        port = server.server_port
    config = folder / "p.yml"
    config.write_text(
        "global: {scrape_interval: 1s}\nscrape_configs:\n- job_name: self\n  static_configs:\n"
        f"  - targets: ['127.0.0.1:{port}']\n"
    )
    process = subprocess.Popen(
        [
            PROMETHEUS,
            f"--config.file={config}",
            f"--storage.tsdb.path={folder}/d",
            f"--web.listen-address=127.0.0.1:{port}",
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    metrics = prometheus.build(prometheus.Settings(f"http://127.0.0.1:{port}"))
    _wait_for(metrics)
    yield metrics
    process.terminate()
    process.wait(20)


def _wait_for(metrics: Metrics) -> None:
    for _ in range(150):
        try:
            metrics.value("up")
        except Failed:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("Prometheus did not start")


def test_prometheus_gives_one_number_or_says_why_not(live: Metrics) -> None:
    assert live.value("up") == 1.0
    assert live.value("scalar(up) * 2") == 2.0
    assert "gives nothing right now" in refused(live, "no_such_metric").detail
    assert "put sum(...)" in refused(live, "label_replace(up, 'a', 'b', '', '') or up").detail
    assert "no number" in refused(live, "vector(0) / 0").detail
    assert "parse error" in refused(live, "sum(").detail and not refused(live, "sum(").again
    assert "write one that gives one number" in refused(live, "up[1m]").detail


def test_a_real_prometheus_without_rules_says_nothing_of_its_alerts(live: Metrics) -> None:
    assert isinstance(live, AlertRules) and live.waits(["Down"]) == {}


def test_prometheus_gives_a_series_of_moments(live: Metrics) -> None:
    now = SystemClock().now()
    pairs = live.series("vector(3)", now - MINUTE, now, 10)
    assert [number for _, number in pairs] == [3.0] * 7
    assert pairs[1][0] - pairs[0][0] == 10 * SECOND and abs(pairs[0][0] - (now - MINUTE)) < SECOND
    assert live.series("no_such_metric", now - MINUTE, now, 10) == []


def test_prometheus_says_how_long_its_alerts_wait(site: str) -> None:
    """R17: ``for`` and the interval of the group date the onset."""
    source = prometheus.build(prometheus.Settings(site))
    assert isinstance(source, AlertRules) and not isinstance(measure, AlertRules)
    assert source.waits(["Down", "Slow", "Gone"]) == {"Down": 630.0, "Slow": 30.0}
    with pytest.raises(Failed, match="answered"):
        prometheus.build(prometheus.Settings(site + "/500#")).waits(["Down"])


def test_a_prometheus_that_is_away_is_tried_again() -> None:
    assert refused(prometheus.build(prometheus.Settings("http://127.0.0.1:1")), "up").again
