"""A drill's script (R40): what happens when, what can be done about it and what that brings. A file in the catalog's ``drills/``."""

from typing import Annotated, Literal

import msgspec

from stanch.kernel.part import Part
from stanch.kernel.severities import Role

Minute = Annotated[float, msgspec.Meta(ge=0, le=1440)]
Text = Annotated[str, msgspec.Meta(min_length=1, max_length=2000)]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
# An alert, a customer's report, a manager who asks for news, a teammate's message, a metric that moves, a person who leaves.
InjectKind = Literal["signal", "customer", "manager", "teammate", "metric", "leaving", "event"]
Practice = Literal[
    "declare", "taken", "commander", "roles", "impact", "hypotheses", "challenge", "mitigate", "verify", "cadence",
    "news", "public", "handoff", "criteria", "resolve",
]  # fmt: skip


class Metric(Part, frozen=True):
    """What the drill measures. ``below`` or ``above``: the bound that means "recovered".

    ``source`` and ``query``: measured in a small system that exists to be broken, such as the demo's shop; else simulated.
    """

    start: float
    unit: str = ""
    below: float | None = None
    above: float | None = None
    source: str = ""
    query: str = ""


class Inject(Part, frozen=True):
    """Something that reaches the team ``minute`` minutes after the start. ``sets``: metrics that it moves.

    ``role``: of a person who leaves, whose role must be handed over. ``while_failing``: only as long as it still hurts.
    """

    minute: Minute
    kind: InjectKind
    text: Text
    sender: str = ""
    sets: dict[str, float] = {}
    role: Role | None = None
    while_failing: bool = False


class SimulatedMitigation(Part, frozen=True):
    """What the team can try. Nothing real is touched: after ``seconds`` the drill says ``result``, and moves ``sets``.

    ``outcome`` is told after ``observe_seconds`` more. Kind, target, blast radius and reversibility as in the catalog.
    """

    name: Name
    title: Text
    kind: Literal["rollback", "feature_flag", "traffic_shift", "scale", "degrade", "cluster", "custom"]
    result: Text
    outcome: Literal["helped", "no_change", "worse"]
    target: str = ""
    sets: dict[str, float] = {}
    seconds: Annotated[float, msgspec.Meta(ge=0, le=3600)] = 20
    observe_seconds: Annotated[float, msgspec.Meta(ge=1, le=3600)] = 60
    reversibility: Literal["instant", "quick", "slow", "none"] = "quick"
    blast_radius: Literal["component", "zone", "service", "fleet"] = "service"


class Script(Part, frozen=True):
    """One drill. ``shape``: the playbook that it rehearses, or ``security`` or ``data``.

    ``service``: of the catalog, by default; whoever starts it may name another. ``played``: roles that the product holds, so
    that a small team can drill; they are not judged. ``hold``: seconds for which the metrics must keep their bounds.
    ``practises``: what this one is good for. ``minutes``: how long it takes. ``debrief``: questions to talk about afterwards.
    """

    title: Text
    shape: Name
    summary: Text
    injects: list[Inject]
    metrics: dict[str, Metric] = {}
    mitigations: list[SimulatedMitigation] = []
    service: str = ""
    played: list[Role] = []
    practises: list[Practice] = []
    minutes: Annotated[float, msgspec.Meta(gt=0, le=1440)] = 45
    hold: Annotated[float, msgspec.Meta(ge=1, le=86400)] = 120
    public_word: bool = True
    debrief: list[str] = []

    def mistakes(self) -> list[str]:
        """What cannot be played as it is written, a sentence each."""
        every: list[Inject | SimulatedMitigation] = [*self.injects, *self.mitigations]
        named = [key for part in every for key in part.sets]
        found = [
            f"'{key}' is set, and is no metric of the script" for key in dict.fromkeys(named) if key not in self.metrics
        ]
        names = [each.name for each in self.mitigations]
        found += [
            f"the mitigation '{name}' stands in it twice" for name in dict.fromkeys(names) if names.count(name) > 1
        ]
        found += [
            f"the metric '{key}' has no bound, or two"
            for key, each in self.metrics.items()
            if (each.below is None) == (each.above is None)
        ]
        found += [
            f"the metric '{key}' has a source and no query, or none and a query"
            for key, m in self.metrics.items()
            if bool(m.source) != bool(m.query)
        ]
        if not any(each.kind in ("signal", "customer") for each in self.injects):
            found.append(
                "nothing tells the team that something is wrong: it needs an inject of kind signal or customer"
            )
        found += [
            "an inject of kind leaving names no role"
            for each in self.injects
            if each.kind == "leaving" and not each.role
        ]
        return found
