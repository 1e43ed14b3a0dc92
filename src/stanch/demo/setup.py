"""What the demo writes before it starts: one ``stanch.yaml``, with waiting times shortened by ``speed`` and no step left out.

Who starts it by hand is not made to wait for the incident: probe, hold time and the time between measurements are short at any speed.
"""

import sys
from pathlib import Path
from typing import Any

import yaml

from stanch.demo.drilling import shop_release


def configuration(
    folder: Path, *, port: int, shop: Any, phone: str, speed: float, prometheus: str = "", drill: bool = False
) -> dict[str, Any]:
    """The settings of the demo as plain values. ``speed`` divides waiting times only; ``prometheus`` is its URL, if one runs.

    ``drill``: nothing watches the shop, since a real alert would page, and a drill on it can be started.
    """
    release = [sys.executable, "-m", "stanch.demo.shop.release", "--state", str(shop.state)]
    zone = [sys.executable, "-m", "stanch.demo.shop.zone", "--state", str(shop.state)]
    observe = max(6.0, 60 / speed)
    if prometheus:
        errors = {
            "name": "checkout error rate",
            "source": "prometheus",
            "below": 0.01,
            "query": 'sum(rate(shop_front_requests_total{code=~"5.."}[5s])) / sum(rate(shop_front_requests_total[5s])) or vector(0)',
        }
    else:
        errors = {
            "name": "checkout error rate",
            "source": "http_json",
            "below": 0.01,
            "query": f"{shop.load_url}/window?seconds=5#error_rate",
        }
    service = {
        "name": "shop", "title": "Shop", "core": True, "public_name": "Checkout", "criteria_hold": max(3.0, 300 / speed),
        "runbook": (Path(__file__).parent / "runbook.md").read_text(), "criteria": [errors],
        "probes": [] if prometheus or drill else [
            {"name": "customers can pay", "url": f"{shop.load_url}/health?below=0.05", "every": max(0.5, min(2, 10 / speed)), "failures": 3}],
        "mitigations": [
            {"name": "rollback", "title": "Roll the shop back to the release before", "kind": "rollback", "adapter": "command", "target": "shop, both zones",
             "reversibility": "quick", "blast_radius": "service", "effect_seconds": 5, "undo_seconds": 5, "observe_seconds": observe,
             "run": {"argv": [*release, "rollback"], "describe": [*release, "show"]}, "undo": {"argv": [*release, "rollout", "v2", "--broken"]}},
            {"name": "drain-zone-b", "title": "Move all traffic away from zone-b", "kind": "traffic_shift", "adapter": "command", "target": "zone-b",
             "zone": "zone-b", "reversibility": "instant", "blast_radius": "zone", "effect_seconds": 2, "undo_seconds": 2, "observe_seconds": observe,
             "run": {"argv": [*zone, "drain", "zone-b"]}, "undo": {"argv": [*zone, "restore", "zone-b"]}},
        ],
    }  # fmt: skip
    return {
        "data": str(folder / "data"), "port": port, "intake_keys": {"alertmanager": "demo-only-key"},
        "integrations": {"webhook": {}, **({"prometheus": {"url": prometheus}} if prometheus else {})},
        "policy": {
            "hold": min(5, 60 / speed), "criteria_every": max(0.5, min(1, 5 / speed)), "services": {"shop": service},
            "escalation": {"default": {"steps": [{"notify": ["ada"], "wait": max(10, 300 / speed)}, {"notify": ["ben"], "wait": 300}]}},
            "drills": {"shop-release": shop_release(shop.load_url, speed)} if drill else {},
            "contacts": {"ada": {"name": "Ada", "reach": [f"webhook:{phone}"], "lead": "grace"},
                         "ben": {"name": "Ben", "reach": [f"webhook:{phone}"], "lead": "grace"}, "grace": {"name": "Grace"}},
        },
    }  # fmt: skip


def write(folder: Path, values: dict[str, Any]) -> Path:
    """Write ``stanch.yaml`` and answer with its path."""
    path = folder / "stanch.yaml"
    path.write_text(yaml.safe_dump(values, sort_keys=False))
    return path
