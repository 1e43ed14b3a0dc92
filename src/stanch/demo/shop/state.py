"""What the shop's processes share: small JSON files in one folder, replaced whole so that no reader sees half of one."""

import json
import os
import time
from pathlib import Path
from typing import Any


def read(path: Path, default: Any) -> Any:
    """The content of a state file, or the default while it does not exist."""
    try:
        return json.loads(path.read_text())
    except FileNotFoundError:
        return default


def write(path: Path, value: Any) -> None:
    """Replace a state file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(f".{os.getpid()}.new")
    fresh.write_text(json.dumps(value))
    fresh.replace(path)


class Watched:
    """A state file read at most every tenth of a second: many requests, few reads."""

    def __init__(self, path: Path, default: Any) -> None:
        self.path = path
        self.default = default
        self._value = read(path, default)
        self._read_at = time.monotonic()

    def value(self) -> Any:
        """The content, at most 0.1 s old."""
        if time.monotonic() - self._read_at > 0.1:
            self._value = read(self.path, self.default)
            self._read_at = time.monotonic()
        return self._value
