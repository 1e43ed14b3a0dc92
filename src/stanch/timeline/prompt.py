"""What the product asks of people: a rule with a due moment, derived from the record and never stored as pending. Pure.

A rule answers with what it would ask and from when on; the earliest due in the future becomes the incident's timer.
"""

from collections.abc import Callable, Iterable

import msgspec

from stanch.kernel.clock import MINUTE, spell, utc_time
from stanch.kernel.policy import Policy
from stanch.timeline.record import Record


class PromptAction(msgspec.Struct):
    """A one-tap answer: a command with its values; ``asks`` names a field that a person must type."""

    label: str
    command: str
    values: dict[str, str] = msgspec.field(default_factory=dict)
    asks: str = ""


class Prompt(msgspec.Struct):
    """What is asked of whom, from ``due`` on, and why.

    ``tell``: the roles and people who get it as a message, ``to`` by default. ``escalates``: one more of them is told with
    each round. ``every``: seconds between its rounds, the severity's by default; 0: told once. ``silent``: only shown.
    ``late_at``: from then on something is late, and ``late_text`` says by how much (``{late}``) in the place of ``text``.
    ``reason_at``: the moment of what the reason says was measured.
    ``needs_answer``: it cannot be declined. ``rests_on``: the evidence behind it; once it has been declined, it is asked again when that has changed (R12).
    """

    key: str
    to: str
    text: str
    due: int
    actions: list[PromptAction]
    reason: str
    tell: tuple[str, ...] = ()
    escalates: tuple[str, ...] = ()
    every: float | None = None
    silent: bool = False
    rests_on: tuple[str, ...] = ()
    needs_answer: bool = False
    late_at: int | None = None
    late_text: str = ""
    reason_at: int | None = None

    def as_of(self, now: int) -> "Prompt":
        """As it reads at a moment: what was measured says when, and what is late by how much."""
        if self.reason_at is not None:
            reason = f"{self.reason} (at {utc_time(self.reason_at, now)})"
            return msgspec.structs.replace(self, reason=reason, reason_at=None).as_of(now)
        if self.late_at is None or now - self.late_at < MINUTE:
            return self
        return msgspec.structs.replace(self, text=self.late_text.replace("{late}", spell(now - self.late_at)))

    def evidence(self) -> str:
        """What it rests on, in one line."""
        return " | ".join(self.rests_on)


PromptRule = Callable[[Record, Policy], list[Prompt]]


def harm(record: Record) -> tuple[str, ...]:
    """The evidence behind most prompts: severity, customer impact, and the number of firing alerts."""
    firing = sum(signal.firing for signal in record.signals.values())
    return (record.severity_name() or "", record.impact.value if record.impact else "", f"{firing} firing")


def prompts(rules: Iterable[PromptRule], record: Record, policy: Policy) -> list[Prompt]:
    """Everything asked now or later, in order of its due moment; what was declined is left out while its evidence is the same."""
    found = [prompt for rule in rules for prompt in rule(record, policy)]
    return sorted((p for p in found if not declined(record, p)), key=lambda p: p.due)


def declined(record: Record, prompt: Prompt) -> bool:
    """Whether a person said no to it, and it still rests on the same."""
    return prompt.key in record.declined and record.declined[prompt.key] in (None, prompt.evidence())
