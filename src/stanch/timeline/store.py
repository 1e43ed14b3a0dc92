"""Append, read, read as of a moment, verify. The only place that writes the ``entries`` table."""

import hashlib

import msgspec

from stanch.db.transaction import Row, Transaction
from stanch.kernel.errors import Conflict
from stanch.timeline.entries import Entry, Facts
from stanch.timeline.record import Line

FIRST_HASH = "0" * 64
_encoder = msgspec.json.Encoder(order="deterministic")
_decoder = msgspec.json.Decoder(Facts)


def chain(previous: str, row: Row, facts_digest: str) -> str:
    """The hash of an entry: over the one before it, its own columns, and the digest of its facts.

    The digest stands for the facts so that a redacted entry (facts replaced by a tombstone that keeps the
    digest) still verifies (P5).
    """
    parts = [
        previous,
        row["incident"],
        str(row["position"]),
        row["kind"],
        str(row["happened_at"]),
        str(row["recorded_at"]),
        row["author"],
        row["source"],
        facts_digest,
    ]
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def append(
    tx: Transaction,
    incident: str,
    facts: Facts,
    *,
    author: str,
    source: str,
    happened_at: int,
    recorded_at: int,
    last: Line | None,
) -> Entry:
    """Append one entry after ``last`` (None: the first). Raises ``Conflict`` when somebody else appended first."""
    text = _encoder.encode(facts).decode()
    position = last.position + 1 if last else 1
    row = {
        "incident": incident,
        "position": position,
        "kind": str(facts.__struct_config__.tag),
        "happened_at": happened_at,
        "recorded_at": recorded_at,
        "author": author,
        "source": source,
        "facts": text,
    }
    row["hash"] = chain(last.hash if last else FIRST_HASH, row, hashlib.sha256(text.encode()).hexdigest())
    written = tx.execute(
        "INSERT INTO entries (incident, position, kind, happened_at, recorded_at, author, source, facts, hash) "
        "VALUES (:incident, :position, :kind, :happened_at, :recorded_at, :author, :source, :facts, :hash) "
        "ON CONFLICT (incident, position) DO NOTHING",
        **row,
    )
    if written != 1:
        raise Conflict(f"{incident} changed while this was being written.", hint="Look again and repeat it.")
    return Entry(incident, position, happened_at, recorded_at, author, source, facts, str(row["hash"]))


def read(
    tx: Transaction, incident: str, *, after: int = 0, at: int | None = None, most: int | None = None
) -> list[Entry]:
    """Entries after a position, in order and at most so many; with ``at``, only what had been recorded by that moment (R10)."""
    until = " AND recorded_at <= :at" if at is not None else ""
    limit = "" if most is None else f" LIMIT {most}"
    rows = tx.all(
        "SELECT incident, position, happened_at, recorded_at, author, source, facts, hash FROM entries "
        f"WHERE incident = :incident AND position > :after{until} ORDER BY position{limit}",
        incident=incident,
        after=after,
        **({"at": at} if at is not None else {}),
    )
    return [_entry(row) for row in rows]


def read_kind(tx: Transaction, incident: str, kind: str) -> list[Entry]:
    """Entries of one kind, in order."""
    rows = tx.all(
        "SELECT * FROM entries WHERE incident = :incident AND kind = :kind ORDER BY position",
        incident=incident,
        kind=kind,
    )
    return [_entry(row) for row in rows]


def read_of_many(tx: Transaction, incidents: list[str], kinds: tuple[str, ...]) -> dict[str, list[Entry]]:
    """Entries of some kinds of many incidents, in order, by incident."""
    found: dict[str, list[Entry]] = {}
    listed = ", ".join(f"'{kind}'" for kind in kinds)
    for start in range(0, len(incidents), 200):
        names = {f"i{n}": incident for n, incident in enumerate(incidents[start : start + 200])}
        marks = ", ".join(f":{name}" for name in names)
        sql = f"SELECT * FROM entries WHERE incident IN ({marks}) AND kind IN ({listed}) ORDER BY incident, position"
        for row in tx.all(sql, **names):
            found.setdefault(row["incident"], []).append(_entry(row))
    return found


def _entry(row: Row) -> Entry:
    return Entry(
        row["incident"],
        row["position"],
        row["happened_at"],
        row["recorded_at"],
        row["author"],
        row["source"],
        _decoder.decode(row["facts"]),
        row["hash"],
    )


def verify(tx: Transaction, incident: str) -> tuple[int, str | None]:
    """Check the hash chain: (entries read, None) when it is clean, else what names the first wrong entry (P5)."""
    previous, expected = FIRST_HASH, 1
    rows = tx.all("SELECT * FROM entries WHERE incident = :incident ORDER BY position", incident=incident)
    for row in rows:
        if row["position"] != expected:
            return len(rows), f"{incident} entry {expected} is missing"
        facts_digest = hashlib.sha256(row["facts"].encode()).hexdigest()
        if chain(previous, row, facts_digest) != row["hash"]:
            return len(rows), f"{incident} entry {expected} ({row['kind']}) is not what was recorded"
        previous, expected = row["hash"], expected + 1
    head = tx.one("SELECT position FROM incidents WHERE id = :incident", incident=incident)
    if head is not None and head["position"] != expected - 1:
        return len(rows), f"{incident} has entries to {expected - 1}, and {head['position']} were recorded"
    return len(rows), None


def verify_all(tx: Transaction, incident: str | None = None) -> list[dict[str, object]]:
    """Verify one incident, or every one: its entries, and what is wrong ('' for nothing)."""
    names = [incident] if incident else [row["id"] for row in tx.all("SELECT id FROM incidents ORDER BY number")]
    found = []
    for name in names:
        count, wrong = verify(tx, name)
        found.append(
            {"incident": name, "entries": count, "wrong": wrong or ("" if count else f"{name} has no entries")}
        )
    return found
