"""Removes redacted texts from stored chat messages (design, section 4). Messages in the chat itself are deleted there by people."""

from stanch.timeline.entries import Entry
from stanch.timeline.record import Record
from stanch.timeline.redaction import masked, taken
from stanch.timeline.unit_of_work import UnitOfWork


def forget_lines(uow: UnitOfWork, entry: Entry, record: Record) -> None:
    """Copies of lines, by which edits are compared, and the last words of the summary."""
    _, texts = taken(uow, entry)
    if not texts:
        return
    for row in uow.tx.all(
        "SELECT chat, room, id, text FROM chat_heard WHERE incident = :incident", incident=entry.incident
    ):
        if (left := masked(row["text"], texts)) != row["text"]:
            uow.tx.execute(
                "UPDATE chat_heard SET text = :text WHERE chat = :chat AND room = :room AND id = :id",
                text=left,
                chat=row["chat"],
                room=row["room"],
                id=row["id"],
            )
    for row in uow.tx.all(
        "SELECT chat, summary_text, topic FROM chat_rooms WHERE incident = :incident", incident=entry.incident
    ):
        uow.tx.execute(
            "UPDATE chat_rooms SET summary_text = :summary, topic = :topic WHERE chat = :chat AND incident = :incident",
            summary=masked(row["summary_text"], texts),
            topic=masked(row["topic"], texts),
            chat=row["chat"],
            incident=entry.incident,
        )
