"""Reads what a debrief is made of."""

import msgspec

from stanch.kernel.errors import NotFound, Unavailable
from stanch.learn.drills.clock import script_of
from stanch.learn.drills.debrief import Debrief, debrief
from stanch.learn.drills.library import scripts
from stanch.learn.drills.scoring import Played
from stanch.timeline.drill import Drill
from stanch.timeline.entries import Entry
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
    until, drill = record.closed_at or uow.now, record.drill
    if drill.pauses:
        entries = [_without_pauses(entry, drill) for entry in entries]
        record = fold(entries)
    played = Played(script, record, entries, uow.policy, until - drill.paused_before(until))
    return debrief(played, drill.script, scripts(uow.policy), drill.paused_before(until))


def _without_pauses(entry: Entry, drill: Drill) -> Entry:
    """The entry at the moment at which it would have happened if the drill had never stood still."""
    return msgspec.structs.replace(
        entry,
        happened_at=entry.happened_at - drill.paused_before(entry.happened_at),
        recorded_at=entry.recorded_at - drill.paused_before(entry.recorded_at),
    )
