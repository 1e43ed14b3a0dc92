"""Reads the intake journal behind the hooks and folds what it holds. What cannot be read is kept raw and shown (P8)."""

from stanch.detect import signals
from stanch.kernel.errors import Problem
from stanch.ports import Alert, AlertSource
from stanch.timeline.desk import Office

BATCH = 1000


def digest(office: Office, sources: dict[str, AlertSource]) -> int:
    """Digest one batch of the journal in one transaction; answers with how many posts it was."""
    with office.database.reading() as tx:
        if tx.one("SELECT 1 AS yes FROM intake WHERE state = 'new' LIMIT 1") is None:
            return 0
    with office.desk(source="alert") as desk:
        rows = desk.tx.all(
            "SELECT id, intake_key, format, received_at, body FROM intake WHERE state = 'new' ORDER BY id "
            f"LIMIT {BATCH}{desk.tx.skip_locked()}"
        )
        read: list[dict[str, object]] = []
        whole: list[int] = []
        by_key: dict[str, list[Alert]] = {}
        for row in rows:
            alerts, state, note = _parse(sources, row["format"], bytes(row["body"]), row["received_at"])
            by_key.setdefault(row["intake_key"], []).extend(alerts)
            if state == "digested":
                whole.append(row["id"])
            else:
                read.append({"id": row["id"], "state": state, "note": note[:500]})
        for intake_key, alerts in by_key.items():
            signals.fold(desk, alerts, intake_key)
        if whole:  # ids are ours and whole numbers: one statement for a thousand posts
            desk.tx.driver(f"UPDATE intake SET state = 'digested' WHERE id IN ({', '.join(map(str, whole))})")
        desk.tx.many("UPDATE intake SET state = :state, note = :note WHERE id = :id", read)
    return len(rows)


def _parse(sources: dict[str, AlertSource], form: str, body: bytes, received_at: int) -> tuple[list[Alert], str, str]:
    """Leases and missing times count from when the post was received, however late it is digested."""
    source = sources.get(form)
    if source is None:
        return [], "unparsable", f"no integration reads '{form}'"
    try:
        alerts, errors = source.parse_some(body, received_at)
    except (ValueError, Problem) as error:
        return [], "unparsable", str(error)
    state = "digested" if alerts or not errors else "unparsable"
    return alerts, "partly" if alerts and errors else state, "; ".join(errors) or f"{len(alerts)} alerts"
