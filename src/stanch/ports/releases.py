"""Release watchers: what went out at an address, as the real system shows it (R17)."""

from typing import Protocol, runtime_checkable

import msgspec


class Release(msgspec.Struct, frozen=True):
    """Something that went out at an address, as the real system shows it (R17). ``at`` in microseconds.

    The same ``identity`` again says more of the same release: its cause, or that there is no clean way back.
    """

    address: str
    release: str
    at: int
    identity: str
    summary: str = ""
    previous: str = ""
    author: str = ""
    reversible: bool = True
    reason: str = ""


class Watched(msgspec.Struct, frozen=True):
    """One look at what is released. ``bookmark``: where the next one goes on; ``troubles``: what could not be looked at."""

    releases: list[Release]
    bookmark: str
    troubles: list[str] = []


@runtime_checkable
class ReleaseWatcher(Protocol):
    """Sees what is released at addresses. A look takes some seconds and begins where the bookmark of the last one stands.

    Raises ``Failed`` when nothing could be looked at.
    """

    name: str

    def watch(self, addresses: list[str], bookmark: str) -> Watched: ...
