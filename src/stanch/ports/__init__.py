"""The ports: what the product needs of external systems. Each is a protocol; integrations implement them, features only see these."""

from collections.abc import Callable, Mapping
from typing import Protocol, runtime_checkable

import msgspec

from stanch.kernel.policy import Mitigation, Probe
from stanch.kernel.shift import Shift
from stanch.ports.announcing import Announcer
from stanch.ports.chat import Chat

LONGEST_AFTER = 300.0


class Failed(Exception):
    """A port could not do it. ``again``: whether trying again helps; ``after`` seconds if the other side said when.

    Whatever it said, nothing is put off for longer than five minutes by it: a page is not the other side's to cancel.
    """

    def __init__(self, detail: str, *, again: bool, after: float | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.again = again
        self.after = min(after, LONGEST_AFTER) if after is not None and after >= 0 else None


class Unsure(Failed):
    """It was asked for and nobody knows whether it happened (the answer never came): a person must look."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail, again=False)


class Gone(Failed):
    """What was there is gone for good: another one must be made, and nobody should write to it again."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail, again=False)


class Partly(Failed):
    """It failed half way. ``undo``: arguments that put back what had been done by then."""

    def __init__(self, detail: str, undo: dict[str, str | list[str]]) -> None:
        super().__init__(detail, again=False)
        self.undo = undo


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


class Beat(msgspec.Struct, frozen=True):
    """A heartbeat was heard. ``failed``: the sender says itself that it is unwell."""

    heartbeat: str
    failed: bool = False
    text: str = ""


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


class Message(msgspec.Struct, frozen=True):
    """What a notifier carries. ``key`` is the same for every attempt; ``url`` opens the incident. ``headers``: further ones, of mail."""

    key: str
    title: str
    text: str
    url: str = ""
    acknowledge_url: str = ""
    urgent: bool = True
    headers: dict[str, str] = {}


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
class Editor(Protocol):
    """A notifier that can change what it has sent. Raises ``Failed``."""

    def edit(self, reference: str, message: Message) -> str: ...


Arguments = Mapping[str, str | list[str]]


Say = Callable[[str], None]


class Applied(msgspec.Struct, frozen=True):
    """What a run did. ``undo``: arguments that put back what was found before, where the adapter knows them.

    ``changed``: False where everything was so already, so that there is neither an effect to watch nor anything to undo.
    """

    output: str
    undo: dict[str, str | list[str]] = {}
    changed: bool = True


class Extent(msgspec.Struct, frozen=True):
    """How far an action reaches, counted in the real system: ``touched`` of ``of`` things (``unit``: "server", "pod").

    ``share``: of the traffic, from 0 to 1, where that can be told.
    """

    touched: int
    of: int
    unit: str
    share: float | None = None


class Preview(msgspec.Struct, frozen=True):
    """A dry run: what would change, in words. ``objections``: why it would be refused or is dangerous now.

    ``pinned``: arguments with what was found filled in (which revision is "the one before"); started with them, a run does
    what this dry run said, or is refused. Empty: the arguments say everything already.
    """

    text: str
    extent: Extent | None = None
    objections: list[str] = []
    pinned: dict[str, str | list[str]] = {}


class EvidenceItem(msgspec.Struct, frozen=True):
    """One piece of evidence (R24), such as the state before, or the log of a container that has ended."""

    name: str
    text: str
    media_type: str = "text/plain"


class Mitigator(Protocol):
    """Changes the real system. ``run`` says each step as it goes; it raises ``Failed`` when nothing happened, ``Partly`` when
    what happened was only a part (saying which), and ``Unsure`` when that cannot be known.

    ``preview`` changes nothing and asks the real system. ``describe`` is the evidence that a run might destroy.
    ``offers``: what can be done with what runs at an address (R16), raises ``Failed``. Each of them raises ``Failed``.
    """

    name: str

    def run(self, arguments: Arguments, say: Say) -> Applied: ...

    def preview(self, arguments: Arguments) -> Preview: ...

    def describe(self, arguments: Arguments) -> list[EvidenceItem]: ...

    def offers(self, address: str) -> list[Mitigation]: ...


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


@runtime_checkable
class Checkable(Protocol):
    """Can be asked whether it is there and who we are to it, in a sentence. Raises ``Failed``."""

    name: str

    def check(self) -> str: ...


class Metrics(Protocol):
    """Measures. ``value`` is the newest number of a query; ``series`` (moment in microseconds, number) pairs over a range.

    ``by_label``: the newest number of a query for each value of one label (errors by zone). All raise ``Failed``;
    ``series`` answers with an empty list when this source keeps no history.
    """

    name: str

    def value(self, query: str) -> float: ...

    def series(self, query: str, start: int, end: int, step_seconds: float) -> list[tuple[int, float]]: ...

    def by_label(self, query: str, label: str) -> dict[str, float]: ...


@runtime_checkable
class AlertRules(Protocol):
    """A source of metrics that also knows the rules of its alerts."""

    def waits(self, names: list[str]) -> dict[str, float]:
        """Seconds for which each of these alerts waits before it fires (``for`` and the interval of its group). Raises ``Failed``."""


class ProbeAnswer(msgspec.Struct, frozen=True):
    """What a probe saw. ``urgent``: a failure now; False: one that is still to come (a certificate that ends in two weeks)."""

    ok: bool
    detail: str
    took_ms: float
    body: str = ""
    urgent: bool = True


class Prober(Protocol):
    """Checks something from outside (R13), one kind of probe each. Never raises: a failure is an answer."""

    name: str

    def check(self, probe: Probe) -> ProbeAnswer: ...


class Screenshotter(Protocol):
    """Takes a picture of a web page as a customer sees it (R24). Raises ``Failed``."""

    name: str

    def picture(self, url: str) -> bytes: ...


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

    def watchers(self) -> dict[str, ReleaseWatcher]:
        """Those of the mitigators that see what is released."""
        return {name: each for name, each in self.mitigators.items() if isinstance(each, ReleaseWatcher)}
