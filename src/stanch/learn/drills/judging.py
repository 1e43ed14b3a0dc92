"""Reads what a debrief is made of."""

from stanch.kernel.errors import NotFound, Unavailable
from stanch.learn.drills.clock import script_of
from stanch.learn.drills.debrief import Debrief, debrief
from stanch.learn.drills.library import scripts
from stanch.learn.drills.scoring import Played
from stanch.timeline.record import fold
from stanch.timeline.unit_of_work import UnitOfWork


def debrief_of(uow: UnitOfWork, incident: str) -> Debrief:
    """The debrief of a drill as it stands. Raises ``NotFound`` for what is none, or is not shown to whoever asks (P6)."""
    entries = uow.entries(incident)
    record = fold(entries)
    if record.drill is None:
        raise NotFound(f"{incident} is no drill.", hint="'stanch drills' lists them.")
    script = script_of(uow, incident)
    if script is None:
        raise Unavailable(f"The script of {incident} cannot be read by this release.")
    played = Played(script, record, entries, uow.policy, record.closed_at or uow.now)
    return debrief(played, record.drill.script, scripts(uow.policy))
