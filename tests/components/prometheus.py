"""Prometheus with a scrape and evaluation every second."""

import json
import signal
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import urllib3
import yaml

from tests.components.process import Process, answers, find_program


def find() -> str | None:
    return find_program("prometheus")


class Prometheus(Process):
    """`targets` are scraped as job `job`; firing rules go to `alertmanager` ("host:port"), which may be
    ours: then `alertmanager_prefix` is the path in front of /api/v2/alerts, `alertmanager_key` the bearer."""

    def __init__(
        self,
        folder: Path,
        port: int | None = None,
        *,
        targets: Sequence[str] = (),
        job: str = "app",
        jobs: Mapping[str, Sequence[str]] | None = None,
        rules: str | Mapping[str, Any] = "",
        alertmanager: str | None = None,
        alertmanager_prefix: str = "/",
        alertmanager_key: str | None = None,
        external_labels: Mapping[str, str] | None = None,
        interval: str = "1s",
        resend_delay: str = "1s",
    ) -> None:
        super().__init__(folder, port)
        self.resend_delay = resend_delay
        every = {**({job: targets} if targets else {}), **(jobs or {})}
        config: dict[str, Any] = {
            "global": {
                "scrape_interval": interval,
                "scrape_timeout": interval,
                "evaluation_interval": interval,
                "external_labels": dict(external_labels or {}),
            },
            "scrape_configs": [
                {"job_name": name, "static_configs": [{"targets": list(hosts)}]} for name, hosts in every.items()
            ],
        }
        if rules:
            text = rules if isinstance(rules, str) else yaml.safe_dump(dict(rules))
            (self.folder / "rules.yml").write_text(text)
            config["rule_files"] = ["rules.yml"]
        if alertmanager:
            receiver: dict[str, Any] = {
                "api_version": "v2",
                "timeout": "5s",
                "path_prefix": alertmanager_prefix,
                "static_configs": [{"targets": [alertmanager]}],
            }
            if alertmanager_key:
                receiver["authorization"] = {"credentials": alertmanager_key}
            config["alerting"] = {"alertmanagers": [receiver]}
        self.config = self.folder / "prometheus.yml"
        self.config.write_text(yaml.safe_dump(config, sort_keys=False))

    def command(self) -> Sequence[str]:
        program = find()
        assert program, "prometheus is not installed"
        return [
            program,
            f"--config.file={self.config}",
            f"--storage.tsdb.path={self.folder / 'tsdb'}",
            f"--web.listen-address=127.0.0.1:{self.port}",
            f"--web.external-url={self.url}/",
            f"--rules.alert.resend-delay={self.resend_delay}",
            "--log.level=warn",
        ]

    def ready(self) -> bool:
        return answers(f"{self.url}/-/ready")

    def reload(self) -> None:
        """Read the configuration and the rules again."""
        assert self._popen is not None, "not started"
        self._popen.send_signal(signal.SIGHUP)

    def query(self, expression: str) -> list[dict[str, Any]]:
        """The instant vector of an expression."""
        answer = urllib3.request("GET", f"{self.url}/api/v1/query", fields={"query": expression}, timeout=5.0)
        result: list[dict[str, Any]] = json.loads(answer.data)["data"]["result"]
        return result
