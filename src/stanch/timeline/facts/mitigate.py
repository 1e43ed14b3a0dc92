"""Facts about mitigations: started, applied, evidence, outcome, findings."""

from typing import Literal

import msgspec

from stanch.kernel.clock import hour_minute
from stanch.kernel.policy import MitigationKind, Outcome
from stanch.timeline.facts.statement import Statement
from stanch.timeline.record import Finding, Line, Record
from stanch.timeline.run import Run

# So many pieces of evidence are named in one line; of more, the first four.
NAMED = 6


class MitigationStarted(Statement, frozen=True, tag="mitigation_started"):
    """A person confirmed it; it runs at most once (P4). ``undo_of`` names the run that this one takes back.

    ``hypothesis``: what it rests on; its outcome speaks for or against it (R23, R36). ``undo``: how, as far as known now.
    """

    run: str
    mitigation: str
    title: str
    kind_of: MitigationKind
    target: str
    blast_radius: str
    undo: str
    observe_seconds: float
    undo_of: str = ""
    hypothesis: str = ""
    timebox: str = ""

    def sentence(self) -> str:
        because = ", as the time-box said" if self.timebox else ""
        said = f"Undoing: {self.title.removeprefix('Undo: ')}" if self.undo_of else f"Started: {self.title}"
        return f"{said} on {self.target}{because}"

    def apply(self, record: Record, entry: Line) -> None:
        record.runs[self.run] = Run(
            self.run,
            self.mitigation,
            self.title,
            self.target,
            entry.happened_at,
            entry.author,
            self.undo,
            self.undo_of,
            self.observe_seconds,
            hypothesis=self.hypothesis,
        )
        if self.timebox in record.timeboxes:
            record.timeboxes[self.timebox].fell_back = True
        if self.undo_of in record.runs:
            record.runs[self.undo_of].undone_by = self.run


class MitigationApplied(Statement, frozen=True, tag="mitigation_applied"):
    """The adapter answered. ``ok`` None: the outcome is unknown after a crash, and a person must check.

    ``undo``: what would put back what it found, in one line; empty where only the catalog's own undo is known.
    ``undoable``: False where nothing takes it back. ``changed``: False where everything was so already.
    """

    run: str
    ok: bool | None
    output: str
    took_seconds: float = 0.0
    undo: str = ""
    undoable: bool = True
    changed: bool = True

    def sentence(self) -> str:
        if self.ok is None:
            return f"Outcome of {self.run} is unknown: a person must look ({self.output})"
        return (
            f"{'Applied' if self.ok else 'Failed'} after {self.took_seconds:.1f} s: {self.output[:200] or 'no output'}"
        )

    def apply(self, record: Record, entry: Line) -> None:
        run = record.runs[self.run]
        run.answered, run.ok, run.output = True, self.ok, self.output
        run.changed = self.changed
        if self.undo or not self.undoable:
            run.undo = self.undo
        if self.ok is not None and run.outcome == "unknown":
            run.outcome, run.reason = None, ""  # the answer came after it had been given up
        if self.ok is False and run.undo_of in record.runs:
            record.runs[run.undo_of].undone_by = ""  # it is still in place, and may be undone again
        if self.ok and self.changed:
            run.applied_at = entry.happened_at
        elif self.ok is None:
            run.outcome, run.reason = "unknown", self.output


class EvidenceCaptured(Statement, frozen=True, tag="evidence_captured"):
    """Evidence that the action might destroy was captured (R24). ``missing``: what could not be captured, and why."""

    run: str
    items: list[str]
    missing: list[str] = msgspec.field(default_factory=list)

    def sentence(self) -> str:
        lost = f"; could not be had: {'; '.join(self.missing)}" if self.missing else ""
        named = self.items if len(self.items) <= NAMED else [*self.items[:4], f"and {len(self.items) - 4} more"]
        return f"Evidence kept: {', '.join(named) or 'nothing'}{lost}"

    def apply(self, record: Record, entry: Line) -> None:
        run = record.runs[self.run]
        run.evidence, run.missing = self.items, self.missing


class ObservationExtended(Statement, frozen=True, tag="observation_extended"):
    """The observation window was extended: too few measurements since the action to judge it.

    ``until``: the new end of the observation (microseconds). ``reason``: how often it was measured before and after.
    """

    run: str
    until: int
    reason: str

    def sentence(self) -> str:
        return f"Watching until {hour_minute(self.until)} UTC whether it helped: {self.reason}"

    def apply(self, record: Record, entry: Line) -> None:
        run = record.runs[self.run]
        run.observed_until, run.extended = self.until, run.extended + 1


class OutcomeMeasured(Statement, frozen=True, tag="outcome_measured"):
    """Did it help (R23)? ``before`` and ``after`` are medians of the criterion that decided, over the observation window.

    ``confidence``: that the change is no chance, from 0 to 1. ``others``: a sentence for each further criterion.
    """

    run: str
    outcome: Outcome
    reason: str
    before: float | None = None
    after: float | None = None
    effect_seconds: float | None = None
    confidence: float | None = None
    others: list[str] = []
    partly: bool = False

    def sentence(self) -> str:
        words = {
            "helped": "It helped in part" if self.partly else "It helped",
            "no_change": "It changed nothing",
            "worse": "It made things worse",
            "unknown": "Whether it helped is unknown",
        }
        sure = "" if self.confidence is None else f" (confidence {self.confidence:.0%})"
        return f"{words[self.outcome]}: {self.reason}{sure}"

    def apply(self, record: Record, entry: Line) -> None:
        run = record.runs[self.run]
        run.outcome, run.reason, run.before, run.after = self.outcome, self.reason, self.before, self.after
        run.confidence, run.others, run.partly = self.confidence, self.others, self.partly


class FindingStated(Statement, frozen=True, tag="finding_stated"):
    """Something that was found out and that the ranking weighs: what changed, where errors are, what is full, what is down.

    ``subject``: what it is about. ``label``: of a spread (zone, node, tenant). ``share``: of the errors, or of the limit, 0 to 1.
    ``kind_of``: of a change (release, flag, config, capacity, other). ``state``: of a dependency. ``at``: when it changed.
    """

    about: Literal["change", "spread", "saturation", "dependency"]
    subject: str
    text: str = ""
    service: str = ""
    label: str = ""
    share: float | None = None
    kind_of: str = ""
    state: Literal["", "down", "degraded", "up"] = ""
    at: int | None = None

    def sentence(self) -> str:
        share = "" if self.share is None else f"{self.share:.0%}"
        moment = "" if self.at is None else f" at {hour_minute(self.at)} UTC"
        service = f" of {self.service}" if self.service else ""
        told = {
            "change": f"Changed{moment}: {self.subject}{service}{f' ({self.kind_of})' if self.kind_of else ''}",
            "spread": f"{share} of the errors are in {self.label} {self.subject}",
            "saturation": f"{self.subject}{service} is at {share} of its limit",
            "dependency": f"Dependency {self.subject} is {self.state}",
        }[self.about]
        return f"{told}: {self.text}" if self.text else told

    def apply(self, record: Record, entry: Line) -> None:
        key = f"{self.about} {self.label} {self.subject}".lower()
        record.findings[key] = Finding(**msgspec.structs.asdict(self), sentence=self.sentence())


Facts = FindingStated | MitigationStarted | MitigationApplied | EvidenceCaptured | ObservationExtended | OutcomeMeasured
