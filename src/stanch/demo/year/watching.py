"""How the example organisation watches its services: SLOs, probes and a heartbeat, and what they are answered."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from stanch.kernel.policy import Probe
from stanch.ports import ProbeAnswer

if TYPE_CHECKING:
    from stanch.demo.year.playing import Meters

# service -> objective in percent, and the share of requests that fails on a usual day
OBJECTIVES = {
    "checkout": (99.5, 0.0006), "payments-api": (99.5, 0.0011), "web": (99.9, 0.0002), "accounts": (99.5, 0.0041), "search": (99.0, 0.0018),
}  # fmt: skip
PER_SECOND = 120.0
HEARTBEATS = {
    "nightly-backup": {
        "every": 90_000,
        "grace": 3600,
        "service": "postgres",
        "text": "The backup of db-1 has not ended.",
    }
}
_SPAN, _SERVICE = re.compile(r"\[(\d+)([mhd])\]"), re.compile(r'service="([\w-]+)"')
_MINUTES = {"m": 1, "h": 60, "d": 1440}


def watching(name: str, meter: str) -> dict[str, Any]:
    """The part of a service's configuration that watches it."""
    if name not in OBJECTIVES:
        return {}
    series = f'{{service="{name}"}}[{{{{.window}}}}]'
    answered = {"name": "availability", "title": "Requests answered", "objective": OBJECTIVES[name][0]}
    slo = answered | {"errors": f"sum(rate(errors_total{series}))", "total": f"sum(rate(requests_total{series}))"}
    return {"slos": [slo], "probes": [{"name": "from-outside", "url": f"{meter}{name}", "every": 60}]}


def is_of_slo(query: str) -> bool:
    """Whether it asks for the requests of a service that is watched, over a span."""
    return bool(_SPAN.search(query)) and all(name in OBJECTIVES for name in _SERVICE.findall(query) or [""])


def rate(query: str, share: float, minutes: float) -> float:
    """What Prometheus would answer: requests a second, those that fail, or their share of all.

    ``share`` of them fails since so many ``minutes``.
    """
    service, (number, unit) = _SERVICE.findall(query)[0], _SPAN.findall(query)[0]
    if "errors_total" not in query:
        return PER_SECOND
    failing = OBJECTIVES[service][1] + share * min(1.0, minutes / (int(number) * _MINUTES[unit]))
    return failing if "/" in query else PER_SECOND * failing


class Series:
    """Prometheus, pretended while the year is played."""

    name = "prometheus"

    def __init__(self, meters: Meters) -> None:
        self.meters = meters

    def series(self, query: str, start: int, end: int, step_seconds: float) -> list[tuple[int, float]]:
        """The number now."""
        return [(end, rate(query, self.meters.errors.get(_SERVICE.findall(query)[0], 0.0), 12))]

    def value(self, query: str) -> float:
        """The number now."""
        return self.series(query, 0, 0, 60)[0][1]

    def by_label(self, query: str, label: str) -> dict[str, float]:
        """Nothing by label."""
        return {}


class Outside:
    """Looks from outside, pretended while the year is played: what fails now and then still answers a probe."""

    name = "http"

    def check(self, probe: Probe) -> ProbeAnswer:
        """As the address would have answered."""
        return ProbeAnswer(True, "200 in 84 ms", 84.0)
