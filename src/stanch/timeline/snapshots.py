"""Timelines and records as they were read last, for those who only look: an incident with many viewers is read and folded once."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from threading import Lock

import msgspec

from stanch.db.transaction import Row, Transaction
from stanch.timeline import store
from stanch.timeline.entries import Entry
from stanch.timeline.facts.respond import Redacted
from stanch.timeline.record import Record, copied, fold

# So many bytes of memory are used in all, as estimated; the incident that was asked for the longest ago goes first.
BYTES = 64 * 2**20
# An entry with its share of the record takes so many times the bytes that it has as JSON.
TIMES = 3


class Snapshot(msgspec.Struct, frozen=True):
    """Every entry of an incident and the record of them, and what they take of the memory. Several threads have them at once: neither is ever changed."""

    entries: tuple[Entry, ...]
    record: Record
    bytes: int


def bytes_of(entries: Iterable[Entry]) -> int:
    """What they take of the memory with their share of the record, about."""
    encoder, buffer = msgspec.json.Encoder(), bytearray()
    size = 0
    for entry in entries:
        encoder.encode_into(entry, buffer)
        size += len(buffer)
    return size * TIMES


class Snapshots:
    """By incident and the hash of its newest entry, as the asking transaction sees it.

    The hash chain ends in that hash, and a redaction appends an entry: whatever changed on whichever replica, an old
    snapshot is not found by it.
    """

    def __init__(self, most: int = BYTES) -> None:
        self._most = most
        self._kept: OrderedDict[str, tuple[str, Snapshot, int]] = OrderedDict()
        self._bytes = 0
        self._lock = Lock()

    def of(self, tx: Transaction, incident: str, head: str) -> Snapshot:
        """The snapshot that ends in this hash, read where it is not kept."""
        found = self.get(incident, head) if head else None
        if found is None:
            found = self._longer(tx, incident) or _whole(tx, incident)
            if head and found.entries[-1].hash == head:
                self.put(incident, head, found)
        return found

    def _longer(self, tx: Transaction, incident: str) -> Snapshot | None:
        """What is kept with the entries since then; None where what is kept is no beginning of what there is."""
        with self._lock:
            kept = self._kept[incident][1] if incident in self._kept else None
        if kept is None:
            return None
        there = store.read(tx, incident, after=len(kept.entries) - 1)
        same, new = bool(there) and there[0].hash == kept.entries[-1].hash, there[1:]
        if not same or any(isinstance(entry.facts, Redacted) for entry in new):
            return None
        return Snapshot((*kept.entries, *new), fold(new, copied(kept.record)), kept.bytes + bytes_of(new))

    def get(self, incident: str, head: str) -> Snapshot | None:
        """The snapshot that ends in this hash, if it is kept."""
        with self._lock:
            found = self._kept.get(incident)
            if found is None or found[0] != head:
                return None
            self._kept.move_to_end(incident)
            return found[1]

    def put(self, incident: str, head: str, snapshot: Snapshot) -> None:
        """Keep it in the place of an earlier one. One that is larger than all may be is not kept: it would push out the others for nothing."""
        self.forget(incident)
        size = snapshot.bytes
        if size > self._most:
            return
        with self._lock:
            if incident in self._kept:
                self._drop(incident)
            self._kept[incident] = head, snapshot, size
            self._bytes += size
            while self._bytes > self._most:
                self._drop(next(iter(self._kept)))

    def forget(self, incident: str) -> None:
        """Stored entries have changed: what a redaction took out does not stay in memory either."""
        with self._lock:
            if incident in self._kept:
                self._drop(incident)

    def _drop(self, incident: str) -> None:
        self._bytes -= self._kept.pop(incident)[2]


def _whole(tx: Transaction, incident: str) -> Snapshot:
    entries = tuple(store.read(tx, incident))
    return Snapshot(entries, fold(entries), bytes_of(entries))


def heads(tx: Transaction, incidents: list[str]) -> dict[str, Row]:
    """By incident the hash of its newest entry, and whether it is private; those that there are."""
    found: dict[str, Row] = {}
    for start in range(0, len(incidents), 200):
        names = {f"i{n}": name for n, name in enumerate(incidents[start : start + 200])}
        rows = tx.all(
            "SELECT i.id, i.private, i.position, COALESCE(e.hash, '') AS hash FROM incidents i LEFT JOIN entries e ON e.incident = i.id AND e.position = i.position "
            f"WHERE i.id IN ({', '.join(f':{name}' for name in names)})",
            **names,
        )
        found |= {row["id"]: row for row in rows}
    return found
