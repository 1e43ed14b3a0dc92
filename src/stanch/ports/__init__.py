"""The ports: what the product needs of external systems. Each is a protocol; integrations implement them, features only see these.

Whatever several features use is imported from here; the files below say what belongs together.
"""

from typing import Protocol, runtime_checkable

import msgspec

from stanch.kernel.shift import Shift
from stanch.ports.announcing import Announcer
from stanch.ports.chat import Chat
from stanch.ports.failures import Failed, Gone, Partly, Unsure
from stanch.ports.measuring import AlertRules, Metrics, ProbeAnswer, Prober
from stanch.ports.mitigators import Applied, Arguments, EvidenceItem, Extent, Mitigator, Preview, Say
from stanch.ports.notifiers import BulkNotifier, Editor, KnowsAddresses, Message, Notifier, Posted
from stanch.ports.publishing import PublishedFile, Publisher
from stanch.ports.releases import Release, ReleaseWatcher, Watched
from stanch.ports.sources import (
    NO_TITLE,
    Acknowledgement,
    Alert,
    Beat,
    ChangeEvent,
    MappedSource,
    NativeSource,
    Post,
    Received,
    Source,
)
from stanch.ports.tracker import Tracker

__all__ = [
    "Acknowledgement",
    "Alert",
    "AlertRules",
    "Applied",
    "Arguments",
    "Beat",
    "BulkNotifier",
    "Calendars",
    "ChangeEvent",
    "Checkable",
    "Editor",
    "EvidenceItem",
    "Extent",
    "Failed",
    "Gone",
    "KnowsAddresses",
    "MappedSource",
    "Message",
    "Metrics",
    "Mitigator",
    "NO_TITLE",
    "NativeSource",
    "Notifier",
    "Partly",
    "Post",
    "Posted",
    "Preview",
    "ProbeAnswer",
    "Prober",
    "PublishedFile",
    "Publisher",
    "Received",
    "Release",
    "ReleaseWatcher",
    "Say",
    "Screenshotter",
    "Source",
    "Unsure",
    "Watched",
    "World",
]


@runtime_checkable
class Checkable(Protocol):
    """Can be asked whether it is there and who we are to it, in a sentence. Raises ``Failed``."""

    name: str

    def check(self) -> str: ...


class Screenshotter(Protocol):
    """Takes a picture of a web page as a customer sees it (R24). Raises ``Failed``."""

    name: str

    def picture(self, url: str) -> bytes: ...


class Calendars(Protocol):
    """The calendars that schedules name, as last read: both answer from memory.

    ``shifts``: who a schedule's calendar has on call between two moments (microseconds); empty for one without a calendar.
    ``problems``: what failed when they were read last, by schedule.
    """

    def shifts(self, name: str, start: int, end: int) -> list[Shift]: ...

    def problems(self) -> dict[str, str]: ...


class World(msgspec.Struct):
    """Every configured integration, by name."""

    sources: dict[str, Source] = msgspec.field(default_factory=dict)
    notifiers: dict[str, Notifier] = msgspec.field(default_factory=dict)
    mitigators: dict[str, Mitigator] = msgspec.field(default_factory=dict)
    metrics: dict[str, Metrics] = msgspec.field(default_factory=dict)
    probers: dict[str, Prober] = msgspec.field(default_factory=dict)
    screenshotters: dict[str, Screenshotter] = msgspec.field(default_factory=dict)
    chats: dict[str, Chat] = msgspec.field(default_factory=dict)
    announcers: dict[str, Announcer] = msgspec.field(default_factory=dict)
    publishers: dict[str, Publisher] = msgspec.field(default_factory=dict)
    trackers: dict[str, Tracker] = msgspec.field(default_factory=dict)

    def watchers(self) -> dict[str, ReleaseWatcher]:
        """Those of the mitigators that see what is released."""
        return {name: each for name, each in self.mitigators.items() if isinstance(each, ReleaseWatcher)}
