"""Who could help now: on call, and without a role in an incident that goes on (R28, R35)."""

import msgspec

from stanch.prepare.known_people import as_signed_in, same_person
from stanch.prepare.oncall.store import PREFIX, resolve
from stanch.respond.escalation import escalation_of
from stanch.timeline.record import Record
from stanch.timeline.unit_of_work import UnitOfWork

MOST = 3
HELD = (
    "SELECT e.incident, e.kind, e.facts FROM entries e JOIN incidents i ON i.id = e.incident "
    "WHERE i.status IN ('open', 'mitigated') AND ((i.private = 0 AND i.drill = 0) OR i.id = :incident) "
    "AND e.kind IN ('role_taken', 'role_given_back') ORDER BY e.incident, e.position"
)


def free_people(uow: UnitOfWork, record: Record) -> list[str]:
    """At most three names: first who is on call for its services, then in any other schedule; in a drill of those who take part (R40)."""
    policy, taken = uow.policy, busy(uow, record)
    if record.drill is not None:
        return [name for name in record.drill.people if not any(same_person(uow, name, other) for other in taken)][
            :MOST
        ]
    named = [policy.service(name).escalation for name in record.services() or [""]]
    steps = [step for name in dict.fromkeys(named) for step in escalation_of(policy, name).steps]
    targets = [target for step in steps for target in step.notify] + [
        PREFIX + name for name in sorted(policy.schedules)
    ]
    keys = dict.fromkeys(key for target in resolve(uow, targets, uow.now) for key in target.people)
    people = [key for key in keys if not any(same_person(uow, key, other) for other in taken)]
    return as_signed_in(uow, people[:MOST])


def busy(uow: UnitOfWork, record: Record) -> set[str]:
    """Everybody who holds a role in an incident that goes on; private ones, but for this one, are not told of (P6)."""
    held: dict[tuple[str, str], str] = {}
    for row in uow.tx.all(HELD, incident=record.id):
        facts = msgspec.json.decode(row["facts"])
        if "role" not in facts:
            continue  # it was redacted
        held[row["incident"], facts["role"]] = facts["person"] if row["kind"] == "role_taken" else ""
    return {person for person in held.values() if person}
