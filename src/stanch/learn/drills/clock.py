"""The clock of a drill (R40): injects, the answers of simulated mitigations, measurements. Derived again after every restart."""

from typing import Any

import msgspec

from stanch.kernel.drill_script import Inject, Script
from stanch.learn.drills import play
from stanch.mitigate.observing import weigh_hypothesis
from stanch.mitigate.rules import holds
from stanch.recover.watching import turn
from stanch.timeline.drill import PLAYER
from stanch.timeline.entries import Entry
from stanch.timeline.facts.drill import InjectGiven
from stanch.timeline.facts.mitigate import MitigationApplied, OutcomeMeasured
from stanch.timeline.facts.roles import RoleTaken
from stanch.timeline.record import CriterionState, Record
from stanch.timeline.unit_of_work import Due, UnitOfWork

NOTHING_REAL = "Simulated by the drill, nothing real was touched"


def script_of(uow: UnitOfWork, incident: str) -> Script | None:
    """The script as it was when the drill began, whatever the catalog says by now; None for one that cannot be read any more."""
    row = uow.tx.one("SELECT content FROM drills WHERE incident = :id", id=incident)
    try:
        return msgspec.json.decode(str(row["content"]), type=Script) if row else None
    except msgspec.MsgspecError:  # written by another release: the drill goes on without it
        return None


def drill_clock(uow: UnitOfWork, record: Record) -> list[Due]:
    """Everything that the script lets happen next."""
    if record.drill is None or not record.drill.started_at or record.status == "closed":
        return []
    script = script_of(uow, record.id)
    if script is None:
        return []
    dues = [Due(f"inject:{n}", at, _giving(n, inject)) for at, n, inject in play.injects_due(script, record)]
    dues += [Due(f"answer:{run.run}", at, _answering(script, run.run)) for at, run in play.answers_due(script, record)]
    dues += [Due(f"told:{run.run}", at, _telling(script, run.run)) for at, run in play.outcomes_due(record)]
    for name, state in record.criteria.items():
        value = play.value_of(script, record, state.criterion)
        if value is not None and _turns(state, value):
            dues.append(Due(f"measured:{name}", record.changed_at, _turning(name, value)))
    return dues


def _giving(number: int, inject: Inject) -> Any:
    def give(uow: UnitOfWork, record: Record) -> None:
        given = InjectGiven(number, inject.kind, inject.text, inject.sender, inject.role)
        uow.append(record.id, given, author=PLAYER, source="machine")

    return give


def _answering(script: Script, run: str) -> Any:
    def answer(uow: UnitOfWork, record: Record) -> None:
        found = record.runs[run]
        mitigation = play.simulated(script, found)
        said = mitigation.result if mitigation and not found.undo_of else "it is as it was before"
        took = (uow.now - found.started_at) / 1_000_000
        text = f"{NOTHING_REAL}: {said}"
        undoable = bool(mitigation and mitigation.reversibility != "none")
        applied = MitigationApplied(run, True, text, took, undoable=undoable or bool(found.undo_of))
        uow.append(record.id, applied, author=PLAYER, source="machine")

    return answer


def _telling(script: Script, run: str) -> Any:
    def tell(uow: UnitOfWork, record: Record) -> None:
        found = record.runs[run]
        mitigation = play.simulated(script, found)
        taken_back = bool(found.undone_by)
        outcome = mitigation.outcome if mitigation and not taken_back else "unknown"
        why = "it was taken back before its effect could be told" if taken_back else "so the script says"
        uow.append(record.id, OutcomeMeasured(run, outcome, why), author=PLAYER, source="machine")
        weigh_hypothesis(uow, record, found, outcome)

    return tell


def _turns(state: CriterionState, value: float | str) -> bool:
    if isinstance(value, str):
        return state.since is None or state.value is not None
    return state.since is None or state.value is None or holds(state.criterion, value) != state.holds


def _turning(name: str, value: float | str) -> Any:
    return lambda uow, record: turn(uow, record, name, value)


def play_roles(uow: UnitOfWork, entry: Entry, record: Record) -> None:
    """When a drill is declared the product takes the roles that it plays, and nobody has to be found for them."""
    for role in record.drill.played if record.drill else ():
        if not record.holder(role):
            uow.append(record.id, RoleTaken(role, PLAYER), author=PLAYER, source="machine")  # type: ignore[arg-type]


def note_end(uow: UnitOfWork, entry: Entry, record: Record) -> None:
    """Only one that was declared, resolved and closed counts as a drill of its service."""
    if record.drill is not None:
        whole = entry.kind == "closed" and record.resolved_at is not None and not record.false_alarm
        uow.tx.execute(
            "UPDATE drills SET ended_at = :now, aborted = :aborted WHERE incident = :id",
            now=uow.now,
            aborted=int(not whole),
            id=record.id,
        )
