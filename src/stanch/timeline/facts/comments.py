"""Facts about comments on a postmortem, and changes that are suggested to it (R46)."""

from typing import ClassVar, Literal

from stanch.timeline.facts.learn import part_name
from stanch.timeline.facts.statement import Statement
from stanch.timeline.record import Comment, Line, Record


class CommentMade(Statement, frozen=True, tag="comment_made"):
    """A comment on a part, on the words in ``quote`` where there are any. ``suggestion``: what would stand in their place.

    ``people``: who was mentioned and may see the incident.
    """

    KEPT: ClassVar[tuple[str, ...]] = ("part",)

    item: str
    part: str
    text: str
    quote: str = ""
    suggestion: str | None = None
    people: list[str] = []

    def sentence(self) -> str:
        where = f"the {part_name(self.part)}" + (f", on '{self.quote[:100]}'" if self.quote else "")
        if self.suggestion is not None:
            wanted = f"'{self.suggestion[:200]}'" if self.suggestion else "nothing"
            return f"Suggestion {self.item} for {where}: {wanted} in its place" + (
                f": {self.text}" if self.text else ""
            )
        return f"Comment {self.item} on {where}: {self.text}"

    def apply(self, record: Record, entry: Line) -> None:
        record.comments[self.item] = Comment(
            self.item, self.part, self.text, self.quote, self.suggestion, entry.author, entry.happened_at, self.people
        )


class CommentSettled(Statement, frozen=True, tag="comment_settled"):
    """A comment was resolved, or a suggestion accepted or declined."""

    item: str
    how: Literal["resolved", "accepted", "declined"]
    note: str = ""

    def sentence(self) -> str:
        return f"{self.item} {self.how}" + (f": {self.note}" if self.note else "")

    def apply(self, record: Record, entry: Line) -> None:
        comment = record.comments[self.item]
        comment.state, comment.settled_by, comment.settled_at, comment.note = (
            self.how, entry.author, entry.happened_at, self.note,
        )  # fmt: skip


Facts = CommentMade | CommentSettled
