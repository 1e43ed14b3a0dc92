"""The fold: entries in, the live record out (R10). Pure. Every view of an incident is drawn from this."""

import pickle
from collections.abc import Callable, Iterable
from typing import Literal, Protocol

import msgspec

from stanch.kernel.policy import Criterion, Phase
from stanch.timeline.amount import Measured
from stanch.timeline.channel import Channel
from stanch.timeline.decisions import Concern, Decision, Hypothesis, Timebox
from stanch.timeline.delivery import Delivery
from stanch.timeline.drill import Drill
from stanch.timeline.first_move import Move
from stanch.timeline.kept import Impact, ProposedPost, ProposedSeverity, ReviewQuestion, Update
from stanch.timeline.page import Page
from stanch.timeline.raised_prompt import RaisedPrompt
from stanch.timeline.run import Run
from stanch.timeline.ticket import ItemTicket
from stanch.timeline.working_together import Bridge, Handoff, PeopleProposal, RoleRequest


class Line(Protocol):
    """What the record needs to know of an entry."""

    @property
    def incident(self) -> str: ...
    @property
    def position(self) -> int: ...
    @property
    def happened_at(self) -> int: ...
    @property
    def recorded_at(self) -> int: ...
    @property
    def author(self) -> str: ...
    @property
    def source(self) -> str: ...
    @property
    def hash(self) -> str: ...
    @property
    def facts(self) -> "Stated": ...


class Stated(Protocol):
    """What an entry states, and how it changes the record."""

    def apply(self, record: "Record", entry: Line) -> None: ...


class Fact(msgspec.Struct):
    """A stated fact with its moment and author, so that its age can be shown (R11)."""

    value: str
    at: int
    by: str


class PhaseSpan(msgspec.Struct):
    """Time in a phase; ``until`` None: still in it."""

    phase: Phase
    since: int
    until: int | None = None


class CriterionState(msgspec.Struct):
    """Where a criterion stands; ``since`` None: not measured yet. ``broke_at``: when it last stopped to hold."""

    criterion: Criterion
    holds: bool = False
    value: float | None = None
    detail: str = "not measured yet"
    since: int | None = None
    broke_at: int | None = None


class Signal(msgspec.Struct):
    """An alert attached to the incident. ``silenced``: how, by whom, until when and why it wakes nobody.

    ``attached_at``, ``cleared_at``: when it fired last, and stopped.
    """

    fingerprint: str
    name: str
    origin: str
    summary: str
    starts_at: int
    firing: bool
    labels: dict[str, str]
    link: str
    attached_at: int = 0
    cleared_at: int | None = None
    silenced: str = ""


Priority = Literal["high", "normal", "low"]
Purpose = Literal["", "prevent", "detect", "mitigate", "respond"]


class Comment(msgspec.Struct):
    """A comment on a part of the postmortem; with a ``suggestion`` for the words in ``quote``. ``people``: who was mentioned."""

    item: str
    part: str
    text: str
    quote: str
    suggestion: str | None
    by: str
    at: int
    people: list[str]
    state: Literal["open", "resolved", "accepted", "declined"] = "open"
    settled_by: str = ""
    settled_at: int | None = None
    note: str = ""


class ActionItem(msgspec.Struct):
    """What must change. ``drop``: why somebody would drop it, until the owner's lead decides."""

    item: str
    title: str
    owner: str
    due_at: int
    test: str
    added_at: int
    done_at: int | None = None
    dropped: bool = False
    note: str = ""
    asked: list[ReviewQuestion] = msgspec.field(default_factory=list)
    asked_at: int | None = None
    answers: list[str] = msgspec.field(default_factory=list)
    answered_at: int | None = None
    priority: Priority = "normal"
    purpose: Purpose = ""
    changed_at: int = 0
    evidence: str = ""
    drop: Fact | None = None
    reminded_for: int | None = None
    ticket: ItemTicket | None = None
    reopened_at: int = 0


class Finding(msgspec.Struct):
    """What was found out, and its sentence; a newer one about the same replaces it. The fields are those of the entry."""

    about: str
    subject: str
    text: str
    service: str
    label: str
    share: float | None
    kind_of: str
    state: Literal["", "down", "degraded", "up"]
    at: int | None
    sentence: str


# So many of the newest notes are weighed when words are compared.
NOTES = 30
# So many of the moments at which people wrote are kept, at least.
SPOKE = 500


class Record(msgspec.Struct):
    """An incident as it stands after some entries."""

    id: str = ""
    title: str = ""
    service: str = ""
    also: list[str] = msgspec.field(default_factory=list)
    private: bool = False
    drill: Drill | None = None
    owner: str = ""
    status: str = "open"
    phase: Phase = "detect"
    spells: list[PhaseSpan] = msgspec.field(default_factory=list)
    moved_at: int | None = None
    began_at: int | None = None
    detected_at: int | None = None
    declared_at: int = 0
    acknowledged_at: int | None = None
    mitigated_at: int | None = None
    resolved_at: int | None = None
    closed_at: int | None = None
    reopened_at: int | None = None
    false_alarm: bool = False
    cause_known: bool = True
    severity: Fact | None = None
    severity_changed_at: int | None = None
    impact: Fact | None = None
    impact_facts: Impact = Impact("")
    data_was_at_risk: bool = False
    users_counted: float | None = None
    said_down: bool = False
    proposed: ProposedSeverity | None = None
    proposed_at: int = 0
    roles: dict[str, Fact] = msgspec.field(default_factory=dict)
    given: dict[str, str] = msgspec.field(default_factory=dict)
    vacated: dict[str, int] = msgspec.field(default_factory=dict)
    requests: dict[str, list[RoleRequest]] = msgspec.field(default_factory=dict)
    handoffs: dict[str, Handoff] = msgspec.field(default_factory=dict)
    people_proposed: dict[str, PeopleProposal] = msgspec.field(default_factory=dict)
    commander_acted: PeopleProposal | None = None
    spoke: list[int] = msgspec.field(default_factory=list)
    bridge: Bridge | None = None
    related: dict[str, str] = msgspec.field(default_factory=dict)
    answers: dict[str, str] = msgspec.field(default_factory=dict)
    findings: dict[str, Finding] = msgspec.field(default_factory=dict)
    notes: list[str] = msgspec.field(default_factory=list)
    # By run, the newest notes that were written since it was started.
    noted_since: dict[str, list[str]] = msgspec.field(default_factory=dict)
    hypotheses: dict[str, Hypothesis] = msgspec.field(default_factory=dict)
    signals: dict[str, Signal] = msgspec.field(default_factory=dict)
    pages: dict[str, Page] = msgspec.field(default_factory=dict)
    runs: dict[str, Run] = msgspec.field(default_factory=dict)
    moves: dict[str, Move] = msgspec.field(default_factory=dict)
    timeboxes: dict[str, Timebox] = msgspec.field(default_factory=dict)
    concerns: dict[str, Concern] = msgspec.field(default_factory=dict)
    decisions: dict[str, Decision] = msgspec.field(default_factory=dict)
    criteria: dict[str, CriterionState] = msgspec.field(default_factory=dict)
    criteria_hold: float = 0
    criteria_set_at: int | None = None
    criteria_held_at: int | None = None
    updates: list[tuple[int, str, Update]] = msgspec.field(default_factory=list)
    proposals: dict[str, tuple[int, str, ProposedPost]] = msgspec.field(default_factory=dict)
    deliveries: dict[int, dict[str, Delivery]] = msgspec.field(default_factory=dict)
    stated: dict[str, Fact] = msgspec.field(default_factory=dict)
    prompted: dict[str, RaisedPrompt] = msgspec.field(default_factory=dict)
    declined: dict[str, str | None] = msgspec.field(default_factory=dict)
    postmortem_form: str = ""
    postmortem_reasons: list[str] = msgspec.field(default_factory=list)
    postmortem_at: int | None = None
    meeting_cancelled: int | None = None
    facilitator: str = ""
    postmortem_due_at: int | None = None
    postmortem_stage: Literal["draft", "in_review"] = "draft"
    parts: dict[str, str] = msgspec.field(default_factory=dict)
    lists: dict[str, list[str]] = msgspec.field(default_factory=dict)
    # The position of the entry that wrote each part last, and by whom.
    written: dict[str, tuple[int, str]] = msgspec.field(default_factory=dict)
    comments: dict[str, Comment] = msgspec.field(default_factory=dict)
    published_at: int | None = None
    shown_at: int | None = None
    measured: Measured | None = None
    action_items: dict[str, ActionItem] = msgspec.field(default_factory=dict)
    channels: dict[str, Channel] = msgspec.field(default_factory=dict)
    pins: dict[str, Fact] = msgspec.field(default_factory=dict)
    merged_into: str = ""
    recurs: str = ""
    entries: int = 0
    changed_at: int = 0
    last: Line | None = None

    def services(self) -> list[str]:
        """The services that are affected, the main one first; empty while none is named."""
        return [name for name in (self.service, *self.also) if name]

    def onset(self) -> int:
        """When the harm began, as far as is known: else when it was noticed, or declared. Moment in microseconds."""
        return self.began_at or self.detected_at or self.declared_at

    def span(self) -> tuple[int, int | None]:
        """From the onset to the end, in microseconds; None: it is not over."""
        return self.onset(), self.resolved_at or self.closed_at

    def severity_name(self) -> str | None:
        """``SEV-1`` .. ``SEV-4``, or None while nobody has said."""
        return self.severity.value if self.severity else None

    def holder(self, role: str) -> str:
        """Who holds a role, or the empty string."""
        fact = self.roles.get(role)
        return fact.value if fact else ""

    def leading(self) -> Hypothesis | None:
        """The newest leading hypothesis."""
        leading = [h for h in self.hypotheses.values() if h.standing in ("leading", "confirmed")]
        return leading[-1] if leading else None

    def last_update(self, audience: str) -> tuple[int, str, Update] | None:
        """The newest update for an audience as (moment, author, facts)."""
        for update in reversed(self.updates):
            if update[2].audience == audience:
                return update
        return None

    def holding_since(self) -> int | None:
        """Since when every criterion holds, or None."""
        states = list(self.criteria.values())
        if not states or not all(s.holds and s.since is not None for s in states):
            return None
        return max(s.since for s in states if s.since is not None)

    def told_of(self, prompt: str, called: Callable[[str], str] = str) -> str:
        """Who was told of a prompt by what, or why nobody could be; empty while neither is known. ``called``: how people are called."""
        return self.prompted[prompt].standing(called) if prompt in self.prompted else ""

    def tried(self) -> bool:
        """Whether something was done that may have stopped the harm: not taken back, nor seen to have failed."""
        return any(
            run.ok
            and run.changed
            and run.outcome not in ("no_change", "worse")
            and not run.undo_of
            and not run.undone_by
            for run in self.runs.values()
        )

    def live(self) -> bool:
        """True while people respond to it."""
        return self.status in ("open", "mitigated")

    def shift(self, phase: Phase, at: int) -> None:
        """Begin a phase; nothing when it is that one already."""
        if self.spells and self.spells[-1].phase == phase:
            return
        if self.spells:
            self.spells[-1].until = at
        self.spells.append(PhaseSpan(phase, at))
        self.phase = phase

    def end_pages(self, at: int) -> None:
        """End every waiting page. Reopening the incident starts a new page."""
        for page in self.pages.values():
            if page.waiting():
                page.ended_at, page.next_at = at, None


def _count(record: Record, entry: Line) -> None:
    """Keeps the newest few hundred moments at which people wrote; the entries of one command count once (R28)."""
    if entry.source in ("alert", "machine") or record.spoke[-1:] == [entry.recorded_at]:
        return
    record.spoke.append(entry.recorded_at)
    if len(record.spoke) > 2 * SPOKE:
        del record.spoke[:SPOKE]


def copied(record: Record) -> Record:
    """One that shares nothing with it which could be changed: pickled and read again, in half the time of ``copy.deepcopy``."""
    again: Record = pickle.loads(pickle.dumps(record, pickle.HIGHEST_PROTOCOL))  # noqa: S301 - of our own memory
    return again


def fold(entries: Iterable[Line], record: Record | None = None) -> Record:
    """Apply entries in order to a record (a new one by default) and answer with it."""
    record = record or Record()
    for entry in entries:
        record.id = entry.incident
        record.entries = entry.position
        record.changed_at = entry.recorded_at
        record.last = entry
        _count(record, entry)
        entry.facts.apply(record, entry)
    return record
