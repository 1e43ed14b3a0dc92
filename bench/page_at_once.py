"""B3: from the post of an alert to the call of the notifier, for a rule that pages at once; Alertmanager with group_wait 0s beside it."""

import json
import threading
import time
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from statistics import median, quantiles
from typing import Any

import urllib3


class Sink:
    """The notifier's other end: notes when it was called, by what the call was about."""

    def __init__(self) -> None:
        self.seen: dict[str, float] = {}
        arrived = threading.Condition()
        seen = self.seen
        self.arrived = arrived

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                now = time.perf_counter()
                text = self.rfile.read(int(self.headers["Content-Length"])).decode()
                self.send_response(200)
                self.end_headers()
                with arrived:
                    for word in text.replace('"', " ").replace("\\n", " ").split():
                        if word.startswith("sample-"):
                            seen.setdefault(word, now)
                    arrived.notify_all()

            def log_message(self, format: str, *args: Any) -> None:
                """Silent."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def wait(self, name: str, seconds: float = 10) -> float:
        """When a sample arrived. Raises ``TimeoutError``."""
        with self.arrived:
            if not self.arrived.wait_for(lambda: name in self.seen, seconds):
                raise TimeoutError(f"{name} did not arrive within {seconds:g} s")
        return self.seen[name]


def sample(url: str, key: str, sink: Sink, name: str) -> float:
    """Milliseconds from before the post to the notifier's call."""
    alert = {
        "labels": {"alertname": "Down", "service": name, "severity": "page", "at_once": "yes"},
        "annotations": {"summary": f"{name} is down"},
    }
    request = urllib.request.Request(
        url, json.dumps([alert]).encode(), {"Content-Type": "application/json", "Authorization": f"Bearer {key}"}
    )
    began = time.perf_counter()
    urllib.request.urlopen(request, timeout=10).read()
    return (sink.wait(name) - began) * 1000


class Beside(threading.Thread):
    """Alerts that nobody is paged for, ``rate`` a second, one in each post, while others are measured."""

    def __init__(self, url: str, key: str, rate: float) -> None:
        super().__init__(daemon=True)
        self.url, self.key, self.rate = url, key, rate
        self.sent, self.enough = 0, threading.Event()

    def run(self) -> None:
        pool = urllib3.PoolManager()
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self.key}"}
        began = time.perf_counter()
        while not self.enough.wait(max(0.0, began + self.sent / self.rate - time.perf_counter())):
            alert = {"labels": {"alertname": "Noise", "instance": str(self.sent), "severity": "info"}}
            pool.request("POST", self.url, body=json.dumps([alert]).encode(), headers=headers)
            self.sent += 1

    def __enter__(self) -> "Beside":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.enough.set()
        self.join()


def measure(targets: dict[str, tuple[str, str, Sink]], samples: int) -> dict[str, dict[str, float]]:
    """Interleaved samples for each target."""
    taken: dict[str, list[float]] = {name: [] for name in targets}
    for i in range(samples):
        for name, (url, key, sink) in targets.items():
            marked = "".join(c if c.isalnum() else "-" for c in name)  # it must stay one word on its way
            taken[name].append(sample(url, key, sink, f"sample-{marked}-{i}"))
    return {
        name: {
            "p50_ms": median(values),
            "p99_ms": quantiles(values, n=100, method="inclusive")[98],
            "max_ms": max(values),
        }
        for name, values in taken.items()
    }
