"""How old each of the six facts may grow before it is stale (R11)."""

from stanch.kernel.part import Part, Seconds


class FactAges(Part, frozen=True):
    """Seconds for each fact; left out: the severity's update cadence, one hour where there is none.

    ``incident_commander``: how long one person may have the role. ``mitigations``: since the last one was started, while the
    harm goes on. ``next_update``: since the last update; one that is overdue is stale at once.
    """

    severity: Seconds | None = 14400
    incident_commander: Seconds | None = 28800
    impact: Seconds | None = None
    hypothesis: Seconds | None = None
    mitigations: Seconds | None = None
    next_update: Seconds | None = None
