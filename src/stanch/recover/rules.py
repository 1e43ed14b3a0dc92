"""When may it be called resolved, and what is left to do at closing? Pure, with named reasons."""

import msgspec

from stanch.kernel.clock import SECOND, spell
from stanch.kernel.policy import Criterion, Policy
from stanch.mitigate.indicators import indicators
from stanch.timeline.record import Record


class Standing(msgspec.Struct, frozen=True):
    """Where recovery stands. Durations in microseconds."""

    set: bool
    holds: bool
    holding_for: int | None
    needed: int
    may_resolve: bool
    reasons: list[str]


def proposed(record: Record, policy: Policy) -> tuple[list[Criterion], float]:
    """What the catalog proposes (R41): criteria, SLOs and probes of the service and its dependants, and a hold in seconds."""
    return indicators(record, policy)


def standing(record: Record, policy: Policy, now: int) -> Standing:
    """Do all criteria hold, and for how long?"""
    needed = int(record.criteria_hold * SECOND)
    if not record.criteria:
        return Standing(False, False, None, needed, False, ["no recovery criteria are set"])
    since = record.holding_since()
    reasons = [
        f"'{s.criterion.name}' {'cannot be measured: ' if s.value is None and s.since else 'does not hold: '}{s.detail}"
        for s in record.criteria.values()
        if not s.holds
    ]
    if since is None:
        return Standing(True, False, None, needed, False, reasons)
    held = now - since
    if held < needed:
        reasons = [f"all hold since {spell(held)}; {spell(needed - held)} to go"]
    return Standing(True, True, held, needed, held >= needed, reasons)


def checklist(record: Record) -> list[tuple[bool, str]]:
    """What closing asks for (R42): only what there is something to say of, and done only when it was done."""
    public = record.last_update("public")
    final = (
        [
            (
                public[2].state in ("resolved", "postmortem"),
                "Final public post: what was wrong, that it is over, what follows",
            )
        ]
        if public
        else []
    )
    if record.false_alarm:
        return [(True, "Closed as a false alarm: no postmortem and no public post are owed"), *final]
    if not public and record.impact and not record.private:
        final = [(False, "Final public post: customers felt it, and nothing was posted")]
    return [
        (record.resolved_at is not None, "Resolved, by its criteria or with a reason"),
        *final,
        (record.impact is not None, "Customer impact is written down"),
        (
            record.closed_at is not None and record.postmortem_at is not None,
            "The postmortem meeting has a date within 48 h",
        ),
        (record.severity is not None, "Severity is set"),
        *_pages_and_runs(record),
    ]


def _pages_and_runs(record: Record) -> list[tuple[bool, str]]:
    """Where there were no pages or mitigations, that is what is said of them."""
    pages, runs = record.pages.values(), record.runs.values()
    acknowledged = all(p.acknowledged_at is not None for p in pages)
    known = all(r.outcome not in (None, "unknown") or (r.answered and (not r.ok or not r.changed)) for r in runs)
    return [
        (acknowledged, "Every page was acknowledged" if pages else "No page was sent"),
        (known, "The outcome of every mitigation is known" if runs else "No mitigation was run"),
    ]
