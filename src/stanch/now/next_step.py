"""What comes next in one incident, from the same prompts as the page: said at a terminal after each change (R12)."""

import msgspec

from stanch.kernel.answers import Moment
from stanch.kernel.clock import day, hour_minute
from stanch.kernel.command import command
from stanch.kernel.policy import ROLE_TITLES
from stanch.now.asked import in_order, once
from stanch.now.commands import typed
from stanch.respond.commands import IncidentId
from stanch.timeline.prompt import Prompt, PromptAction
from stanch.timeline.record import Record
from stanch.timeline.unit_of_work import UnitOfWork

# What becomes due by age alone is no step: it is asked when the time has come.
BY_AGE = ("stale:", "bridge-silent:", "move:")
# Prompts without a button, and where their work is done.
DONE_BY = {"postmortem": "sections"}


class AskNext(msgspec.Struct):
    """What is asked next in an incident: of you, else of others, else later."""

    incident: IncidentId


class NextStep(msgspec.Struct, frozen=True):
    """``text``: what is asked; ``who``: of whom, empty for you or everybody; ``do``: the answer as a line for a terminal.

    ``due``: None where nothing is asked, now or later.
    """

    text: str
    who: str = ""
    do: str = ""
    due: Moment | None = None
    later: bool = False

    def line(self) -> str:
        """One line."""
        at = f"from {day(self.due)} {hour_minute(self.due)} UTC on" if self.later and self.due is not None else ""
        said = ", ".join(filter(None, (at, f"for {self.who}" if self.who else "")))
        text = f"{said}: {self.text}" if said else self.text
        return f"{self.do}  ({text})" if self.do else text


@command("next", AskNext, group="respond", reading=True, example="stanch next INC-1")
def next_step(uow: UnitOfWork, asked: AskNext) -> NextStep:
    """R12: the first of what is asked now, in the order of the page; else what is asked first later on."""
    record = uow.record(asked.incident)
    prompts = once(uow.prompts(record))
    due = [prompt for prompt in prompts if prompt.due <= uow.now]
    mine = in_order(uow, record, due)
    later = [prompt for prompt in prompts if prompt.due > uow.now and not prompt.key.startswith(BY_AGE)]
    chosen = next(iter([*mine, *due, *later]), None)
    if chosen is None:
        return NextStep("Nothing is asked of anybody.")
    who = "" if chosen in mine or chosen.due > uow.now else _who(record, chosen)
    return NextStep(chosen.text, who, _do(record, chosen), chosen.due, chosen.due > uow.now)


def _who(record: Record, prompt: Prompt) -> str:
    title = ROLE_TITLES.get(prompt.to, prompt.to)
    holder = record.holder(prompt.to)
    return f"{holder}, {title}" if holder else title


def _answer(prompt: Prompt) -> PromptAction:
    """The first answer; where the others only choose another value, and none is proposed, the value is left to whoever types."""
    first, *others = prompt.actions
    alike = [each for each in others if each.command == first.command and each.values.keys() == first.values.keys()]
    fields = {name for each in alike for name, value in each.values.items() if value != first.values[name]}
    if len(fields) != 1 or first.asks or any(value in prompt.text for value in first.values.values()):
        return first
    (open_field,) = fields
    values = {name: value for name, value in first.values.items() if name != open_field}
    return PromptAction(first.label, first.command, values, open_field)


def _do(record: Record, prompt: Prompt) -> str:
    if prompt.actions:
        return typed(_answer(prompt), record.id)
    name = DONE_BY.get(prompt.key.partition(":")[0])
    return f"stanch {name} {record.id}" if name else ""
