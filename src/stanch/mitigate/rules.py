"""Who may start a mitigation, warnings before it, and whether a measurement is within its bound. Pure."""

from typing import Any

from stanch.kernel.policy import Criterion, Mitigation
from stanch.timeline.record import Record


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


def may_start(record: Record, mitigation: Mitigation, actor: str) -> str:
    """Why this person may not start it, else an empty text: ``allowed`` of the catalog names roles and people (R23)."""
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
