"""What people say, decide and take on while they respond, and what they are asked."""

from typing import Literal

import msgspec

from stanch.kernel.clock import hour_minute
from stanch.kernel.policy import ROLE_TITLES, Phase, Role, Severity
from stanch.timeline.asked import Asked
from stanch.timeline.facts.statement import Statement
from stanch.timeline.first_move import Move
from stanch.timeline.phase_moves import take_back
from stanch.timeline.record import NOTES, Fact, Hypothesis, Impact, Line, ProposedSeverity, Record, Timebox


class Said(Statement, frozen=True, tag="said"):
    """Narration (R27)."""

    text: str

    def sentence(self) -> str:
        return self.text

    def apply(self, record: Record, entry: Line) -> None:
        record.notes = [*record.notes, self.text][-NOTES:]


class Amended(Statement, frozen=True, tag="amended"):
    """A mistake is corrected visibly: the earlier entry stays (R10)."""

    position: int
    text: str

    def sentence(self) -> str:
        return f"Correction to entry {self.position}: {self.text}"


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


class SeverityProposed(Statement, frozen=True, tag="severity_proposed"):
    """What burn rate, impact and scope ask for, with the arithmetic (R3). People state the severity."""

    severity: Severity
    text: str

    def sentence(self) -> str:
        return self.text

    def apply(self, record: Record, entry: Line) -> None:
        record.proposed = ProposedSeverity(**msgspec.structs.asdict(self))
        record.proposed_at = entry.happened_at


class RoleTaken(Statement, frozen=True, tag="role_taken"):
    """Announced explicitly (R25)."""

    role: Role
    person: str

    def sentence(self) -> str:
        title = ROLE_TITLES[self.role]
        return f"{self.person} is acting as {'IC' if self.role == 'incident_commander' else title}"

    def apply(self, record: Record, entry: Line) -> None:
        record.roles[self.role] = Fact(self.person, entry.happened_at, entry.author)


class HypothesisStated(Statement, frozen=True, tag="hypothesis_stated"):
    """A possible cause, and where it stands (R36)."""

    hypothesis: str
    text: str
    standing: Literal["open", "leading", "rejected", "confirmed"] = "leading"

    def sentence(self) -> str:
        return f"Hypothesis ({self.standing}): {self.text}"

    def apply(self, record: Record, entry: Line) -> None:
        if self.standing == "leading":
            for other in record.hypotheses.values():
                if other.standing == "leading":
                    other.standing = "open"
        record.hypotheses.pop(self.hypothesis, None)
        record.hypotheses[self.hypothesis] = Hypothesis(
            self.hypothesis, self.text, self.standing, entry.happened_at, entry.author
        )


class TimeboxOpened(Statement, frozen=True, tag="timebox_opened"):
    """A question gets so long and no longer (R39). ``mitigation``: the fallback, if it is one of the toolkit."""

    timebox: str
    question: str
    owner: str
    ends_at: int
    fallback: str
    mitigation: str = ""

    def sentence(self) -> str:
        return (
            f"Time-box until {hour_minute(self.ends_at)} for {self.owner}: {self.question} Otherwise: {self.fallback}"
        )

    def apply(self, record: Record, entry: Line) -> None:
        record.timeboxes[self.timebox] = Timebox(
            self.timebox, self.question, self.owner, entry.happened_at, self.ends_at, self.fallback, self.mitigation
        )


class TimeboxExtended(Statement, frozen=True, tag="timebox_extended"):
    """It gets longer, with a reason."""

    timebox: str
    ends_at: int
    reason: str

    def sentence(self) -> str:
        return f"Time-box extended to {hour_minute(self.ends_at)}: {self.reason}"

    def apply(self, record: Record, entry: Line) -> None:
        box = record.timeboxes[self.timebox]
        box.ends_at = self.ends_at
        box.extensions.append(self.reason)


class TimeboxEnded(Statement, frozen=True, tag="timebox_ended"):
    """It was answered, or its fallback is taken (``answer`` empty)."""

    timebox: str
    answer: str = ""

    def sentence(self) -> str:
        return f"Time-box answered: {self.answer}" if self.answer else "Time-box over: the fallback is taken"

    def apply(self, record: Record, entry: Line) -> None:
        box = record.timeboxes[self.timebox]
        box.answer, box.fell_back = self.answer, not self.answer


class FirstMoveAnswered(Statement, frozen=True, tag="first_move_answered"):
    """A first move of a playbook or of a runbook was made, or passed with a word (R6, R7). ``source``: whose, ``step``: from 1."""

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


class Prompted(Statement, frozen=True, tag="prompted"):
    """Something was due to be asked. Each entry of one key is a round; who was told is said by ``PromptTold``."""

    key: str
    to: str
    text: str

    def sentence(self) -> str:
        return f"Due for {ROLE_TITLES.get(self.to, self.to)}: {self.text}"

    def apply(self, record: Record, entry: Line) -> None:
        before = record.prompted.get(self.key)
        now = entry.happened_at
        record.prompted[self.key] = before.again(now) if before else Asked(now, now)


class PromptTold(Statement, frozen=True, tag="prompt_told"):
    """Who was told of prompts by what, or could not be (``ok``); without a person: nobody could be told (R11, R31)."""

    keys: list[str]
    text: str
    person: str = ""
    by: str = ""
    ok: bool = True
    result: str = ""

    def sentence(self) -> str:
        return (
            f"Told {self.person} by {self.by}: {self.text}"
            if self.ok
            else f"{self.problem()}. It was about: {self.text}"
        )

    def apply(self, record: Record, entry: Line) -> None:
        for asked in (record.prompted[key] for key in self.keys if key in record.prompted):
            if self.ok:
                asked.problems.pop(self.person, None)
                asked.problems.pop("", None)
                asked.told.append(f"{self.person} by {self.by}")
                asked.at = entry.happened_at
            else:
                asked.problems[self.person] = self.problem()

    def problem(self) -> str:
        """Why they could not be told, as a sentence without its full stop."""
        if not self.person:
            return f"Nobody could be told: {self.result}"
        return f"{self.person} could not be told by {self.by}: {self.result}"


class PromptDeclined(Statement, frozen=True, tag="prompt_declined"):
    """A person said no to a prompt."""

    key: str
    reason: str = ""

    def sentence(self) -> str:
        return f"Declined '{self.key}'" + (f": {self.reason}" if self.reason else "")

    def apply(self, record: Record, entry: Line) -> None:
        record.declined.add(self.key)


Facts = (
    Said | Amended | PhaseShifted | SeveritySet | ImpactSet | SeverityProposed | RoleTaken
    | FirstMoveAnswered | HypothesisStated | TimeboxOpened | TimeboxExtended | TimeboxEnded | Prompted | PromptTold | PromptDeclined
)  # fmt: skip
