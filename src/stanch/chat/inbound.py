"""Turns chat messages into entries: narration, corrections, marks and commands, each exactly once (R27, R30)."""

import msgspec

from stanch.chat import rooms
from stanch.chat.accounts import Speaker, acting, members, speaker, unknown
from stanch.chat.lines import command_in, mark_in, sign, without_quote
from stanch.chat.rooms import RoomRow
from stanch.chat.run_line import INCIDENT, ROOM, carry, understand
from stanch.db.transaction import Row
from stanch.kernel.errors import Problem
from stanch.ports.chat import Chat, ChatEvent, Window
from stanch.ports.message_text import printable
from stanch.respond.chat import ahead_of_line
from stanch.timeline.facts.chat import LinePinned, PinnedAs
from stanch.timeline.facts.respond import Amended, Said
from stanch.timeline.unit_of_work import Application, UnitOfWork

WITHDRAWN = "withdrawn by its author"


def groups(events: list[ChatEvent], most: int = 50) -> list[list[ChatEvent]]:
    """What is written in one transaction: lines of one room in a row, a command alone."""
    found: list[list[ChatEvent]] = []
    for event in events:
        alone = is_command(event)
        joins = found and not alone and len(found[-1]) < most
        if joins and found[-1][0].room == event.room and not is_command(found[-1][0]):
            found[-1].append(event)
        else:
            found.append([event])
    return found


def is_command(event: ChatEvent) -> bool:
    """Whether it asks for something to be done."""
    return event.kind == "command" or (event.kind == "message" and command_in(event.text) is not None)


class InboundEvents:
    """Processes the events of one chat, in transactions that the caller opens."""

    def __init__(self, application: Application, chat: Chat) -> None:
        self.application, self.chat = application, chat

    def ahead(self, events: list[ChatEvent]) -> None:
        """What their commands work out of their words, before the transaction in which they are written."""
        for event in events:
            line = event.text if event.kind == "command" else command_in(event.text)
            if line:
                ahead_of_line(self.application, INCIDENT.sub("", line, count=1))

    def take(self, uow: UnitOfWork, events: list[ChatEvent]) -> None:
        """Write down a group of one room; what was heard before is left out."""
        row = rooms.by_room(uow, self.chat.name, events[0].room)
        if row is not None:
            uow.lock(row.incident)
        for event in events:
            if self._claim(uow, event, row):
                self._one(uow, event, row)

    def _claim(self, uow: UnitOfWork, event: ChatEvent, row: RoomRow | None) -> bool:
        taken = uow.tx.execute(
            "INSERT INTO chat_heard (chat, room, id, kind, author, about, text, incident, at) "
            "VALUES (:chat, :room, :id, :kind, :author, :about, :text, :incident, :at) ON CONFLICT (chat, room, id) DO NOTHING",
            chat=self.chat.name,
            room=event.room,
            id=event.id,
            kind="command" if is_command(event) else event.kind,
            author=event.author,
            about=event.about,
            text=_text(event) if row is not None and not is_command(event) else "",
            incident=row.incident if row else "",
            at=event.at,
        )
        return bool(taken)

    def _one(self, uow: UnitOfWork, event: ChatEvent, row: RoomRow | None) -> None:
        said_by = speaker(uow.policy, self.chat.prefix, event)
        if is_command(event):
            self._command(uow, event, row, said_by)
        elif row is not None:
            kinds = {
                "message": self._said, "unreadable": self._said, "edit": self._edited, "delete": self._deleted,
                "reaction": self._reacted, "joined": self._joined, "encrypted": self._encrypted,
            }  # fmt: skip
            kinds[event.kind](uow, event, row, said_by)

    def _said(self, uow: UnitOfWork, event: ChatEvent, row: RoomRow, by: Speaker) -> None:
        marked = mark_in(event.text) if event.about else None
        if marked:
            return self._mark(uow, event, row, by, marked)
        if text := _text(event):
            at = min(event.at, uow.now)
            entry = uow.append(row.incident, Said(text), happened_at=at, author=by.author, source="chat")
            self._stands_at(uow, event.room, event.id, entry.position)

    def _stands_at(self, uow: UnitOfWork, room: str, message: str, position: int) -> None:
        uow.tx.execute(
            "UPDATE chat_heard SET position = :position WHERE chat = :chat AND room = :room AND id = :id",
            position=position,
            chat=self.chat.name,
            room=room,
            id=message,
        )

    def _heard(self, uow: UnitOfWork, room: str, message: str) -> Row | None:
        return uow.tx.one(
            "SELECT * FROM chat_heard WHERE chat = :chat AND room = :room AND id = :id",
            chat=self.chat.name,
            room=room,
            id=message,
        )

    def _edited(self, uow: UnitOfWork, event: ChatEvent, row: RoomRow, by: Speaker) -> None:
        """Only by the author of the line: a server may let strangers (formats/16, 16.5)."""
        original = self._heard(uow, event.room, event.about)
        if original is None or original["author"] != event.author or not original["position"]:
            self._disregard(uow, event.room, event.id)
            return
        text = _text(event)
        if text and text != self._current(uow, event.room, original, without=event.id):
            at = min(event.at, uow.now)
            entry = uow.append(
                row.incident, Amended(original["position"], text), happened_at=at, author=by.author, source="chat"
            )
            self._stands_at(uow, event.room, event.id, entry.position)

    def _disregard(self, uow: UnitOfWork, room: str, identity: str) -> None:
        uow.tx.execute(
            "UPDATE chat_heard SET deleted = 1 WHERE chat = :chat AND room = :room AND id = :id",
            chat=self.chat.name,
            room=room,
            id=identity,
        )

    def _current(self, uow: UnitOfWork, room: str, original: Row, without: str = "") -> str:
        """The current text of a message: its newest edit that was not deleted, else its own."""
        edits = uow.tx.all(
            "SELECT text FROM chat_heard WHERE chat = :chat AND room = :room AND about = :about AND kind = 'edit' "
            "AND deleted = 0 AND id <> :without ORDER BY at DESC LIMIT 1",
            chat=self.chat.name,
            room=room,
            about=original["id"],
            without=without,
        )
        return str(edits[0]["text"]) if edits else str(original["text"])

    def _deleted(self, uow: UnitOfWork, event: ChatEvent, row: RoomRow, by: Speaker) -> None:
        """A deleted message is withdrawn; deleting an edit restores the earlier text."""
        gone = self._heard(uow, event.room, event.about)
        if gone is None or gone["deleted"] or event.author not in ("", gone["author"]):
            return
        original = self._heard(uow, event.room, gone["about"]) if gone["kind"] == "edit" else None
        before = self._current(uow, event.room, original) if original else ""
        self._disregard(uow, event.room, event.about)
        position, text = gone["position"], WITHDRAWN
        if original is not None:
            position, text = original["position"], self._current(uow, event.room, original)
        if (
            not position
            or text == before
            or gone["kind"] not in ("message", "edit")
            or (original and original["deleted"])
        ):
            return
        author = speaker(uow.policy, self.chat.prefix, msgspec.structs.replace(event, author=gone["author"])).author
        entry = uow.append(
            row.incident, Amended(position, text), happened_at=min(event.at, uow.now), author=author, source="chat"
        )
        self._stands_at(uow, event.room, event.id, entry.position)

    def _reacted(self, uow: UnitOfWork, event: ChatEvent, row: RoomRow, by: Speaker) -> None:
        if marked := sign(event.text):
            self._mark(uow, event, row, by, marked)

    def _mark(self, uow: UnitOfWork, event: ChatEvent, row: RoomRow, by: Speaker, marked: PinnedAs) -> None:
        """Only by people whom stanch knows, and who may see the incident."""
        line, record = self._heard(uow, event.room, event.about), uow.record(row.incident)
        if not by.person or line is None or not line["position"] or line["deleted"]:
            return
        if not self._may(uow, by, row) or f"{line['position']}:{marked}" in record.pins:
            return
        facts = LinePinned(line["position"], marked, self._current(uow, event.room, line))
        uow.append(row.incident, facts, happened_at=min(event.at, uow.now), author=by.author, source="chat")

    @staticmethod
    def _may(uow: UnitOfWork, by: Speaker, row: RoomRow) -> bool:
        if not uow.record(row.incident).private:
            return True
        return by.person in members(uow, row.incident) or acting(uow, by.person).admin

    def _joined(self, uow: UnitOfWork, event: ChatEvent, row: RoomRow, by: Speaker) -> None:
        """Nobody stays in the room of a private incident who may not see it (P6)."""
        if not uow.record(row.incident).private or (by.person and self._may(uow, by, row)):
            return
        rooms.see_to(uow, self.chat.name, row.incident)
        if event.author not in row.strangers:
            row.strangers.append(event.author)
            self._update(uow, row)

    def _encrypted(self, uow: UnitOfWork, event: ChatEvent, row: RoomRow, by: Speaker) -> None:
        """An encrypted room cannot be read any more: a new room is created (formats/16, 16.8)."""
        text = "This room is encrypted now, and stanch cannot read encrypted rooms. It makes another one and invites there."
        self._answer(uow, event, row.incident, text)
        uow.append(row.incident, Said(f"The room {row.name} was encrypted; another one is made"), author="stanch")
        row.anew(row.round + 1)
        self._update(uow, row)

    @staticmethod
    def _update(uow: UnitOfWork, row: RoomRow) -> None:
        rooms.save(uow, row)

    def _command(self, uow: UnitOfWork, event: ChatEvent, row: RoomRow | None, by: Speaker) -> None:
        incident = row.incident if row else ""
        try:
            with uow.attempt():
                line = event.text if event.kind == "command" else command_in(event.text) or ""
                if event.kind == "command" and event.about and not self._open_prompt(row, event.about):
                    return self._answer(uow, event, incident, "This was answered already.", by)
                self._carry(uow, event, incident, by, line)
        except Problem as problem:
            self._answer(uow, event, incident, problem.sentence(), by)

    @staticmethod
    def _open_prompt(row: RoomRow | None, message: str) -> bool:
        return row is not None and message in row.prompts.values()

    def _carry(self, uow: UnitOfWork, event: ChatEvent, incident: str, by: Speaker, text: str) -> None:
        if not by.person:
            raise unknown(self.chat.prefix, event.author)
        actor = acting(uow, by.person)
        uow.actor, uow.source = actor, "chat"
        line = understand(uow, text, incident)
        if line.elsewhere and not event.answer_to:
            uow.actor = ROOM
            uow.position(line.incident)  # a private incident is not mentioned in another room (P6)
            uow.actor = actor
        if line.incident:
            uow.position(line.incident)
        if line.command is None or line.command.reading:
            return self._answer(uow, event, incident, "", by, line=text or "help")
        self._answer(uow, event, incident, carry(uow, line).text, by)

    def _answer(
        self, uow: UnitOfWork, event: ChatEvent, incident: str, text: str, by: Speaker | None = None, line: str = ""
    ) -> None:
        payload = {
            "chat": self.chat.name, "room": event.room, "reply_to": event.id if event.kind == "message" else "",
            "answer_to": event.answer_to, "text": text, "line": line, "incident": incident, "person": by.person if by else "",
        }  # fmt: skip
        key = f"chat_answer:{self.chat.name}:{event.room}:{event.id}"
        uow.effect(key, "chat_answer", incident, payload, lane=f"chat {self.chat.name}")

    def missing(self, uow: UnitOfWork, window: Window) -> list[ChatEvent]:
        """Messages recorded in a time window that the chat no longer has were deleted while stanch was not connected."""
        rows = uow.tx.all(
            "SELECT id, author FROM chat_heard WHERE chat = :chat AND room = :room AND kind = 'message' AND deleted = 0 "
            "AND about = '' AND position > 0 AND at >= :since AND at <= :until ORDER BY at",
            chat=self.chat.name,
            room=window.room,
            since=window.since,
            until=window.until,
        )
        return [
            ChatEvent(f"{row['id']}:deleted", window.room, "delete", row["author"], uow.now, about=row["id"])
            for row in rows
            if row["id"] not in window.ids
        ]


def _text(event: ChatEvent) -> str:
    return without_quote(printable(event.text)).strip()
