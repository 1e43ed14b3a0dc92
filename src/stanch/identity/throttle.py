"""Failed attempts to sign in, counted by address, by network and by account."""

import ipaddress
import threading

from stanch.kernel.clock import MINUTE
from stanch.kernel.errors import TooMany

FAILURES_WITHIN = 10 * MINUTE
# Counting by network and by account too catches attackers that change addresses.
ALLOWED = {"address": 10, "network": 40, "account": 40}
KEPT = 10_000


class Throttle:
    """Failures in memory: after too many, wait."""

    def __init__(self) -> None:
        self._failures: dict[tuple[str, str], list[int]] = {}
        self._lock = threading.Lock()

    def check(self, address: str, now: int, account: str = "") -> None:
        """Raises ``TooMany``."""
        with self._lock:
            for key in _counted(address, account):
                recent = [at for at in self._failures.get(key, ()) if at > now - FAILURES_WITHIN]
                if len(recent) >= ALLOWED[key[0]]:
                    whose = f"as '{account}'" if key[0] == "account" else "from here"
                    raise TooMany(
                        f"Too many attempts to sign in {whose}.", hint="Wait ten minutes, or use a one-time link."
                    )

    def failed(self, address: str, now: int, account: str = "") -> None:
        """Count one; what is oldest is forgotten when there is too much."""
        with self._lock:
            for key in _counted(address, account):
                recent = [at for at in self._failures.pop(key, ()) if at > now - FAILURES_WITHIN]
                self._failures[key] = [*recent, now]
            while len(self._failures) > KEPT:
                del self._failures[next(iter(self._failures))]


def _counted(address: str, account: str) -> list[tuple[str, str]]:
    found = [("address", address)]
    try:
        at = ipaddress.ip_address(address)
        found.append(("network", str(ipaddress.ip_network((at, 24 if at.version == 4 else 56), strict=False))))
    except ValueError:
        pass  # a socket without an address
    return [*found, ("account", account)] if account else found
