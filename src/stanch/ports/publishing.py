"""Publishers: copies of public pages, kept where they serve without us (P7)."""

from typing import Protocol

import msgspec


class PublishedFile(msgspec.Struct, frozen=True):
    """A file of a public page. ``path`` below the page, with slashes and never one in front."""

    path: str
    body: bytes
    media_type: str
    cache_control: str


class Publisher(Protocol):
    """Keeps copies of public pages where they serve without us (P7). ``files`` are written in their order, then ``gone`` is deleted.

    Raises ``Failed``; what was written by then stays, and is written again.
    """

    name: str

    def publish(self, files: list[PublishedFile], gone: list[str]) -> None: ...
