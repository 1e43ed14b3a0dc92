"""Facts about narration, corrections, redaction, phases, severity and impact."""

from typing import Literal

import msgspec

from stanch.kernel.policy import Phase
from stanch.kernel.severities import Severity
from stanch.timeline.facts.statement import Statement
from stanch.timeline.first_move import Move
from stanch.timeline.kept import Impact, ProposedSeverity
from stanch.timeline.phase_moves import take_back
from stanch.timeline.record import NOTES, Fact, Line, Record


class Said(Statement, frozen=True, tag="said"):
    """Narration (R27)."""

    text: str

    def sentence(self) -> str:
        return self.text

    def apply(self, record: Record, entry: Line) -> None:
        record.notes = [*record.notes, self.text][-NOTES:]
        for run in record.runs:
            record.noted_since[run] = [*record.noted_since.get(run, []), self.text][-NOTES:]


class Amended(Statement, frozen=True, tag="amended"):
    """A visible correction of an earlier entry, which stays (R10). ``tell``: also those who follow the status page (R33)."""

    position: int
    text: str
    tell: bool = False

    def sentence(self) -> str:
        for_whom = ", for subscribers too" if self.tell else ""
        return f"Correction to entry {self.position}{for_whom}: {self.text}"


class Redacted(Statement, frozen=True, tag="redacted"):
    """The texts of an entry were erased: a secret, or personal data (design, section 4).

    ``digest``: what stands for the old facts in the hash chain; ``remains``: the digest of what is left of them.
    ``repeats``: the entry whose texts this one repeated; nothing but those went. 0: all of its own.
    """

    position: int
    reason: str
    digest: str
    remains: str
    repeats: int = 0

    def sentence(self) -> str:
        return f"Entry {self.position} was redacted: {self.reason}"

    def apply(self, record: Record, entry: Line) -> None:
        record.shown_at = None  # what customers read of the postmortem may repeat it


class ServiceAdded(Statement, frozen=True, tag="service_added"):
    """The incident affects this service, too (R14, R16); the first one that is named is its main one."""

    service: str

    def sentence(self) -> str:
        return f"{self.service} is affected"

    def apply(self, record: Record, entry: Line) -> None:
        if not record.service:
            record.service = self.service
        elif self.service not in record.services():
            record.also = [*record.also, self.service]


class ServiceRemoved(Statement, frozen=True, tag="service_removed"):
    """A service was added by mistake, or is not affected after all; the next one takes the place of the main one."""

    service: str

    def sentence(self) -> str:
        return f"{self.service} is not affected after all"

    def apply(self, record: Record, entry: Line) -> None:
        left = [name for name in record.services() if name != self.service]
        record.service, record.also = (left[0], left[1:]) if left else ("", [])


class PhaseShifted(Statement, frozen=True, tag="phase_shifted"):
    """The phase changes deliberately (R12). ``undo``: the last change was a mistake, and counts for nothing."""

    phase: Phase
    reason: str = ""
    undo: bool = False

    def sentence(self) -> str:
        if self.undo:
            return f"Moved back to {self.phase.capitalize()}: the last move is taken back"
        return f"Moved to {self.phase.capitalize()}" + (f": {self.reason}" if self.reason else "")

    def apply(self, record: Record, entry: Line) -> None:
        if self.undo:
            take_back(record)
        else:
            record.shift(self.phase, entry.happened_at)
            record.moved_at = entry.happened_at


class SeveritySet(Statement, frozen=True, tag="severity_set"):
    """A person states the severity (R2, R3)."""

    severity: Severity
    reason: str = ""

    def sentence(self) -> str:
        return f"Severity is {self.severity}" + (f": {self.reason}" if self.reason else "")

    def apply(self, record: Record, entry: Line) -> None:
        if record.severity and record.severity.value != self.severity:
            record.severity_changed_at = entry.happened_at
        record.severity = Fact(self.severity, entry.happened_at, entry.author)


class ImpactSet(Statement, frozen=True, tag="impact_set"):
    """What customers feel, in words they could check (R10), and what is known of its kind (R3).

    ``core_function_down``: None while nobody has looked. ``users_share``: 0 to 1, None while nobody has counted.
    ``elevated_risk``: protection is gone although nobody notices yet (backups stopped, one replica left).
    """

    text: str
    core_function_down: bool | None = None
    data_at_risk: bool = False
    security: bool = False
    users_share: float | None = None
    elevated_risk: bool = False

    def sentence(self) -> str:
        known = ["a core function is unavailable"] if self.core_function_down else []
        known += ["core functions work"] if self.core_function_down is False else []
        known += ["data is at risk"] if self.data_at_risk else []
        known += ["a security incident"] if self.security else []
        known += ["elevated risk"] if self.elevated_risk else []
        known += [f"{self.users_share * 100:.3g} % of users"] if self.users_share is not None else []
        return f"Customer impact: {self.text}" + (f" ({', '.join(known)})" if known else "")

    def apply(self, record: Record, entry: Line) -> None:
        record.impact = Fact(self.text, entry.happened_at, entry.author)
        record.impact_facts = Impact(**msgspec.structs.asdict(self))
        record.data_was_at_risk = record.data_was_at_risk or self.data_at_risk
        # A look alone leaves the last count as it was.
        if self.users_share is not None or self.core_function_down is None:
            record.users_counted = self.users_share
        # A count alone does not take back that a function was said to be down.
        if self.core_function_down is not None or self.users_share is None:
            record.said_down = bool(self.core_function_down)


class SeverityProposed(Statement, frozen=True, tag="severity_proposed"):
    """What burn rate, impact and scope ask for, with the arithmetic (R3). People state the severity.

    ``by_words``: it rests on what texts say alone, which nobody has stated, counted or measured yet.
    """

    severity: Severity
    text: str
    by_words: bool = False

    def sentence(self) -> str:
        return self.text

    def apply(self, record: Record, entry: Line) -> None:
        record.proposed = ProposedSeverity(**msgspec.structs.asdict(self))
        record.proposed_at = entry.happened_at


class FirstMoveAnswered(Statement, frozen=True, tag="first_move_answered"):
    """A first move of a playbook or runbook was done, or skipped with a reason (R6, R7). ``source``: whose, ``step``: from 1."""

    source: str
    title: str
    step: int
    text: str
    passed: bool = False
    word: str = ""

    def sentence(self) -> str:
        what = "passed" if self.passed else "done"
        return f"First move {what} ({self.title}, {self.step}): {self.text}" + (
            f" \u2013 {self.word}" if self.word else ""
        )

    def apply(self, record: Record, entry: Line) -> None:
        key = Move.key(self.source, self.text)
        record.moves[key] = Move(self.source, self.text, self.passed, self.word, entry.happened_at, entry.author)


class Related(Statement, frozen=True, tag="related"):
    """Two incidents belong together; ``how`` is empty where that is taken back."""

    other: str
    how: Literal["", "same_cause", "follow_up", "follows", "duplicate"] = ""

    def sentence(self) -> str:
        said = {
            "same_cause": f"{self.other} has the same cause",
            "follow_up": f"{self.other} is a follow-up of this",
            "follows": f"This is a follow-up of {self.other}",
            "duplicate": f"{self.other} is about the same",
        }
        return said.get(self.how, f"{self.other} is not related after all")

    def apply(self, record: Record, entry: Line) -> None:
        record.related.pop(self.other, None)
        if self.how:
            record.related[self.other] = self.how


Facts = (
    Said | Amended | Redacted | ServiceAdded | ServiceRemoved | PhaseShifted | SeveritySet | ImpactSet | SeverityProposed | FirstMoveAnswered | Related
)  # fmt: skip
