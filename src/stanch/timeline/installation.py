"""The addresses of this installation."""

import re
from pathlib import Path

import msgspec

# Addresses that only this machine can open.
LOCAL = re.compile(r"https?://(localhost|127\.|\[::1\]|0\.0\.0\.0)")


class Installation(msgspec.Struct, frozen=True):
    """How people and programs reach this stanch, and who watches it.

    ``data``: the folder of this process's own files. ``watchdog_url`` is called every ``watchdog_every`` seconds while the engine works; empty: nobody watches.
    """

    url: str
    secret_key: str
    data: Path
    watchdog_url: str = ""
    watchdog_every: float = 60

    def link(self, path: str) -> str:
        """The address of a page for people elsewhere; empty where stanch has none that others can open."""
        return "" if LOCAL.match(self.url) else f"{self.url}{path}"
