"""The demo is the product's whole path, for real: these tests are what ``make demo`` promises."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import urllib3

ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("STANCH_")}


@pytest.mark.alone
@pytest.mark.slow
@pytest.mark.real
@pytest.mark.needs("prometheus", "alertmanager")
def test_the_demo_drives_itself_to_the_end_within_two_minutes_and_reports_what_was_measured() -> None:
    """Without Prometheus the same people drive the same incident in test_kill.py, where the server is killed as well."""
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "stanch", "demo", "--auto", "--speed", "20", "--prometheus"],
        env=ENVIRONMENT, capture_output=True, text=True, timeout=240,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert time.monotonic() - began < 120
    assert "the alert in the timeline carries Alertmanager's own fingerprint" in done.stdout
    measured = {
        line.split()[0]: float(line.split()[1].rstrip("%")) for line in done.stdout.splitlines() if line.endswith("%")
    }
    assert measured["before"] > 20
    assert measured["after"] < 1
    assert "hash chain verified" in done.stdout


def signals_as_at_a_terminal() -> None:
    """Below nohup, and in the background of a script, they would be ignored."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["ctrl-c", "sigterm"])
def test_the_demo_says_when_the_incident_is_there_and_leaves_nothing_behind(number: int, tmp_path: Path) -> None:
    """The tutorial's commands work beside it, and an open page does not make its end an error."""
    demo = subprocess.Popen(
        [sys.executable, "-m", "stanch", "demo", "--folder", str(tmp_path)],
        env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True,
        preexec_fn=signals_as_at_a_terminal,
    )  # fmt: skip
    try:
        ends(demo, number, tmp_path)
    finally:
        if demo.poll() is None:
            demo.terminate()


def ends(demo: subprocess.Popen[str], number: int, folder: Path) -> None:
    assert demo.stdout
    said = ""
    while "STANCH_TOKEN" not in said:
        line = demo.stdout.readline()
        assert line, said
        said += line
    assert "INC-1 arrived after" in said
    exported = dict(re.findall(r"export (STANCH_\w+)=(\S+)", said))
    shown = subprocess.run(
        [sys.executable, "-m", "stanch", "role", "1", "ic"], env=ENVIRONMENT | exported, capture_output=True, text=True
    )
    assert "ada is Incident Commander" in shown.stdout, shown.stderr
    stream = urllib3.request(
        "GET", f"{exported['STANCH_URL']}/api/v1/incidents/INC-1/events", preload_content=False,
        headers={"Authorization": f"Bearer {exported['STANCH_TOKEN']}"},
    )  # fmt: skip
    assert b"connected" in next(stream.stream(32))
    os.killpg(demo.pid, number)  # as a terminal does, and as a supervisor
    rest, _ = demo.communicate(timeout=120)
    assert "ERROR" not in rest and "Traceback" not in rest, rest
    assert demo.returncode == 0 if number == signal.SIGINT else demo.returncode == 143
    left = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    assert str(folder) not in left
    with pytest.raises(urllib3.exceptions.HTTPError):
        urllib3.request("GET", f"{exported['STANCH_URL']}/healthz", retries=False, timeout=2)
