"""Fills the index with incidents from before it was there: a few in each transaction, so that nothing that wakes people waits."""

from stanch.kernel.clock import SECOND
from stanch.timeline import full_text, store
from stanch.timeline.unit_of_work import UnitOfWork

PAUSE = SECOND // 5
# Entries in one transaction: some milliseconds of a writer's time.
ENOUGH, AT_MOST = 300, 20


def run_due(uow: UnitOfWork) -> None:
    """The newest first; ends its timer when none is left."""
    rows = uow.tx.all(
        "SELECT l.number, i.id, i.title, i.position FROM words_left l LEFT JOIN incidents i ON i.number = l.number "
        "ORDER BY l.number DESC LIMIT :most",
        most=AT_MOST,
    )
    done = 0
    for row in rows:
        if done and done + (row["position"] or 0) > ENOUGH:
            break
        if row["id"]:
            entries = store.read(uow.tx, row["id"])
            full_text.fill(uow.tx, row["id"], row["title"], [(x.position, x.facts.sentence()) for x in entries])
            done += len(entries)
        uow.tx.execute("DELETE FROM words_left WHERE number = :number", number=row["number"])
    uow.timer("words", uow.now + PAUSE if rows else None)
