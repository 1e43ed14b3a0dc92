"""When may it be called resolved, and what is left to do at closing? Pure, with named reasons."""

import msgspec

from stanch.kernel.clock import SECOND, spell
from stanch.kernel.policy import Criterion, Policy
from stanch.mitigate.indicators import indicators
from stanch.timeline.record import CriterionState, Record


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
    reasons = [_not_holding(state) for state in record.criteria.values() if not state.holds]
    if since is None:
        return Standing(True, False, None, needed, False, reasons)
    held = now - since
    if held < needed:
        reasons = [f"all hold since {spell(held)}; {spell(needed - held)} to go"]
    return Standing(True, True, held, needed, held >= needed, reasons)


def _not_holding(state: CriterionState) -> str:
    """In words: why something cannot be measured names its query, and stands where criteria are shown one by one."""
    if state.value is not None:
        return f"'{state.criterion.name}' does not hold: {state.detail or f'{state.value:g}'}"
    return f"'{state.criterion.name}' {'cannot be measured' if state.since else 'has not been measured yet'}"


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
        return [(True, "Closed as a false alarm: no postmortem and no public post are owed"), *final, *_alerts(record)]
    if record.drill is not None:
        return _of_drill(record)
    if not public and record.impact and not record.private:
        final = [(False, "Final public post: customers felt it, and nothing was posted")]
    met = record.closed_at is not None and record.postmortem_at is not None
    return [
        _step(
            record.resolved_at is not None,
            "Resolved, by its criteria or with a reason",
            "Resolve it, by its criteria or with a reason",
        ),
        *final,
        _step(record.impact is not None, "Customer impact is written down", "Write down the customer impact"),
        _step(
            met, "The postmortem meeting has a date within 48 h", "A date for the postmortem meeting, set by closing"
        ),
        _step(record.severity is not None, "Severity is set", "Set the severity"),
        *_alerts(record),
        *_pages_and_runs(record),
    ]


def still_firing(record: Record) -> str:
    """That alerts of it go on firing, which page nobody again: an ended incident has them (R42). Empty when none does."""
    firing = [signal.name for signal in record.signals.values() if signal.firing]
    if not firing:
        return ""
    named = ", ".join(dict.fromkeys(firing[:3])) + (" ..." if len(firing) > 3 else "")
    if len(firing) == 1:
        return f"An alert still fires ({named}), and wakes nobody before it has cleared and fires again"
    return f"{len(firing)} alerts still fire ({named}), and wake nobody before they have cleared and fire again"


def _alerts(record: Record) -> list[tuple[bool, str]]:
    return [_step(not (said := still_firing(record)), "Every alert has cleared", said)] if record.signals else []


def _of_drill(record: Record) -> list[tuple[bool, str]]:
    """A drill owes no post and no postmortem (R40)."""
    return [
        _step(
            record.resolved_at is not None, "Resolved, by its criteria or with a reason", "Resolve it, by its criteria"
        ),
        _step(record.closed_at is not None, "The drill is over", "Close it: then its debrief is whole"),
    ]


def _step(done: bool, yes: str, no: str) -> tuple[bool, str]:
    """What is said of it, as it is."""
    return done, yes if done else no


def _pages_and_runs(record: Record) -> list[tuple[bool, str]]:
    """Where there were no pages or mitigations, that is what is said of them."""
    pages, runs = record.pages.values(), record.runs.values()
    alone = sum(p.acknowledged_at is None for p in pages)
    open_runs = [
        r.title for r in runs if r.outcome in (None, "unknown") and not (r.answered and (not r.ok or not r.changed))
    ]
    return [
        _step(
            not alone,
            "Every page was acknowledged" if pages else "No page was sent",
            f"Look why nobody acknowledged {'a page' if alone == 1 else f'{alone} pages'}",
        ),
        _step(
            not open_runs,
            "The outcome of every mitigation is known" if runs else "No mitigation was run",
            f"Find out what came of {' and of '.join(open_runs)}",
        ),
    ]
