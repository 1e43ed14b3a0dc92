"""Facts about signals, investigations and declaring."""

from typing import ClassVar, Literal

import msgspec

from stanch.kernel.clock import day, hour_minute, iso
from stanch.timeline.drill import Drill, marked
from stanch.timeline.facts.statement import Statement
from stanch.timeline.record import Line, Record, Signal

TriageQuestion = Literal["real", "bad", "who"]
TRIAGE_QUESTIONS: dict[TriageQuestion, str] = {
    "real": "Is this real?",
    "bad": "How bad is it?",
    "who": "Who needs to be involved?",
}


class Declared(Statement, frozen=True, tag="declared"):
    """The incident exists from here on (R5). ``began_at``: when the harm began, if known. ``quiet``: this pages nobody by itself.

    ``recurs``: an ended incident that it looks like (R42). ``storm``: it gathers what a storm of alerts would open.
    ``detected_at``: when its first signal came, where that was before this (R33).
    """

    title: str
    service: str = ""
    began_at: int | None = None
    private: bool = False
    reason: str = ""
    quiet: bool = False
    recurs: str = ""
    storm: bool = False
    detected_at: int | None = None

    def sentence(self) -> str:
        again = f"; it looks like {self.recurs} again" if self.recurs else ""
        return f"Declared: {self.title}" + (f" ({self.reason}{again})" if self.reason or again else "")

    def apply(self, record: Record, entry: Line) -> None:
        record.title = self.title if record.drill is None else marked(self.title)
        record.service, record.private = self.service, self.private
        record.status, record.declared_at = "open", entry.happened_at
        record.detected_at = record.detected_at or self.detected_at or entry.happened_at
        record.began_at = self.began_at or record.began_at
        record.recurs = self.recurs
        record.shift("triage", entry.happened_at)


class Investigating(Statement, frozen=True, tag="investigating"):
    """An investigation of something that is not declared yet (R5): nobody is paged, and a one-hour clock runs.

    ``drill``: it is an exercise (R40), in which the owner has said yes.
    """

    title: str
    service: str = ""
    owner: str = ""
    private: bool = False
    drill: bool = False

    def sentence(self) -> str:
        return f"{self.owner} looks into: {self.title}"

    def apply(self, record: Record, entry: Line) -> None:
        record.title = marked(self.title) if self.drill else self.title
        record.service, record.private = self.service, self.private
        record.drill = Drill({self.owner: False}) if self.drill else None
        record.status, record.owner, record.detected_at = "investigating", self.owner, entry.happened_at
        record.shift("triage", entry.happened_at)


class Concluded(Statement, frozen=True, tag="concluded"):
    """An investigation that was no incident."""

    text: str

    def sentence(self) -> str:
        return f"No incident: {self.text}"

    def apply(self, record: Record, entry: Line) -> None:
        record.status, record.closed_at = "closed", entry.happened_at
        record.end_pages(entry.happened_at)


class TriageAnswered(Statement, frozen=True, tag="triage_answered"):
    """An answer to one of the three questions of triage (R14)."""

    question: TriageQuestion
    text: str

    def sentence(self) -> str:
        return f"{TRIAGE_QUESTIONS[self.question]} {self.text}"

    def apply(self, record: Record, entry: Line) -> None:
        record.answers[self.question] = self.text


class SignalAttached(Statement, frozen=True, tag="signal_attached"):
    """An alert belongs to this incident. ``fingerprint`` is the sender's own where it has one."""

    fingerprint: str
    name: str
    origin: str
    summary: str = ""
    starts_at: int = 0
    link: str = ""
    labels: dict[str, str] = msgspec.field(default_factory=dict)

    def sentence(self) -> str:
        return f"Alert {self.name} from {self.origin} (fingerprint {self.fingerprint}): {self.summary or 'firing'}"

    def apply(self, record: Record, entry: Line) -> None:
        record.signals[self.fingerprint] = Signal(
            self.fingerprint, self.name, self.origin, self.summary, self.starts_at, True, self.labels, self.link,
            entry.happened_at,
        )  # fmt: skip
        if self.starts_at and (record.began_at is None or self.starts_at < record.began_at):
            record.began_at = self.starts_at


class SignalCleared(Statement, frozen=True, tag="signal_cleared"):
    """An alert of this incident has stopped firing."""

    fingerprint: str
    name: str
    reason: str = "resolved"

    def sentence(self) -> str:
        return f"Alert {self.name} cleared ({self.reason})"

    def apply(self, record: Record, entry: Line) -> None:
        if self.fingerprint in record.signals:
            record.signals[self.fingerprint].firing = False
            record.signals[self.fingerprint].cleared_at = entry.happened_at


class SignalSilenced(Statement, frozen=True, tag="signal_silenced"):
    """A person has acknowledged or silenced an alert of this incident (R1). ``until`` None: until it clears."""

    PEOPLE: ClassVar[frozenset[str]] = Statement.PEOPLE | {"by"}

    fingerprint: str
    name: str
    how: Literal["acknowledged", "silenced"]
    by: str
    reason: str
    until: int | None = None

    def sentence(self) -> str:
        return f"Alert {self.name} is {self._said()}"

    def apply(self, record: Record, entry: Line) -> None:
        if self.fingerprint in record.signals:
            record.signals[self.fingerprint].silenced = self._said()

    def _said(self) -> str:
        until = "it clears" if self.until is None else f"{iso(self.until)[:16].replace('T', ' ')} UTC"
        return f"{self.how} by {self.by} until {until}: {self.reason}"


class SilenceEnded(Statement, frozen=True, tag="silence_ended"):
    """An alert of this incident may wake people again; ``firing``: it still fires, and is paged for as new."""

    fingerprint: str
    name: str
    reason: str
    firing: bool = False

    def sentence(self) -> str:
        return f"Alert {self.name} is not silenced any more ({self.reason})" + (
            "; it still fires" if self.firing else ""
        )

    def apply(self, record: Record, entry: Line) -> None:
        if self.fingerprint in record.signals:
            record.signals[self.fingerprint].silenced = ""


class SignalDetached(Statement, frozen=True, tag="signal_detached"):
    """An alert is not part of this incident after all. ``to``: the incident it belongs to, if any."""

    fingerprint: str
    name: str
    reason: str = ""
    to: str = ""

    def sentence(self) -> str:
        where = f" and belongs to {self.to}" if self.to else ""
        return f"Alert {self.name} is not part of this{where}" + (f": {self.reason}" if self.reason else "")

    def apply(self, record: Record, entry: Line) -> None:
        record.signals.pop(self.fingerprint, None)


class BeganSet(Statement, frozen=True, tag="began_set"):
    """When the harm began, as a person says (R13)."""

    at: int

    def sentence(self) -> str:
        return f"It began on {day(self.at)} at {hour_minute(self.at)} UTC"

    def apply(self, record: Record, entry: Line) -> None:
        record.began_at = self.at


class Merged(Statement, frozen=True, tag="merged"):
    """Two incidents were one. ``into`` on the one that ends here, ``source`` on the one that goes on."""

    into: str = ""
    source: str = ""
    reason: str = ""

    def sentence(self) -> str:
        why = f": {self.reason}" if self.reason else ""
        return f"Merged into {self.into}{why}" if self.into else f"{self.source} was merged into this one{why}"

    def apply(self, record: Record, entry: Line) -> None:
        if self.into:
            record.merged_into = self.into
            record.status, record.closed_at = "closed", entry.happened_at
            record.end_pages(entry.happened_at)


Facts = (
    Declared | Investigating | Concluded | TriageAnswered | SignalAttached | SignalCleared | SignalSilenced | SilenceEnded
    | SignalDetached | BeganSet | Merged
)  # fmt: skip
