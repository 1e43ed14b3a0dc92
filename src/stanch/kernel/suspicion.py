"""How much a change is suspected, by how long before the onset it was made (R17). Pure, and the only place that says so.

There is no edge: a minute more or less moves little. Before the onset suspicion falls to a half after half an hour and
to a fifth after an hour; a change after the onset is suspected only as far as the onset itself is uncertain.
"""

from math import exp

from stanch.kernel.clock import DAY, MINUTE, spell

HALF_AFTER = 30 * MINUTE
# How far off an onset may be: one that a person stated, and one that an alert dates, which fires some minutes late.
STATED, DATED_BY_ALERT = 8 * MINUTE, 12 * MINUTE
# Changes outside of this are not looked up at all: what is left of the suspicion there moves nothing.
LOOK_BACK, LOOK_AHEAD = 30 * DAY, 90 * MINUTE
JUST = MINUTE


def suspicion(changed_at: int, onset: int, uncertainty: int = DATED_BY_ALERT) -> float:
    """From 1 (just before the onset) down to 0. Moments and the onset's uncertainty in microseconds."""
    gap = onset - changed_at
    return 1 / (1 + (gap / HALF_AFTER) ** 2) if gap >= 0 else exp(gap / max(uncertainty, STATED))


def when(changed_at: int, onset: int) -> str:
    """``11 min before onset``, ``just as it began``: never nought minutes before or after."""
    gap = onset - changed_at
    if abs(gap) < JUST:
        return "just as it began"
    return f"{spell(abs(gap))} {'before' if gap > 0 else 'after'} onset"
