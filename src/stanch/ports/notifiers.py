"""Notifiers: one message to one address."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol, runtime_checkable

import msgspec


class Message(msgspec.Struct, frozen=True):
    """A message. ``key`` is the same for every attempt; ``url`` opens the incident. ``headers``: further ones, of mail.
    ``calendar``: an iCalendar file, which mail carries.

    ``arrived_url``: posting to it says that a test page arrived. ``topic``: a later message on the same one may take its place.
    """

    key: str
    title: str
    text: str
    url: str = ""
    acknowledge_url: str = ""
    urgent: bool = True
    headers: dict[str, str] = {}
    arrived_url: str = ""
    topic: str = ""
    calendar: str = ""


class Posted(str):
    """What the other side said to a message that can be edited: ``reference`` says where it is."""

    reference: str

    def __new__(cls, said: str, reference: str) -> "Posted":
        posted = super().__new__(cls, said)
        posted.reference = reference
        return posted


class Notifier(Protocol):
    """Sends a message to one address. Answers with what the other side said (``Posted``, if it can be edited); raises ``Failed``."""

    name: str

    def send(self, address: str, message: Message) -> str: ...


@runtime_checkable
class BulkNotifier(Notifier, Protocol):
    """One that keeps a connection for many messages. ``leaving`` is called before the last bytes of a message leave."""

    def connected(self, leaving: Callable[[], None]) -> AbstractContextManager[Notifier]: ...


@runtime_checkable
class KnowsAddresses(Notifier, Protocol):
    """A notifier that can tell what is no address of its kind. Raises ``Failed``; nobody is asked."""

    def check_address(self, address: str) -> None: ...


@runtime_checkable
class Editor(Protocol):
    """A notifier that can change what it has sent. Raises ``Failed``."""

    def edit(self, reference: str, message: Message) -> str: ...
