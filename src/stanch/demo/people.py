"""The demo's people: each types the same public commands that anyone would, against the running server."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any


class StageFailed(Exception):
    """A stage of the demo did not really happen."""


class Person:
    """Runs ``stanch`` as a command with a token of their own."""

    def __init__(self, name: str, url: str, token: str) -> None:
        self.name = name
        # A person tries again while the server restarts; under one Idempotency-Key nothing happens twice.
        self.environment = {**os.environ, "STANCH_URL": url, "STANCH_TOKEN": token, "STANCH_RETRIES": "30"}

    def run(self, *words: str) -> Any:
        """One command with ``--json``. Raises ``StageFailed`` with what it said when it does not succeed."""
        argv = [sys.executable, "-m", "stanch", *words, "--json"]
        done = subprocess.run(argv, env=self.environment, capture_output=True, text=True)
        if done.returncode != 0:
            raise StageFailed(f"'stanch {' '.join(words)}' exited {done.returncode}: {done.stderr.strip()[-400:]}")
        return json.loads(done.stdout)


def until(what: str, seconds: float, look: Callable[[], Any]) -> Any:
    """Look again and again until there is something. Raises ``StageFailed`` naming what did not come."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = look()
        if found:
            return found
        time.sleep(0.5)  # each look is a process
    raise StageFailed(f"waited {seconds:g} s in vain for {what}")
