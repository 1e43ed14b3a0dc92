"""Mitigators: what changes the real system, and what it says before and afterwards."""

from collections.abc import Callable, Mapping
from typing import Protocol

import msgspec

from stanch.kernel.policy import Mitigation

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

    ``cautions``: what to know before it is started, and no reason not to, such as that Git may put it back.

    ``pinned``: arguments with what was found filled in (which revision is "the one before"); started with them, a run does
    what this dry run said, or is refused. Empty: the arguments say everything already.
    """

    text: str
    extent: Extent | None = None
    objections: list[str] = []
    pinned: dict[str, str | list[str]] = {}
    cautions: list[str] = []


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
