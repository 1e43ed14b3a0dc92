"""Sets the clock: the database's time where replicas share one, and never before the newest recorded moment."""

from stanch.db.connection import Database
from stanch.kernel.clock import DAY, SystemClock
from stanch.kernel.errors import Unavailable


def set_clock(clock: SystemClock, database: Database) -> None:
    """Set the clock at start and then regularly. While the database is unavailable it runs on the monotonic clock."""
    try:
        shared = database.shared_now()
        if shared is not None:
            clock.follow(shared)
        newest = _newest(database)
    except Unavailable:
        return
    # A recorded moment that is days ahead came from a wrong clock and is ignored.
    if newest < clock.now() + DAY:
        clock.not_before(newest)


def _newest(database: Database) -> int:
    with database.reading() as tx:
        rows = tx.all(
            "SELECT received_at AS at FROM intake WHERE id = (SELECT MAX(id) FROM intake) UNION ALL "
            "SELECT changed_at FROM incidents WHERE number = (SELECT MAX(number) FROM incidents)"
        )
    return max((int(row["at"]) for row in rows), default=0)
