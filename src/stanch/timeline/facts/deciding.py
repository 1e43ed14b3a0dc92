"""Facts about hypotheses, time-boxes, concerns and decisions (R36-R39)."""

from typing import Literal

import msgspec

from stanch.kernel.clock import hour_minute
from stanch.timeline.decisions import Concern, Decision, Hypothesis, Timebox, Weighed
from stanch.timeline.facts.statement import Statement, stopped
from stanch.timeline.record import Line, Record


class HypothesisStated(Statement, frozen=True, tag="hypothesis_stated"):
    """A possible cause, and where it stands (R36)."""

    hypothesis: str
    text: str
    standing: Literal["open", "leading", "rejected", "confirmed"] = "leading"
    reason: str = ""

    def sentence(self) -> str:
        return f"Hypothesis ({self.standing}): {self.text}" + (f" \u2013 {self.reason}" if self.reason else "")

    def apply(self, record: Record, entry: Line) -> None:
        if self.standing == "leading":
            for other in record.hypotheses.values():
                if other.standing == "leading":
                    other.standing = "open"
        before = record.hypotheses.pop(self.hypothesis, None)
        record.hypotheses[self.hypothesis] = Hypothesis(
            self.hypothesis, self.text, self.standing, entry.happened_at, entry.author,
            before.stated_at if before else entry.happened_at, before.evidence if before else [],
        )  # fmt: skip


class EvidenceStated(Statement, frozen=True, tag="evidence_stated"):
    """What speaks for or against a hypothesis (R36). ``cites``: numbers of entries that it rests on."""

    hypothesis: str
    stance: Literal["for", "against"]
    text: str
    cites: list[int] = msgspec.field(default_factory=list)

    def sentence(self) -> str:
        cited = f" (entries {', '.join(map(str, self.cites))})" if len(self.cites) > 1 else ""
        cited = f" (entry {self.cites[0]})" if len(self.cites) == 1 else cited
        return f"{self.stance.capitalize()} {self.hypothesis}: {self.text}{cited}"

    def apply(self, record: Record, entry: Line) -> None:
        weighed = Weighed(self.stance, self.text, self.cites, entry.author, entry.happened_at, entry.position)
        record.hypotheses[self.hypothesis].evidence.append(weighed)


class TimeboxOpened(Statement, frozen=True, tag="timebox_opened"):
    """A question gets a limited time (R39). ``mitigation``: the key of the fallback, if it is one of the toolkit.

    ``digest``: the fingerprint of what that would do at this moment, which is what is agreed; ``title``: how people call it.
    """

    timebox: str
    question: str
    owner: str
    ends_at: int
    fallback: str
    mitigation: str = ""
    digest: str = ""
    title: str = ""

    def sentence(self) -> str:
        until, question = hour_minute(self.ends_at), stopped(self.question)
        return f"Time-box until {until} UTC for {self.owner}: {question} Otherwise: {self.fallback}"

    def apply(self, record: Record, entry: Line) -> None:
        record.timeboxes[self.timebox] = Timebox(
            self.timebox, self.question, self.owner, entry.happened_at, self.ends_at, self.fallback, self.mitigation,
            digest=self.digest, title=self.title,
        )  # fmt: skip


class TimeboxExtended(Statement, frozen=True, tag="timebox_extended"):
    """A time-box was extended, with a reason."""

    timebox: str
    ends_at: int
    reason: str

    def sentence(self) -> str:
        return f"Time-box extended to {hour_minute(self.ends_at)} UTC: {self.reason}"

    def apply(self, record: Record, entry: Line) -> None:
        box = record.timeboxes[self.timebox]
        box.ends_at = self.ends_at
        box.extensions.append(self.reason)
        box.refused_at = None


class TimeboxEnded(Statement, frozen=True, tag="timebox_ended"):
    """A time-box ended: answered, or its fallback is taken (``answer`` empty)."""

    timebox: str
    answer: str = ""

    def sentence(self) -> str:
        return f"Time-box answered: {self.answer}" if self.answer else "Time-box over: the fallback is taken"

    def apply(self, record: Record, entry: Line) -> None:
        box = record.timeboxes[self.timebox]
        box.answer, box.fell_back = self.answer, not self.answer


class TimeboxFallbackRefused(Statement, frozen=True, tag="timebox_fallback_refused"):
    """The fallback was to be started, and is not what was agreed. ``digest``: of what it would do now; empty: it is offered no longer."""

    timebox: str
    title: str
    reason: str
    digest: str = ""

    def sentence(self) -> str:
        return f"The fallback of {self.timebox}, '{self.title}', was not started: {self.reason}"

    def apply(self, record: Record, entry: Line) -> None:
        box = record.timeboxes[self.timebox]
        box.refused, box.refused_digest, box.refused_at = self.reason, self.digest, entry.happened_at
        box.title = box.title or self.title


class ConcernRaised(Statement, frozen=True, tag="concern_raised"):
    """Somebody raised a concern, under their name or not (R38). The author of an unnamed one is stored nowhere."""

    concern: str
    text: str

    def sentence(self) -> str:
        return f"Concern: {self.text}"

    def apply(self, record: Record, entry: Line) -> None:
        record.concerns[self.concern] = Concern(self.concern, self.text, entry.author, entry.happened_at)


class ConcernAnswered(Statement, frozen=True, tag="concern_answered"):
    """The Incident Commander has an answer to it (R38)."""

    concern: str
    answer: str

    def sentence(self) -> str:
        return f"Answer to concern {self.concern}: {self.answer}"

    def apply(self, record: Record, entry: Line) -> None:
        concern = record.concerns[self.concern]
        concern.answer, concern.answered_by, concern.answered_at = self.answer, entry.author, entry.happened_at


class DecisionMade(Statement, frozen=True, tag="decision_made"):
    """A decision: the chosen option and the others (R37). ``hypothesis``: the one that it is based on."""

    decision: str
    option: str
    rejected: list[str] = msgspec.field(default_factory=list)
    reason: str = ""
    hypothesis: str = ""

    def sentence(self) -> str:
        instead = f" (not: {'; '.join(self.rejected)})" if self.rejected else ""
        return f"Decision: {self.option}{instead}" + (f", because {self.reason}" if self.reason else "")

    def apply(self, record: Record, entry: Line) -> None:
        record.decisions[self.decision] = Decision(
            self.decision, self.option, self.rejected, self.reason, self.hypothesis, entry.author, entry.happened_at,
            entry.position,
        )  # fmt: skip


Facts = (
    HypothesisStated | EvidenceStated | TimeboxOpened | TimeboxExtended | TimeboxEnded | TimeboxFallbackRefused
    | ConcernRaised | ConcernAnswered | DecisionMade
)  # fmt: skip
