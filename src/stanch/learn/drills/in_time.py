"""Nothing is missed while there is still time for it: a drill that runs or was broken off is judged by what can no longer be done (R40). Pure."""

from stanch.kernel.clock import MINUTE, SECOND
from stanch.kernel.drill_script import Practice
from stanch.learn.drills.scoring import (
    DECLARE_WITHIN,
    HANDOFF_WITHIN,
    IMPACT_WITHIN,
    MITIGATE_WITHIN,
    RULES,
    TAKEN_WITHIN,
    Played,
    Point,
)

# What can be done until the drill is over.
UNTIL_THE_END: tuple[Practice, ...] = ("hypotheses", "challenge", "criteria", "verify")


def score(played: Played) -> list[Point]:
    """Every practice, in the order of an incident."""
    return [_in_time(played, rule(played)) for rule in RULES]


def _in_time(p: Played, point: Point) -> Point:
    over, aborted = p.record.status == "closed", bool(p.drill.aborted)
    if point.standing != "missed" or (over and not aborted):
        return point
    if point.key in UNTIL_THE_END:
        why = "not before the drill was broken off" if aborted else "not yet, and the drill goes on"
        return Point(point.key, point.title, "not asked", why, point.entries)
    ends = _ends(p, point)
    if ends is None or p.until > ends:
        return point
    left = max(1, -(-(ends - p.until) // MINUTE))
    why = (
        f"the drill was broken off {left} min before the time was over"
        if aborted
        else f"not yet; it counts for another {left} min"
    )
    return Point(point.key, point.title, "not asked", why, point.entries)


def _ends(p: Played, point: Point) -> int | None:
    """Until when something that has not happened can still be kept at least partly; None where it cannot."""
    if point.key == "handoff":
        gone = [e.happened_at for e in p.of("inject_given") if getattr(e.facts, "kind_of", "") == "leaving"]
        return max(gone, default=0) + HANDOFF_WITHIN
    if point.entries:  # something happened, and it was the wrong thing
        return None
    commander = int(p.policy.commander_within * SECOND)
    since_sign = {
        "taken": TAKEN_WITHIN, "declare": DECLARE_WITHIN, "public": int(p.policy.acknowledge_public_within * SECOND),
    }  # fmt: skip
    since_declared = {"commander": commander, "roles": commander, "impact": IMPACT_WITHIN, "mitigate": MITIGATE_WITHIN}
    if point.key in since_sign and p.began is not None:
        return p.began + 2 * since_sign[point.key]
    declared = p.of("declared")
    return declared[0].happened_at + 2 * since_declared[point.key] if declared and point.key in since_declared else None
