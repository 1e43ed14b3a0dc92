"""How often something public has changed. The number moves in the same commit, and everything that shows or copies a page follows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from stanch.db.transaction import Row
from stanch.kernel.clock import MINUTE
from stanch.timeline.unit_of_work import UnitOfWork

if TYPE_CHECKING:
    from stanch.db.connection import Database

CHANGED = "status-page"
DRAWN_EVERY = 30 * MINUTE


class Version(msgspec.Struct, frozen=True):
    """How often something public has changed, and when last."""

    number: int
    changed_at: int


_NOW = "SELECT version, changed_at FROM status_version"


def version(uow: UnitOfWork) -> Version:
    """The version that this transaction sees."""
    return _version(uow.tx.all(_NOW))


def latest(database: Database) -> Version:
    """The version by now, for who looks often."""
    return _version(database.select(_NOW))


def _version(rows: list[Row]) -> Version:
    return Version(int(rows[0]["version"]), int(rows[0]["changed_at"])) if rows else Version(0, 0)


def changed(uow: UnitOfWork) -> None:
    """Something public changed: every replica renders the page again, and publishers get the new copy."""
    uow.tx.execute("UPDATE status_version SET version = version + 1, changed_at = :now", now=uow.now)
    number = version(uow).number
    for name in sorted(uow.application.world.publishers):
        uow.effect(f"status-copy:{name}:{number}", "status_copy", "", {"publisher": name, "version": number})
    uow.timer("status-page", next_drawing(uow.now))
    uow.tx.notify(CHANGED)
    uow.tx.after_commit(lambda: uow.application.changed(CHANGED))


def next_drawing(now: int) -> int:
    """When the page is rendered again without a post: a new day begins, and the 'as of' moment must stay fresh."""
    return now - now % DRAWN_EVERY + DRAWN_EVERY


def announce(uow: UnitOfWork, event: str, number: str, post: str, *, about: str = "") -> None:
    """Those who follow a page get this post: by an effect in the same commit, once for each ``number`` of an event."""
    said = {"event": event, "post": post, "about": about}
    uow.effect(f"announce:{event}:{number}", "status_announce", "", said)
