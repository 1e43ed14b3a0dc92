"""Ranks mitigations for this incident against the three principles and the evidence (R16, R17, R23). Pure and explained.

Reversibility matters more than correctness, blast radius as much as effectiveness, and time-to-undo is the measure of
risk. Evidence that an action will help outweighs all three together: a harmless action that helps nobody is last.
"""

import msgspec

from stanch.kernel.clock import HOUR, MINUTE, SECOND, spell
from stanch.kernel.policy import Mitigation

REVERSIBLE = {"instant": 12, "quick": 9, "slow": 3, "none": -15}
RADIUS = {"component": 8, "zone": 6, "service": 3, "fleet": -6}


class Release(msgspec.Struct, frozen=True):
    """The newest deploy of the affected service. ``minutes`` between it and the onset, negative when it came after."""

    release: str
    previous: str
    deployed_at: int
    reversible: bool
    reason: str


class PastRuns(msgspec.Struct, frozen=True):
    """What earlier runs of one mitigation measured."""

    runs: int = 0
    helped: int = 0
    median_effect_seconds: float | None = None


class Evidence(msgspec.Struct, frozen=True):
    """What is known at this moment. ``zones``: the zones named by the firing alerts; ``saturated`` None: not known."""

    onset: int
    service: str
    release: Release | None = None
    zones: tuple[str, ...] = ()
    saturated: bool | None = None
    tried: dict[str, str] = msgspec.field(default_factory=dict)
    past: dict[str, PastRuns] = msgspec.field(default_factory=dict)


class Ranked(msgspec.Struct):
    """One line of the list: its place, and why it stands there."""

    mitigation: Mitigation
    place: int
    score: float
    reasons: list[str]
    cautions: list[str]
    effect_seconds: float
    undo_seconds: float
    measured_runs: int


def rank(mitigations: list[Mitigation], evidence: Evidence) -> list[Ranked]:
    """Best first. The same input gives the same order; ties go to the smaller blast radius, then the name."""
    lines = [_weigh(m, evidence) for m in mitigations]
    lines.sort(key=lambda line: (-line.score, -RADIUS[line.mitigation.blast_radius], line.mitigation.name))
    for place, line in enumerate(lines, 1):
        line.place = place
    return lines


def _weigh(m: Mitigation, evidence: Evidence) -> Ranked:
    past = evidence.past.get(m.name, PastRuns())
    effect = past.median_effect_seconds if past.median_effect_seconds is not None else m.effect_seconds
    line = Ranked(m, 0, 0.0, [], [], effect, m.undo_seconds, past.runs)
    line.score = (
        REVERSIBLE[m.reversibility] + RADIUS[m.blast_radius] - min(10.0, m.undo_seconds / 60) - min(10.0, effect / 60)
    )
    for rule in (_deploy, _zone, _capacity, _history, _tried):
        rule(line, evidence)
    _principles(line)
    return line


def _deploy(line: Ranked, evidence: Evidence) -> None:
    """R17: symptoms shortly after a deployment make rollback nearly always first."""
    if line.mitigation.kind != "rollback":
        return
    release = evidence.release
    if release is None:
        line.reasons.append("no deploy of this service is on record, so nothing speaks for a rollback")
        line.score -= 10
        return
    gap = evidence.onset - release.deployed_at
    when = f"{evidence.service} {release.release} went out {spell(abs(gap))} {'before' if gap >= 0 else 'after'} onset"
    if not release.reversible:
        line.cautions.append(f"{release.release} cannot be rolled back cleanly: {release.reason or 'it was marked so'}")
        line.score -= 45
    if -MINUTE <= gap <= HOUR:
        line.reasons.append(when)
        line.score += 45
    elif HOUR < gap <= 24 * HOUR:
        line.reasons.append(when + ", which is a weaker sign")
        line.score += 10
    else:
        line.reasons.append(when + ", too far from it to be likely")
        line.score -= 10


def _zone(line: Ranked, evidence: Evidence) -> None:
    """R19: errors concentrated in one zone make moving traffic away a tractable first move."""
    m = line.mitigation
    if m.kind != "traffic_shift" or not m.zone:
        return
    if evidence.zones == (m.zone,):
        line.reasons.append(f"every firing alert that names a zone names {m.zone}")
        line.score += 40
    elif m.zone in evidence.zones:
        line.reasons.append(f"{m.zone} is hit, and so are other zones; moving traffic only helps in part")
        line.score += 5
    elif evidence.zones:
        line.reasons.append(f"the errors are in {', '.join(evidence.zones)}, not in {m.zone}")
        line.score -= 30
    else:
        line.reasons.append("nothing says yet that the errors are in one zone; it works without knowing the cause")


def _capacity(line: Ranked, evidence: Evidence) -> None:
    """R20: scaling is for capacity pressure only."""
    if line.mitigation.kind != "scale":
        return
    if evidence.saturated:
        line.reasons.append("the service is saturated, and capacity relieves that")
        line.score += 30
    else:
        line.reasons.append("no saturation is measured; more instances may fail just the same")
        line.score -= 25


def _history(line: Ranked, evidence: Evidence) -> None:
    """R16, R50: measured past runs."""
    past = evidence.past.get(line.mitigation.name)
    if past is None or not past.runs:
        return
    if past.helped:
        line.reasons.append(f"helped in {past.helped} of {past.runs} earlier runs")
    line.score += 15 * (past.helped / past.runs - 0.5)


def _tried(line: Ranked, evidence: Evidence) -> None:
    """R23: revise after the outcome."""
    outcome = evidence.tried.get(line.mitigation.name)
    if outcome in ("no_change", "worse"):
        line.reasons.append(f"tried in this incident already: {outcome.replace('_', ' ')}")
        line.score -= 60
    elif outcome:
        line.reasons.append("already in place in this incident")
        line.score -= 40


def _principles(line: Ranked) -> None:
    m = line.mitigation
    words = {
        "instant": "instantly reversible",
        "quick": "quickly reversible",
        "slow": "slow to reverse",
        "none": "cannot be undone",
    }
    line.reasons.append(
        f"{words[m.reversibility]}, touches one {m.blast_radius}"
        if m.blast_radius != "fleet"
        else f"{words[m.reversibility]}, touches the whole fleet"
    )
    if m.reversibility != "none":
        line.reasons.append(f"undone in about {spell(int(m.undo_seconds * SECOND))}")
    if m.users_lose:
        line.cautions.append(f"users lose: {m.users_lose}")
    if m.risk:
        line.cautions.append(m.risk)
