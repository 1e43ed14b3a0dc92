"""How often something public has changed. The number moves in the same commit, and everything that shows or copies a page follows it."""

import msgspec

from stanch.kernel.clock import MINUTE
from stanch.timeline.unit_of_work import UnitOfWork

CHANGED = "status-page"
DRAWN_EVERY = 30 * MINUTE


class Version(msgspec.Struct, frozen=True):
    """How often something public has changed, and when last."""

    number: int
    changed_at: int


def version(uow: UnitOfWork) -> Version:
    """The version that this transaction sees."""
    row = uow.tx.one("SELECT version, changed_at FROM status_version")
    return Version(int(row["version"]), int(row["changed_at"])) if row else Version(0, 0)


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


def announce(uow: UnitOfWork, event: str, number: str, post: str, *, reminder: bool = False) -> None:
    """Those who follow a page get this post: by an effect in the same commit, once for each ``number`` of an event."""
    said = {"event": event, "post": post, "reminder": reminder}
    uow.effect(f"announce:{event}:{number}", "status_announce", "", said)
