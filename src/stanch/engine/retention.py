"""How long each table keeps what is no longer needed; the record (entries, evidence, deploys' runs) is kept for good.

docs/reference/retention.md states the same numbers.
"""

import msgspec

from stanch.kernel.clock import DAY, HOUR, SECOND
from stanch.timeline.unit_of_work import UnitOfWork

AT_ONCE = 2000


class RetentionRule(msgspec.Struct, frozen=True):
    """Rows whose ``moment`` lies further back than ``span`` (microseconds) may go, if ``only`` holds for them."""

    table: str
    key: str
    moment: str
    span: int
    only: str = ""


KEPT = (
    RetentionRule("outbox", "key", "done_at", 30 * DAY, "done_at IS NOT NULL"),
    RetentionRule("answers", "key", "created_at", DAY),
    RetentionRule("measurements", "incident, name, at", "at", 30 * DAY),
    RetentionRule("surveys", "incident", "taken_at", 30 * DAY),
    RetentionRule("signals", "fingerprint", "last_seen", 400 * DAY, "state = 'resolved' AND silence = ''"),
    RetentionRule("tracker_heard", "tracker, id", "at", 7 * DAY),
    RetentionRule("chat_heard", "chat, room, id", "at", 400 * DAY),
    RetentionRule("deploys", "id", "deployed_at", 400 * DAY),
)


def tables(keep_raw: float) -> tuple[RetentionRule, ...]:
    """Every table with its span; ``keep_raw`` (seconds) is the policy's for the bodies of the intake journal.

    Their numbers follow the order of arrival: the oldest are found without an index that each post would have to write.
    """
    oldest = f"state <> 'new' AND id < (SELECT MIN(id) FROM intake) + {AT_ONCE}"
    return (RetentionRule("intake", "id", "received_at", int(keep_raw * SECOND), oldest), *KEPT)


def run_due(uow: UnitOfWork) -> None:
    """Remove what is older, a few thousand rows of each table at a time so that no other writer waits long."""
    removed = [_remove(uow, kept) for kept in tables(uow.policy.keep_raw)]
    uow.timer("retention", uow.now + (SECOND if max(removed) >= AT_ONCE else HOUR))


def _remove(uow: UnitOfWork, kept: RetentionRule) -> int:
    only = f" AND {kept.only}" if kept.only else ""
    return uow.tx.execute(
        f"DELETE FROM {kept.table} WHERE ({kept.key}) IN (SELECT {kept.key} FROM {kept.table} "
        f"WHERE {kept.moment} < :cutoff{only} ORDER BY {kept.moment} LIMIT {AT_ONCE})",
        cutoff=uow.now - kept.span,
    )
