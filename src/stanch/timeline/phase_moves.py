"""Takes back a phase shift that was a mistake (R12). Pure."""

from stanch.kernel.policy import Phase
from stanch.timeline.record import Record

# How long a move can be taken back, in microseconds.
UNDO_WITHIN = 15 * 60 * 1_000_000


def phase_before(record: Record, now: int) -> Phase | None:
    """The phase that a move made just now can be taken back to; None: it has stood too long, or more has happened since."""
    if len(record.spells) < 2 or record.moved_at != record.spells[-1].since or now - record.moved_at > UNDO_WITHIN:
        return None
    return record.spells[-2].phase if record.live() else None


def take_back(record: Record) -> None:
    """The last change of phase counts for nothing; with it goes the word that the harm was stopped."""
    if len(record.spells) < 2:
        return
    wrong = record.spells.pop()
    record.spells[-1].until, record.phase, record.moved_at = None, record.spells[-1].phase, None
    if record.status == "mitigated" and (record.mitigated_at or 0) >= wrong.since:
        record.status, record.mitigated_at = "open", None
