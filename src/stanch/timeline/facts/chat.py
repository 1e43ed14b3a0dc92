"""The incident's channels in chats, and the lines that people pinned (R30, R34)."""

from typing import Literal

from stanch.timeline.channel import Channel
from stanch.timeline.facts.statement import Statement
from stanch.timeline.record import Fact, Line, Record

PinnedAs = Literal["decision", "action", "evidence"]


class ChannelOpened(Statement, frozen=True, tag="channel_opened"):
    """A channel of a chat belongs to the incident from here on. ``room``: the chat's own id of it."""

    chat: str
    room: str
    name: str
    url: str = ""

    def sentence(self) -> str:
        return f"Channel {self.name} opened in {self.chat}"

    def apply(self, record: Record, entry: Line) -> None:
        record.channels[self.chat] = Channel(self.name, self.url)


class ChannelFailed(Statement, frozen=True, tag="channel_failed"):
    """A chat refused to create a channel; it is retried."""

    chat: str
    result: str

    def sentence(self) -> str:
        return f"No channel could be opened in {self.chat}: {self.result}; tried again"


class LinePinned(Statement, frozen=True, tag="line_pinned"):
    """Somebody marked a line of the timeline. ``position``: its number, ``text``: its text at that moment."""

    position: int
    pinned_as: PinnedAs
    text: str

    def sentence(self) -> str:
        return f"Marked as {self.pinned_as} (entry {self.position}): {self.text}"

    def apply(self, record: Record, entry: Line) -> None:
        record.pins[f"{self.position}:{self.pinned_as}"] = Fact(self.text, entry.happened_at, entry.author)


Facts = ChannelOpened | ChannelFailed | LinePinned
