"""The six facts, always in the same order, each with its age (R10, R11). Pure."""

import msgspec

from stanch.kernel.clock import MINUTE, SECOND, hour_minute
from stanch.kernel.policy import Policy
from stanch.timeline.record import Fact, Record, Run


class SixFact(msgspec.Struct):
    """One of the six. ``ask`` says what to do when it is missing or stale."""

    key: str
    label: str
    value: str
    at: int | None
    by: str
    stale: bool
    missing: bool
    ask: str


def stale_after(record: Record, policy: Policy) -> int:
    """How old a fact may grow before it is stale: the severity's update cadence, one hour where there is none."""
    every = policy.severity(record.severity_name()).update_every
    return (every or 3600) * SECOND


def six_facts(record: Record, policy: Policy, now: int) -> list[SixFact]:
    """Severity, Incident Commander, customer impact, leading hypothesis, mitigations, next update."""
    limit = stale_after(record, policy)
    facts = [
        _severity(record),
        _commander(record),
        _impact(record, now, limit),
        _hypothesis(record, now, limit),
        _mitigations(record),
        _next_update(record, policy, now),
    ]
    return facts if record.status != "closed" else [_past(fact) for fact in facts]


def _past(fact: SixFact) -> SixFact:
    """Of a closed incident nothing is wanted any more: what nobody said then is not missing now."""
    return msgspec.structs.replace(fact, missing=False, stale=False, ask="")


def _severity(record: Record) -> SixFact:
    return _stated("severity", "Severity", record.severity, False, "How bad is it? Set a severity.")


def _commander(record: Record) -> SixFact:
    fact = record.roles.get("incident_commander")
    return _stated("incident_commander", "Incident Commander", fact, False, "Who decides? Take the role.")


def _impact(record: Record, now: int, limit: int) -> SixFact:
    fact = record.impact
    stale = bool(fact and record.live() and now - fact.at > limit)
    return _stated("impact", "Customer impact", fact, stale, "What do customers see? One sentence.")


def _stated(key: str, label: str, fact: Fact | None, stale: bool, ask: str) -> SixFact:
    """What a person stated: its value, moment and author, or that it is missing."""
    if fact is None:
        return SixFact(key, label, "", None, "", stale, True, ask)
    return SixFact(key, label, fact.value, fact.at, fact.by, stale, False, ask)


def _hypothesis(record: Record, now: int, limit: int) -> SixFact:
    leading = record.leading()
    fact = Fact(leading.text, leading.at, leading.by) if leading else None
    stale = bool(fact and record.live() and now - fact.at > limit)
    ask = "What might it be? A guess is fine; mitigate first."
    return _stated("hypothesis", "Leading hypothesis", fact, stale, ask)


def _mitigations(record: Record) -> SixFact:
    runs = list(record.runs.values())
    words = [f"{'undo of ' if r.undo_of else ''}{r.title} ({_standing(r)})" for r in runs]
    last = runs[-1] if runs else None
    return SixFact(
        "mitigations",
        "Mitigations attempted",
        "; ".join(words),
        last.started_at if last else None,
        last.by if last else "",
        False,
        not runs,
        "Stop the bleeding first: see the ranked list.",
    )


def _standing(run: Run) -> str:
    if run.outcome:
        return {"helped": "helped", "no_change": "no change", "worse": "worse", "unknown": "unknown: look"}[run.outcome]
    if run.answered and not run.changed:
        return "nothing to change"
    if run.answered and not run.ok:
        return "failed"
    return "watching" if run.answered else "running"


def _next_update(record: Record, policy: Policy, now: int) -> SixFact:
    due = record.next_update_at()
    last = record.last_update("internal")
    overdue = bool(due and due < now and record.live())
    value = ""
    if due and record.live():
        value = f"{hour_minute(due)} UTC" + (f", overdue by {max(1, (now - due) // MINUTE)} min" if overdue else "")
    elif last and not record.live():
        value = "none needed"
    return SixFact(
        "next_update",
        "Next update",
        value,
        last[0] if last else None,
        last[1] if last else "",
        overdue,
        not value,
        "Post an update and promise the next one.",
    )
