"""The chat port (R30, R34): rooms of incidents, what is posted in them, and what people say there."""

from typing import Any, Literal, Protocol, runtime_checkable

import msgspec


class NewRoom(msgspec.Struct, frozen=True):
    """A room that is wanted. ``name``: lower-case letters, digits and dashes, at most 80; a taken one gets ``-2``.

    ``mark`` tells our room from one that only has the same name. ``since``: when it was wanted first (microseconds).
    """

    mark: str
    name: str
    title: str
    topic: str
    private: bool
    since: int


class Room(msgspec.Struct, frozen=True):
    """A room as the chat knows it. ``url``: where people open it; empty where that is not known."""

    id: str
    name: str
    url: str = ""


class Choice(msgspec.Struct, frozen=True):
    """An answer that one can give. ``line``: the command that does it, as people may type it behind the prefix.

    ``asks``: what a chat with buttons asks once more before it is done, because one tap would change much.
    """

    label: str
    line: str
    asks: str = ""


class ChatMessage(msgspec.Struct, frozen=True):
    """What is posted. ``key`` is the same for every attempt. ``reply_to``: the message that it answers.

    ``answer_to``: where the chat wants the answer to a command that was no message.
    """

    key: str
    text: str
    heading: str = ""
    choices: list[Choice] = []
    url: str = ""
    reply_to: str = ""
    answer_to: str = ""


class ChatEvent(msgspec.Struct, frozen=True):
    """Something that happened in a room. ``id`` is its identity for good; ``at`` the chat's own moment, in microseconds.

    ``about``: the message that an edit, a deletion, a reaction or a reply is about. ``known_as``: what else the chat knows
    the author by (an e-mail address). ``command``: given by a slash command or a button, ``text`` is the line behind
    the prefix. ``author``: an account; whether a person may do something is for the reader to judge.
    """

    id: str
    room: str
    kind: Literal["message", "command", "edit", "delete", "reaction", "joined", "unreadable", "encrypted"]
    author: str
    at: int
    text: str = ""
    about: str = ""
    author_name: str = ""
    known_as: tuple[str, ...] = ()
    answer_to: str = ""


class Window(msgspec.Struct, frozen=True):
    """All that a room holds between two moments (microseconds): what is not among ``ids`` any more was deleted."""

    room: str
    since: int
    until: int
    ids: frozenset[str]


class Reading(msgspec.Struct, frozen=True):
    """What is new, in order, and the token from which the next reading goes on."""

    token: str
    events: list[ChatEvent]
    windows: list[Window] = []
    receipts: tuple[str, ...] = ()


class Chat(Protocol):
    """A chat with rooms. Everything raises ``Failed``: ``again`` where a later try may succeed.

    ``pace``: seconds between two posts. ``prefix``: how accounts are written in contacts (``matrix:@ada:example.org``).
    ``again``: an earlier attempt may have succeeded without an answer; then what is there is looked for first.
    """

    name: str
    title: str
    prefix: str
    pace: float

    def create(self, wanted: NewRoom, *, again: bool) -> Room: ...

    def invite(self, room: str, account: str) -> None: ...

    def remove(self, room: str, account: str) -> None: ...

    def topic(self, room: str, text: str) -> None: ...

    def post(self, room: str, message: ChatMessage, *, again: bool) -> str: ...

    def edit(self, room: str, posted: str, message: ChatMessage) -> None: ...

    def pin(self, room: str, posted: str) -> None: ...

    def close(self, room: str) -> None:
        """Nothing is said there any more, as far as the chat lets us."""
        ...

    def reopen(self, room: str) -> None:
        """Raises ``Gone`` where the chat does not give the room back."""
        ...

    def read(self, token: str, rooms: list[str], wait: float) -> Reading:
        """What happened in the rooms since the token, waiting so many seconds for something. An empty token: from now on."""
        ...

    def stored(self, reading: Reading) -> None:
        """It is in the database: the other side need not send it again."""
        ...

    def end(self) -> None:
        """Let connections go; the product stops."""
        ...

    def check(self) -> str:
        """Who we are there, as a sentence."""
        ...


@runtime_checkable
class EventReceiver(Protocol):
    """A chat that also sends to us by HTTP: what one such body says. The signature was checked before."""

    def pushed(self, payload: dict[str, Any]) -> list[ChatEvent]: ...
