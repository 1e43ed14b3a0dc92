"""Did it help (R23)? Judges a run by the criteria and indicators of the incident, before and after. Pure."""

import msgspec

from stanch.kernel.policy import Criterion, Outcome
from stanch.kernel.sentences import counted
from stanch.mitigate.median_shift import MedianShift, median_shift
from stanch.mitigate.rules import badness

# A change smaller than this share of the earlier value does not count as an effect, however certain it is.
NOISE = 0.2
SURE = 0.9
# The fewest values on each side for a statistical judgement.
FEWEST = 3
Points = list[tuple[int, float]]


class Judgement(msgspec.Struct, frozen=True):
    """The measured outcome and its reason, with the medians it rests on and the confidence that it is no chance.

    ``partly``: it got better, and is still outside its bound.
    """

    outcome: Outcome
    reason: str
    before: float | None = None
    after: float | None = None
    confidence: float | None = None
    partly: bool = False


def not_yet(before: Points, after: Points) -> bool:
    """Whether a longer window could give an answer: there are measurements from before the action, and too few since."""
    return len(before) >= FEWEST > len(after)


def judge(criterion: Criterion, before: Points, after: Points) -> Judgement:
    """One criterion over the window before the action and over the end of the observation window."""
    name, unit = criterion.name, criterion.unit
    if len(before) < FEWEST or len(after) < FEWEST:
        seldom = f"'{name}' was measured too seldom to tell ({counted(len(before), 'time')} before, {len(after)} after)"
        return Judgement("unknown", seldom)
    found = median_shift(before, after)
    said = f"'{name}' went from {found.before:.3g}{unit} to {found.after:.3g}{unit}"
    bad_before, bad_after = badness(criterion, found.before), badness(criterion, found.after)
    better, size = bad_after < bad_before, _size(criterion, found)
    inside = bad_before > 0 and bad_after <= 0
    if size < NOISE and not inside and not (bad_before <= 0 < bad_after):
        unchanged = f"{said}: no change to speak of"
        return Judgement("no_change", unchanged, found.before, found.after, None)
    if better and abs(found.drift) > 0.5 * abs(found.shift) and found.drift * found.shift > 0:
        drifting = f"{said}, but it was getting better before the action, too"
        return Judgement("unknown", drifting, found.before, found.after, found.confidence)
    if found.confidence < SURE:
        unsure = f"{said}, which may be chance"
        return Judgement("unknown", unsure, found.before, found.after, found.confidence)
    if bad_before <= 0 and bad_after <= 0:
        return Judgement("no_change", f"{said}, inside its bound before and after", found.before, found.after, None)
    partly = better and bad_after > 0
    where = ", inside its bound" if bad_after <= 0 else ", still outside its bound" if better else ", outside its bound"
    return Judgement("helped" if better else "worse", said + where, found.before, found.after, found.confidence, partly)


def together(judgements: list[Judgement]) -> Judgement:
    """The combined outcome: worse if any criterion got worse; else helped if any was helped; else no change if that is known."""
    for outcome in ("worse", "helped", "no_change"):
        for found in judgements:
            if found.outcome == outcome:
                return found
    return (
        judgements[0] if judgements else Judgement("unknown", "no recovery criteria were set, so nothing was measured")
    )


def _size(criterion: Criterion, found: MedianShift) -> float:
    bound = criterion.below if criterion.below is not None else (criterion.above or 0.0)
    # The scale is the bound, too: from 0.0 to 0.001 is no harm when 0.05 is allowed.
    return abs(found.after - found.before) / max(abs(found.before), abs(bound), 1e-12)
