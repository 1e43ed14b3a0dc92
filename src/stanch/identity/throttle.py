"""How often something happened lately, counted by address, network and more, in the memory of this process."""

import ipaddress
import threading
from collections.abc import Iterable, Mapping

from stanch.kernel.clock import MINUTE, SECOND
from stanch.kernel.errors import TooMany

KEPT = 10_000
# A kind of what is counted, such as ``network``, and which one it is.
Key = tuple[str, str]


class Throttle:
    """``allowed``: how often by kind. ``within``: the span that counts, in microseconds."""

    def __init__(self, allowed: Mapping[str, int], within: int) -> None:
        self.allowed, self.within = allowed, within
        self._seen: dict[Key, list[int]] = {}
        self._lock = threading.Lock()

    def full(self, keys: Iterable[Key], now: int) -> tuple[Key, int] | None:
        """The first that happened too often already, and the seconds until it may happen again."""
        with self._lock:
            for key in keys:
                recent, most = self._recent(key, now), self.allowed[key[0]]
                if len(recent) >= most:
                    return key, max(1, -((now - self.within - recent[-most]) // SECOND))
        return None

    def count(self, keys: Iterable[Key], now: int) -> None:
        """Count one; what is oldest is forgotten when there is too much."""
        with self._lock:
            for key in keys:
                recent = self._recent(key, now)[-self.allowed[key[0]] :]
                self._seen.pop(key, None)
                self._seen[key] = [*recent, now]
            while len(self._seen) > KEPT:
                del self._seen[next(iter(self._seen))]

    def _recent(self, key: Key, now: int) -> list[int]:
        return [at for at in self._seen.get(key, ()) if at > now - self.within]


class SignIns(Throttle):
    """Failed attempts to sign in. Counting by network and by account too catches attackers that change addresses."""

    def __init__(self) -> None:
        super().__init__({"address": 10, "network": 40, "account": 40}, 10 * MINUTE)

    def check(self, address: str, now: int, account: str = "") -> None:
        """Raises ``TooMany``."""
        if full := self.full(_tried(address, account), now):
            (kind, _), seconds = full
            whose = f"as '{account}'" if kind == "account" else "from here"
            hint = "Wait ten minutes, or use a one-time link."
            raise TooMany(f"Too many attempts to sign in {whose}.", hint=hint, after=seconds)

    def failed(self, address: str, now: int, account: str = "") -> None:
        """Count one."""
        self.count(_tried(address, account), now)


def places(address: str, ipv6: int = 56) -> list[Key]:
    """The address of a request and its network (IPv4 /24, IPv6 /56 or what is said); no network for what is no address."""
    found = [("address", address)]
    try:
        at = ipaddress.ip_address(address)
        found.append(("network", str(ipaddress.ip_network((at, 24 if at.version == 4 else ipv6), strict=False))))
    except ValueError:
        pass  # a socket without an address
    return found


def _tried(address: str, account: str) -> list[Key]:
    return [*places(address), ("account", account)] if account else places(address)
