"""The row of an incident in the table that lists them, and who may see a private one (P6)."""

from typing import Any

from stanch.db.locks import Lock
from stanch.db.transaction import Transaction
from stanch.kernel.actor import Actor
from stanch.timeline.facts.detect import Declared, Investigating
from stanch.timeline.record import Record

PRIVATE_NUMBERS = 1_000_000
# Of the table incidents, called i: those that somebody may see. Its values are of ``seen_by``.
SEEN = (
    "(i.private = 0 OR :admin = 1 OR EXISTS (SELECT 1 FROM members m WHERE m.incident = i.id AND m.person = :person))"
)

# Of the table incidents, called i: those that affect the service ``:service``, as their main one or beside it.
OF_SERVICE = (
    "(i.service = :service OR EXISTS (SELECT 1 FROM also_affected a WHERE a.service = :service AND a.incident = i.id))"
)


def create(tx: Transaction, facts: Declared | Investigating, opened_by: str, now: int) -> str:
    """Number the next incident and write its row; answers with its id (``INC-7``). ``now`` in microseconds."""
    tx.one_at_a_time(Lock.NUMBERING)
    drill = isinstance(facts, Investigating) and facts.drill
    # Private ones count apart: a number that is missing would tell everybody that there is one (P6). That there is a drill is no secret.
    first, last = (PRIVATE_NUMBERS, 2**31 - 1) if facts.private and not drill else (0, PRIVATE_NUMBERS)
    row = tx.one(
        "SELECT COALESCE(MAX(number), :first) + 1 AS number FROM incidents WHERE number >= :first AND number < :last",
        first=first,
        last=last,
    )
    number = int(row["number"]) if row else 1
    incident = f"INC-{number}"
    tx.execute(
        "INSERT INTO incidents (number, id, title, service, status, severity, phase, private, drill, opened_at, changed_at, position) "
        "VALUES (:number, :id, :title, :service, 'open', '', 'triage', :private, :drill, :now, :now, 0)",
        number=number, id=incident, title=facts.title, service=facts.service, private=int(facts.private), drill=int(drill), now=now,
    )  # fmt: skip
    if facts.private:
        add_member(tx, incident, opened_by)
    return incident


def update(tx: Transaction, record: Record, now: int) -> None:
    """Write what lists show of an incident, as its record stands."""
    tx.execute(
        "UPDATE incidents SET title = :title, service = :service, status = :status, severity = :severity, phase = :phase, "
        "resolved_at = :resolved, changed_at = :now, position = :position WHERE id = :id",
        id=record.id,
        title=record.title,
        service=record.service,
        status=record.status,
        severity=record.severity_name() or "",
        phase=record.phase,
        resolved=record.resolved_at,
        now=now,
        position=record.entries,
    )


def lock(tx: Transaction, incident: str) -> None:
    """Lock an incident's row until the transaction ends."""
    tx.one(f"SELECT 1 AS yes FROM incidents WHERE id = :id{tx.for_update()}", id=incident)


def add_member(tx: Transaction, incident: str, person: str) -> None:
    """Let a person see a private incident."""
    sql = "INSERT INTO members (incident, person) VALUES (:incident, :person) ON CONFLICT (incident, person) DO NOTHING"
    tx.execute(sql, incident=incident, person=person)


def seen_by(actor: Actor) -> dict[str, Any]:
    """The values of ``SEEN``."""
    return {"admin": int(actor.admin), "person": actor.name}


def is_member(tx: Transaction, incident: str, person: str) -> bool:
    """Whether a person was invited to a private incident."""
    sql = "SELECT 1 AS yes FROM members WHERE incident = :incident AND person = :person"
    return tx.one(sql, incident=incident, person=person) is not None
