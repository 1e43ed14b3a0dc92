"""Merges repeated copies of one alert into what is known of it. Pure.

The same copies in any order, each any number of times, end in the same state: what counts is the newest start that was
told and the newest end that was told, never which of them arrived last.
"""

import msgspec

from stanch.kernel.clock import MINUTE
from stanch.ports import Alert

# A copy from before the told end that arrives within this time is a late delivery; after it, the sender insists.
LATE = 2 * MINUTE


class AlertState(msgspec.Struct, frozen=True):
    """One alert so far. Moments in microseconds.

    ``told_end``: the newest end that its sender stated; a lease that ran out is no such end.
    ``lease_until`` None while firing: it fires until its sender says otherwise.
    """

    firing: bool
    newest_start: int
    told_end: int | None
    heard_at: int
    lease_until: int | None = None


def fold(known: AlertState | None, alert: Alert, now: int) -> AlertState:
    """The state after one more copy (R1)."""
    if not alert.firing:
        return _ended(known, alert, now)
    if known is None:
        return AlertState(True, alert.starts_at, None, now, alert.lease_until)
    if known.told_end is not None and alert.starts_at <= known.told_end:
        if known.firing or now - known.heard_at <= LATE:
            return known
        # Another replica of the sender still sees it, or its clock is off: better a second page than none.
        return AlertState(True, alert.starts_at, None, now, alert.lease_until)
    newest = max(known.newest_start, alert.starts_at)
    return AlertState(True, newest, known.told_end, now, _longer(known, alert))


def _ended(known: AlertState | None, alert: Alert, now: int) -> AlertState:
    end = now if alert.ends_at is None else alert.ends_at
    if known is None:
        return AlertState(False, 0, end, now)
    told = end if known.told_end is None else max(known.told_end, end)
    if known.firing and known.newest_start > told:
        return msgspec.structs.replace(known, told_end=told)
    return AlertState(False, known.newest_start, told, now if known.firing else known.heard_at)


def _longer(known: AlertState, alert: Alert) -> int | None:
    """No lease is the longest of all."""
    if not known.firing:
        return alert.lease_until
    if known.lease_until is None or alert.lease_until is None:
        return None
    return max(known.lease_until, alert.lease_until)
