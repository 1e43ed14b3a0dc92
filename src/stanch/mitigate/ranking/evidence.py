"""What the ranking weighs: everything that is known at this moment, as plain values."""

import msgspec

from stanch.kernel.policy import Mitigation
from stanch.ports import Extent


class Release(msgspec.Struct, frozen=True):
    """A release that is on record. ``deployed_at`` in microseconds; ``reason``: why it cannot be rolled back cleanly."""

    service: str
    release: str
    previous: str
    deployed_at: int
    reversible: bool = True
    reason: str = ""


class Spread(msgspec.Struct, frozen=True):
    """How the errors are spread over the values of one label. ``shares`` add up to 1.

    ``measured``: by a query of the catalog; otherwise it is the share of the firing alerts that name a value.
    """

    label: str
    shares: dict[str, float]
    measured: bool


class Pressure(msgspec.Struct, frozen=True):
    """Whether there is capacity left (R20), and the sentence that says so."""

    saturated: bool
    sentence: str


class Shape(msgspec.Struct, frozen=True):
    """A shape that this incident seems to have (R6). ``weight`` 1 to 5: how much speaks for it."""

    name: str
    title: str
    reason: str
    weight: float


class Measured(msgspec.Struct, frozen=True):
    """What past runs took, in seconds."""

    count: int
    median: float
    worst: float


class PastRuns(msgspec.Struct, frozen=True):
    """What earlier runs of one mitigation measured. ``alike``: an incident that looked the same and was helped by it."""

    runs: int = 0
    helped: int = 0
    effect: Measured | None = None
    undo: Measured | None = None
    alike: str = ""


class Option(msgspec.Struct, frozen=True):
    """One thing that can be done, and what the real system said to it when it was last asked."""

    mitigation: Mitigation
    service: str
    extent: Extent | None = None
    objections: tuple[str, ...] = ()
    offered_by: str = ""


class Evidence(msgspec.Struct, frozen=True):
    """What is known. ``onset`` in microseconds; ``firing``: services that alerts fire on; ``tried``: outcomes by name."""

    onset: int
    service: str
    releases: tuple[Release, ...] = ()
    spreads: dict[str, Spread] = {}
    pressure: Pressure | None = None
    shapes: tuple[Shape, ...] = ()
    firing: frozenset[str] = frozenset()
    tried: dict[str, str] = {}
    past: dict[str, PastRuns] = {}
