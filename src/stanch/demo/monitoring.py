"""A real Prometheus and Alertmanager for ``stanch demo --prometheus``, started by the demo itself."""

import json
import shutil
import subprocess
import time
import urllib.request
from pathlib import Path

import yaml

from stanch.demo.shop.ports import free_port
from stanch.kernel.errors import Unavailable


def wait_for(url: str, seconds: float) -> None:
    """Wait until a URL answers 200. Raises ``Unavailable`` when it does not."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310 - a loopback address of ours
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.05)
    raise Unavailable(f"{url} did not answer within {seconds:g} s.")


class Monitoring:
    """Prometheus scrapes the shop's front, Alertmanager posts to stanch with its key."""

    def __init__(self, folder: Path, *, front: str, stanch: str, key: str) -> None:
        for program in ("prometheus", "prometheus-alertmanager"):
            if not shutil.which(program):
                raise Unavailable(
                    f"{program} is not installed.", hint="On Debian: apt install prometheus prometheus-alertmanager."
                )
        self.folder = folder / "monitoring"
        self.folder.mkdir(parents=True)
        self.prometheus_port, self.alertmanager_port = free_port(), free_port()
        self.url = f"http://127.0.0.1:{self.prometheus_port}"
        self.alertmanager_url = f"http://127.0.0.1:{self.alertmanager_port}"
        self._write(front, stanch, key)
        self._processes: list[subprocess.Popen[bytes]] = []

    def start(self) -> None:
        """Start both and wait until they are ready."""
        log = (self.folder / "log").open("wb")
        self._processes = [
            subprocess.Popen(
                [
                    "prometheus-alertmanager",
                    f"--config.file={self.folder}/alertmanager.yml",
                    f"--storage.path={self.folder}/am",
                    f"--web.listen-address=127.0.0.1:{self.alertmanager_port}",
                    "--cluster.listen-address=",
                ],
                stdout=log,
                stderr=log,
            ),
            subprocess.Popen(
                [
                    "prometheus",
                    f"--config.file={self.folder}/prometheus.yml",
                    f"--storage.tsdb.path={self.folder}/tsdb",
                    f"--web.listen-address=127.0.0.1:{self.prometheus_port}",
                    f"--web.external-url={self.url}/",
                    "--rules.alert.resend-delay=1s",
                ],
                stdout=log,
                stderr=log,
            ),
        ]
        wait_for(f"{self.url}/-/ready", 15)
        wait_for(f"{self.alertmanager_url}/-/ready", 15)

    def fingerprints(self) -> set[str]:
        """Alertmanager's own fingerprints of the alerts it has now."""
        with urllib.request.urlopen(f"{self.alertmanager_url}/api/v2/alerts", timeout=5) as answer:  # noqa: S310 - a loopback address of ours
            return {str(alert["fingerprint"]) for alert in json.load(answer)}

    def stop(self) -> None:
        """Stop both."""
        for process in self._processes:
            process.terminate()
        for process in self._processes:
            process.wait(10)

    def _write(self, front: str, stanch: str, key: str) -> None:
        rule = {
            "alert": "ErrorBudgetBurn",
            "for": "2s",
            "labels": {"severity": "page", "service": "shop"},
            "expr": 'sum(rate(shop_front_requests_total{code=~"5.."}[5s])) / sum(rate(shop_front_requests_total[5s])) > 14.4 * 0.001',
            "annotations": {"summary": "Checkout burns its error budget"},
        }
        files = {
            "rules.yml": {"groups": [{"name": "shop", "rules": [rule]}]},
            "prometheus.yml": {
                "global": {"scrape_interval": "1s", "evaluation_interval": "1s"}, "rule_files": ["rules.yml"],
                "scrape_configs": [{"job_name": "shop", "static_configs": [{"targets": [front.removeprefix("http://")]}]}],
                "alerting": {"alertmanagers": [{"static_configs": [{"targets": [f"127.0.0.1:{self.alertmanager_port}"]}]}]},
            },
            "alertmanager.yml": {
                "route": {"receiver": "stanch", "group_by": ["alertname", "service"], "group_wait": "0s", "group_interval": "1s", "repeat_interval": "10s"},
                "receivers": [{"name": "stanch", "webhook_configs": [
                    {"url": f"{stanch}/hooks/alertmanager", "http_config": {"authorization": {"credentials": key}}}]}],
            },
        }  # fmt: skip
        for name, values in files.items():
            (self.folder / name).write_text(yaml.safe_dump(values))
