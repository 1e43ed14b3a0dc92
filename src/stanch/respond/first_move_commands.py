"""The commands of first moves: listing them, and marking one as done or skipped."""

from typing import Annotated

import msgspec

from stanch.kernel.command import Done, command
from stanch.kernel.errors import Conflict, Invalid, NotFound
from stanch.kernel.sentences import counted
from stanch.prepare.playbooks.evidence import suggested
from stanch.prepare.playbooks.library import playbooks
from stanch.respond.commands import IncidentId
from stanch.respond.first_moves import FirstMoves, Step, first_moves, in_playbook
from stanch.timeline.facts.respond import FirstMoveAnswered
from stanch.timeline.record import Record
from stanch.timeline.unit_of_work import UnitOfWork


class ShowMoves(msgspec.Struct):
    """The first moves for an incident: of playbooks that may fit and of the runbook, with what was done and what is next."""

    incident: IncidentId


@command("moves", ShowMoves, reading=True, example="stanch moves INC-1")
def moves(uow: UnitOfWork, asked: ShowMoves) -> list[FirstMoves]:
    """R6, R7."""
    return of_incident(uow, uow.record(asked.incident))


def of_incident(uow: UnitOfWork, record: Record) -> list[FirstMoves]:
    """The first moves that are shown for an incident."""
    fitting = [(book.name, found.reason) for book, found in suggested(uow, record)]
    return first_moves(record, uow.policy, fitting)


class MakeMove(msgspec.Struct):
    """Tick a first move of a playbook or runbook, or pass it with a word; the next one is offered."""

    incident: IncidentId
    source: Annotated[
        str, msgspec.Meta(min_length=1, max_length=200, description="A playbook's name, or such as runbook/rollback.")
    ]
    step: Annotated[int, msgspec.Meta(ge=0, le=1000, description="Its number; the next open one by default.")] = 0
    word: Annotated[str, msgspec.Meta(max_length=2_000, description="What you saw, or why it is passed.")] = ""
    passed: Annotated[bool, msgspec.Meta(description="It is not done, with a word why.")] = False
    seen: Annotated[
        str, msgspec.Meta(max_length=2_000, description="The step as you read it; refused when it reads otherwise now.")
    ] = ""


@command(
    "move",
    MakeMove,
    noun="moves",
    positional=("source", "step", "word"),
    example="stanch move INC-1 crash-on-deploy 1 'Pods restart'",
)
def move(uow: UnitOfWork, asked: MakeMove) -> Done:
    """R6, R7: each is an entry; a skipped move may still be marked as done, and a done one stays done."""
    record = uow.record(asked.incident)
    if record.status != "investigating":
        uow.live(asked.incident)
    found = _source(uow, record, asked.source.strip())
    step = _step(found, asked)
    word = asked.word.strip()
    if step.state == "done" or (step.state == "passed" and asked.passed):
        raise Conflict(f"Step {step.step} of {found.title} is {step.state} already, by {step.by}.", field="step")
    if asked.passed and not word:
        raise Invalid("Passing a first move takes a word.", field="word", hint="Say why it is not done.")
    uow.append(record.id, FirstMoveAnswered(found.source, found.title, step.step, step.text, asked.passed, word))
    after = _source(uow, record, found.source)
    offered = (
        f"Next, {after.next.step} of {len(after.steps)}: {after.next.text}" if after.next else "That was the last one."
    )
    return Done(
        f"{'Passed' if asked.passed else 'Done'}: {step.text} {offered}", record.id, f"{found.source}/{step.step}"
    )


def _source(uow: UnitOfWork, record: Record, name: str) -> FirstMoves:
    shown = {found.source: found for found in of_incident(uow, record)}
    if name in playbooks() and name not in shown:
        return in_playbook(record, name)
    if name not in shown:
        known = ", ".join(dict.fromkeys([*shown, *playbooks()]))
        raise NotFound(
            f"There are no first moves of '{name[:100]}' for {record.id}.", field="source", hint=f"Known: {known}."
        )
    return shown[name]


def _step(found: FirstMoves, asked: MakeMove) -> Step:
    if not asked.step and found.next is None:
        raise Conflict(
            f"Every step of {found.title} is answered.", field="step", hint="Name the number of one that was passed."
        )
    if asked.step > len(found.steps):
        raise Invalid(f"{found.title} has {counted(len(found.steps), 'step')}, and no {asked.step}.", field="step")
    step = found.steps[asked.step - 1] if asked.step else found.next
    assert step is not None
    if asked.seen and " ".join(asked.seen.split()) != step.text:
        raise Conflict(
            f"Step {step.step} of {found.title} reads otherwise now: {step.text}", field="step", hint="Look again."
        )
    return step
