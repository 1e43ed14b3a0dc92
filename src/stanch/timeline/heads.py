"""Heads of all timelines in one signed, append-only chain: what a hash chain for each incident cannot see alone (P5).

A truncated chain still verifies, and a deleted incident leaves no trace in its own chain. So the newest
entry of each incident that changed is sealed every few seconds: outside the transaction that wrote it, without folding.
A checkpoint is one line for somebody else to keep. It names no incident and no number, and two of the same moment
differ, so that it tells the uninvited nothing, not even that something private went on (P6).
"""

import hashlib
import hmac
import secrets
from collections.abc import Iterator

import msgspec

from stanch.db.locks import Lock
from stanch.db.transaction import Row, Transaction
from stanch.kernel.clock import MINUTE, iso
from stanch.kernel.errors import Invalid
from stanch.timeline.store import FIRST_HASH
from stanch.timeline.unit_of_work import Application

AT_ONCE = 200
CHUNK = 5000
# So many of the newest lines say which keys are in use.
NEWEST = 20
_CHANGED = (
    "SELECT i.id FROM incidents i WHERE i.position > 0 AND NOT EXISTS "
    f"(SELECT 1 FROM heads h WHERE h.incident = i.id AND h.position = i.position) ORDER BY i.number LIMIT {AT_ONCE}"
)


class Checkpoint(msgspec.Struct, frozen=True):
    """What is kept elsewhere. ``key``: which secret key sealed it; ``seal``: over the head of the chain at that moment."""

    stanch_checkpoint: int
    made_at: str
    key: str
    nonce: str
    seal: str


class Fault(msgspec.Struct, frozen=True):
    """A difference from the sealed state. ``incident`` empty: in the chain of heads itself."""

    incident: str
    text: str
    private: bool = False


class Seals:
    """Seals what changed, and makes checkpoints, under the key of this stanch."""

    def __init__(self, application: Application) -> None:
        self._application = application
        self._key = hmac.digest(application.installation.secret_key.encode(), b"stanch checkpoint", "sha256")
        self._changed, self._looked_at = True, 0
        application.subscribe(self._note)

    def _note(self, _incident: str) -> None:
        self._changed = True

    def seal_if_changed(self) -> None:
        """Every few seconds: while this process wrote nothing, only each minute what others wrote is looked for."""
        now = self._application.clock.now()
        if self._changed or now - self._looked_at >= MINUTE:
            self._changed, self._looked_at = False, now
            self.seal()

    def seal(self) -> int:
        """Append the head of each incident that changed, a few at a time so that no writer waits; how many there were."""
        sealed = 0
        while True:
            with self._application.database.reading() as tx:
                names = [row["id"] for row in tx.all(_CHANGED)]
            if names:
                with self._application.database.transaction() as tx:
                    sealed += self._append(tx, names)
            if len(names) < AT_ONCE:
                return sealed

    def _append(self, tx: Transaction, names: list[str]) -> int:
        tx.one_at_a_time(Lock.SEALING)
        number, previous = _newest(tx)
        rows = []
        for name in names:
            head = tx.one(
                "SELECT e.incident, e.position, e.hash, i.private FROM entries e JOIN incidents i ON i.id = e.incident "
                "WHERE e.incident = :name ORDER BY e.position DESC LIMIT 1",
                name=name,
            )
            if head is None:
                continue
            number += 1
            row = {**head, "number": number, "sealed_at": self._application.clock.now()}
            previous = row["digest"] = _digest(previous, row)
            rows.append({**row, "signature": self._sign(previous)})
        tx.many(
            "INSERT INTO heads (number, incident, position, hash, private, sealed_at, digest, signature) "
            "VALUES (:number, :incident, :position, :hash, :private, :sealed_at, :digest, :signature)",
            rows,
        )
        return len(rows)

    def _sign(self, text: str) -> str:
        return hmac.digest(self._key, text.encode(), "sha256").hex()

    def key_id(self) -> str:
        """A fingerprint of the secret key."""
        return hashlib.sha256(self._key).hexdigest()[:8]

    def other_key(self) -> str:
        """That the newest lines are not all signed with the secret key of this process, as a sentence; empty when they are."""
        with self._application.database.reading() as tx:
            rows = tx.all(f"SELECT digest, signature FROM heads ORDER BY number DESC LIMIT {NEWEST}")
        if all(hmac.compare_digest(row["signature"], self._sign(row["digest"])) for row in rows):
            return ""
        return (
            "Another secret key than the one here sealed some of the newest entries of the record. If several servers share the database, "
            "give each the same secret_key (STANCH_SECRET_KEY): links in pages, test pages and calendars work only on the server that made them. "
            "If the key was changed, those that were sent before it have ended"
        )

    def checkpoint(self) -> Checkpoint:
        """Everything that is recorded by now, in one line."""
        self.seal()
        with self._application.database.reading() as tx:
            _, digest = _newest(tx)
        made_at, nonce = iso(self._application.clock.now()), secrets.token_hex(16)
        return Checkpoint(1, made_at, self.key_id(), nonce, self._sign(f"{made_at} {nonce} {digest}"))

    def faults(self, tx: Transaction, against: Checkpoint | None = None) -> list[Fault]:
        """Differences from the sealed state: the first fault of each incident, and of the chain of heads. Streams all of it."""
        found: dict[str, Fault] = {}
        number, previous, met = 0, FIRST_HASH, against is None
        met = met or self._is_of(against, previous)
        for row in _rows(tx):
            number += 1
            if row["number"] != number or row["digest"] != _digest(previous, row):
                found.setdefault("", Fault("", f"the chain of heads is not what was sealed from its line {number} on"))
                number = row["number"]
            elif not hmac.compare_digest(row["signature"], self._sign(row["digest"])):
                found.setdefault(
                    "", Fault("", f"line {number} of the chain of heads is signed with another secret key")
                )
            previous = row["digest"]
            met = met or self._is_of(against, previous)
            if text := _changed(row):
                found.setdefault(row["incident"], Fault(row["incident"], text, bool(row["private"])))
        if against is not None and not met:
            found.setdefault("", Fault("", self._missed(against)))
        return list(found.values())

    def _is_of(self, against: Checkpoint | None, digest: str) -> bool:
        return against is not None and hmac.compare_digest(
            against.seal, self._sign(f"{against.made_at} {against.nonce} {digest}")
        )

    def _missed(self, against: Checkpoint) -> str:
        if against.key != self.key_id():
            return "the checkpoint was made by another stanch, or under an earlier STANCH_SECRET_KEY"
        return f"the record is not the one of the checkpoint of {against.made_at}: heads that were sealed then are gone, or it was edited"


def read_checkpoint(body: bytes) -> Checkpoint:
    """A checkpoint from a file or a request. Raises ``Invalid``."""
    try:
        return msgspec.json.decode(body, type=Checkpoint)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise Invalid("That is not a checkpoint.", hint="'stanch checkpoint > FILE' writes one.") from None


def _newest(tx: Transaction) -> tuple[int, str]:
    row = tx.one("SELECT number, digest FROM heads ORDER BY number DESC LIMIT 1")
    return (int(row["number"]), str(row["digest"])) if row else (0, FIRST_HASH)


def _digest(previous: str, row: Row) -> str:
    parts = [previous, *(str(row[name]) for name in ("number", "incident", "position", "hash", "private", "sealed_at"))]
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def _rows(tx: Transaction) -> Iterator[Row]:
    last = 0
    while rows := tx.all(
        "SELECT h.*, e.hash AS hash_now, i.private AS private_now, i.position AS position_now FROM heads h "
        "LEFT JOIN entries e ON e.incident = h.incident AND e.position = h.position "
        f"LEFT JOIN incidents i ON i.id = h.incident WHERE h.number > :last ORDER BY h.number LIMIT {CHUNK}",
        last=last,
    ):
        yield from rows
        last = rows[-1]["number"]


def _changed(row: Row) -> str:
    """What is not any more as this line sealed it; empty for nothing."""
    name, then = row["incident"], f"at {iso(row['sealed_at'])}"
    if row["private_now"] is None:
        return f"{name} was deleted: it had {row['position']} entries {then}"
    if row["hash_now"] is None:
        return f"{name} lost entries: it has {row['position_now']}, and had {row['position']} {then}"
    if row["hash_now"] != row["hash"]:
        return f"{name} entry {row['position']} is not what was sealed {then}"
    if bool(row["private_now"]) != bool(row["private"]):
        return f"{name} is {'private' if row['private_now'] else 'shown to everybody'}, and was not so {then}"
    return ""
