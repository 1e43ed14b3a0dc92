"""Facts about the postmortem and action items."""

import re
from typing import ClassVar, Literal

from stanch.kernel.clock import day, hour_minute, iso
from stanch.timeline.amount import Amount, Measured
from stanch.timeline.facts.statement import Statement
from stanch.timeline.kept import ReviewQuestion
from stanch.timeline.record import ActionItem, Fact, Line, Priority, Purpose, Record

Part = Literal["summary", "impact", "factors", "whys", "lessons"]


# What the key of a section begins with that only the organisation's template has (R46).
OWN = "own-"


def part_name(part: str) -> str:
    """A part within a sentence."""
    return part.removeprefix(OWN).replace("-", " ") if part.startswith(OWN) else part


def lines_of(text: str) -> list[str]:
    """The entries of a list that was written as text: one a line, without its mark or number."""
    lines = (re.sub(r"^\s*(?:[-*\u2022]|\d{1,3}[.)])(?:\s+|$)", "", line).strip() for line in text.splitlines())
    return [line for line in lines if line]


class PostmortemDecided(Statement, frozen=True, tag="postmortem_decided"):
    """Full postmortem or short review, decided deliberately, with the triggers that fired (R43)."""

    form: Literal["postmortem", "review"]
    reasons: list[str]

    def sentence(self) -> str:
        what = "A postmortem is due" if self.form == "postmortem" else "A short review is enough"
        return f"{what}: {'; '.join(self.reasons)}"

    def apply(self, record: Record, entry: Line) -> None:
        record.postmortem_form, record.postmortem_reasons = self.form, self.reasons


class PostmortemPlanned(Statement, frozen=True, tag="postmortem_planned"):
    """Who leads the postmortem, and until when it is published (R43)."""

    facilitator: str
    due_at: int | None = None

    def sentence(self) -> str:
        return f"{self.facilitator or 'Nobody yet'} leads the postmortem" + (
            f", due {day(self.due_at)}" if self.due_at else ""
        )

    def apply(self, record: Record, entry: Line) -> None:
        record.facilitator, record.postmortem_due_at = self.facilitator, self.due_at


class PostmortemStage(Statement, frozen=True, tag="postmortem_stage"):
    """A draft, or in review; ``reopened``: it was published and is worked on again."""

    stage: Literal["draft", "in_review"]
    reopened: bool = False

    def sentence(self) -> str:
        now = "a draft" if self.stage == "draft" else "in review"
        return f"Postmortem reopened; it is {now} again" if self.reopened else f"Postmortem is {now}"

    def apply(self, record: Record, entry: Line) -> None:
        record.postmortem_stage, record.published_at = self.stage, None
        if self.reopened:
            record.shown_at = None


class MeetingMoved(Statement, frozen=True, tag="meeting_moved"):
    """When the postmortem's meeting is (R42). ``cancelled``: it was to be then, and is not."""

    at: int
    cancelled: bool = False

    def sentence(self) -> str:
        if self.cancelled:
            return f"The postmortem's meeting on {iso(self.at)[:16].replace('T', ' ')} UTC is cancelled"
        return f"The postmortem's meeting is on {iso(self.at)[:16].replace('T', ' ')} UTC"

    def apply(self, record: Record, entry: Line) -> None:
        record.postmortem_at = None if self.cancelled else self.at
        record.meeting_cancelled = self.at if self.cancelled else None


class PostmortemWritten(Statement, frozen=True, tag="postmortem_written"):
    """One part of the postmortem as it now stands (R46), each time that it is saved while somebody types.

    ``items``: of a part that is a list, one after the other; an older entry has its lines, and ``text`` may be as it was typed. ``confirmed``: as it was drafted.
    ``part``: one of the gate, or a section of the organisation's template (``own-...``). ``save``: the editor's own name of this save, so that
    it is never written twice.
    """

    KEPT: ClassVar[tuple[str, ...]] = ("part", "save")

    part: str
    text: str
    items: list[str] = []
    confirmed: bool = False
    save: str = ""

    def sentence(self) -> str:
        how = "confirmed as drafted" if self.confirmed else "written" if self.text.strip() else "emptied"
        return f"Postmortem, {part_name(self.part)}: {how}"

    def apply(self, record: Record, entry: Line) -> None:
        record.parts[self.part] = self.text
        record.written[self.part] = (entry.position, entry.author)
        if self.part in ("factors", "whys"):
            record.lists[self.part] = self.items or lines_of(self.text)


class PostmortemPublished(Statement, frozen=True, tag="postmortem_published"):
    """The postmortem was published. ``override``: why it was published although ``gaps`` were open (R46)."""

    override: str = ""
    gaps: list[str] = []

    def sentence(self) -> str:
        if not self.gaps:
            return "Postmortem published"
        return f"Postmortem published although {'; '.join(self.gaps)}: {self.override}"

    def apply(self, record: Record, entry: Line) -> None:
        record.published_at = entry.happened_at


class ImpactMeasured(Statement, frozen=True, tag="impact_measured"):
    """What the incident did, as it was measured for the time from ``since`` to ``until`` (R46)."""

    since: int
    until: int
    amounts: list[Amount] = []

    def sentence(self) -> str:
        said = "; ".join(amount.said() for amount in self.amounts)
        return f"Impact from {hour_minute(self.since)} to {hour_minute(self.until)} UTC: {said or 'erased'}"

    def apply(self, record: Record, entry: Line) -> None:
        record.measured = Measured(entry.recorded_at, self.since, self.until, self.amounts)


class PostmortemShown(Statement, frozen=True, tag="postmortem_shown"):
    """A version of the postmortem for customers was published on the status page (R33, R44).

    ``sections``: name of the section -> its text in Markdown, as customers read it; later changes of the postmortem do not reach it.
    ``checked``: whether the findings of the wording check were accepted by whoever published it.
    """

    sections: dict[str, str]
    checked: bool = False

    def sentence(self) -> str:
        accepted = "; what the wording check found was accepted" if self.checked else ""
        return (
            f"Postmortem published on the status page: {', '.join(self.sections) or 'its words are erased'}{accepted}"
        )

    def apply(self, record: Record, entry: Line) -> None:
        record.shown_at = entry.recorded_at


class PostmortemHidden(Statement, frozen=True, tag="postmortem_hidden"):
    """The postmortem was taken off the status page."""

    reason: str

    def sentence(self) -> str:
        return f"Postmortem taken off the status page: {self.reason}"

    def apply(self, record: Record, entry: Line) -> None:
        record.shown_at = None


class ActionItemAdded(Statement, frozen=True, tag="action_item_added"):
    """One owner, one due date, and a test that says when it is done (R46). ``finds_cause``: it is the search for the cause (R15)."""

    item: str
    title: str
    owner: str
    due_at: int
    test: str = ""
    finds_cause: bool = False
    priority: Priority = "normal"
    purpose: Purpose = ""

    def sentence(self) -> str:
        return f"Action item {self.item} for {self.owner}: {self.title}"

    def apply(self, record: Record, entry: Line) -> None:
        record.action_items[self.item] = ActionItem(
            self.item,
            self.title,
            self.owner,
            self.due_at,
            self.test,
            entry.happened_at,
            priority=self.priority,
            purpose=self.purpose,
        )


class ActionItemChanged(Statement, frozen=True, tag="action_item_changed"):
    """An action item as it now stands (R47). ``text``: what changed, in words."""

    item: str
    title: str
    owner: str
    due_at: int
    test: str
    priority: Priority = "normal"
    purpose: Purpose = ""
    text: str = ""

    def changes(self, item: ActionItem) -> list[str]:
        """What differs from the item as it was, in words."""
        found = [f"due {day(self.due_at)}"] if self.due_at != item.due_at else []
        for name, label in (("owner", "owner"), ("priority", "priority"), ("purpose", "purpose"), ("title", "title")):
            if getattr(self, name) != getattr(item, name):
                found.append(f"{label} {getattr(self, name) or 'not set'}")
        return [*found, *(["done when: " + self.test] if self.test != item.test else [])]

    def sentence(self) -> str:
        return f"Action item {self.item} changed: {self.text}"

    def apply(self, record: Record, entry: Line) -> None:
        item = record.action_items[self.item]
        item.title, item.owner, item.due_at, item.test = self.title, self.owner, self.due_at, self.test
        item.priority, item.purpose, item.changed_at = self.priority, self.purpose, entry.happened_at


class ActionItemDone(Statement, frozen=True, tag="action_item_done"):
    """Done, or deliberately not done, with the reason (R48: nothing is dropped silently)."""

    item: str
    dropped: bool = False
    note: str = ""
    evidence: str = ""

    def sentence(self) -> str:
        said = "; ".join(text for text in (self.note, self.evidence and f"shown by {self.evidence}") if text)
        return f"Action item {self.item} {'dropped' if self.dropped else 'done'}" + (f": {said}" if said else "")

    def apply(self, record: Record, entry: Line) -> None:
        item = record.action_items[self.item]
        item.done_at, item.dropped, item.note = entry.happened_at, self.dropped, self.note
        item.evidence, item.drop = self.evidence, None


class DropProposed(Statement, frozen=True, tag="drop_proposed"):
    """Dropping an action item was proposed; the owner's lead decides (R48)."""

    item: str
    reason: str
    lead: str

    def sentence(self) -> str:
        return f"Proposed to drop {self.item}: {self.reason}. {self.lead} decides"

    def apply(self, record: Record, entry: Line) -> None:
        record.action_items[self.item].drop = Fact(self.reason, entry.happened_at, entry.author)


class DropRefused(Statement, frozen=True, tag="drop_refused"):
    """An action item is kept although dropping it was proposed."""

    item: str
    note: str = ""

    def sentence(self) -> str:
        return f"{self.item} is not dropped" + (f": {self.note}" if self.note else "")

    def apply(self, record: Record, entry: Line) -> None:
        record.action_items[self.item].drop = None


class ActionItemReminded(Statement, frozen=True, tag="action_item_reminded"):
    """The owner is reminded before the date. ``problem``: why they could not be told."""

    item: str
    person: str
    due_at: int
    problem: str = ""

    def sentence(self) -> str:
        due = f"{self.item} is due on {day(self.due_at)}"
        return (
            f"{due}, and {self.person} cannot be told: {self.problem}"
            if self.problem
            else f"Due for {self.person}: {due}"
        )

    def apply(self, record: Record, entry: Line) -> None:
        record.action_items[self.item].reminded_for = self.due_at


class ReviewAsked(Statement, frozen=True, tag="review_asked"):
    """The three-week question (R48). ``problem``: why the person could not be told."""

    item: str
    person: str
    question: str
    problem: str = ""

    def sentence(self) -> str:
        said = f"Due for {self.person}: {self.question}"
        return f"{said} Nobody could be told: {self.problem}." if self.problem else said

    def apply(self, record: Record, entry: Line) -> None:
        item = record.action_items[self.item]
        item.asked.append(ReviewQuestion(self.item, self.person, self.question))
        item.asked_at = entry.happened_at


class ReviewAnswered(Statement, frozen=True, tag="review_answered"):
    """An answer to the three-week question."""

    item: str
    answer: str

    def sentence(self) -> str:
        return f"Answer on {self.item}: {self.answer}"

    def apply(self, record: Record, entry: Line) -> None:
        item = record.action_items[self.item]
        item.answers.append(self.answer)
        item.answered_at = entry.happened_at


Facts = (
    PostmortemDecided
    | PostmortemPlanned
    | PostmortemStage
    | MeetingMoved
    | PostmortemWritten
    | PostmortemPublished
    | ImpactMeasured
    | PostmortemShown
    | PostmortemHidden
    | ActionItemAdded
    | ActionItemChanged
    | ActionItemDone
    | DropProposed
    | DropRefused
    | ActionItemReminded
    | ReviewAsked
    | ReviewAnswered
)
