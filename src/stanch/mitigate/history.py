"""Runs of each mitigation: those of this incident, and statistics of those before (R16, R50)."""

from statistics import median

import msgspec

from stanch.db.transaction import Row
from stanch.mitigate.ranking.evidence import Durations, PastRuns
from stanch.mitigate.survey import Tool, action_key
from stanch.timeline.record import Record
from stanch.timeline.run import Run
from stanch.timeline.unit_of_work import UnitOfWork

# Two incidents look the same when they share at least half of what their alerts say.
ALIKE = 0.5
REMEMBERED = 500
JUDGED = ("helped", "no_change", "worse")


def likeness(record: Record) -> list[str]:
    """The features by which incidents are compared: the names of their alerts, and the zones and versions that these name."""
    said = {f"alert {s.name}" for s in record.signals.values()}
    for label in ("zone", "version", "feature"):
        said |= {f"{label} {s.labels[label]}" for s in record.signals.values() if s.labels.get(label)}
    return sorted(said)


def past_runs(uow: UnitOfWork, record: Record, at_hand: list[Tool]) -> dict[str, PastRuns]:
    """By the mitigation's name, over the other incidents of its service; undoing is counted with what it undid.

    Only incidents that the reader may see are named (P6); the times of all are used.
    """
    rows: dict[tuple[str, str], list[Row]] = {}
    for row in _runs(uow, record.id, sorted({tool.service for tool in at_hand})):
        rows.setdefault((row["service"], row["mitigation"]), []).append(row)
    now = set(likeness(record))
    remembered = {
        tool.mitigation.name: (tool.service, tool.mitigation.runs_as or tool.mitigation.name) for tool in at_hand
    }
    return {name: _summed(rows[key], now) for name, key in remembered.items() if key in rows}


def own_runs(uow: UnitOfWork, record: Record, at_hand: list[Tool]) -> dict[str, list[Run]]:
    """By the name that the mitigation has now, its runs in this incident, however it was called when they were started."""
    if not record.runs:
        return {}
    rows = uow.tx.all("SELECT run, service, adapter FROM mitigation_runs WHERE incident = :id", id=record.id)
    of = {row["run"]: row for row in rows}
    found: dict[str, list[Run]] = {}
    for run in record.runs.values():
        for tool in at_hand if not run.undo_of else ():
            if _is_of(run, of.get(run.run), tool):
                found.setdefault(tool.mitigation.name, []).append(run)
    return found


def _is_of(run: Run, row: Row | None, tool: Tool) -> bool:
    """Whether it ran this very action: of the same service, name, target and adapter, as far as they are on record."""
    service, adapter = (row["service"], row["adapter"]) if row else ("", "")
    same = tool.key() == action_key(service or tool.service, run.mitigation)
    return same and run.target == tool.mitigation.target and adapter in ("", tool.mitigation.adapter)


def _runs(uow: UnitOfWork, incident: str, services: list[str]) -> list[Row]:
    """The newest runs of each service in other incidents, the newest first."""
    found: list[Row] = []
    for start in range(0, len(services), 200):
        names = {f"s{n}": service for n, service in enumerate(services[start : start + 200])}
        found += uow.tx.all(
            "SELECT * FROM (SELECT r.service, r.mitigation, r.incident, r.outcome, r.effect_seconds, r.undo_seconds, r.likeness, i.private, "
            "r.started_at, ROW_NUMBER() OVER (PARTITION BY r.service ORDER BY r.started_at DESC) AS place "
            "FROM mitigation_runs r JOIN incidents i ON i.id = r.incident AND i.drill = 0 "
            f"WHERE r.service IN ({', '.join(f':{name}' for name in names)}) AND r.incident <> :id AND r.undo_of = '' AND r.outcome <> '') n "
            "WHERE place <= :most ORDER BY started_at DESC",
            id=incident,
            most=REMEMBERED,
            **names,
        )
    return found


def _summed(rows: list[Row], now: set[str]) -> PastRuns:
    helped = [row for row in rows if row["outcome"] == "helped"]
    alike = [row["incident"] for row in helped if not row["private"] and _alike(set(_texts(row["likeness"])), now)]
    judged = sum(row["outcome"] in JUDGED for row in rows)
    return PastRuns(
        judged,
        len(helped),
        _measured([row["effect_seconds"] for row in rows]),
        _measured([row["undo_seconds"] for row in rows]),
        alike[0] if alike else "",
        len(rows) - judged,
    )


def _measured(values: list[float | None]) -> Durations | None:
    known = [value for value in values if value is not None]
    return Durations(len(known), median(known), max(known)) if known else None


def _alike(then: set[str], now: set[str]) -> bool:
    return bool(then & now) and len(then & now) / len(then | now) >= ALIKE


def _texts(stored: str) -> list[str]:
    return msgspec.json.decode(stored, type=list[str])
