"""Raw intake bodies are kept for a configurable time and then go, a few at a time so that nothing waits for it."""

from stanch.kernel.clock import HOUR, SECOND
from stanch.timeline.unit_of_work import UnitOfWork

AT_ONCE = 5000


def run_due(uow: UnitOfWork) -> None:
    """Remove what is older than ``policy.keep_raw`` seconds; what has not been read yet stays."""
    oldest = f"SELECT id, received_at, state FROM intake ORDER BY id LIMIT {AT_ONCE}"
    before = uow.tx.one(f"SELECT COUNT(*) AS n FROM ({oldest}) AS o WHERE {_OLD}", cutoff=_cutoff(uow))
    uow.tx.execute(f"DELETE FROM intake WHERE id IN (SELECT id FROM ({oldest}) AS o WHERE {_OLD})", cutoff=_cutoff(uow))
    full = bool(before and before["n"] == AT_ONCE)
    uow.timer("retention", uow.now + (SECOND if full else HOUR))


_OLD = "received_at < :cutoff AND state <> 'new'"


def _cutoff(uow: UnitOfWork) -> int:
    return uow.now - int(uow.policy.keep_raw * SECOND)
