"""What is due, and when there is something next: one statement, since it is asked twice a second while nothing happens."""

import msgspec

from stanch.engine.outbox import DUE, Outbox
from stanch.timeline.unit_of_work import Application

_LOOK = (
    "SELECT 'timer' AS what, '' AS lane, '' AS kind, MIN(due_at) AS at FROM timers "
    # Earlier ones wait for room in their lane, and whoever makes room wakes the loop.
    "UNION ALL SELECT 'upcoming', '', '', MIN(due_at) FROM outbox WHERE state = 'waiting' AND due_at > :now "
    f"UNION ALL SELECT DISTINCT 'effect', lane, kind, 0 FROM outbox WHERE {DUE}"
)


class Due(msgspec.Struct, frozen=True):
    """``lanes``: those with an effect that may begin. ``upcoming``: the next moment (UTC, microseconds), None for nothing."""

    timers: bool
    lanes: list[str]
    upcoming: int | None


def due(application: Application, outbox: Outbox) -> Due:
    """Timers and effects as they stand now."""
    now = application.clock.now()
    rows = application.database.select(_LOOK, now=now)
    moments = [int(row["at"]) for row in rows if row["what"] != "effect" and row["at"] is not None]
    lanes = {outbox.lane(row) for row in rows if row["what"] == "effect"}
    timers = any(moment <= now for moment in moments)
    return Due(timers, sorted(lanes), min((m for m in moments if m > now), default=None))
