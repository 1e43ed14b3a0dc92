"""Which roles one person may combine, and how fast people write. Pure."""

import msgspec

from stanch.kernel.clock import MINUTE, SECOND
from stanch.kernel.policy import ROLE_TITLES, Policy
from stanch.kernel.severities import Role
from stanch.prepare.called import said_by
from stanch.timeline.record import Record
from stanch.timeline.working_together import RoleRequest

PACE = 5 * MINUTE


class Combination(msgspec.Struct, frozen=True):
    """Two roles of one person that do not go together; ``give``: the one that somebody else should have."""

    person: str
    roles: tuple[Role, Role]
    give: Role
    text: str
    since: int


def open_at(request: RoleRequest, policy: Policy) -> int:
    """From when a role may be taken by who asked for it, should its holder not answer (R35). Moment in microseconds."""
    return request.at + int(policy.responding.answer_within * SECOND)


def being_handed(record: Record, role: str) -> bool:
    """Whether its holder offers it to somebody who has not answered yet."""
    return any(handoff.role == role and handoff.standing == "offered" for handoff in record.handoffs.values())


def combinations(record: Record, policy: Policy) -> list[Combination]:
    """R29: Ops with Scribe is the worst; IC with Ops is warned about at the two worst severities; IC with Comms is fine."""
    grave = record.severity is not None and policy.rung(record.severity_name()) <= 2
    wrong: list[tuple[Role, Role, Role, str]] = [
        ("operations_lead", "scribe", "scribe", "whoever types commands cannot write down what happens")
    ]
    if grave:
        why = f"at {record.severity_name()} nobody is left who looks at the whole"
        wrong.append(("incident_commander", "operations_lead", "operations_lead", why))
    found = []
    for one, other, give, why in wrong:
        person = record.holder(one)
        if person and person == record.holder(other):
            text = f"{said_by(policy)(person)} is {ROLE_TITLES[one]} and {ROLE_TITLES[other]}: {why}"
            since = max(record.roles[one].at, record.roles[other].at)
            found.append(Combination(person, (one, other), give, text, since))
    return found


def pace(record: Record) -> int:
    """How often people wrote within the five minutes up to the newest time (R28)."""
    last = record.spoke[-1] if record.spoke else 0
    return sum(at > last - PACE for at in record.spoke)


def wants_scribe(record: Record, policy: Policy) -> bool:
    """R28: the record moves faster than the Incident Commander can follow."""
    most = policy.severity(record.severity_name()).scribe_over
    return bool(most) and record.live() and not record.holder("scribe") and pace(record) > most
