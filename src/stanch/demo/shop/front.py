"""The shop's load balancer: distributes requests over the zones that are not drained."""

import itertools

import urllib3

from stanch.demo.shop.http import Counters, Reply, arguments, as_json, as_text, serve
from stanch.demo.shop.state import Watched


class Front:
    """Round robin over ``zone=host:port`` backends."""

    def __init__(self, backends: str, drained: Watched) -> None:
        self.backends = [tuple(pair.split("=", 1)) for pair in backends.split(",")]
        self.drained = drained
        self.turn = itertools.count()
        self.pool = urllib3.PoolManager(maxsize=16, retries=False, timeout=3)
        self.requests = Counters("shop_front_requests_total", "zone", "code")

    def checkout(self, _query: str) -> Reply:
        """Pass a request on to the next zone."""
        drained = self.drained.value()
        serving = [pair for pair in self.backends if pair[0] not in drained]
        if not serving:
            self.requests.add("none", "503")
            return as_json(503, {"error": "every zone is drained"})
        zone, address = serving[next(self.turn) % len(serving)]
        try:
            answer = self.pool.request("GET", f"http://{address}/checkout")
            status, body = answer.status, answer.data
        except urllib3.exceptions.HTTPError:
            status, body = 502, b'{"error": "the zone does not answer"}'
        self.requests.add(zone, str(status))
        return status, "application/json", body

    def metrics(self, _query: str) -> Reply:
        """What Prometheus scrapes."""
        return as_text(self.requests.text())


def main() -> None:
    """Run the front."""
    given = arguments("backends")
    front = Front(given.backends, Watched(given.state / "drained.json", []))
    serve(given.port, {"/checkout": front.checkout, "/metrics": front.metrics, "/healthz": lambda _: as_json(200, {})})


if __name__ == "__main__":
    main()
