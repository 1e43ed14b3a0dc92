"""The state of a raised prompt: when it was raised, and who was told of it."""

from collections.abc import Callable

import msgspec

from stanch.kernel.names import begun_as
from stanch.timeline.page import forget_address


class EditableMessage(msgspec.Struct):
    """A message that can be edited: by which notifier, where it is, and the prompts that it carried."""

    reach: str
    reference: str
    keys: list[str]

    def __post_init__(self) -> None:
        forget_address(self)


class RaisedPrompt(msgspec.Struct):
    """A prompt that was raised, and who was told of it in its newest round; ``problems``: by person, why not. ``at``: raised or told last.

    ``sent``: messages of all rounds that can be edited. ``over``: it was declined; should it return, it is asked anew.
    """

    at: int
    first_at: int
    round: int = 0
    told: list[str] = msgspec.field(default_factory=list)
    problems: dict[str, str] = msgspec.field(default_factory=dict)
    text: str = ""
    sent: list[EditableMessage] = msgspec.field(default_factory=list)
    over: bool = False

    def standing(self, called: Callable[[str], str] = str) -> str:
        """Who was told by what, as the end of a sentence; empty while nothing is known yet. ``called``: how people are called."""
        told = [(person, by) for person, _, by in (each.rpartition(" by ") for each in self.told)]
        said = [f"told {', '.join(f'{called(person)} by {by}' for person, by in told)}"] if told else []
        said += [begun_as(text, person, called(person)) for person, text in self.problems.items()]
        return "; ".join(said) + ("; tried again" if self.problems and not self.told else "")

    def again(self, at: int, text: str) -> "RaisedPrompt":
        """Begins its next round; problems are kept until somebody is told."""
        if self.over:
            return RaisedPrompt(at, at, self.round + 1, text=text, sent=self.sent)
        return RaisedPrompt(at, self.first_at, self.round + 1, problems=dict(self.problems), text=text, sent=self.sent)
