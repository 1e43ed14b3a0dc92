"""What a room needs next, one step at a time: each is done outside any transaction, may be done again, and is then written down."""

from abc import ABC, abstractmethod
from typing import Any

import msgspec

from stanch.chat import posts, rules
from stanch.chat.accounts import accounts, invited
from stanch.chat.posts import Post
from stanch.chat.rooms import RoomRow, mark
from stanch.kernel.command import REGISTRY
from stanch.ports import Failed, Gone
from stanch.ports.chat import Chat, ChatMessage, NewRoom
from stanch.ports.message_text import printable
from stanch.timeline.entries import Entry
from stanch.timeline.facts.chat import ChannelFailed, ChannelOpened
from stanch.timeline.facts.prompting import Prompted
from stanch.timeline.facts.respond import Amended, Said
from stanch.timeline.facts.statement import REDACTED
from stanch.timeline.prompt import Prompt
from stanch.timeline.record import Record, fold
from stanch.timeline.unit_of_work import UnitOfWork

# A backlog is joined into a few messages (formats/16, 16.7).
LINES_AT_ONCE, CHARACTERS_AT_ONCE = 20, 3000


class Step(ABC):
    """``vital``: the room is useless without it, so it is retried until it succeeds, in a new room where this one is gone."""

    vital = True

    @abstractmethod
    def perform(self, chat: Chat, row: RoomRow) -> Any:
        """Do it. Raises ``Failed``."""

    @abstractmethod
    def done(self, uow: UnitOfWork, row: RoomRow, answer: Any) -> None:
        """Write it down."""

    def refused(self, uow: UnitOfWork, row: RoomRow, failed: Failed) -> bool:
        """The chat refused it; answers whether there is another step to do at once."""
        if self.vital and isinstance(failed, Gone):
            row.anew(row.round + 1)
            return True
        if not self.vital:
            self.given_up(uow, row, failed.detail[:300])
        return not self.vital

    def given_up(self, uow: UnitOfWork, row: RoomRow, why: str) -> None:
        """What is recorded when the step is given up; by default the same as if it had succeeded."""
        self.done(uow, row, None)


class Open(Step):
    """Make the room."""

    def __init__(self, wanted: NewRoom) -> None:
        self.wanted = wanted

    def perform(self, chat: Chat, row: RoomRow) -> Any:
        return chat.create(self.wanted, again=row.tries > 1)

    def done(self, uow: UnitOfWork, row: RoomRow, answer: Any) -> None:
        row.room, row.name, row.url, row.state = answer.id, answer.name, answer.url, "open"
        row.topic = self.wanted.topic
        title = uow.application.world.chats[row.chat].title
        uow.append(row.incident, ChannelOpened(title, answer.id, answer.name, answer.url))

    def refused(self, uow: UnitOfWork, row: RoomRow, failed: Failed) -> bool:
        if row.problem != failed.detail[:300]:
            title = uow.application.world.chats[row.chat].title
            uow.append(row.incident, ChannelFailed(title, failed.detail[:300]))
        return False


class Reopen(Step):
    """Let people write again, or make another room where the chat does not give it back."""

    def perform(self, chat: Chat, row: RoomRow) -> Any:
        chat.reopen(row.room)

    def done(self, uow: UnitOfWork, row: RoomRow, answer: Any) -> None:
        row.state = "open"


class Close(Step):
    """The incident is closed, and so is its room."""

    vital = False

    def perform(self, chat: Chat, row: RoomRow) -> Any:
        chat.close(row.room)

    def done(self, uow: UnitOfWork, row: RoomRow, answer: Any) -> None:
        row.state = "closed"


class Summarize(Step):
    """Post the summary, or write it anew where it stands."""

    def __init__(self, message: ChatMessage) -> None:
        self.message = message

    def perform(self, chat: Chat, row: RoomRow) -> Any:
        if not row.summary:
            return chat.post(row.room, self.message, again=row.tries > 1)
        chat.edit(row.room, row.summary, self.message)
        return row.summary

    def done(self, uow: UnitOfWork, row: RoomRow, answer: Any) -> None:
        row.summary, row.summary_text = answer, self.message.text

    def refused(self, uow: UnitOfWork, row: RoomRow, failed: Failed) -> bool:
        if row.summary and not isinstance(failed, Gone):  # a person may have deleted it: another one is posted
            row.summary, row.pinned, row.summary_text = "", 0, ""
            return True
        return super().refused(uow, row, failed)


class Pin(Step):
    """Pin the summary."""

    vital = False

    def perform(self, chat: Chat, row: RoomRow) -> Any:
        chat.pin(row.room, row.summary)

    def done(self, uow: UnitOfWork, row: RoomRow, answer: Any) -> None:
        row.pinned = 1


class Tell(Step):
    """Post what happened, up to an entry. ``prompt``: the key of the one that it asks."""

    def __init__(self, message: ChatMessage | None, until: int, prompt: str = "") -> None:
        self.message, self.until, self.prompt = message, until, prompt

    def perform(self, chat: Chat, row: RoomRow) -> Any:
        return chat.post(row.room, self.message, again=row.tries > 1) if self.message else ""

    def done(self, uow: UnitOfWork, row: RoomRow, answer: Any) -> None:
        if answer:
            posts.keep(uow, row.chat, row.incident, Post(row.room, answer, row.posted + 1, self.until))
        row.posted, row.sending = self.until, 0
        if self.prompt and answer:
            row.prompts[self.prompt] = answer


class Renew(Step):
    """An entry that a message tells was redacted: the message tells it as it is now, in a former room as well."""

    vital = False

    def __init__(self, post: Post, message: ChatMessage) -> None:
        self.post, self.message = post, message

    def perform(self, chat: Chat, row: RoomRow) -> Any:
        chat.edit(self.post.room, self.post.message, self.message)

    def done(self, uow: UnitOfWork, row: RoomRow, answer: Any) -> None:
        posts.renewed(uow, row.chat, self.post)


class Withdraw(Step):
    """A prompt was answered elsewhere: its message says so, and its buttons are gone."""

    vital = False

    def __init__(self, key: str, message: ChatMessage) -> None:
        self.key, self.message = key, message

    def perform(self, chat: Chat, row: RoomRow) -> Any:
        chat.edit(row.room, row.prompts[self.key], self.message)

    def done(self, uow: UnitOfWork, row: RoomRow, answer: Any) -> None:
        row.prompts.pop(self.key, None)


class Invite(Step):
    """Bring an account in."""

    vital = False

    def __init__(self, account: str) -> None:
        self.account = account

    def perform(self, chat: Chat, row: RoomRow) -> Any:
        chat.invite(row.room, self.account)

    def done(self, uow: UnitOfWork, row: RoomRow, answer: Any) -> None:
        row.people[self.account] = ""

    def given_up(self, uow: UnitOfWork, row: RoomRow, why: str) -> None:
        row.people[self.account] = why


class Remove(Step):
    """Take an account out of the room of a private incident (P6)."""

    vital = False

    def __init__(self, account: str) -> None:
        self.account = account

    def perform(self, chat: Chat, row: RoomRow) -> Any:
        chat.remove(row.room, self.account)

    def done(self, uow: UnitOfWork, row: RoomRow, answer: Any) -> None:
        row.people.pop(self.account, None)
        row.strangers = [name for name in row.strangers if name != self.account]


class SetTopic(Step):
    """Say in the topic how bad it is, how far, and who decides."""

    vital = False

    def __init__(self, text: str) -> None:
        self.text = text

    def perform(self, chat: Chat, row: RoomRow) -> Any:
        chat.topic(row.room, self.text)

    def done(self, uow: UnitOfWork, row: RoomRow, answer: Any) -> None:
        row.topic = self.text


class Look(msgspec.Struct):
    """What the next step is derived from."""

    uow: UnitOfWork
    chat: Chat
    row: RoomRow
    record: Record
    entries: list[Entry]

    def next(self) -> Step | None:
        """The most needed one; None when the room is as it should be."""
        closed = self.record.status == "closed"
        if not self.row.room:
            return Open(self._new_room()) if not closed else None
        if self.row.state == "closed" and not closed:
            return Reopen()
        if not self.row.summary:
            return Summarize(self._summary())
        if not self.row.pinned:
            return Pin()
        return self._renew() or self._tell() or self._seat() or self._rest(closed)

    def _new_room(self) -> NewRoom:
        secret = mark(self.uow, self.row)
        word = secret[:8] if self.record.private else self.record.id.lower()
        return NewRoom(
            secret,
            rules.room_name(self.record, word, self.row.round),
            self._heading(),
            rules.topic(self.record),
            self.record.private,
            self.row.created_at,
        )

    def _heading(self) -> str:
        return f"{self.record.id} {self.record.title}"

    def _url(self) -> str:
        return f"{self.uow.application.installation.url}/incidents/{self.record.id}"

    def _key(self, what: str) -> str:
        return f"stanch-{self.record.id}-{self.row.round}-{what}"

    def _summary(self) -> ChatMessage:
        """Each edit of the summary has its own key; the first post has one key for all attempts."""
        moment = f"edit-{self.record.entries}" if self.row.summary else f"{self.row.posted}"
        text = rules.summary(self.record, self.uow.policy, f"{'/' if self.chat.prefix == 'slack' else '!'}stanch")
        return ChatMessage(self._key(f"summary-{moment}"), text, heading=self._heading(), url=self._url())

    def _tell(self) -> Step | None:
        """The next message: a prompt alone, everything else joined. Up to the entry that an earlier attempt had chosen."""
        last = self.row.sending or self.record.entries
        waiting = [e for e in self.entries if self.row.posted < e.position <= last]
        lines: list[str] = []
        until = self.row.posted
        for entry in waiting:
            if isinstance(entry.facts, Prompted) and not lines:
                return self._ask(entry, entry.facts)
            line = self._line(entry)
            if isinstance(entry.facts, Prompted) or len(lines) == LINES_AT_ONCE:
                break
            if lines and sum(map(len, lines)) + len(line) > CHARACTERS_AT_ONCE:
                break
            lines += [line] if line else []
            until = entry.position
        if not lines:
            self.row.posted = until
            return None
        return Tell(ChatMessage(self._key(str(self.row.posted)), "\n".join(lines)), until)

    def _renew(self) -> Step | None:
        """What was redacted leaves the room first. What people wrote there themselves they delete there."""
        post = posts.stale(self.uow, self.chat.name, self.record.id)
        if post is None:
            return None
        entries = self.entries[post.first_entry - 1 : post.last_entry]
        key = self._key(f"renewed-{self.record.entries}-{post.last_entry}")
        asked = entries[-1].facts
        if isinstance(asked, Prompted) and self.row.prompts.get(asked.key) == post.message:
            return Renew(post, self._question(key, asked))
        lines = [line for entry in entries if (line := self._line(entry))]
        return Renew(post, ChatMessage(key, "\n".join(lines) or REDACTED))

    def _line(self, entry: Entry) -> str:
        if entry.kind in rules.SILENT or (entry.source == "chat" and self._was_said_here(entry)):
            return ""
        who = "" if entry.author == "stanch" else f" ({entry.author})"
        return printable(entry.facts.sentence()).strip()[:CHARACTERS_AT_ONCE] + who

    def _was_said_here(self, entry: Entry) -> bool:
        if not isinstance(entry.facts, Said | Amended):
            return False
        found = self.uow.tx.one(
            "SELECT 1 AS yes FROM chat_heard WHERE chat = :chat AND incident = :incident AND position = :position",
            chat=self.chat.name,
            incident=self.record.id,
            position=entry.position,
        )
        return found is not None

    def _ask(self, entry: Entry, facts: Prompted) -> Step:
        found = self._open(facts.key)
        if found is None or facts.key in self.row.prompts:  # answered meanwhile, or asked in the room already
            return Tell(None, entry.position)
        return Tell(self._question(self._key(str(self.row.posted)), facts), entry.position, facts.key)

    def _open(self, key: str) -> Prompt | None:
        return next((p for p in self.uow.prompts(self.record) if p.key == key), None)

    def _question(self, key: str, facts: Prompted) -> ChatMessage:
        """A prompt with its choices, while it is open."""
        found = self._open(facts.key)
        text = f"{facts.sentence()}\n{found.reason}" if found and found.reason else facts.sentence()
        return ChatMessage(key, text, choices=rules.choices(found, REGISTRY) if found else [])

    def _seat(self) -> Step | None:
        """Invitations; of a private incident also those who may not see it any more."""
        wanted = self._wanted()
        for account in wanted:
            if account not in self.row.people:
                return Invite(account)
        if self.record.private:
            leaving = [*self.row.strangers, *(a for a in self.row.people if a not in wanted)]
            return Remove(leaving[0]) if leaving else None
        return None

    def _wanted(self) -> list[str]:
        authors = {entry.author for entry in self.entries}
        keys = sorted(invited(self.uow, self.record, authors))
        return [a for key in keys for a in accounts(self.uow.policy.contacts[key], self.chat.prefix)[:1]]

    def _rest(self, closed: bool) -> Step | None:
        if (text := rules.topic(self.record)) != self.row.topic:
            return SetTopic(text)
        open_keys = {prompt.key for prompt in self.uow.prompts(self.record)}
        for key in self.row.prompts:
            if key not in open_keys:
                return Withdraw(
                    key,
                    ChatMessage(self._key(f"answered-{self.record.entries}-{key}"), f"Answered: {self._asked(key)}"),
                )
        if (message := self._summary()).text != self.row.summary_text:
            return Summarize(message)
        return Close() if closed and self.row.state == "open" else None

    def _asked(self, key: str) -> str:
        texts = [e.facts.text for e in self.entries if isinstance(e.facts, Prompted) and e.facts.key == key]
        return texts[-1] if texts else key


def look(uow: UnitOfWork, chat: Chat, row: RoomRow) -> Look:
    """The room and its incident as they are now. Raises ``NotFound``."""
    entries = uow.entries(row.incident)
    return Look(uow, chat, row, fold(entries), entries)
