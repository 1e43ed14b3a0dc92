"""What a notifier that pushes to browsers is told of them (formats/14): who they are stands in the database."""

from typing import Protocol, runtime_checkable

import msgspec

from stanch.ports.notifiers import Message

# The name of the notifier, before the colon of an address.
NOTIFIER = "webpush"


class Browser(msgspec.Struct, frozen=True):
    """Where one device is reached, and the keys to write to it: ``point`` of 65 bytes, ``auth`` of 16. ``current``: it knows our key."""

    endpoint: str
    point: bytes
    auth: bytes
    current: bool


class Devices(Protocol):
    """``browser``: by the id in an address; None for one that is gone. ``key``: our private key of 32 bytes, and the public one.

    ``url``: where this stanch is.
    """

    url: str

    def browser(self, device: str) -> Browser | None: ...

    def key(self) -> tuple[bytes, str]: ...


@runtime_checkable
class Pusher(Protocol):
    """A notifier that is given the devices.

    ``refuses``: why it sends to no such address, as a sentence; empty where it does. ``stranger``: somebody without an account
    entered it, so that only the push services of browsers are taken. ``push``: to a browser that is nobody's device.
    """

    devices: Devices | None

    def refuses(self, endpoint: str, *, stranger: bool = False) -> str: ...

    def push(self, browser: Browser, message: Message, said: dict[str, str]) -> str: ...
