"""Planned work (R33): while it runs the signals of its services wake nobody, and what still fires at its end is judged anew (R1)."""

from __future__ import annotations

from weakref import WeakKeyDictionary

import msgspec

from stanch.db.transaction import Row
from stanch.kernel.clock import DAY, MINUTE
from stanch.timeline.unit_of_work import UnitOfWork

RUNNING = "('in_progress', 'verifying')"

# What runs, by transaction.
_running: WeakKeyDictionary[UnitOfWork, list[Maintenance]] = WeakKeyDictionary()


class Maintenance(msgspec.Struct, frozen=True):
    """Planned work as it is kept. Moments in microseconds; ``remind_at``: when those who follow are reminded of it, if still to come."""

    id: str
    title: str
    services: list[str]
    state: str
    starts_at: int
    ends_at: int
    remind_at: int | None
    created_at: int
    sequence: int

    def running(self) -> bool:
        """Begun and not over."""
        return self.state in ("in_progress", "verifying")

    def over(self) -> bool:
        """Done or cancelled."""
        return self.state in ("completed", "cancelled")


def maintenance_of(row: Row) -> Maintenance:
    """From its row."""
    names = {name: row[name] for name in Maintenance.__struct_fields__ if name != "services"}
    return Maintenance(services=msgspec.json.decode(row["services"], type=list[str]), **names)


def running_for(uow: UnitOfWork, service: str) -> Maintenance | None:
    """The planned work that a service is part of now, the one that ends last."""
    if uow not in _running:  # cached, since one transaction may process thousands of signals
        rows = uow.tx.all(f"SELECT * FROM maintenances WHERE state IN {RUNNING} ORDER BY ends_at DESC")
        _running[uow] = [maintenance_of(row) for row in rows]
    return next((work for work in _running[uow] if service in work.services), None)


def ended_since(uow: UnitOfWork, service: str, since: int) -> str:
    """The planned work of a service that ran and has ended since a moment, the last one; '' for none."""
    rows = uow.tx.all(
        "SELECT m.id, m.services, MAX(p.at) AS ended FROM maintenances m JOIN maintenance_posts p ON p.maintenance = m.id "
        "WHERE m.state IN ('completed', 'cancelled') AND m.ends_at > :long_ago AND EXISTS (SELECT 1 FROM maintenance_posts b "
        "WHERE b.maintenance = m.id AND b.state = 'in_progress') GROUP BY m.id, m.services HAVING MAX(p.at) >= :since ORDER BY ended DESC",
        since=since,
        long_ago=since - 31 * DAY,
    )
    return next((row["id"] for row in rows if service in msgspec.json.decode(row["services"], type=list[str])), "")


def held_until(uow: UnitOfWork, service: str) -> int | None:
    """Until when a signal of this service waits; None when no planned work runs. The end of the work ends it sooner."""
    work = running_for(uow, service)
    return max(work.ends_at, uow.now + MINUTE) if work else None


def judge_anew(uow: UnitOfWork, services: list[str]) -> None:
    """The work is over: what of these services fires and waits is judged now. The caller holds ``Lock.FOLDING``."""
    for service in services:
        uow.tx.execute(
            "UPDATE signals SET hold_until = :now WHERE service = :service AND state = 'firing' AND disposition = '' AND hold_until > :now",
            now=uow.now,
            service=service,
        )
