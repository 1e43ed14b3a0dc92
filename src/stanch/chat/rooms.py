"""The rows of ``chat_rooms``: which room belongs to which incident, and how far it has followed the record."""

import hashlib
from typing import Any

import msgspec

from stanch.db.transaction import Row
from stanch.timeline.effects import arm
from stanch.timeline.entries import Entry
from stanch.timeline.record import Record
from stanch.timeline.unit_of_work import UnitOfWork


class RoomRow(msgspec.Struct):
    """One room. ``posted``: up to which entry it was told; ``sending``: up to which the message that is on its way tells.

    ``tries`` counts the attempts of the step that is due. ``people``: by account, '' or why they could not be invited.
    ``prompts``: by the key of an open prompt, the message that asks it. ``round``: counts the rooms of the incident in this chat.
    """

    chat: str
    incident: str
    room: str
    name: str
    url: str
    state: str
    round: int
    posted: int
    sending: int
    tries: int
    summary: str
    summary_text: str
    pinned: int
    topic: str
    people: dict[str, str]
    strangers: list[str]
    prompts: dict[str, str]
    problem: str
    created_at: int

    def anew(self, round: int) -> None:
        """The state for a new room; everything about the last one is dropped."""
        self.room = self.name = self.url = self.summary = self.summary_text = self.topic = ""
        self.state, self.round, self.pinned, self.people, self.prompts = "wanted", round, 0, {}, {}


_JSON = ("people", "strangers", "prompts")


def load(uow: UnitOfWork, chat: str, incident: str) -> RoomRow | None:
    """The room of an incident in a chat, if one is wanted."""
    row = uow.tx.one(
        "SELECT * FROM chat_rooms WHERE chat = :chat AND incident = :incident", chat=chat, incident=incident
    )
    return _row(row) if row else None


def by_room(uow: UnitOfWork, chat: str, room: str) -> RoomRow | None:
    """The incident's row of a room; None for a room that belongs to none."""
    row = uow.tx.one("SELECT * FROM chat_rooms WHERE chat = :chat AND room = :room", chat=chat, room=room)
    return _row(row) if row else None


def save(uow: UnitOfWork, row: RoomRow) -> None:
    """Write everything but its key."""
    values: dict[str, Any] = msgspec.structs.asdict(row)
    values |= {name: msgspec.json.encode(values[name]).decode() for name in _JSON}
    names = [name for name in values if name not in ("chat", "incident", "created_at")]
    sets = ", ".join(f"{name} = :{name}" for name in names)
    uow.tx.execute(f"UPDATE chat_rooms SET {sets} WHERE chat = :chat AND incident = :incident", **values)


def follow(uow: UnitOfWork, entry: Entry, record: Record) -> None:
    """The reaction to every entry: the rooms of a declared incident follow it."""
    if not uow.application.world.chats or not record.declared_at:
        return
    if entry.kind == "declared":
        want(uow, record.id, posted=0)
    for row in uow.tx.all("SELECT chat FROM chat_rooms WHERE incident = :incident", incident=record.id):
        see_to(uow, row["chat"], record.id)


def want(uow: UnitOfWork, incident: str, *, posted: int) -> None:
    """A room in every chat. ``posted``: the entry after which the room is told."""
    for chat in uow.application.world.chats:
        uow.tx.execute(
            "INSERT INTO chat_rooms (chat, incident, posted, created_at) VALUES (:chat, :incident, :posted, :now) "
            "ON CONFLICT (chat, incident) DO NOTHING",
            chat=chat,
            incident=incident,
            posted=posted,
            now=uow.now,
        )


def see_to(uow: UnitOfWork, chat: str, incident: str) -> None:
    """Schedule an update of the room."""
    arm(uow, f"chat:{chat}:{incident}", "chat", incident, {"chat": chat}, lane=f"chat {chat}")


def want_missing(uow: UnitOfWork) -> None:
    """At start: what people respond to gets its rooms also where the chat was configured later."""
    if not uow.application.world.chats:
        return
    rows = uow.tx.all("SELECT id, position FROM incidents WHERE status IN ('open', 'mitigated')")
    for row in rows:
        want(uow, row["id"], posted=row["position"])
        for chat in uow.application.world.chats:
            see_to(uow, chat, row["id"])


def mark(uow: UnitOfWork, row: RoomRow) -> str:
    """A secret mark that tells our room from another room of the same name."""
    secret = uow.application.installation.secret_key
    return hashlib.sha256(f"{secret}/{row.chat}/{row.incident}/{row.round}".encode()).hexdigest()[:24]


def _row(row: Row) -> RoomRow:
    values = {name: row[name] for name in RoomRow.__struct_fields__}
    return RoomRow(**values | {name: msgspec.json.decode(values[name]) for name in _JSON})
