"""Metrics, rules of alerts and probes: what is measured from outside."""

from typing import Protocol, runtime_checkable

import msgspec

from stanch.kernel.policy import Probe


class Metrics(Protocol):
    """Measures. ``value`` is the newest number of a query; ``series`` (moment in microseconds, number) pairs over a range.

    ``by_label``: the newest number of a query for each value of one label (errors by zone). All raise ``Failed``;
    ``series`` answers with an empty list when this source keeps no history.
    """

    name: str

    def value(self, query: str) -> float: ...

    def series(self, query: str, start: int, end: int, step_seconds: float) -> list[tuple[int, float]]: ...

    def by_label(self, query: str, label: str) -> dict[str, float]: ...


@runtime_checkable
class AlertRules(Protocol):
    """A source of metrics that also knows the rules of its alerts."""

    def waits(self, names: list[str]) -> dict[str, float]:
        """Seconds for which each of these alerts waits before it fires (``for`` and the interval of its group). Raises ``Failed``."""


class ProbeAnswer(msgspec.Struct, frozen=True):
    """What a probe saw. ``urgent``: a failure now; False: one that is still to come (a certificate that ends in two weeks)."""

    ok: bool
    detail: str
    took_ms: float
    body: str = ""
    urgent: bool = True


class Prober(Protocol):
    """Checks something from outside (R13), one kind of probe each. Never raises: a failure is an answer."""

    name: str

    def check(self, probe: Probe) -> ProbeAnswer: ...
