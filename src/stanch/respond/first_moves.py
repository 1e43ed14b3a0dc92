"""The first moves of playbooks and runbooks as steps: which there are for an incident, and which is next (R6, R7). Pure."""

from collections.abc import Iterable
from typing import Literal

import msgspec

from stanch.kernel.answers import Moment
from stanch.kernel.policy import Policy
from stanch.prepare.playbooks.library import playbooks
from stanch.prepare.runbooks import for_phase, sections, steps
from stanch.timeline.first_move import Move
from stanch.timeline.record import Record

RUNBOOK = "runbook/"


class Step(msgspec.Struct, frozen=True):
    """One first move, numbered from 1. ``word``: what was said with it; ``by`` and ``at`` are empty while it is open."""

    step: int
    text: str
    state: Literal["open", "done", "passed"]
    word: str = ""
    by: str = ""
    at: Moment | None = None


class FirstMoves(msgspec.Struct, frozen=True):
    """The steps of a playbook (``source``: its name) or of a runbook's section (``runbook/rollback``). ``why``: it may fit."""

    source: str
    title: str
    why: str
    steps: list[Step]

    @property
    def next(self) -> Step | None:
        """The first step that nobody has answered."""
        return next((step for step in self.steps if step.state == "open"), None)

    @property
    def begun(self) -> bool:
        """Whether a step of it was answered."""
        return any(step.state != "open" for step in self.steps)

    def line(self) -> str:
        """For chat."""
        marks = {"open": "[ ]", "done": "[x]", "passed": "[-]"}
        lines = [f"{marks[s.state]} {s.step}. {s.text}" + (f" ({s.word})" if s.word else "") for s in self.steps]
        return "\n".join([f"{self.source}: {self.title}", *lines])


def first_moves(record: Record, policy: Policy, fitting: Iterable[tuple[str, str]] = ()) -> list[FirstMoves]:
    """What fits (a playbook's name and its reason), then the runbook at this phase, then whatever was begun."""
    why = dict(fitting)
    begun = {move.source for move in record.moves.values()}
    runbook = policy.service(record.service).runbook if record.service else ""
    here = {section.key for section in for_phase(runbook, record.phase)}
    found = [
        in_playbook(record, name, why.get(name, ""))
        for name in [*why, *sorted(begun - why.keys())]
        if name in playbooks()
    ]
    for section in sections(runbook):
        source = RUNBOOK + section.key
        if section.key and (section.key in here or source in begun):
            found.append(_listed(record, source, f"Runbook: {section.heading}", "", steps(section.text)))
    return [moves for moves in found if moves.steps]


def in_playbook(record: Record, name: str, why: str = "") -> FirstMoves:
    """The first moves of one playbook."""
    book = playbooks()[name]
    return _listed(record, name, book.title, why, book.parts["First"])


def _listed(record: Record, source: str, title: str, why: str, texts: list[str]) -> FirstMoves:
    return FirstMoves(source, title, why, [_step(record, source, number, text) for number, text in enumerate(texts, 1)])


def _step(record: Record, source: str, number: int, text: str) -> Step:
    move = record.moves.get(Move.key(source, text))
    if move is None:
        return Step(number, text, "open")
    return Step(number, text, "passed" if move.passed else "done", move.word, move.by, move.at)
