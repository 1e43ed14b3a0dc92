"""The rows of ``chat_posts``: which message of a room tells which entries, so that it can be written anew when one is redacted."""

import msgspec

from stanch.timeline.unit_of_work import UnitOfWork


class Post(msgspec.Struct, frozen=True):
    """A message of ours in a room, and the entries that it tells, from the first to the last."""

    room: str
    message: str
    first_entry: int
    last_entry: int


def keep(uow: UnitOfWork, chat: str, incident: str, post: Post) -> None:
    """It was posted; the same again changes nothing."""
    uow.tx.execute(
        "INSERT INTO chat_posts (chat, incident, room, message, first_entry, last_entry) "
        "VALUES (:chat, :incident, :room, :message, :first_entry, :last_entry) ON CONFLICT (chat, room, message) DO NOTHING",
        chat=chat, incident=incident, **msgspec.structs.asdict(post),
    )  # fmt: skip


def make_stale(uow: UnitOfWork, incident: str, position: int) -> None:
    """An entry was redacted: what tells it must be written anew, in every chat."""
    uow.tx.execute(
        "UPDATE chat_posts SET stale = 1 WHERE incident = :incident AND last_entry >= :position AND first_entry <= :position",
        incident=incident, position=position,
    )  # fmt: skip


def stale(uow: UnitOfWork, chat: str, incident: str) -> Post | None:
    """The oldest that must be written anew."""
    row = uow.tx.one(
        "SELECT room, message, first_entry, last_entry FROM chat_posts "
        "WHERE incident = :incident AND chat = :chat AND stale = 1 ORDER BY last_entry LIMIT 1",
        chat=chat, incident=incident,
    )  # fmt: skip
    return Post(**row) if row else None


def renewed(uow: UnitOfWork, chat: str, post: Post) -> None:
    """It was written anew, or is not there any more."""
    uow.tx.execute(
        "UPDATE chat_posts SET stale = 0 WHERE chat = :chat AND room = :room AND message = :message",
        chat=chat, room=post.room, message=post.message,
    )  # fmt: skip
