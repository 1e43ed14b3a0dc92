"""How often something happened lately, counted by address, network and more, in the memory of this process."""

import ipaddress
import threading
from collections.abc import Iterable, Mapping

from stanch.kernel.clock import HOUR, MINUTE, SECOND
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


class SignIns:
    """Failed attempts to sign in. Whoever has no ``browser``, one in which the account signed in before, is counted by address, by
    network, by network and account, and by account: a single network cannot use up what an account has. A known browser is counted
    by itself, so that no stranger closes it (OWASP, device cookies). An account has at most 100 failures in an hour (ASVS 2.2.1).
    """

    def __init__(self) -> None:
        self._lately = Throttle({"address": 10, "network": 40, "browser": 10}, 10 * MINUTE)
        self._hour = Throttle({"account here": 20, "account": 100}, HOUR)

    def check(self, address: str, now: int, account: str = "", browser: str = "") -> None:
        """Raises ``TooMany``."""
        lately, hour = _counted(address, account, browser)
        full = self._lately.full(lately, now) or self._hour.full(hour, now)
        if not full:
            return
        (kind, _), seconds = full
        whose = f"as '{account}'" if kind == "account" else "from here"
        minutes = -(-seconds // 60)
        other = "" if kind == "browser" else "sign in with a browser in which you did before, "
        raise TooMany(
            f"Too many attempts to sign in {whose}.", after=seconds,
            hint=f"Wait {minutes} {'minute' if minutes == 1 else 'minutes'}, {other}or use a one-time link.",
        )  # fmt: skip

    def failed(self, address: str, now: int, account: str = "", browser: str = "") -> None:
        """Count one."""
        lately, hour = _counted(address, account, browser)
        self._lately.count(lately, now)
        self._hour.count(hour, now)


def _counted(address: str, account: str, browser: str) -> tuple[list[Key], list[Key]]:
    """What one attempt counts as: within ten minutes, and within an hour."""
    if browser:
        return [("browser", browser)], []
    here = f"{places(address, 48)[-1][1]} {account}"
    return places(address), [("account here", here), ("account", account)] if account else []


def places(address: str, ipv6: int = 56) -> list[Key]:
    """The address of a request and its network (IPv4 /24, IPv6 /56 or what is said); no network for what is no address."""
    found = [("address", address)]
    try:
        at = ipaddress.ip_address(address)
        found.append(("network", str(ipaddress.ip_network((at, 24 if at.version == 4 else ipv6), strict=False))))
    except ValueError:
        pass  # a socket without an address
    return found
