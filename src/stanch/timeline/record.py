"""The fold: entries in, the live record out (R10). Pure. Every view of an incident is drawn from this."""

from collections.abc import Iterable
from typing import Any

import msgspec

from stanch.kernel.policy import Criterion, Outcome, Phase
from stanch.timeline import entries as e


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


class Run(msgspec.Struct):
    """A mitigation that was confirmed."""

    run: str
    mitigation: str
    title: str
    target: str
    started_at: int
    by: str
    undo: str
    undo_of: str
    observe_seconds: float
    observed_until: int | None = None
    extended: int = 0
    applied_at: int | None = None
    ok: bool | None = None
    output: str = ""
    answered: bool = False
    outcome: Outcome | None = None
    reason: str = ""
    before: float | None = None
    after: float | None = None
    undone_by: str = ""
    hypothesis: str = ""
    confidence: float | None = None
    others: list[str] = msgspec.field(default_factory=list)
    evidence: list[str] = msgspec.field(default_factory=list)
    missing: list[str] = msgspec.field(default_factory=list)
    changed: bool = True

    def observation_ends(self) -> int | None:
        """When the outcome is measured, or None while it has not been applied."""
        if self.applied_at is None or self.observed_until is not None:
            return self.observed_until
        return self.applied_at + int(self.observe_seconds * 1_000_000)


class Page(msgspec.Struct):
    """A page under way. ``ended_at``: the incident was over before anybody had acknowledged."""

    page: str
    escalation: str
    requested_at: int
    reason: str
    step: int = -1
    next_at: int | None = None
    people: list[str] = msgspec.field(default_factory=list)
    all_must: bool = False
    acknowledgers: list[str] = msgspec.field(default_factory=list)
    acknowledged_at: int | None = None
    acknowledged_by: str = ""
    ended_at: int | None = None
    receipts: list[e.PageSent] = msgspec.field(default_factory=list)

    def waiting(self) -> bool:
        """Whether somebody is still wanted."""
        return self.acknowledged_at is None and self.ended_at is None


class CriterionState(msgspec.Struct):
    """Where a criterion stands; ``since`` None: not measured yet. ``broke_at``: when it last stopped to hold."""

    criterion: Criterion
    holds: bool = False
    value: float | None = None
    detail: str = "not measured yet"
    since: int | None = None
    broke_at: int | None = None


class Signal(msgspec.Struct):
    """An alert attached to the incident."""

    fingerprint: str
    name: str
    origin: str
    summary: str
    starts_at: int
    firing: bool
    labels: dict[str, str]
    link: str


class ActionItem(msgspec.Struct):
    """What must change."""

    item: str
    title: str
    owner: str
    due_at: int
    test: str
    added_at: int
    done_at: int | None = None
    dropped: bool = False
    note: str = ""
    asked: list[e.ReviewAsked] = msgspec.field(default_factory=list)
    asked_at: int | None = None
    answers: list[str] = msgspec.field(default_factory=list)
    answered_at: int | None = None


class Hypothesis(msgspec.Struct):
    """A possible cause."""

    hypothesis: str
    text: str
    standing: str
    at: int
    by: str


class Timebox(msgspec.Struct):
    """A question with an end. ``ended``: answered, or fallen back."""

    timebox: str
    question: str
    owner: str
    opened_at: int
    ends_at: int
    fallback: str
    mitigation: str
    answer: str = ""
    fell_back: bool = False
    extensions: list[str] = msgspec.field(default_factory=list)

    def running(self) -> bool:
        """Whether it is still waited for."""
        return not self.answer and not self.fell_back


class Record(msgspec.Struct):
    """An incident as it stands after some entries."""

    id: str = ""
    title: str = ""
    service: str = ""
    private: bool = False
    owner: str = ""
    status: str = "open"
    phase: Phase = "detect"
    spells: list[PhaseSpan] = msgspec.field(default_factory=list)
    began_at: int | None = None
    detected_at: int | None = None
    declared_at: int = 0
    acknowledged_at: int | None = None
    mitigated_at: int | None = None
    resolved_at: int | None = None
    closed_at: int | None = None
    cause_known: bool = True
    severity: Fact | None = None
    impact: Fact | None = None
    impact_facts: e.ImpactSet = e.ImpactSet("")
    proposed: e.SeverityProposed | None = None
    roles: dict[str, Fact] = msgspec.field(default_factory=dict)
    answers: dict[str, str] = msgspec.field(default_factory=dict)
    hypotheses: dict[str, Hypothesis] = msgspec.field(default_factory=dict)
    signals: dict[str, Signal] = msgspec.field(default_factory=dict)
    pages: dict[str, Page] = msgspec.field(default_factory=dict)
    runs: dict[str, Run] = msgspec.field(default_factory=dict)
    timeboxes: dict[str, Timebox] = msgspec.field(default_factory=dict)
    criteria: dict[str, CriterionState] = msgspec.field(default_factory=dict)
    criteria_hold: float = 0
    criteria_set_at: int | None = None
    criteria_held_at: int | None = None
    updates: list[tuple[int, str, e.UpdatePosted]] = msgspec.field(default_factory=list)
    proposals: dict[str, tuple[int, str, e.PublicProposed]] = msgspec.field(default_factory=dict)
    prompted: dict[str, int] = msgspec.field(default_factory=dict)
    declined: set[str] = msgspec.field(default_factory=set)
    postmortem_form: str = ""
    postmortem_reasons: list[str] = msgspec.field(default_factory=list)
    postmortem_at: int | None = None
    parts: dict[str, str] = msgspec.field(default_factory=dict)
    published_at: int | None = None
    action_items: dict[str, ActionItem] = msgspec.field(default_factory=dict)
    merged_into: str = ""
    recurs: str = ""
    entries: int = 0
    changed_at: int = 0
    last: e.Entry | None = None

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

    def last_update(self, audience: str) -> tuple[int, str, e.UpdatePosted] | None:
        """The newest update for an audience as (moment, author, facts)."""
        for update in reversed(self.updates):
            if update[2].audience == audience:
                return update
        return None

    def next_update_at(self) -> int | None:
        """When the next internal update was promised."""
        last = self.last_update("internal")
        return last[2].next_at if last else None

    def holding_since(self) -> int | None:
        """Since when every criterion holds, or None."""
        states = list(self.criteria.values())
        if not states or not all(s.holds and s.since is not None for s in states):
            return None
        return max(s.since for s in states if s.since is not None)

    def live(self) -> bool:
        """True while people respond to it."""
        return self.status in ("open", "mitigated")


def fold(entries: Iterable[e.Entry], record: Record | None = None) -> Record:
    """Apply entries in order to a record (a new one by default) and answer with it."""
    record = record or Record()
    for entry in entries:
        record.id = entry.incident
        record.entries = entry.position
        record.changed_at = entry.recorded_at
        record.last = entry
        case = _CASES.get(type(entry.facts))
        if case:
            case(record, entry, entry.facts)
    return record


def _shift(record: Record, phase: Phase, at: int) -> None:
    if record.spells and record.spells[-1].phase == phase:
        return
    if record.spells:
        record.spells[-1].until = at
    record.spells.append(PhaseSpan(phase, at))
    record.phase = phase


def _declared(record: Record, entry: e.Entry, facts: e.Declared) -> None:
    record.title, record.service, record.private = facts.title, facts.service, facts.private
    record.status, record.declared_at = "open", entry.happened_at
    record.detected_at = record.detected_at or entry.happened_at
    record.began_at = facts.began_at or record.began_at
    record.recurs = facts.recurs
    _shift(record, "triage", entry.happened_at)


def _investigating(record: Record, entry: e.Entry, facts: e.Investigating) -> None:
    record.title, record.service, record.private = facts.title, facts.service, facts.private
    record.status, record.owner, record.detected_at = "investigating", facts.owner, entry.happened_at
    _shift(record, "triage", entry.happened_at)


def _concluded(record: Record, entry: e.Entry, facts: e.Concluded) -> None:
    record.status, record.closed_at = "closed", entry.happened_at
    _end_pages(record, entry.happened_at)


def _end_pages(record: Record, at: int) -> None:
    """Nobody is wanted any more. Should it be opened again, somebody is asked anew."""
    for page in record.pages.values():
        if page.waiting():
            page.ended_at, page.next_at = at, None


def _answer(record: Record, entry: e.Entry, facts: e.TriageAnswered) -> None:
    record.answers[facts.question] = facts.text


def _signal(record: Record, entry: e.Entry, facts: e.SignalAttached) -> None:
    record.signals[facts.fingerprint] = Signal(
        facts.fingerprint, facts.name, facts.origin, facts.summary, facts.starts_at, True, facts.labels, facts.link
    )
    if facts.starts_at and (record.began_at is None or facts.starts_at < record.began_at):
        record.began_at = facts.starts_at


def _cleared(record: Record, entry: e.Entry, facts: e.SignalCleared) -> None:
    if facts.fingerprint in record.signals:
        record.signals[facts.fingerprint].firing = False


def _detached(record: Record, entry: e.Entry, facts: e.SignalDetached) -> None:
    record.signals.pop(facts.fingerprint, None)


def _merged(record: Record, entry: e.Entry, facts: e.Merged) -> None:
    if facts.into:
        record.merged_into = facts.into
        record.status, record.closed_at = "closed", entry.happened_at
        _end_pages(record, entry.happened_at)


def _severity(record: Record, entry: e.Entry, facts: e.SeveritySet) -> None:
    record.severity = Fact(facts.severity, entry.happened_at, entry.author)


def _impact(record: Record, entry: e.Entry, facts: e.ImpactSet) -> None:
    record.impact = Fact(facts.text, entry.happened_at, entry.author)
    record.impact_facts = facts


def _proposed(record: Record, entry: e.Entry, facts: e.SeverityProposed) -> None:
    record.proposed = facts


def _role(record: Record, entry: e.Entry, facts: e.RoleTaken) -> None:
    record.roles[facts.role] = Fact(facts.person, entry.happened_at, entry.author)


def _hypothesis(record: Record, entry: e.Entry, facts: e.HypothesisStated) -> None:
    if facts.standing == "leading":
        for other in record.hypotheses.values():
            if other.standing == "leading":
                other.standing = "open"
    record.hypotheses.pop(facts.hypothesis, None)
    record.hypotheses[facts.hypothesis] = Hypothesis(
        facts.hypothesis, facts.text, facts.standing, entry.happened_at, entry.author
    )


def _timebox(record: Record, entry: e.Entry, facts: e.TimeboxOpened) -> None:
    record.timeboxes[facts.timebox] = Timebox(
        facts.timebox, facts.question, facts.owner, entry.happened_at, facts.ends_at, facts.fallback, facts.mitigation
    )


def _extended(record: Record, entry: e.Entry, facts: e.TimeboxExtended) -> None:
    box = record.timeboxes[facts.timebox]
    box.ends_at = facts.ends_at
    box.extensions.append(facts.reason)


def _ended(record: Record, entry: e.Entry, facts: e.TimeboxEnded) -> None:
    box = record.timeboxes[facts.timebox]
    box.answer, box.fell_back = facts.answer, not facts.answer


def _page(record: Record, entry: e.Entry, facts: e.PageRequested) -> None:
    record.pages[facts.page] = Page(
        facts.page, facts.escalation, entry.happened_at, facts.reason, next_at=entry.happened_at
    )


def _stepped(record: Record, entry: e.Entry, facts: e.PageStepped) -> None:
    page = record.pages[facts.page]
    page.step, page.next_at = facts.step, facts.next_at
    page.people, page.all_must = facts.people or page.people, facts.all_must


def _put_off(record: Record, entry: e.Entry, facts: e.PagePutOff) -> None:
    record.pages[facts.page].next_at = facts.until


def _sent(record: Record, entry: e.Entry, facts: e.PageSent) -> None:
    record.pages[facts.page].receipts.append(facts)


def _acknowledged(record: Record, entry: e.Entry, facts: e.Acknowledged) -> None:
    record.acknowledged_at = record.acknowledged_at or entry.happened_at
    for page in record.pages.values():
        if page.waiting() and facts.page in ("", page.page):
            page.acknowledgers.append(facts.person)
            if page.all_must and not set(page.people) <= set(page.acknowledgers):
                continue
            page.acknowledged_by = ", ".join(page.acknowledgers)
            page.acknowledged_at, page.next_at = entry.happened_at, None


def _criteria(record: Record, entry: e.Entry, facts: e.CriteriaSet) -> None:
    before = record.criteria
    record.criteria = {
        c.name: before[c.name] if c.name in before and before[c.name].criterion == c else CriterionState(c)
        for c in facts.criteria
    }
    record.criteria_hold = facts.hold_seconds
    record.criteria_set_at = record.criteria_set_at or entry.happened_at
    record.criteria_held_at = None


def _turned(record: Record, entry: e.Entry, facts: e.CriterionTurned) -> None:
    state = record.criteria.get(facts.name)
    if state is None:
        return
    if state.holds and not facts.holds:
        state.broke_at = entry.happened_at
    state.holds, state.value, state.detail, state.since = facts.holds, facts.value, facts.detail, entry.happened_at
    if not facts.holds:
        record.criteria_held_at = None


def _held(record: Record, entry: e.Entry, facts: e.CriteriaHeld) -> None:
    record.criteria_held_at = entry.happened_at


def _started(record: Record, entry: e.Entry, facts: e.MitigationStarted) -> None:
    record.runs[facts.run] = Run(
        facts.run,
        facts.mitigation,
        facts.title,
        facts.target,
        entry.happened_at,
        entry.author,
        facts.undo,
        facts.undo_of,
        facts.observe_seconds,
        hypothesis=facts.hypothesis,
    )
    if facts.timebox in record.timeboxes:
        record.timeboxes[facts.timebox].fell_back = True
    if facts.undo_of in record.runs:
        record.runs[facts.undo_of].undone_by = facts.run


def _applied(record: Record, entry: e.Entry, facts: e.MitigationApplied) -> None:
    run = record.runs[facts.run]
    run.answered, run.ok, run.output = True, facts.ok, facts.output
    run.changed = facts.changed
    if facts.undo or not facts.undoable:
        run.undo = facts.undo
    if facts.ok is not None and run.outcome == "unknown":
        run.outcome, run.reason = None, ""  # the answer came after it had been given up
    if facts.ok is False and run.undo_of in record.runs:
        record.runs[run.undo_of].undone_by = ""  # it is still in place, and may be undone again
    if facts.ok and facts.changed:
        run.applied_at = entry.happened_at
    elif facts.ok is None:
        run.outcome, run.reason = "unknown", facts.output


def _evidence(record: Record, entry: e.Entry, facts: e.EvidenceCaptured) -> None:
    run = record.runs[facts.run]
    run.evidence, run.missing = facts.items, facts.missing


def _watched_on(record: Record, entry: e.Entry, facts: e.ObservationExtended) -> None:
    run = record.runs[facts.run]
    run.observed_until, run.extended = facts.until, run.extended + 1


def _outcome(record: Record, entry: e.Entry, facts: e.OutcomeMeasured) -> None:
    run = record.runs[facts.run]
    run.outcome, run.reason, run.before, run.after = facts.outcome, facts.reason, facts.before, facts.after
    run.confidence, run.others = facts.confidence, facts.others


def _update(record: Record, entry: e.Entry, facts: e.UpdatePosted) -> None:
    record.updates.append((entry.happened_at, entry.author, facts))
    record.proposals.pop(facts.proposal, None)


def _public(record: Record, entry: e.Entry, facts: e.PublicProposed) -> None:
    record.proposals[facts.proposal] = (entry.happened_at, entry.author, facts)


def _mitigated(record: Record, entry: e.Entry, facts: e.Mitigated) -> None:
    record.status, record.mitigated_at = "mitigated", entry.happened_at


def _resolved(record: Record, entry: e.Entry, facts: e.Resolved) -> None:
    record.status, record.resolved_at, record.cause_known = "resolved", entry.happened_at, facts.cause_known
    record.mitigated_at = record.mitigated_at or entry.happened_at
    _end_pages(record, entry.happened_at)


def _closed(record: Record, entry: e.Entry, facts: e.Closed) -> None:
    record.status, record.closed_at, record.postmortem_at = "closed", entry.happened_at, facts.postmortem_at
    _shift(record, "learn", entry.happened_at)


def _reopened(record: Record, entry: e.Entry, facts: e.Reopened) -> None:
    record.status, record.mitigated_at, record.resolved_at, record.closed_at = "open", None, None, None
    record.criteria_held_at = None
    _shift(record, "mitigate", entry.happened_at)


def _decided(record: Record, entry: e.Entry, facts: e.PostmortemDecided) -> None:
    record.postmortem_form, record.postmortem_reasons = facts.form, facts.reasons


def _written(record: Record, entry: e.Entry, facts: e.PostmortemWritten) -> None:
    record.parts[facts.part] = facts.text


def _published(record: Record, entry: e.Entry, facts: e.PostmortemPublished) -> None:
    record.published_at = entry.happened_at


def _item(record: Record, entry: e.Entry, facts: e.ActionItemAdded) -> None:
    record.action_items[facts.item] = ActionItem(
        facts.item, facts.title, facts.owner, facts.due_at, facts.test, entry.happened_at
    )


def _done(record: Record, entry: e.Entry, facts: e.ActionItemDone) -> None:
    item = record.action_items[facts.item]
    item.done_at, item.dropped, item.note = entry.happened_at, facts.dropped, facts.note


def _asked(record: Record, entry: e.Entry, facts: e.ReviewAsked) -> None:
    item = record.action_items[facts.item]
    item.asked.append(facts)
    item.asked_at = entry.happened_at


def _answered(record: Record, entry: e.Entry, facts: e.ReviewAnswered) -> None:
    item = record.action_items[facts.item]
    item.answers.append(facts.answer)
    item.answered_at = entry.happened_at


def _prompted(record: Record, entry: e.Entry, facts: e.Prompted) -> None:
    record.prompted[facts.key] = entry.happened_at


def _declined(record: Record, entry: e.Entry, facts: e.PromptDeclined) -> None:
    record.declined.add(facts.key)


def _phase(record: Record, entry: e.Entry, facts: e.PhaseShifted) -> None:
    _shift(record, facts.phase, entry.happened_at)


_CASES: dict[type, Any] = {
    e.Declared: _declared, e.SignalAttached: _signal, e.SignalCleared: _cleared, e.SeveritySet: _severity,
    e.ImpactSet: _impact, e.RoleTaken: _role, e.HypothesisStated: _hypothesis, e.PageRequested: _page,
    e.PageStepped: _stepped, e.PageSent: _sent, e.PagePutOff: _put_off, e.Acknowledged: _acknowledged, e.CriteriaSet: _criteria,
    e.CriterionTurned: _turned, e.CriteriaHeld: _held, e.MitigationStarted: _started, e.MitigationApplied: _applied,
    e.EvidenceCaptured: _evidence, e.ObservationExtended: _watched_on, e.OutcomeMeasured: _outcome, e.UpdatePosted: _update,
    e.Mitigated: _mitigated,
    e.Resolved: _resolved, e.Closed: _closed, e.Reopened: _reopened, e.PostmortemDecided: _decided,
    e.PostmortemWritten: _written, e.PostmortemPublished: _published, e.ActionItemAdded: _item,
    e.ActionItemDone: _done, e.ReviewAsked: _asked, e.ReviewAnswered: _answered, e.Prompted: _prompted,
    e.PromptDeclined: _declined, e.PhaseShifted: _phase, e.SignalDetached: _detached, e.Merged: _merged, e.SeverityProposed: _proposed,
    e.PublicProposed: _public, e.TimeboxOpened: _timebox, e.TimeboxExtended: _extended, e.TimeboxEnded: _ended,
    e.Investigating: _investigating, e.Concluded: _concluded, e.TriageAnswered: _answer,
}  # fmt: skip
