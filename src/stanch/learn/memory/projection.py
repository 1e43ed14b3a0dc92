"""The stored form of an incident that similar incidents are searched by, written in the same transaction as its record (R50)."""

import hashlib
from typing import Any

import msgspec

from stanch.db.transaction import Row
from stanch.kernel.clock import MINUTE
from stanch.learn.memory.rules import NEAR_RELEASE_MINUTES, Helped, Remembered
from stanch.mitigate.ranking.situation import tokens
from stanch.timeline.record import Record
from stanch.timeline.unit_of_work import UnitOfWork

# Version of the stored form: rows of an older version are written again.
VERSION = 1
MOST_SIGNALS, MOST_WORDS, MOST_ALERTS = 60, 60, 20
LABELS = ("zone", "node", "tenant", "region", "feature")


def remember(uow: UnitOfWork, record: Record) -> None:
    """Write the stored form of an incident if it changed; that of a false alarm is deleted."""
    wanted = bool(record.declared_at) and not record.false_alarm and not record.merged_into
    wanted = wanted and record.drill is None
    known = uow.tx.one("SELECT number, digest, version FROM remembered WHERE incident = :id", id=record.id)
    content = msgspec.json.encode(_of(uow, record) if wanted else Remembered(record.id)).decode()
    digest = hashlib.sha256(content.encode()).hexdigest()[:16]
    if known and known["digest"] == digest and known["version"] == VERSION:
        return
    number = known["number"] if known else _number(uow, record.id)
    uow.tx.execute("DELETE FROM remembered_terms WHERE number = :number", number=number)
    uow.tx.execute(
        "INSERT INTO remembered (incident, number, version, digest, content) VALUES (:id, :number, :version, :digest, :content) "
        "ON CONFLICT (incident) DO UPDATE SET version = excluded.version, digest = excluded.digest, content = excluded.content",
        id=record.id,
        number=number,
        version=VERSION,
        digest=digest,
        content=content,
    )
    terms = msgspec.json.decode(content, type=Remembered).terms() if wanted else []
    for term in dict.fromkeys(terms):
        uow.tx.execute("INSERT INTO remembered_terms (term, number) VALUES (:term, :number)", term=term, number=number)


def _number(uow: UnitOfWork, incident: str) -> int:
    row = uow.tx.one("SELECT number FROM incidents WHERE id = :id", id=incident)
    return int(row["number"]) if row else 0


def _of(uow: UnitOfWork, record: Record) -> Remembered:
    signals = list(record.signals.values())[:MOST_SIGNALS]
    said = [record.title, *([record.impact.value] if record.impact else []), *(s.summary for s in signals)]
    said += [h.text for h in record.hypotheses.values() if h.standing != "rejected"]
    factors = tuple(record.lists.get("factors", []))
    began = record.onset()
    runs = [run for run in record.runs.values() if not run.undo_of]
    ran = run_rows(uow, record.id) if runs else {}
    return Remembered(
        record.id, record.title, record.service, record.severity_name() or "", record.declared_at, began,
        record.resolved_at or record.closed_at,
        _first(MOST_ALERTS, (s.name for s in signals)),
        _first(MOST_WORDS, (word for text in said for word in sorted(tokens(text)))),
        _first(MOST_ALERTS, (f"{name} {s.labels[name]}" for s in signals for name in LABELS if s.labels.get(name))),
        _release(uow, record.service, began), factors,
        _first(MOST_WORDS, (word for text in factors for word in sorted(tokens(text)))),
        tuple(Helped(r.title, ran[r.run]["effect_seconds"] if r.run in ran else None) for r in runs if r.outcome == "helped" and not r.undone_by),
        tuple(dict.fromkeys(r.title for r in runs if r.outcome in ("no_change", "worse"))), tuple(record.also),
    )  # fmt: skip


def _first(most: int, found: Any) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(each)[:200] for each in found if each))[:most]


def run_rows(uow: UnitOfWork, incident: str) -> dict[str, Row]:
    """Of each run of an incident its service, and the seconds from start to effect; None: not known."""
    rows = uow.tx.all("SELECT run, service, effect_seconds FROM mitigation_runs WHERE incident = :id", id=incident)
    return {row["run"]: row for row in rows}


def _release(uow: UnitOfWork, service: str, began: int) -> str:
    row = uow.tx.one(
        "SELECT release FROM deploys WHERE service = :service AND deployed_at BETWEEN :since AND :until AND kind = 'release' "
        "ORDER BY deployed_at DESC LIMIT 1",
        service=service,
        since=began - NEAR_RELEASE_MINUTES * MINUTE,
        until=began,
    )
    return str(row["release"]) if row else ""
