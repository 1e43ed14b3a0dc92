"""Raw intake bodies are kept for a configurable time and then go, a few at a time so that nothing waits for it."""

from stanch.kernel.clock import HOUR, SECOND
from stanch.timeline.desk import Desk

AT_ONCE = 5000


def run_due(desk: Desk) -> None:
    """Remove what is older than ``policy.keep_raw`` seconds; what has not been read yet stays."""
    oldest = f"SELECT id, received_at, state FROM intake ORDER BY id LIMIT {AT_ONCE}"
    before = desk.tx.one(f"SELECT COUNT(*) AS n FROM ({oldest}) AS o WHERE {_OLD}", cutoff=_cutoff(desk))
    desk.tx.execute(
        f"DELETE FROM intake WHERE id IN (SELECT id FROM ({oldest}) AS o WHERE {_OLD})", cutoff=_cutoff(desk)
    )
    full = bool(before and before["n"] == AT_ONCE)
    desk.timer("retention", desk.now + (SECOND if full else HOUR))


_OLD = "received_at < :cutoff AND state <> 'new'"


def _cutoff(desk: Desk) -> int:
    return desk.now - int(desk.policy.keep_raw * SECOND)
