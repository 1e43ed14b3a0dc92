"""What was learned, and what must change."""

import re
from typing import Literal

import msgspec

from stanch.timeline.facts.statement import Statement
from stanch.timeline.record import ActionItem, Line, Record, ReviewQuestion

Part = Literal["summary", "impact", "factors", "whys", "lessons"]


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


class PostmortemWritten(Statement, frozen=True, tag="postmortem_written"):
    """One part of the postmortem as it now stands (R46).

    ``items``: of a part that is a list, one after the other; an older entry has its lines. ``confirmed``: as it was drafted.
    """

    part: Part
    text: str
    items: list[str] = []
    confirmed: bool = False

    def sentence(self) -> str:
        return f"Postmortem, {self.part}: {'confirmed as drafted' if self.confirmed else 'written'}"

    def apply(self, record: Record, entry: Line) -> None:
        record.parts[self.part] = self.text
        if self.part in ("factors", "whys"):
            record.lists[self.part] = self.items or lines_of(self.text)


class PostmortemPublished(Statement, frozen=True, tag="postmortem_published"):
    """There to be read. ``override``: why it was published although ``gaps`` were open (R46)."""

    override: str = ""
    gaps: list[str] = []

    def sentence(self) -> str:
        if not self.gaps:
            return "Postmortem published"
        return f"Postmortem published although {'; '.join(self.gaps)}: {self.override}"

    def apply(self, record: Record, entry: Line) -> None:
        record.published_at = entry.happened_at


class ActionItemAdded(Statement, frozen=True, tag="action_item_added"):
    """One owner, one due date, and a test that says when it is done (R46). ``finds_cause``: it is the search for the cause (R15)."""

    item: str
    title: str
    owner: str
    due_at: int
    test: str = ""
    finds_cause: bool = False

    def sentence(self) -> str:
        return f"Action item {self.item} for {self.owner}: {self.title}"

    def apply(self, record: Record, entry: Line) -> None:
        record.action_items[self.item] = ActionItem(
            self.item, self.title, self.owner, self.due_at, self.test, entry.happened_at
        )


class ActionItemDone(Statement, frozen=True, tag="action_item_done"):
    """Done, or deliberately not done, with the reason (R48: nothing is dropped silently)."""

    item: str
    dropped: bool = False
    note: str = ""

    def sentence(self) -> str:
        return f"Action item {self.item} {'dropped' if self.dropped else 'done'}" + (
            f": {self.note}" if self.note else ""
        )

    def apply(self, record: Record, entry: Line) -> None:
        item = record.action_items[self.item]
        item.done_at, item.dropped, item.note = entry.happened_at, self.dropped, self.note


class ReviewAsked(Statement, frozen=True, tag="review_asked"):
    """The three-week question (R48)."""

    item: str
    person: str
    question: str

    def sentence(self) -> str:
        return f"Due for {self.person}: {self.question}"

    def apply(self, record: Record, entry: Line) -> None:
        item = record.action_items[self.item]
        item.asked.append(ReviewQuestion(**msgspec.structs.asdict(self)))
        item.asked_at = entry.happened_at


class ReviewAnswered(Statement, frozen=True, tag="review_answered"):
    """The answer is kept."""

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
    | PostmortemWritten
    | PostmortemPublished
    | ActionItemAdded
    | ActionItemDone
    | ReviewAsked
    | ReviewAnswered
)
