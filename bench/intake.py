"""B1: alerts accepted. The same posts, in the same run, to stanch (on disk before it answers) and to Alertmanager (in memory)."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from statistics import median
from typing import Any

SHAPES = ((1, 64), (10, 64), (100, 16))
SECONDS = 5


def body(batch: int) -> str:
    """A batch of alerts as Prometheus posts them."""
    alerts = [
        {
            "labels": {
                "alertname": "ErrorBudgetBurn",
                "service": "checkout",
                "zone": f"zone-{i % 3}",
                "instance": f"10.0.0.{i}",
                "severity": "page",
            },
            "annotations": {"summary": "checkout burns its error budget"},
            "startsAt": "2026-11-23T03:00:17.256Z",
            "endsAt": "2036-11-23T03:04:17.256Z",
            "generatorURL": "http://prometheus:9090/graph?g0.expr=up",
        }
        for i in range(batch)
    ]
    return json.dumps(alerts)


def load(url: str, key: str, batch: int, connections: int, folder: Path) -> dict[str, float]:
    """Run wrk for a few seconds: alerts per second, p99 in milliseconds, and answers that were not 2xx."""
    (folder / "body.json").write_text(body(batch))
    script = folder / "post.lua"
    script.write_text(
        f'local f = io.open("{folder}/body.json"); wrk.body = f:read("*a"); f:close()\n'
        f'wrk.method = "POST"; wrk.headers["Content-Type"] = "application/json"; wrk.headers["Authorization"] = "Bearer {key}"\n'
        "done = function(s, l, r) io.write(string.format('\\nRESULT %d %d %d %f\\n', s.requests, s.duration, "
        "s.errors.status + s.errors.connect + s.errors.read + s.errors.write + s.errors.timeout, l:percentile(99) / 1000)) end\n"
    )
    argv = ["wrk", "-t1", f"-c{connections}", f"-d{SECONDS}s", "-s", str(script), url]
    printed = subprocess.run(argv, capture_output=True, text=True, check=True).stdout
    found = re.search(r"RESULT (\d+) (\d+) (\d+) ([\d.]+)", printed)
    assert found, printed
    requests, micros, errors, p99 = (float(part) for part in found.groups())
    return {"alerts_per_second": (requests - errors) * batch / (micros / 1e6), "p99_ms": p99, "errors": errors}


def measure(stanch_url: str, key: str, alertmanager_url: str, folder: Path, rounds: int) -> list[dict[str, Any]]:
    """Interleaved rounds of every shape; medians."""
    if not shutil.which("wrk"):
        raise SystemExit("make bench needs wrk (apt install wrk)")
    targets = {
        "stanch": f"{stanch_url}/hooks/prometheus/api/v2/alerts",
        "alertmanager": f"{alertmanager_url}/api/v2/alerts",
    }
    raw: dict[tuple[str, int], list[dict[str, float]]] = {}
    for _ in range(rounds):
        for batch, connections in SHAPES:
            for name, url in targets.items():
                raw.setdefault((name, batch), []).append(load(url, key, batch, connections, folder))
    rows = []
    for batch, connections in SHAPES:
        ours, theirs = raw["stanch", batch], raw["alertmanager", batch]
        rows.append({
            "batch": batch, "connections": connections,
            **{f"stanch_{k}": median(r[k] for r in ours) for k in ours[0]},
            **{f"alertmanager_{k}": median(r[k] for r in theirs) for k in theirs[0]},
            "ratio": median(r["alerts_per_second"] for r in ours) / median(r["alerts_per_second"] for r in theirs),
        })  # fmt: skip
    return rows
