"""The demo is the product's whole path, for real: these tests are what ``make demo`` promises."""

import os
import subprocess
import sys
import time

import pytest


def run_demo(*words: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("STANCH_")}
    return subprocess.run(
        [sys.executable, "-m", "stanch", "demo", "--auto", "--speed", "20", *words],
        env=environment, capture_output=True, text=True, timeout=240,
    )  # fmt: skip


@pytest.mark.alone
@pytest.mark.slow
def test_the_demo_drives_itself_to_the_end_within_two_minutes_and_reports_what_was_measured() -> None:
    began = time.monotonic()
    done = run_demo()
    assert done.returncode == 0, done.stdout + done.stderr
    assert time.monotonic() - began < 120
    measured = {
        line.split()[0]: float(line.split()[1].rstrip("%")) for line in done.stdout.splitlines() if line.endswith("%")
    }
    assert measured["before"] > 20
    assert measured["after"] < 1
    assert "hash chain verified" in done.stdout


@pytest.mark.alone
@pytest.mark.slow
@pytest.mark.real
@pytest.mark.needs("prometheus", "alertmanager")
def test_with_prometheus_the_timeline_carries_alertmanagers_own_fingerprint() -> None:
    done = run_demo("--prometheus")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "the alert in the timeline carries Alertmanager's own fingerprint" in done.stdout
