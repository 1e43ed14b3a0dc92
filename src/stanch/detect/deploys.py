"""Deploys and other changes, recorded so that it is known when symptoms begin shortly after (R17)."""

from stanch.kernel.ids import new_id
from stanch.ports import Change
from stanch.timeline.unit_of_work import UnitOfWork


def record(uow: UnitOfWork, change: Change, author: str) -> str:
    """Keep a change; the same ``identity`` again changes nothing. Answers with its id."""
    last = uow.tx.one(
        "SELECT release FROM deploys WHERE service = :service AND deployed_at < :at ORDER BY deployed_at DESC LIMIT 1",
        service=change.service,
        at=change.at,
    )
    identity = new_id("deploy")
    uow.tx.execute(
        "INSERT INTO deploys (id, service, release, previous, deployed_at, reversible, reason, author, summary, link, identity) "
        "VALUES (:id, :service, :release, :previous, :at, :reversible, :reason, :author, :summary, :link, :identity) "
        "ON CONFLICT (identity) WHERE identity <> '' DO NOTHING",
        id=identity,
        service=change.service,
        release=change.release,
        previous=change.previous or (last["release"] if last else ""),
        at=change.at,
        reversible=int(change.reversible),
        reason=change.reason,
        author=change.author or author,
        summary=change.summary,
        link=change.link,
        identity=change.identity,
    )
    return identity
