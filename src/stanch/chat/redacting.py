"""Removes redacted texts from stored chat messages and from what was posted (design, section 4). People delete their own messages in the chat."""

from stanch.chat.posts import make_stale
from stanch.timeline.entries import Entry
from stanch.timeline.facts.respond import Redacted
from stanch.timeline.record import Record
from stanch.timeline.redaction import masked, taken
from stanch.timeline.unit_of_work import UnitOfWork


def forget_lines(uow: UnitOfWork, entry: Entry, record: Record) -> None:
    """Copies of lines, by which edits are compared. Messages that told the entry, the summary and the topic are written anew."""
    assert isinstance(entry.facts, Redacted)
    make_stale(uow, entry.incident, entry.facts.position)
    uow.tx.execute(
        "UPDATE chat_rooms SET summary_text = '', topic = '' WHERE incident = :incident", incident=entry.incident
    )
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
