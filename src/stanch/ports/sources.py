"""Sources: what is posted to stanch, read into our terms."""

from typing import Protocol

import msgspec

from stanch.kernel.hidden_characters import forget_hidden

# The name of an alert in whose body nothing says what it is called.
NO_TITLE = "event without a title"


class Alert(msgspec.Struct, frozen=True):
    """One alert in our terms. Moments in microseconds; ``ends_at`` None while firing.

    ``lease_until``: a firing alert that is not renewed by then counts as resolved (Prometheus' own posts).
    ``group``: what the sender put together on purpose (Alertmanager's group), empty where it did not.
    """

    fingerprint: str
    name: str
    firing: bool
    starts_at: int
    ends_at: int | None
    labels: dict[str, str]
    annotations: dict[str, str]
    link: str = ""
    lease_until: int | None = None
    group: str = ""

    def __post_init__(self) -> None:
        forget_hidden(self, "name", "labels", "annotations")


class Acknowledgement(msgspec.Struct, frozen=True):
    """Someone has acknowledged an alert in the tool that sent it."""

    fingerprint: str
    by: str = ""


class ChangeEvent(msgspec.Struct, frozen=True):
    """A deploy or another change (R17). ``kind``: release, flag, config, capacity or other; empty: told from its words.

    ``identity`` makes a repeated post one change; empty: each post is one."""

    service: str
    release: str
    at: int
    summary: str = ""
    previous: str = ""
    reversible: bool = True
    reason: str = ""
    author: str = ""
    link: str = ""
    identity: str = ""
    kind: str = ""

    def __post_init__(self) -> None:
        forget_hidden(self, "service", "release", "summary", "previous", "reason", "author")


class Beat(msgspec.Struct, frozen=True):
    """A heartbeat was heard. ``failed``: the sender says itself that it is unwell."""

    heartbeat: str
    failed: bool = False
    text: str = ""

    def __post_init__(self) -> None:
        forget_hidden(self, "text")


Received = Alert | Acknowledgement | ChangeEvent | Beat


class Post(msgspec.Struct, frozen=True):
    """What came in, as it came. ``received_at`` in microseconds, from which leases and missing times count.

    ``about``: what the body does not say, for formats that need it: ``POST /path?query`` and then headers, a line each.
    """

    body: bytes
    received_at: int
    intake_key: str = ""
    about: str = ""


class Source(Protocol):
    """Reads one format: what can be read, and a sentence for each part that cannot.

    Fingerprints need to be unique within one integration key only: those of two keys are never taken for the same.
    Raises ``ValueError`` with what was wrong, where, and what to do, when nothing in the body can be read.
    """

    name: str

    def read(self, post: Post) -> tuple[list[Received], list[str]]: ...


class NativeSource(Source, Protocol):
    """A format whose senders read the answer: what is wrong is said at once, in the words of the tool it comes from."""

    def check(self, post: Post) -> list[str]: ...


class MappedSource(Source, Protocol):
    """A format that people describe themselves: a mapping can be tried on a body before it is configured."""

    def try_mapping(self, mapping: str, body: bytes, now: int) -> tuple[list[dict[str, str]], list[str]]: ...
