"""The structure of a panel, and the view that its variables are computed from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from hashlib import blake2b
from typing import Any, Literal

import msgspec

from stanch.communicate.audiences.drafts import draft
from stanch.kernel.audiences import Audience
from stanch.kernel.clock import spell
from stanch.kernel.errors import Problem
from stanch.kernel.policy import Phase, Policy, Service
from stanch.mitigate.ranking.rank import Ranked
from stanch.mitigate.toolkit import ranked_for
from stanch.timeline.entries import Entry
from stanch.timeline.record import Record
from stanch.timeline.unit_of_work import UnitOfWork

# The places: above everything, prompts, the timeline's column, the column beside it.
Place = Literal["head", "now", "stream", "side"]
Context = Mapping[str, Any]
# No panel that is still reads these of the record: it is told nothing in their place, and is not drawn anew for them.
WITH_EACH_ENTRY: dict[str, Any] = {
    "entries": 0, "changed_at": 0, "last": None, "spoke": [], "notes": [], "noted_since": {},
}  # fmt: skip


class Refused(msgspec.Struct, frozen=True):
    """A form of this page that could not be carried out: what was typed stays in it, beside why."""

    command: str
    form: dict[str, str]
    lists: dict[str, list[str]]
    problem: Problem


class View(msgspec.Struct, frozen=True):
    """An incident as of a moment.

    ``at``: the past moment that is looked at; None: now. ``entries``: the whole timeline, also what came after that moment.
    ``query``: the parameters of the page's address. ``refused``: the form that was just sent from it, if it was refused.
    """

    uow: UnitOfWork
    record: Record
    entries: list[Entry]
    at: int | None
    query: Mapping[str, str]
    refused: Refused | None = None
    _ranked: list[list[Ranked]] = []  # asked for by two panels, worked out once
    _settled: list[tuple[Record, bytes]] = []
    _drafts: dict[tuple[Audience, str], str] = {}

    @property
    def now(self) -> int:
        """The moment as of which everything is shown."""
        return self.uow.now if self.at is None else self.at

    @property
    def policy(self) -> Policy:
        """What the team has decided in advance."""
        return self.uow.policy

    @property
    def service(self) -> Service | None:
        """The incident's service, if one is named."""
        return self.policy.service(self.record.service) if self.record.service else None

    @property
    def acting(self) -> bool:
        """Whether something can be done to the incident from this page."""
        return self.at is None and self.record.status != "closed"

    @property
    def writing(self) -> bool:
        """Whether a line, a correction or a post can be added: also when it is closed."""
        return self.at is None

    def draft(self, audience: Audience, state: str) -> str:
        """The next update for an audience (R31), worked out once for all the forms that it stands in. ``state``: of the public post."""
        key = audience, state if audience == "customers" else ""
        if key not in self._drafts:
            self._drafts[key] = draft(self.record, self.policy, self.now, *key)
        return self._drafts[key]

    def ranked(self) -> list[Ranked]:
        """The mitigations, best first (R16)."""
        if not self._ranked:
            self._ranked.append(ranked_for(self.uow, self.record))
        return self._ranked[0]

    def settled(self) -> tuple[Record, bytes]:
        """The record without what every line that somebody writes changes, and the digest of all that is left."""
        if not self._settled:
            record = msgspec.structs.replace(self.record, **WITH_EACH_ENTRY)
            self._settled.append((record, blake2b(msgspec.msgpack.encode(record)).digest()))
        return self._settled[0]

    def ages(self, moments: Iterable[int]) -> dict[int, str]:
        """How long ago each is, in words."""
        return {moment: spell(self.now - moment) for moment in moments}

    def number(self, name: str) -> int:
        """A number of the address; 0 for what is none."""
        text = self.query.get(name, "")
        return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0


class Panel(msgspec.Struct, frozen=True):
    """One part of the page.

    ``name``: of its template ``room/<name>.html``, of its anchor and of the region that is kept live. ``title``: how the
    row of tabs calls it; empty: not in that row. ``context``: the template's variables; None: the panel is left out.
    A side panel's frame is the page's work, the others bring theirs. ``tab``: the tab that a side panel stands in; empty:
    one of its own. ``phases``: those in which its tab is the one that is open at first. ``forms``: the commands whose
    refused form it shows again, with what was typed. ``still``: its template says nothing that goes on with the clock but
    what ``context`` told it, and reads nothing of ``WITH_EACH_ENTRY``, so it is drawn once for the same values.
    """

    name: str
    place: Place
    order: int
    title: str
    context: Callable[[View], Context | None]
    tab: str = ""
    phases: tuple[Phase, ...] = ()
    forms: tuple[str, ...] = ()
    still: bool = False
