"""The order, and for each line one sentence why it stands there and one what would move it."""

from collections.abc import Iterable

import msgspec

from stanch.kernel.policy import Mitigation
from stanch.mitigate.ranking.evidence import Evidence, Measured, Option, PastRuns
from stanch.mitigate.ranking.rules import RULES, Weight, in_words, speed
from stanch.ports import Extent

REVERSIBLE = {"instant": 12, "quick": 9, "slow": 3, "none": -15}
RADIUS = {"component": 8, "zone": 6, "service": 3, "fleet": -6}
WORDS = {
    "instant": "instantly reversible",
    "quick": "quickly reversible",
    "slow": "slow to reverse",
    "none": "cannot be undone",
}


class Expected(msgspec.Struct, frozen=True):
    """How long something takes, in seconds: measured ``count`` times (then median and worst), else an estimate."""

    seconds: float
    worst: float | None = None
    count: int = 0

    def words(self) -> str:
        """``40 s (median of 3, at worst 2 min)``, or ``about 40 s (estimated)``."""
        if not self.count:
            return f"about {in_words(self.seconds)} (estimated)"
        if self.count == 1:
            return f"{in_words(self.seconds)} (measured once)"
        return f"{in_words(self.seconds)} (median of {self.count}, at worst {in_words(self.worst or self.seconds)})"


class Ranked(msgspec.Struct):
    """One line of the list. ``why`` and ``would_move`` are whole sentences; ``reasons`` the parts, strongest first."""

    mitigation: Mitigation
    service: str
    place: int
    score: float
    why: str
    would_move: str
    reasons: list[str]
    cautions: list[str]
    effect: Expected
    undo: Expected
    extent: Extent | None = None
    offered_by: str = ""

    def reach(self) -> str:
        """The blast radius in words, as counted in the real system where it was."""
        return reach(self.mitigation, self.extent)


def rank(options: Iterable[Option], evidence: Evidence) -> list[Ranked]:
    """Best first. The same input gives the same order; ties go to the smaller blast radius, then the name."""
    weighed = [(_line(option, evidence), weights) for option in options for weights in [_weigh(option, evidence)]]
    for line, weights in weighed:
        _explain(line, weights)
    weighed.sort(key=lambda pair: (-pair[0].score, -RADIUS[pair[0].mitigation.blast_radius], pair[0].mitigation.name))
    for place, (line, weights) in enumerate(weighed, 1):
        line.place = place
        line.would_move = _would_move(weights, place)
    return [line for line, _ in weighed]


def reach(mitigation: Mitigation, extent: Extent | None) -> str:
    """``touches 1 of 3 servers, 33 % of the traffic``; without a count what the catalog says."""
    if extent is None:
        fleet = mitigation.blast_radius == "fleet"
        return "touches the whole fleet" if fleet else f"touches one {mitigation.blast_radius}"
    unit = extent.unit if extent.of == 1 else f"{extent.unit}s"
    share = "" if extent.share is None else f", {extent.share:.0%} of the traffic"
    return f"touches {extent.touched} of {extent.of} {unit}{share}"


def _weigh(option: Option, evidence: Evidence) -> list[Weight]:
    found = [weight for rule in RULES if (weight := rule(option, evidence)) is not None]
    return sorted(found, key=lambda weight: -abs(weight.points))


def _line(option: Option, evidence: Evidence) -> Ranked:
    m, past = option.mitigation, evidence.past.get(option.mitigation.name, PastRuns())
    effect, undo = _expected(past.effect, m.effect_seconds), _expected(past.undo, m.undo_seconds)
    reversible = m.reversibility != "none"
    score = REVERSIBLE[m.reversibility] + _radius(option) + speed(effect.seconds, undo.seconds, reversible)
    return Ranked(
        m, option.service, 0, score, "", "", [], [], effect, undo, option.extent, option.offered_by
    )  # fmt: skip


def _radius(option: Option) -> float:
    """What was counted beats what was declared: a half of the traffic is a half of a service's points, and so on."""
    share = option.extent.share if option.extent else None
    if share is None:
        return RADIUS[option.mitigation.blast_radius]
    return RADIUS["component"] + (RADIUS["fleet"] - RADIUS["component"]) * share


def _expected(measured: Measured | None, estimate: float) -> Expected:
    return Expected(measured.median, measured.worst, measured.count) if measured else Expected(estimate)


def _explain(line: Ranked, weights: list[Weight]) -> None:
    m = line.mitigation
    line.score += sum(weight.points for weight in weights)
    line.reasons = [weight.because for weight in weights]
    principles = f"{WORDS[m.reversibility]}, {line.reach()}"
    line.reasons.append(principles)
    if m.reversibility != "none":
        line.reasons.append(f"undone in {line.undo.words()}")
    line.cautions = [weight.caution for weight in weights if weight.caution]
    line.cautions += [m.risk] if m.risk else []
    # The strongest two: more would not be read.
    strongest = [weight.because for weight in weights if abs(weight.points) >= 8][:2] or line.reasons[:1]
    said = "; ".join(dict.fromkeys([*strongest, principles]))
    line.why = f"{said[:1].upper()}{said[1:]}."


def _would_move(weights: list[Weight], place: int) -> str:
    """For the first what would take it down, for the others what would lift them."""
    said = [weight for weight in weights if weight.would]
    if not said:
        return "Evidence that it helps, or a measured run, would move it."
    return (max if place == 1 else min)(said, key=lambda weight: weight.points).would
