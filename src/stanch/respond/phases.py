"""Shifting the phase of an incident, and taking a shift back (R12)."""

from typing import Annotated

import msgspec

from stanch.kernel.clock import spell
from stanch.kernel.command import Done, command
from stanch.kernel.errors import Conflict, Invalid
from stanch.kernel.policy import PHASES, Phase
from stanch.respond.commands import IncidentId, Line
from stanch.timeline.facts.recover import Mitigated
from stanch.timeline.facts.respond import PhaseShifted
from stanch.timeline.phase_moves import UNDO_WITHIN, phase_before
from stanch.timeline.record import Record
from stanch.timeline.unit_of_work import UnitOfWork


class ShiftPhase(msgspec.Struct):
    """Shift the phase deliberately: detect, triage, mitigate, resolve or learn."""

    incident: IncidentId
    phase: Phase | None = None
    reason: Line = ""
    mitigated: Annotated[
        bool,
        msgspec.Meta(
            description="With resolve: something that was done elsewhere stopped the harm; the reason says what."
        ),
    ] = False
    undo: Annotated[bool, msgspec.Meta(description="Take the last move back, as if it had not been.")] = False


@command(
    "phase",
    ShiftPhase,
    positional=("phase",),
    example="stanch phase INC-1 mitigate --reason 'The cause is clear enough to act'",
)
def phase(uow: UnitOfWork, asked: ShiftPhase) -> Done:
    """R12. Going back is normal. Reaching Resolve says that the harm is stopped: mitigated, where something was done (R15)."""
    record = uow.record(asked.incident)
    if asked.undo:
        return _undo_phase(uow, record, asked)
    if asked.phase is None:
        raise Invalid("Say which phase.", field="phase", hint=f"It is one of: {', '.join(PHASES)}.")
    if record.phase == asked.phase:
        raise Conflict(f"{asked.incident} is in {asked.phase.capitalize()} already.")
    if record.status == "closed" and asked.phase != "learn":
        raise Conflict(f"{asked.incident} is closed.", hint="Reopen it first.")
    if asked.mitigated and (asked.phase != "resolve" or not asked.reason.strip()):
        raise Invalid(
            "Say what stopped the harm, on the way to resolve.", field="reason", hint="Give it as the reason."
        )
    back = PHASES.index(asked.phase) < PHASES.index(record.phase)
    uow.append(asked.incident, PhaseShifted(asked.phase, asked.reason))
    said = f"{asked.incident} moved {'back ' if back else ''}to {asked.phase.capitalize()}."
    if asked.phase == "resolve" and record.mitigated_at is None:
        if not (asked.mitigated or record.tried()):
            why = "nothing that was tried is known to have helped" if record.runs else "no mitigation was run"
            return Done(f"{said} It is not called mitigated: {why}.", asked.incident)
        uow.append(asked.incident, Mitigated(asked.reason))
    return Done(said, asked.incident)


def _undo_phase(uow: UnitOfWork, record: Record, asked: ShiftPhase) -> Done:
    """Takes back a phase shift made by mistake, with its time and its *mitigated*; refused when the shift has stood for long."""
    back = phase_before(record, uow.now)
    if back is None:
        raise Conflict(
            f"{record.id} has not moved within the last {spell(UNDO_WITHIN)}.",
            field="undo",
            hint="Move it by naming the phase.",
        )
    if asked.phase not in (None, back):
        raise Conflict(f"{record.id} came from {back.capitalize()}.", field="phase", hint="Look again.")
    uow.append(record.id, PhaseShifted(back, asked.reason, undo=True))
    return Done(f"{record.id} is back in {back.capitalize()}, as if it had not moved.", record.id)
