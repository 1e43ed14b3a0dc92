"""Work that survives a crash, written in the transaction that asks for it: effects in the outbox, and timers."""

from typing import Any

import msgspec

from stanch.db.transaction import Transaction


def put_effect(
    tx: Transaction,
    key: str,
    kind: str,
    incident: str,
    payload: Any,
    *,
    now: int,
    due_at: int,
    again: bool,
    lane: str,
) -> None:
    """Write an effect to the outbox; the same key twice is one effect, unless ``again`` re-arms a finished one."""
    rearm = (
        "DO UPDATE SET payload = excluded.payload, state = 'waiting', due_at = excluded.due_at, attempts = 0, leased_until = 0, last_error = '', done_at = NULL"
        if again
        else "DO NOTHING"
    )
    tx.execute(
        "INSERT INTO outbox (key, kind, incident, payload, state, due_at, attempts, leased_until, last_error, created_at, lane) "
        f"VALUES (:key, :kind, :incident, :payload, 'waiting', :due, 0, 0, '', :now, :lane) ON CONFLICT (key) {rearm}",
        lane=lane,
        key=key,
        kind=kind,
        incident=incident,
        payload=msgspec.json.encode(payload).decode(),
        due=due_at,
        now=now,
    )


def put_timer(tx: Transaction, key: str, due_at: int | None) -> None:
    """Set the one timer of this key (microseconds), or clear it with None."""
    if due_at is None:
        tx.execute("DELETE FROM timers WHERE key = :key", key=key)
        return
    tx.execute(
        "INSERT INTO timers (key, due_at, leased_until) VALUES (:key, :due, 0) "
        "ON CONFLICT (key) DO UPDATE SET due_at = excluded.due_at, leased_until = 0",
        key=key, due=due_at,
    )  # fmt: skip
