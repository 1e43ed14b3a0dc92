"""Reads the intake journal behind the hooks and folds what it holds. What cannot be read is kept raw and shown (P8)."""

import msgspec

from stanch.detect import changes, heartbeats, signals
from stanch.kernel.errors import Problem
from stanch.ports import Acknowledgement, Alert, Beat, Change, Post, Received, Source
from stanch.timeline.desk import Desk, Office

BATCH = 1000


def digest(office: Office, sources: dict[str, Source]) -> int:
    """Digest one batch of the journal in one transaction; answers with how many posts it was."""
    with office.database.reading() as tx:
        if tx.one("SELECT 1 AS yes FROM intake WHERE state = 'new' LIMIT 1") is None:
            return 0
    with office.desk(source="alert") as desk:
        rows = desk.tx.all(
            "SELECT id, intake_key, format, received_at, body, about FROM intake WHERE state = 'new' ORDER BY id "
            f"LIMIT {BATCH}{desk.tx.skip_locked()}"
        )
        noted: list[dict[str, object]] = []
        whole: list[int] = []
        by_key: dict[str, list[Received]] = {}
        for row in rows:
            post = Post(bytes(row["body"]), row["received_at"], row["intake_key"], row["about"])
            received, state, note = read(sources, row["format"], post)
            by_key.setdefault(row["intake_key"], []).extend(received)
            if state == "digested":
                whole.append(row["id"])
            else:
                noted.append({"id": row["id"], "state": state, "note": note[:500]})
        for intake_key, received in by_key.items():
            fold(desk, received, intake_key)
        if whole:  # ids are ours and whole numbers: one statement for a thousand posts
            desk.tx.driver(f"UPDATE intake SET state = 'digested' WHERE id IN ({', '.join(map(str, whole))})")
        desk.tx.many("UPDATE intake SET state = :state, note = :note WHERE id = :id", noted)
    return len(rows)


def fold(desk: Desk, received: list[Received], intake_key: str) -> None:
    """Everything that came in by one key, each kind to where it belongs, in the order of arrival."""
    alerts = heartbeats.absorb(desk, [each for each in received if isinstance(each, Alert)])
    signals.fold(desk, alerts, intake_key)
    for each in received:
        if isinstance(each, Change):
            changes.record(desk, each, intake_key)
        elif isinstance(each, Acknowledgement):
            signals.acknowledge(desk, each, intake_key)
        elif isinstance(each, Beat):
            heartbeats.hear(desk, each)


def read(sources: dict[str, Source], form: str, post: Post) -> tuple[list[Received], str, str]:
    """What a post holds, the state it is in now, and a note. Fingerprints of scoped formats begin with the key's name."""
    source = sources.get(form)
    if source is None:
        return [], "unparsable", f"no integration reads '{form}'"
    try:
        received, errors = source.read(post)
    except (ValueError, Problem) as error:
        return [], "unparsable", str(error)
    if source.scoped:
        received = [_scoped(each, post.intake_key) for each in received]
    state = "digested" if received or not errors else "unparsable"
    return received, "partly" if received and errors else state, "; ".join(errors)


def _scoped(each: Received, intake_key: str) -> Received:
    if isinstance(each, Alert | Acknowledgement):
        return msgspec.structs.replace(each, fingerprint=f"{intake_key}/{each.fingerprint}")
    return each
