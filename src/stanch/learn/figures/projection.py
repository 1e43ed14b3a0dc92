"""What is kept of each incident for the figures, in the same transaction as its record (R49)."""

import hashlib
from secrets import randbits
from typing import Any

import msgspec

from stanch.learn.figures import sums
from stanch.learn.figures.factors import of_factors
from stanch.learn.figures.of_record import COUNTS, PHASE_SPANS, SPANS, counts_of, figures_of
from stanch.learn.memory.projection import run_rows
from stanch.timeline.record import ActionItem, Record
from stanch.timeline.unit_of_work import UnitOfWork

# Version of the rows: those of an older version are written again.
VERSION = 3
TABLES = ("learning_incidents", "learning_items", "learning_factors", "learning_runs")
KNOWN_OUTCOMES = ("helped", "no_change", "worse")


def keep(uow: UnitOfWork, record: Record) -> None:
    """Write the rows of an incident that has ended or has action items. While people respond there is nothing to learn from yet."""
    if record.resolved_at or record.action_items or any(span.phase == "learn" for span in record.spells):
        write(uow, record)


def write(uow: UnitOfWork, record: Record) -> None:
    """Write the rows of an incident, if they are others than before."""
    ended = record.closed_at or record.resolved_at if record.status in ("resolved", "closed") else None
    rows = _rows(uow, record, ended)
    digest = hashlib.sha256(msgspec.json.encode(rows)).hexdigest()[:16]
    known = uow.tx.one("SELECT digest, version FROM learning_incidents WHERE incident = :id", id=record.id)
    if known and known["digest"] == digest and known["version"] == VERSION:
        return
    for table in TABLES:
        uow.tx.execute(f"DELETE FROM {table} WHERE incident = :id", id=record.id)
    rows["learning_incidents"][0] |= {"digest": digest, "version": VERSION, "change": (change := randbits(40))}
    for table, found in rows.items():
        if found:
            names = list(found[0])
            uow.tx.many(
                f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join(f':{name}' for name in names)})", found
            )
    sums.put(uow.tx, record.id, change, rows)


def _rows(uow: UnitOfWork, record: Record, ended: int | None) -> dict[str, list[dict[str, Any]]]:
    """By table. A false alarm, an incident that was merged into another and a drill (R40) have no figures."""
    row = uow.tx.one("SELECT number FROM incidents WHERE id = :id", id=record.id)
    number = int(row["number"]) if row else 0
    own = {"incident": record.id, "service": record.service, "private": int(record.private)}
    counted = ended if not record.false_alarm and not record.merged_into and record.drill is None else None
    factors = of_factors(record.lists.get("factors", [])) if counted else []
    runs = [r for r in record.runs.values() if counted and not r.undo_of and r.outcome in KNOWN_OUTCOMES]
    ran = run_rows(uow, record.id) if runs else {}
    head = own | {
        "number": number, "title": record.title, "severity": record.severity_name() or "", "declared_at": record.declared_at,
        "ended_at": counted, "form": record.postmortem_form, "stage": record.postmortem_stage,
        "facilitator": record.facilitator, "due_at": record.postmortem_due_at, "published_at": record.published_at,
        **dict.fromkeys((*SPANS, *PHASE_SPANS)), **dict.fromkeys(COUNTS, 0),
        **(figures_of(record) | counts_of(record) if counted else {}),
    }  # fmt: skip
    return {
        "learning_incidents": [head],
        "learning_items": [own | {"number": number} | _item(item) for item in record.action_items.values()],
        "learning_factors": [own | {"factor": kind, "ended_at": counted} for kind in factors],
        "learning_runs": [
            own
            | {"run": r.run, "mitigation": r.title, "outcome": r.outcome, "effect_seconds": None, "ended_at": counted}
            | {key: ran[r.run][key] for key in ("service", "effect_seconds") if r.run in ran}
            for r in runs
        ],
    }


def _item(item: ActionItem) -> dict[str, Any]:
    proposed = item.drop.value if item.drop else ""
    return {
        "item": item.item, "title": item.title, "owner": item.owner, "purpose": item.purpose, "priority": item.priority,
        "added_at": item.added_at, "month": sums.month_of(item.added_at), "due_at": item.due_at, "done_at": item.done_at,
        "completed": int(item.done_at is not None and not item.dropped), "drop_reason": item.note if item.dropped else proposed,
    }  # fmt: skip
