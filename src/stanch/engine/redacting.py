"""Removes redacted texts from the outbox and from the stored answers of idempotent requests (design, section 4)."""

from stanch.timeline.entries import Entry
from stanch.timeline.record import Record
from stanch.timeline.redaction import masked, masked_json, taken
from stanch.timeline.scrubbing import scrub
from stanch.timeline.unit_of_work import UnitOfWork


def forget_messages(uow: UnitOfWork, entry: Entry, record: Record) -> None:
    """Waiting effects are sent without the texts, and no copy of sent ones is kept."""
    scrub(uow, f"{entry.incident}:{entry.position}")
    _, texts = taken(uow, entry)
    if not texts:
        return
    for row in uow.tx.all(
        "SELECT key, payload, last_error FROM outbox WHERE incident = :incident", incident=entry.incident
    ):
        left = {"payload": masked_json(row["payload"], texts), "error": masked(row["last_error"], texts)}
        if left != {"payload": row["payload"], "error": row["last_error"]}:
            uow.tx.execute(
                "UPDATE outbox SET payload = :payload, last_error = :error WHERE key = :key", key=row["key"], **left
            )
    for row in uow.tx.all("SELECT key, body FROM answers WHERE status <> 0"):
        if (body := masked_json(row["body"], texts)) != row["body"]:
            uow.tx.execute("UPDATE answers SET body = :body WHERE key = :key", key=row["key"], body=body)
