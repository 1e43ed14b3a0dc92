"""How much a change is suspected, by how long before the onset it was made (R17). Pure, and the only place that says so.

There is no edge: a minute more or less moves little. Before the onset suspicion falls to a half after half an hour and
to a fifth after an hour; a change after the onset is suspected only as far as the onset itself is uncertain. An alert
waits before it fires (its own ``for:`` and interval): what changed within that time is as near as what changed just before.
"""

from collections.abc import Sequence
from math import exp
from typing import NamedTuple

from stanch.kernel.clock import DAY, MINUTE, spell

HALF_AFTER = 30 * MINUTE
# How far off an onset may be: one that a person stated, and one that an alert dates, which fires some minutes late.
STATED, DATED_BY_ALERT = 8 * MINUTE, 12 * MINUTE
# Changes outside of this window are not read: their suspicion is negligible.
LOOK_BACK, LOOK_AHEAD = 30 * DAY, 90 * MINUTE
JUST = MINUTE
# How long before the onset a going back still counts, by how suspect what it left is; how soon another release does.
BACK_NEAR, BACK_FAR, FORWARD = 12 * MINUTE, 42 * MINUTE, 50 * MINUTE


def suspicion(changed_at: int, onset: int, uncertainty: int = DATED_BY_ALERT, waited: int = 0) -> float:
    """From 1 (just before the onset) down to 0. Moments, the onset's uncertainty, and how long its alert waited, in microseconds."""
    gap = onset - changed_at
    return 1 / (1 + (max(gap - waited, 0) / HALF_AFTER) ** 2) if gap >= 0 else exp(gap / max(uncertainty, STATED))


class Left(NamedTuple):
    """How far a release is no suspect any more, from 0 to 1, and the name that came instead; empty: it is a going back itself."""

    degree: float = 0.0
    instead: str = ""


def left_since(went_out: Sequence[tuple[int, str]], onset: int) -> list[Left]:
    """What has become since the onset of each release of one service, given oldest first as (moment, name).

    A name that was out before, and before what it replaces, is a going back: it takes that away, and is no change to
    suspect itself. Shortly before a late alert it counts in part, the more the nearer to the onset the one that it left.
    """
    found, first = [Left()] * len(went_out), {name: at for at, name in reversed(went_out)}
    for number, (at, name) in enumerate(went_out[1:], 1):
        before = went_out[number - 1]
        if name == before[1]:
            continue
        back = first[name] < first[before[1]]
        gap = max(onset - at, 0)
        reach = BACK_NEAR + (BACK_FAR - BACK_NEAR) * suspicion(min(before[0], onset), onset)
        degree = 1 - (gap / (gap + reach)) ** 2 if back else 1 - exp(min(onset - at, 0) / FORWARD)
        last = max((place for place in range(number) if went_out[place][1] == name), default=-1) if back else -1
        for place in range(last + 1, number):
            found[place] = max(found[place], Left(degree, name))
        if back:
            found[number] = Left(degree)
    return found


def when(changed_at: int, onset: int) -> str:
    """``11 min before onset``, ``just as it began``: never "0 min before"."""
    gap = onset - changed_at
    if abs(gap) < JUST:
        return "just as it began"
    return f"{spell(abs(gap))} {'before' if gap > 0 else 'after'} onset"
