"""The content-addressed evidence store: each content once under its digest, never changed (enforced by triggers in the database)."""

import hashlib
from collections.abc import Callable
from typing import Any

from stanch.timeline.unit_of_work import UnitOfWork

LARGEST = 4_000_000
# Replaces a redacted content; the triggers of the database allow this one change.
REDACTED = b"redacted"


def keep(uow: UnitOfWork, incident: str, run: str, items: list[tuple[str, str, bytes]]) -> None:
    """Store (name, media type, content) of one run. What is larger than 4 MB is cut, and its name says so."""
    for name, media_type, content in items:
        if len(content) > LARGEST:
            name, content = f"{name} (the first 4 MB)", content[:LARGEST]
        digest = hashlib.sha256(content).hexdigest()
        uow.tx.execute(
            "INSERT INTO exhibits (digest, content) VALUES (:digest, :content) ON CONFLICT (digest) DO NOTHING",
            digest=digest,
            content=content,
        )
        uow.tx.execute(
            "INSERT INTO evidence (digest, incident, run, name, media_type, captured_at, size) "
            "VALUES (:digest, :incident, :run, :name, :media, :now, :size) ON CONFLICT DO NOTHING",
            digest=digest,
            incident=incident,
            run=run,
            name=name,
            media=media_type,
            now=uow.now,
            size=len(content),
        )


def of(uow: UnitOfWork, incident: str, at: int | None = None) -> list[dict[str, Any]]:
    """Everything kept of an incident, without the contents, in the order of its capture; as of a moment, if one is given."""
    rows = uow.tx.all(
        "SELECT run, name, media_type, captured_at, digest, size FROM evidence "
        "WHERE incident = :id ORDER BY captured_at, run, name",
        id=incident,
    )
    return [dict(row) for row in rows if at is None or row["captured_at"] <= at]


def content(uow: UnitOfWork, incident: str, digest: str) -> bytes | None:
    """A content of this incident; None when it has none of that digest (P6: another incident's is not handed out)."""
    row = uow.tx.one(
        "SELECT x.content FROM exhibits x JOIN evidence e ON e.digest = x.digest "
        "WHERE e.incident = :id AND x.digest = :digest LIMIT 1",
        id=incident,
        digest=digest,
    )
    return bytes(row["content"]) if row else None


def intact(found: bytes, digest: str) -> bool:
    """Whether a content is still what was captured."""
    return hashlib.sha256(found).hexdigest() == digest


def redact(uow: UnitOfWork, incident: str, concerns: Callable[[str, bytes], bool]) -> None:
    """Erase the contents that the predicate selects, by run and content. The digests are kept."""
    for row in of(uow, incident):
        if concerns(row["run"], content(uow, incident, row["digest"]) or b""):
            uow.tx.execute(
                "UPDATE exhibits SET content = :content WHERE digest = :digest",
                content=REDACTED,
                digest=row["digest"],
            )
