"""Alertmanager that posts to one webhook."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import urllib3
import yaml

from tests.components.process import Process, answers, find_program


def find() -> str | None:
    return find_program("prometheus-alertmanager", "alertmanager")


class Alertmanager(Process):
    def __init__(
        self,
        folder: Path,
        port: int | None = None,
        *,
        webhook: str,
        key: str | None = None,
        group_by: Sequence[str] = ("alertname", "service"),
        group_wait: str = "200ms",
        group_interval: str = "1s",
        repeat_interval: str = "1h",
        send_resolved: bool = True,
    ) -> None:
        super().__init__(folder, port)
        receiver: dict[str, Any] = {"url": webhook, "send_resolved": send_resolved}
        if key:
            receiver["http_config"] = {"authorization": {"type": "Bearer", "credentials": key}}
        config = {
            "route": {
                "receiver": "stanch",
                "group_by": list(group_by),
                "group_wait": group_wait,
                "group_interval": group_interval,
                "repeat_interval": repeat_interval,
            },
            "receivers": [{"name": "stanch", "webhook_configs": [receiver]}],
        }
        self.config = self.folder / "alertmanager.yml"
        self.config.write_text(yaml.safe_dump(config, sort_keys=False))

    @property
    def address(self) -> str:
        """As Prometheus wants it: host and port."""
        return f"127.0.0.1:{self.port}"

    def command(self) -> Sequence[str]:
        program = find()
        assert program, "alertmanager is not installed"
        return [
            program,
            f"--config.file={self.config}",
            f"--storage.path={self.folder / 'alertmanager'}",
            f"--web.listen-address={self.address}",
            f"--web.external-url={self.url}/",
            "--cluster.listen-address=",
        ]

    def ready(self) -> bool:
        return answers(f"{self.url}/-/ready")

    def post(self, *alerts: dict[str, Any]) -> None:
        """Hand in alerts, each {"labels": {...}, "annotations": {...}, "startsAt": ..., "endsAt": ...}."""
        answer = urllib3.request("POST", f"{self.url}/api/v2/alerts", json=list(alerts), timeout=5.0)
        assert answer.status == 200, answer.data

    def alerts(self) -> list[dict[str, Any]]:
        answer = urllib3.request("GET", f"{self.url}/api/v2/alerts", timeout=5.0)
        found: list[dict[str, Any]] = json.loads(answer.data)
        return found
