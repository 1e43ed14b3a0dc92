"""Long records for those who write: folding thousands of entries again would keep every other writer waiting.

A copy is kept after each commit, and belongs to the next transaction that takes it. What it lacks is read and folded on top of
it; the hash of its newest entry says whether it is a beginning of what is stored.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from threading import Lock
from typing import TYPE_CHECKING

from stanch.db.transaction import Transaction
from stanch.timeline import store
from stanch.timeline.facts.respond import Redacted
from stanch.timeline.record import Record, copied, fold

if TYPE_CHECKING:
    from stanch.db.connection import Database

# A record of fewer entries is folded as quickly as it is copied.
LONG = 500
# So many are kept; the one that was written the longest ago goes first.
MOST = 64


class LongRecords:
    """By incident the record as this process wrote or read it last."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Record] = OrderedDict()
        self._lock = Lock()

    def read(self, tx: Transaction, incident: str) -> Record:
        """The record now, for the caller to change."""
        with self._lock:
            kept = self._kept.pop(incident, None)
        if kept is not None and kept.last is not None:
            there = store.read(tx, incident, after=kept.entries - 1)
            same = there and (there[0].position, there[0].hash) == (kept.entries, kept.last.hash)
            if same and not any(isinstance(entry.facts, Redacted) for entry in there[1:]):
                return fold(there[1:], kept)
        return read_whole(tx, incident)

    def prepare(self, database: Database, incident: str) -> None:
        """Fold a long record before the write transaction that will need it: no writer waits for that."""
        with self._lock:
            if not incident or incident in self._kept:
                return
        with database.reading() as tx:
            row = tx.one("SELECT position FROM incidents WHERE id = :id", id=incident)
            if row is not None and row["position"] >= LONG:
                self._put(read_whole(tx, incident))

    def keep(self, records: Iterable[Record]) -> None:
        """After the commit, outside of the transaction: copying takes time, too."""
        for record in records:
            if record.entries >= LONG:
                self._put(copied(record))

    def _put(self, record: Record) -> None:
        with self._lock:
            there = self._kept.get(record.id)
            if there is None or there.entries <= record.entries:
                self._kept[record.id] = record
                self._kept.move_to_end(record.id)
            if len(self._kept) > MOST:
                self._kept.popitem(last=False)

    def forget(self, incident: str) -> None:
        """Its stored entries were changed."""
        with self._lock:
            self._kept.pop(incident, None)


def read_whole(tx: Transaction, incident: str) -> Record:
    """The record, folded from its first entry on."""
    return fold(store.read(tx, incident))
