"""What ``stanch demo --full`` started ends with it, however it ends; the year itself is left out here."""

import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import urllib3

# The signals as at a terminal: a run below nohup, or in the background, would leave them ignored.
DEMO = """
import signal
import sys
from pathlib import Path
from stanch.demo.year import full
from stanch.identity import people
from stanch.main import open_stanch
from stanch.prepare.settings import load

def play(config, say):
    database = open_stanch(settings=load(config, {})).application.database
    people.add(database, "ada", 1, admin=True)
    database.close()
    return "INC-1"

signal.signal(signal.SIGHUP, signal.SIG_DFL)
signal.signal(signal.SIGINT, signal.default_int_handler)
full.play = play
sys.exit(full.serve(Path(sys.argv[1]), 0))
"""


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGKILL], ids=["sighup", "sigkill"])
def test_the_server_ends_with_the_demo(number: signal.Signals, tmp_path: Path) -> None:
    demo = subprocess.Popen(
        [sys.executable, "-c", DEMO, str(tmp_path)], stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    assert demo.stdout
    said = ""
    while "Ctrl-C ends it" not in said:
        line = demo.stdout.readline()
        assert line, said
        said += line
    assert f"export STANCH_CONFIG={tmp_path / 'stanch.yaml'}\n" in said
    (address,) = re.findall(r"http://127\.0\.0\.1:\d+", said)
    assert urllib3.request("GET", f"{address}/healthz", retries=False, timeout=5).status == 200
    demo.send_signal(number)
    demo.communicate(timeout=120)
    assert demo.returncode == (128 + number if number == signal.SIGHUP else -number)
    end = time.monotonic() + 60
    while serves(address):
        assert time.monotonic() < end, "the server was left behind"
        time.sleep(0.1)


def serves(address: str) -> bool:
    try:
        urllib3.request("GET", f"{address}/healthz", retries=False, timeout=2)
    except urllib3.exceptions.HTTPError:
        return False
    return True
