"""What the ranking weighs: everything that is known at this moment, as plain values."""

from typing import Literal

import msgspec

from stanch.kernel.policy import Mitigation
from stanch.kernel.suspicion import DATED_BY_ALERT, left_since
from stanch.ports import Extent

DependencyState = Literal["down", "degraded", "up"]


class Release(msgspec.Struct, frozen=True):
    """A release, or another change of ``kind`` (flag, config, capacity, other), that is on record.

    ``deployed_at`` in microseconds; ``reason``: why it cannot be rolled back cleanly; ``text``: what it changed, in words.
    ``left``: how far it has been left since the onset, for ``instead``, or is a going back itself (``kernel.suspicion``).
    """

    service: str
    release: str
    previous: str
    deployed_at: int
    reversible: bool = True
    reason: str = ""
    kind: str = "release"
    text: str = ""
    left: float = 0.0
    instead: str = ""


class Spread(msgspec.Struct, frozen=True):
    """How the errors are spread over the values of one label. ``shares`` add up to 1.

    ``measured``: by a query of the catalog; otherwise it is the share of the firing alerts that name a value.
    """

    label: str
    shares: dict[str, float]
    measured: bool


class Pressure(msgspec.Struct, frozen=True):
    """Whether there is capacity left (R20), the sentence that says so, and what the capacity belongs to.

    ``of``: the service, or the thing behind it; ``own``: it is the instances' own, so more of them would relieve it.
    ``fullness`` from 0 to 1, 0.5 at the bound; None: not known but for whether the bound is kept.
    """

    saturated: bool
    sentence: str
    of: str = ""
    own: bool = True
    fullness: float | None = None

    def full(self) -> float:
        """From 0 to 1."""
        return float(self.saturated) if self.fullness is None else self.fullness


class Shape(msgspec.Struct, frozen=True):
    """A shape that this incident seems to have (R6). ``weight`` 0 to 5: how much speaks for it."""

    name: str
    title: str
    reason: str
    weight: float


class Dependency(msgspec.Struct, frozen=True):
    """What is known of the state of something that the affected services need, and who says so."""

    name: str
    state: DependencyState
    reason: str


HarmKind = Literal["data", "security"]


class Harm(msgspec.Struct, frozen=True):
    """Harm that goes on while one reads (R2): data at risk, or a security incident. ``certainty`` 0 to 1."""

    kind: HarmKind
    reason: str
    certainty: float = 1.0


class TextEvidence(msgspec.Struct, frozen=True):
    """Something that an alert or a person said. ``weight``: 1 for an alert, more for a leading hypothesis, less for a note.

    ``outcome``: it may tell what came of an action, as notes do. ``after``: the names of what had been run when it was said.
    """

    source: str
    text: str
    weight: float = 1.0
    outcome: bool = False
    after: tuple[str, ...] = ()


class Durations(msgspec.Struct, frozen=True):
    """What past runs took, in seconds."""

    count: int
    median: float
    worst: float


class PastRuns(msgspec.Struct, frozen=True):
    """What earlier runs of one mitigation measured. ``alike``: an incident that looked the same and was helped by it.

    ``judged``: the runs of which it is known whether they helped; of ``unknown`` ones it is not.
    """

    judged: int = 0
    helped: int = 0
    effect: Durations | None = None
    undo: Durations | None = None
    alike: str = ""
    unknown: int = 0

    def words(self) -> str:
        """ "helped in 3 of 4 earlier runs", and of how many it is not known; "" without any."""
        plural = "" if self.judged == 1 else "s"
        if not self.judged:
            return ""
        if not self.unknown:
            return f"helped in {self.helped} of {self.judged} earlier run{plural}"
        return f"helped in {self.helped} of {self.judged} earlier run{plural} that could be judged, {self.unknown} not known"


class Option(msgspec.Struct, frozen=True):
    """One thing that can be done, and what the real system said to it when it was last asked."""

    mitigation: Mitigation
    service: str
    extent: Extent | None = None
    objections: tuple[str, ...] = ()
    cautions: tuple[str, ...] = ()
    offered_by: str = ""


class Evidence(msgspec.Struct, frozen=True):
    """What is known. ``onset``, its ``uncertainty`` and how long its alert ``waited`` in microseconds; ``firing``: services
    that alerts fire on.

    ``needs``: what each affected service depends on; ``tried``: outcomes by the mitigation's name.
    """

    onset: int
    service: str
    releases: tuple[Release, ...] = ()
    spreads: dict[str, Spread] = {}
    pressures: tuple[Pressure, ...] = ()
    shapes: tuple[Shape, ...] = ()
    firing: frozenset[str] = frozenset()
    tried: dict[str, str] = {}
    past: dict[str, PastRuns] = {}
    uncertainty: int = DATED_BY_ALERT
    told: tuple[TextEvidence, ...] = ()
    dependencies: tuple[Dependency, ...] = ()
    harms: tuple[Harm, ...] = ()
    needs: dict[str, tuple[str, ...]] = {}
    waited: int = 0


def left_behind(releases: list[Release], onset: int) -> list[Release]:
    """The same changes of one service, each with whether it was left since the onset (R17)."""
    ordered = sorted((r for r in releases if r.kind == "release"), key=lambda r: r.deployed_at)
    known = dict(zip(map(id, ordered), left_since([(r.deployed_at, r.release) for r in ordered], onset), strict=True))
    return [
        msgspec.structs.replace(r, left=known[id(r)].degree, instead=known[id(r)].instead) if id(r) in known else r
        for r in releases
    ]
