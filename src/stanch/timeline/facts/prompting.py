"""Facts about prompts: raised, delivered, declined, withdrawn (R11, R31, R33)."""

from collections.abc import Callable
from typing import ClassVar

from stanch.kernel.policy import ROLE_TITLES
from stanch.timeline.facts.statement import Statement
from stanch.timeline.page import forget_address
from stanch.timeline.raised_prompt import EditableMessage, RaisedPrompt
from stanch.timeline.record import Line, Record


class Prompted(Statement, frozen=True, tag="prompted"):
    """A prompt became due. Each entry of one key is a round; ``PromptTold`` says who was told. ``to``: a role or a person."""

    PEOPLE: ClassVar[frozenset[str]] = Statement.PEOPLE | {"to"}

    key: str
    to: str
    text: str

    def told(self, called: Callable[[str], str]) -> str:
        return self.sentence() if self.to in ROLE_TITLES else super().told(called)

    def sentence(self) -> str:
        return f"Due for {ROLE_TITLES.get(self.to, self.to)}: {self.text}"

    def apply(self, record: Record, entry: Line) -> None:
        before = record.prompted.get(self.key)
        now = entry.happened_at
        record.prompted[self.key] = before.again(now, self.text) if before else RaisedPrompt(now, now, text=self.text)


class PromptTold(Statement, frozen=True, tag="prompt_told"):
    """Who was told of prompts by what, or could not be (``ok``); without a person: nobody could be told (R11, R31).

    ``reach``, ``reference``: by which notifier and where the message can be edited when it has been answered; empty where it cannot.
    """

    keys: list[str]
    text: str
    person: str = ""
    by: str = ""
    ok: bool = True
    result: str = ""
    reach: str = ""
    reference: str = ""

    def __post_init__(self) -> None:
        forget_address(self)

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
                if self.reference:
                    asked.sent.append(EditableMessage(self.reach, self.reference, self.keys))
            else:
                asked.problems[self.person] = self.problem()

    def problem(self) -> str:
        """Why they could not be told, as a sentence without its full stop."""
        if not self.person:
            return f"Nobody could be told: {self.result}"
        return f"{self.person} could not be told{f' by {self.by}' if self.by else ''}: {self.result}"


class PromptDeclined(Statement, frozen=True, tag="prompt_declined"):
    """A person said no to a prompt. ``rests_on``: what it rested on then; it is asked again when that changes."""

    key: str
    reason: str = ""
    rests_on: str | None = None

    def sentence(self) -> str:
        return f"Declined '{self.key}'" + (f": {self.reason}" if self.reason else "")

    def apply(self, record: Record, entry: Line) -> None:
        record.declined[self.key] = self.rests_on
        if self.key in record.prompted:
            record.prompted[self.key].over = True


class PromptWithdrawn(Statement, frozen=True, tag="prompt_withdrawn"):
    """A prompt was answered: its messages are edited where that is possible."""

    keys: list[str]
    text: str

    def sentence(self) -> str:
        return f"No longer asked: {self.text}"

    def apply(self, record: Record, entry: Line) -> None:
        for key in self.keys:
            if key in record.prompted:
                record.prompted[key].sent = []


Facts = Prompted | PromptTold | PromptDeclined | PromptWithdrawn
