"""One instance of the shop in one zone. A broken release fails three checkouts of ten; a broken zone every second one."""

import itertools
import time

from stanch.demo.shop.http import GOOD_RELEASE, Counters, Reply, arguments, as_json, as_text, serve
from stanch.demo.shop.state import Watched

BUCKETS = (0.005, 0.025, 0.1, 0.5)


class Instance:
    """Counts requests so that failures come evenly and a short window measures the same rate as a long one."""

    def __init__(self, zone: str, state: Watched, fault: Watched) -> None:
        self.zone, self.state, self.fault = zone, state, fault
        self.turn = itertools.count()
        self.requests = Counters("shop_requests_total", "zone", "release", "code")
        self.durations = Counters("shop_request_duration_seconds_bucket", "zone", "le")

    def checkout(self, _query: str) -> Reply:
        """A checkout, which fails as the release and the zone say."""
        began = time.perf_counter()
        running = self.state.value()["current"]
        turn = next(self.turn)
        status = 200
        if self.fault.value() and turn % 2:
            status = 503
        elif running["broken"] and turn % 10 in (1, 4, 7):
            status = 500
        self.requests.add(self.zone, running["release"], str(status))
        took = time.perf_counter() - began
        for limit in BUCKETS:
            if took <= limit:
                self.durations.add(self.zone, str(limit))
        self.durations.add(self.zone, "+Inf")
        return as_json(status, {"zone": self.zone, "release": running["release"], "ok": status == 200})

    def metrics(self, _query: str) -> Reply:
        """What Prometheus scrapes."""
        return as_text(self.requests.text() + self.durations.text().replace("counter", "untyped"))


def main() -> None:
    """Run one instance."""
    given = arguments("zone")
    instance = Instance(
        given.zone,
        Watched(given.state / "release.json", GOOD_RELEASE),
        Watched(given.state / f"{given.zone}.broken.json", False),
    )
    serve(
        given.port,
        {
            "/checkout": instance.checkout,
            "/metrics": instance.metrics,
            "/healthz": lambda _: as_json(200, {"zone": given.zone}),
        },
    )


if __name__ == "__main__":
    main()
