"""What the product asks of people: a rule with a due moment, derived from the record and never stored as pending. Pure.

A rule answers with what it would ask and from when on; the earliest due in the future becomes the incident's timer.
"""

from collections.abc import Callable, Iterable

import msgspec

from stanch.kernel.policy import Policy
from stanch.timeline.record import Record


class Action(msgspec.Struct):
    """A one-tap answer: a command with its values; ``asks`` names a field that a person must type."""

    label: str
    command: str
    values: dict[str, str] = msgspec.field(default_factory=dict)
    asks: str = ""


class Prompt(msgspec.Struct):
    """What is asked of whom, from ``due`` on, and why.

    ``tell``: the roles and people who get it as a message, ``to`` by default. ``escalates``: one more of them is told with
    each round. ``every``: seconds between its rounds, the severity's by default; 0: told once. ``silent``: only shown.
    """

    key: str
    to: str
    text: str
    due: int
    actions: list[Action]
    reason: str
    tell: tuple[str, ...] = ()
    escalates: tuple[str, ...] = ()
    every: float | None = None
    silent: bool = False


PromptRule = Callable[[Record, Policy], list[Prompt]]


def prompts(rules: Iterable[PromptRule], record: Record, policy: Policy) -> list[Prompt]:
    """Everything asked now or later, in order of its due moment; what was declined is left out."""
    found = [prompt for rule in rules for prompt in rule(record, policy)]
    return sorted((p for p in found if p.key not in record.declined), key=lambda p: p.due)
