"""Who may start a mitigation, warnings before it, and whether a measurement is within its bound. Pure."""

from typing import Any

import msgspec

from stanch.kernel.clock import SECOND, hour_minute
from stanch.kernel.policy import Criterion, Mitigation
from stanch.timeline.record import Record
from stanch.timeline.run import Run


def warnings(record: Record, actor: str) -> list[str]:
    """What to say before a person starts a mitigation (R26, R41)."""
    said = []
    if record.holder("incident_commander") == actor and len(record.roles) >= 1:
        said.append(
            "You are the Incident Commander. An IC who starts typing commands has vacated the role: "
            "hand over one of the two, or let the Operations Lead start it."
        )
    if not record.criteria:
        said.append(
            "No recovery criteria are set yet: say first what 'recovered' means, or whether it helped stays a guess."
        )
    return said


def badness(criterion: Criterion, value: float) -> float:
    """How far a value lies outside the criterion's bound; zero or less is inside."""
    if criterion.below is not None:
        return value - criterion.below
    if criterion.above is not None:
        return criterion.above - value
    return 0.0


def holds(criterion: Criterion, value: float) -> bool:
    """Whether a value keeps the bound (R41)."""
    return badness(criterion, value) < 0 or (criterion.above is not None and value == criterion.above)


class Waiting(msgspec.Struct, frozen=True):
    """A run whose effect is still to be seen: until ``until`` (microseconds) nothing else is to be started."""

    run: Run
    until: int

    def title(self) -> str:
        """``Wait until 14:31 UTC``."""
        return f"Wait until {hour_minute(self.until)} UTC"

    def why(self) -> str:
        """Why, in one sentence."""
        r = self.run
        state = "is watched until then" if r.applied_at else "is still running"
        return f"'{r.title}' was started at {hour_minute(r.started_at)} UTC by {r.by} and {state}; a second change now would hide which of the two helped."


def waiting(record: Record, now: int) -> Waiting | None:
    """The newest run that is being carried out or watched, if there is one (R23: act, observe, revise)."""
    for run in reversed(record.runs.values()):
        if run.undone_by or run.outcome is not None or run.ok is False or not run.changed:
            continue
        ends = run.observation_ends() or run.started_at + int(run.observe_seconds * SECOND)
        return Waiting(run, max(ends, now))
    return None


def stopped(record: Record) -> bool:
    """Whether a mitigation that is in place helped and all recovery criteria hold: nothing further is to be tried now (R23, R41)."""
    helped = any(run.outcome == "helped" and not run.undone_by for run in record.runs.values())
    return helped and bool(record.criteria) and all(each.holds for each in record.criteria.values())


def may_start(record: Record, mitigation: Mitigation, actor: str) -> str:
    """Why this person may not start it; empty when they may. ``allowed`` of the catalog names roles and people (R23)."""
    allowed = mitigation.allowed
    if not allowed or actor in allowed or any(record.holder(role) == actor for role in allowed):
        return ""
    holders = [f"{role.replace('_', ' ')} ({record.holder(role) or 'nobody yet'})" for role in allowed if "_" in role]
    others = [name for name in allowed if "_" not in name]
    return f"'{mitigation.title}' may be started by {', '.join([*holders, *others])}"


def recipe(arguments: dict[str, Any]) -> str:
    """Arguments of an adapter in one readable line."""
    argv = arguments.get("argv")
    if argv:
        return " ".join(argv)
    return " ".join(
        f"{key}={' '.join(value) if isinstance(value, list) else value}" for key, value in arguments.items()
    )
