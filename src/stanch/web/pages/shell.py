"""The frame around each page: counts of open incidents and waiting items, and who is on call now."""

from __future__ import annotations

import msgspec

from stanch.identity.profiles import profile
from stanch.kernel.errors import NotFound
from stanch.kernel.severities import Severity
from stanch.prepare.called import Called, called_by
from stanch.prepare.oncall import store
from stanch.timeline.unit_of_work import UnitOfWork

COUNTS = (
    "SELECT (SELECT COUNT(*) FROM incidents i WHERE i.status IN ('open', 'mitigated') AND i.drill = 0 AND (i.private = 0 OR :admin = 1 "
    "OR EXISTS (SELECT 1 FROM members m WHERE m.incident = i.id AND m.person = :me))) AS open, "
    "(SELECT COUNT(*) FROM (SELECT 1 FROM signals WHERE disposition = '' AND state = 'firing' AND silence = '' LIMIT 100) h) AS held"
)


class Duty(msgspec.Struct, frozen=True):
    """Who is on call now in one schedule, as people read it."""

    schedule: str
    names: str


class Shell(msgspec.Struct, frozen=True):
    """``schedules``: whether there are any; without one nobody can be on call. Counts are those that one may see (P6). ``theme`` and ``time_zone``: one's own choice.

    ``tiers``: the severities, the worst first. ``called``: how people are called.
    """

    open: int
    held: int
    schedules: bool
    duty: list[Duty]
    called: Called
    theme: str = ""
    time_zone: str = ""
    tiers: list[Severity] = []


def shell(uow: UnitOfWork) -> Shell:
    """The frame for whoever asks."""
    counted = uow.tx.one(COUNTS, admin=int(uow.actor.admin), me=uow.actor.name) or {"open": 0, "held": 0}
    own = profile(uow.tx, uow.actor.name)
    return Shell(
        int(counted["open"]),
        int(counted["held"]),
        bool(uow.policy.schedules),
        [d for name in sorted(uow.policy.schedules) if (d := _duty(uow, name))],
        called_by(uow.policy),
        own.theme,
        own.time_zone,
        uow.policy.tiers(),
    )


def _duty(uow: UnitOfWork, name: str) -> Duty | None:
    """A schedule that cannot be read, or has nobody now, is left out here and reported on its own page."""
    try:
        people = store.on_call(uow, name, uow.now)
    except (NotFound, ValueError):
        return None
    names = " and ".join(called_by(uow.policy).each(people))
    return Duty(name, names) if names else None
