"""The changes of a service near an onset: the same ones for the playbooks, the ranking and the evidence (R17)."""

from stanch.db.transaction import Row
from stanch.kernel.suspicion import LOOK_AHEAD, LOOK_BACK
from stanch.timeline.unit_of_work import UnitOfWork

MOST = 20


def changes_near(uow: UnitOfWork, service: str, onset: int, until: int = 0) -> list[Row]:
    """The latest rows of ``deploys`` first, within the window of ``kernel.suspicion``, or to ``until`` if that is later (microseconds)."""
    return uow.tx.all(
        "SELECT * FROM deploys WHERE service = :service AND deployed_at BETWEEN :since AND :until "
        "ORDER BY deployed_at DESC LIMIT :most",
        service=service,
        since=onset - LOOK_BACK,
        until=max(onset + LOOK_AHEAD, until),
        most=MOST,
    )
