"""The shop's customers: a steady rate of checkouts, and their results, in one-second buckets."""

import itertools
import threading
import time
from urllib.parse import parse_qs

import urllib3

from stanch.demo.shop.http import Reply, arguments, as_json, serve

KEPT_SECONDS = 900
THREADS = 4


class Customers:
    """Buys at a fixed rate, and keeps the results of the last 15 minutes."""

    def __init__(self, url: str, rate: float) -> None:
        self.url, self.rate = url, rate
        self.buckets: dict[int, list[int]] = {}
        self._lock = threading.Lock()
        self._turn = itertools.count()
        self._pool = urllib3.PoolManager(maxsize=THREADS, retries=False, timeout=3)

    def start(self) -> None:
        """Send the customers."""
        self._began = time.monotonic()
        for _ in range(THREADS):
            threading.Thread(target=self._buy, daemon=True).start()

    def window(self, query: str) -> Reply:
        """Results of the last ``seconds`` (10 by default)."""
        seen = self._last(float(parse_qs(query).get("seconds", ["10"])[0]))
        return as_json(200, seen)

    def health(self, query: str) -> Reply:
        """200 while the error rate of the last three seconds is below ``below``, else 503: a check from the customer's side."""
        limit = float(parse_qs(query).get("below", ["0.05"])[0])
        seen = self._last(3)
        return as_json(200 if seen["error_rate"] < limit else 503, seen)

    def _last(self, seconds: float) -> dict[str, float]:
        now = time.monotonic()
        with self._lock:
            recent = [
                bucket for second, bucket in self.buckets.items() if now - seconds <= second + 1 and second <= now
            ]
        requests, failed = sum(b[0] + b[1] for b in recent), sum(b[1] for b in recent)
        return {"requests": requests, "failed": failed, "error_rate": failed / requests if requests else 0.0}

    def _buy(self) -> None:
        while True:
            turn = next(self._turn)
            wait = self._began + turn / self.rate - time.monotonic()
            if wait > 0:
                time.sleep(wait)
            try:
                ok = self._pool.request("GET", self.url).status == 200
            except urllib3.exceptions.HTTPError:
                ok = False
            second = int(time.monotonic())
            with self._lock:
                self.buckets.setdefault(second, [0, 0])[0 if ok else 1] += 1
                self.buckets.pop(second - KEPT_SECONDS, None)


def main() -> None:
    """Run the load generator."""
    given = arguments("url", "rate")
    customers = Customers(given.url, float(given.rate))
    customers.start()
    serve(given.port, {"/window": customers.window, "/health": customers.health})


if __name__ == "__main__":
    main()
