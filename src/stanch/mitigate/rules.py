"""Before and after an action. Pure."""

from statistics import mean

import msgspec

from stanch.kernel.policy import Criterion, Outcome
from stanch.timeline.record import Record

# A change smaller than this share of the earlier value is noise, not an effect.
NOISE = 0.2


def warnings(record: Record, actor: str) -> list[str]:
    """What to say before a person starts a mitigation (R26, R41)."""
    said = []
    if record.holder("incident_commander") == actor and len(record.roles) >= 1:
        said.append(
            "You are the Incident Commander. An IC who starts typing commands has vacated the role: "
            "hand over one of the two, or let the Operations Lead start it."
        )
    if not record.criteria:
        said.append("No recovery criteria are set yet: you will not be able to tell whether it helped.")
    return said


class Judgement(msgspec.Struct, frozen=True):
    """The measured outcome and its reason, with the means it rests on."""

    outcome: Outcome
    reason: str
    before: float | None
    after: float | None


def judge(criterion: Criterion, before: list[float], after: list[float]) -> Judgement:
    """Did it help (R23)? Compares the means of one criterion before the action and over the observation window.

    Fewer than two measurements on either side cannot tell a change from chance, so the outcome is unknown.
    """
    if len(before) < 2 or len(after) < 2:
        return Judgement(
            "unknown",
            f"'{criterion.name}' was measured too seldom ({len(before)} before, {len(after)} after)",
            mean(before) if before else None,
            mean(after) if after else None,
        )
    was, now = mean(before), mean(after)
    sentence = f"'{criterion.name}' went from {was:.3g}{criterion.unit} to {now:.3g}{criterion.unit}"
    bad_before, bad_after = badness(criterion, was), badness(criterion, now)
    # The scale is the bound too: from 0.0 to 0.001 is no harm when 0.05 is allowed.
    scale = max(abs(was), abs(_bound(criterion)), 1e-12)
    if bad_before > 0 and bad_after <= 0:
        return Judgement("helped", sentence + ", inside its bound", was, now)
    change = (bad_after - bad_before) / scale
    if change < -NOISE:
        return Judgement("helped", sentence + ("" if bad_after <= 0 else ", still outside its bound"), was, now)
    if change > NOISE:
        return Judgement("worse", sentence, was, now)
    return Judgement("no_change", sentence, was, now)


def badness(criterion: Criterion, value: float) -> float:
    """How far a value lies outside the criterion's bound; zero or less is inside."""
    if criterion.below is not None:
        return value - criterion.below
    if criterion.above is not None:
        return criterion.above - value
    return 0.0


def _bound(criterion: Criterion) -> float:
    return criterion.below if criterion.below is not None else (criterion.above or 0.0)


def holds(criterion: Criterion, value: float) -> bool:
    """Whether a value keeps the bound (R41)."""
    return badness(criterion, value) < 0 or (criterion.above is not None and value == criterion.above)
