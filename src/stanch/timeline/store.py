"""Append, read, read as of a moment, verify. The only place that writes the ``entries`` table."""

import hashlib
import secrets
from typing import Any

import msgspec

from stanch.db.transaction import Row, Transaction
from stanch.kernel.errors import Conflict
from stanch.kernel.hidden_characters import visible
from stanch.timeline import full_text
from stanch.timeline.entries import Entry, Facts, Redaction
from stanch.timeline.facts.respond import Redacted
from stanch.timeline.record import Line

FIRST_HASH = "0" * 64
_encoder = msgspec.json.Encoder(order="deterministic")
_decoder = msgspec.json.Decoder(Facts)


class Tombstone(msgspec.Struct, frozen=True):
    """Replaces the facts of a redacted entry; the triggers of the database recognise it by its first words."""

    redacted: Redaction
    facts: msgspec.Raw


TOMBSTONE = '{"redacted":'
_tombstones = msgspec.json.Decoder(Tombstone)


def commitment(text: str, salt: str) -> str:
    """The salted digest of the facts in the chain. Once the salt is deleted, a short secret cannot be guessed from it."""
    return hashlib.sha256((f"{salt}\x1f{text}" if salt else text).encode()).hexdigest()


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
    if (seen := visible(text)) != text:
        text, facts = seen, _decoder.decode(seen)
    author = visible(author)
    position = last.position + 1 if last else 1
    row: dict[str, Any] = {
        "incident": incident,
        "position": position,
        "kind": str(facts.__struct_config__.tag),
        "happened_at": happened_at,
        "recorded_at": recorded_at,
        "author": author,
        "source": source,
        "facts": text,
    }
    row["salt"] = secrets.token_hex(16)
    row["hash"] = chain(last.hash if last else FIRST_HASH, row, commitment(text, row["salt"]))
    written = tx.execute(
        "INSERT INTO entries (incident, position, kind, happened_at, recorded_at, author, source, facts, salt, hash) "
        "VALUES (:incident, :position, :kind, :happened_at, :recorded_at, :author, :source, :facts, :salt, :hash) "
        "ON CONFLICT (incident, position) DO NOTHING",
        **row,
    )
    if written != 1:
        raise Conflict(f"{incident} changed while this was being written.", hint="Look again and repeat it.")
    full_text.put(tx, incident, position, facts.sentence())
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
    text, redaction = row["facts"], None
    if text.startswith(TOMBSTONE):
        stone = _tombstones.decode(text)
        text, redaction = bytes(stone.facts), stone.redacted
    return Entry(
        row["incident"],
        row["position"],
        row["happened_at"],
        row["recorded_at"],
        row["author"],
        row["source"],
        _decoder.decode(text),
        row["hash"],
        redaction,
    )


def redacting(tx: Transaction, incident: str, position: int, remains: Facts, reason: str, repeats: int) -> Redacted:
    """The entry that says a redaction, with the digests that keep the chain whole; nothing is written yet."""
    row = tx.one(
        "SELECT facts, salt FROM entries WHERE incident = :incident AND position = :position",
        incident=incident,
        position=position,
    )
    assert row is not None
    stone = _tombstones.decode(row["facts"]) if row["facts"].startswith(TOMBSTONE) else None
    digest = stone.redacted.digest if stone else commitment(row["facts"], row["salt"])
    return Redacted(position, reason, digest, commitment(_encoder.encode(remains).decode(), ""), repeats)


def bury(tx: Transaction, said: Entry, remains: Facts) -> None:
    """Replace the facts of an entry by what is left of them, as the entry ``said`` states. Its salt goes with them.

    May be repeated, for a reason that was redacted itself.
    """
    assert isinstance(said.facts, Redacted)
    redaction = Redaction(said.position, said.author, said.happened_at, said.facts.reason, said.facts.digest)
    stone = Tombstone(redaction, msgspec.Raw(_encoder.encode(remains)))
    if tx.dialect == "sqlite":
        tx.driver("PRAGMA secure_delete = ON")  # SQLite overwrites deleted content with zeros
    tx.execute(
        "UPDATE entries SET facts = :facts, salt = '' WHERE incident = :incident AND position = :position",
        facts=msgspec.json.encode(stone).decode(),
        incident=said.incident,
        position=said.facts.position,
    )


def verify(tx: Transaction, incident: str) -> tuple[int, str | None]:
    """Check the hash chain: (entries read, None) when it is clean, else what names the first wrong entry (P5)."""
    previous, expected = FIRST_HASH, 1
    rows = tx.all("SELECT * FROM entries WHERE incident = :incident ORDER BY position", incident=incident)
    for row in rows:
        if row["position"] != expected:
            return len(rows), f"{incident} entry {expected} is missing"
        stone = _tombstones.decode(row["facts"]) if row["facts"].startswith(TOMBSTONE) else None
        digest = stone.redacted.digest if stone else commitment(row["facts"], row["salt"])
        if chain(previous, row, digest) != row["hash"]:
            return len(rows), f"{incident} entry {expected} ({row['kind']}) is not what was recorded"
        previous, expected = row["hash"], expected + 1
    head = tx.one("SELECT position, private FROM incidents WHERE id = :incident", incident=incident)
    if head is not None and head["position"] != expected - 1:
        return len(rows), f"{incident} has entries to {expected - 1}, and {head['position']} were recorded"
    return len(rows), _wrong_redaction(rows) or _wrong_privacy(head, rows)


def _wrong_redaction(rows: list[Row]) -> str | None:
    """A tombstone without the entry that states its redaction, or a stated redaction whose facts are back."""
    said = {}
    for found in (_entry(row) for row in rows if row["kind"] == "redacted"):
        assert isinstance(found.facts, Redacted)
        said[found.facts.position] = found
    for row in rows:
        stone = _tombstones.decode(row["facts"]) if row["facts"].startswith(TOMBSTONE) else None
        entry, name = said.get(row["position"]), f"{row['incident']} entry {row['position']} ({row['kind']})"
        if stone is None and entry is not None:
            return f"{name} is back although entry {entry.position} says that it was redacted"
        if stone is None:
            continue
        if entry is None or not _accounts_for(entry, stone):
            return f"{name} was redacted, and no entry says so as it was"
    return None


def _accounts_for(said: Entry, stone: Tombstone) -> bool:
    facts = said.facts
    assert isinstance(facts, Redacted)
    told = Redaction(said.position, said.author, said.happened_at, facts.reason, facts.digest)
    return told == stone.redacted and facts.remains == commitment(bytes(stone.facts).decode(), "")


def _wrong_privacy(head: Row | None, rows: list[Row]) -> str | None:
    """Whether an incident is private is stated in its first entry and never changes."""
    said = bool(getattr(_entry(rows[0]).facts, "private", False)) if rows else False
    if head is None or not rows or said == bool(head["private"]):
        return None
    return f"{rows[0]['incident']} is {'shown to everybody' if said else 'hidden'}, and was opened as {'private' if said else 'visible to all'}"


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
