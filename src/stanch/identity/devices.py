"""The browsers that pages are pushed to: one row for each device of a person (formats/14, 14.6). All within a transaction of the caller's."""

import hashlib
import re
import secrets

import msgspec

from stanch.db.transaction import Row, Transaction
from stanch.identity import profiles
from stanch.kernel.clock import DAY, minute_of

NOTIFIER = "webpush"
# So long the profile says of a device that it has ended.
ENDED_SHOWN = 30 * DAY
_COLUMNS = "id, person, name, endpoint, p256dh, auth, push_key, added_at, ended_at, why"


class Device(msgspec.Struct, frozen=True):
    """``endpoint``, ``p256dh`` and ``auth`` as the browser gave them. ``push_key``: the public key that it was registered with.

    ``ended_at``: the push service knows it no more, and ``why``, as the end of a sentence.
    """

    id: str
    person: str
    name: str
    endpoint: str
    p256dh: str
    auth: str
    push_key: str
    added_at: int
    ended_at: int | None = None
    why: str = ""

    @property
    def reach(self) -> str:
        """The contact method that stands for it."""
        return f"{NOTIFIER}:{self.id}"

    @property
    def mark(self) -> str:
        """By which the browser knows that it is meant, while the address itself stays secret."""
        return hashlib.sha256(self.endpoint.encode()).hexdigest()[:16]


def new_id(name: str) -> str:
    """What people read of it in sentences: ``chrome-on-android-7f3k``."""
    words = "-".join(re.findall(r"[a-z0-9]+", name.lower()))[:40].strip("-")
    return f"{words or 'device'}-{secrets.token_hex(2)}"


def find(tx: Transaction, device: str) -> Device | None:
    """By its id."""
    return _one(tx.one(f"SELECT {_COLUMNS} FROM devices WHERE id = :id", id=device))


def by_endpoint(tx: Transaction, endpoint: str) -> Device | None:
    """Whoever has it."""
    return _one(tx.one(f"SELECT {_COLUMNS} FROM devices WHERE endpoint = :e", e=endpoint))


def of(tx: Transaction, person: str, now: int) -> list[Device]:
    """A person's, in the order in which they were added; those that ended are left out after a while."""
    rows = tx.all(
        f"SELECT {_COLUMNS} FROM devices WHERE person = :p AND (ended_at IS NULL OR ended_at > :old) ORDER BY added_at, id",
        p=person,
        old=minute_of(now - ENDED_SHOWN),
    )
    return [Device(**dict(row)) for row in rows]


def put(tx: Transaction, device: Device) -> None:
    """A new one, or what changed of one that is known by its id."""
    tx.execute(
        f"INSERT INTO devices ({_COLUMNS}) VALUES (:id, :person, :name, :endpoint, :p256dh, :auth, :push_key, :added_at, :ended_at, :why) "
        "ON CONFLICT (id) DO UPDATE SET name = excluded.name, endpoint = excluded.endpoint, p256dh = excluded.p256dh, auth = excluded.auth, "
        "push_key = excluded.push_key, ended_at = excluded.ended_at, why = excluded.why",
        **msgspec.structs.asdict(device),
    )


def drop(tx: Transaction, device: str) -> None:
    """Nothing is known of it any more."""
    tx.execute("DELETE FROM devices WHERE id = :id", id=device)


def end(tx: Transaction, device: str, contact: str, why: str, now: int) -> Device | None:
    """It is gone, and no method of this contact any more. Answers with it the first time."""
    found = find(tx, device)
    if found is None or found.ended_at is not None:
        return None
    put(tx, msgspec.structs.replace(found, ended_at=now, why=why))
    for method in profiles.methods(tx):
        if method.reach == found.reach:
            profiles.remove(tx, method, contact)
    return found


def _one(row: Row | None) -> Device | None:
    return Device(**dict(row)) if row else None
