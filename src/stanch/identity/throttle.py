"""Failed attempts to sign in, counted per address."""

import threading

from stanch.kernel.clock import MINUTE
from stanch.kernel.errors import TooMany

FAILURES_ALLOWED = 10
FAILURES_WITHIN = 10 * MINUTE
ADDRESSES_KEPT = 10_000


class Throttle:
    """Failures per address in memory: after too many, wait."""

    def __init__(self) -> None:
        self._failures: dict[str, list[int]] = {}
        self._lock = threading.Lock()

    def check(self, address: str, now: int) -> None:
        """Raises ``TooMany``."""
        with self._lock:
            recent = [at for at in self._failures.get(address, ()) if at > now - FAILURES_WITHIN]
            if len(recent) >= FAILURES_ALLOWED:
                raise TooMany("Too many attempts to sign in from here.", hint="Wait ten minutes.")

    def failed(self, address: str, now: int) -> None:
        """Count one; the oldest address is forgotten when there are too many."""
        with self._lock:
            recent = [at for at in self._failures.pop(address, ()) if at > now - FAILURES_WITHIN]
            self._failures[address] = [*recent, now]
            while len(self._failures) > ADDRESSES_KEPT:
                del self._failures[next(iter(self._failures))]
