"""The six facts, always in the same order, each with its age (R10, R11). Pure."""

import msgspec

from stanch.kernel.clock import MINUTE, SECOND, utc_time
from stanch.kernel.policy import Policy
from stanch.timeline.affected import nothing_at_hand
from stanch.timeline.audience_clock import AudienceClock, next_updates
from stanch.timeline.kept import ProposedSeverity
from stanch.timeline.record import Fact, Record
from stanch.timeline.run import Run


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


def proposed(record: Record, policy: Policy) -> ProposedSeverity | None:
    """The proposal that stands; none by a name that the policy has no more (R3)."""
    return record.proposed if record.proposed and record.proposed.severity in policy.severities else None


def forgotten(record: Record, policy: Policy) -> str:
    """The name of the severity that is set, where the policy has it no more; else empty."""
    name = record.severity_name() or ""
    return "" if name in policy.severities else name


def stale_after(record: Record, policy: Policy, fact: str) -> int:
    """How old a fact may grow before it is stale, in microseconds: by the severity, else by its update cadence, else an hour."""
    severity = policy.severity(record.severity_name())
    seconds: float | None = getattr(severity.stale_after, fact)
    return int(((severity.update_every or 3600) if seconds is None else seconds) * SECOND)


def six_facts(record: Record, policy: Policy, now: int) -> list[SixFact]:
    """Severity, Incident Commander, customer impact, leading hypothesis, mitigations, next update."""
    facts = [
        _stated("severity", "Severity", record.severity, "Set a severity."),
        _stated(
            "incident_commander",
            "Incident Commander",
            record.roles.get("incident_commander"),
            "Who decides? Take the role.",
        ),
        _stated("impact", "Customer impact", record.impact, "What do customers see? One sentence."),
        _hypothesis(record),
        _mitigations(record, policy),
        _next_update(record, policy, now),
    ]
    if record.status == "closed":
        return [_past(fact) for fact in facts]
    for fact in facts:
        if not fact.stale and fact.at is not None and not fact.missing and watched(record, fact.key):
            fact.stale = now > fact.at + stale_after(record, policy, fact.key)
        if fact.stale:
            fact.ask = STALE.get(fact.key, fact.ask)
    return facts


# What to do about a fact that was true once.
STALE = {
    "severity": "Is it still that bad? Set the severity again, or another one.",
    "incident_commander": "A long time in the role: who takes over?",
    "impact": "Do customers still see that? Say it again, or what they see now.",
    "hypothesis": "Is it still the leading one? State it again, or another one.",
    "mitigations": "Nothing new was tried: see the ranked list.",
}


NONE_DECLARED = "Stop the bleeding first, by hand: no mitigation is declared. Say what you did."


def watched(record: Record, fact: str) -> bool:
    """Whether a fact must be kept fresh: while people respond; mitigations only while there is harm and none is watched."""
    if not record.live():
        return False
    if fact != "mitigations":
        return True
    last = next(reversed(record.runs.values()), None)
    over = record.status == "mitigated" or record.phase == "resolve"
    return not over and last is not None and not (last.outcome == "helped" or waiting_for(last))


def waiting_for(run: Run) -> bool:
    """Whether the outcome of a run is still to be seen."""
    return run.outcome is None and run.ok is not False and run.changed


def _past(fact: SixFact) -> SixFact:
    """Of a closed incident nothing is wanted any more: what nobody said then is not missing now."""
    return msgspec.structs.replace(fact, missing=False, stale=False, ask="")


def _stated(key: str, label: str, fact: Fact | None, ask: str) -> SixFact:
    """What a person stated: its value, moment and author, or that it is missing."""
    if fact is None:
        return SixFact(key, label, "", None, "", False, True, ask)
    return SixFact(key, label, fact.value, fact.at, fact.by, False, False, ask)


def _hypothesis(record: Record) -> SixFact:
    leading = record.leading()
    fact = Fact(leading.text, leading.at, leading.by) if leading else None
    ask = "What might it be? A guess is fine; mitigate first."
    return _stated("hypothesis", "Leading hypothesis", fact, ask)


def _mitigations(record: Record, policy: Policy) -> SixFact:
    runs = list(record.runs.values())
    words = [f"{'undo of ' + r.title.removeprefix('Undo: ') if r.undo_of else r.title} ({standing(r)})" for r in runs]
    last = runs[-1] if runs else None
    return SixFact(
        "mitigations",
        "Mitigations attempted",
        "; ".join(words),
        last.started_at if last else None,
        last.by if last else "",
        False,
        not runs,
        NONE_DECLARED if nothing_at_hand(record, policy) else "Stop the bleeding first: see the ranked list.",
    )


def standing(run: Run) -> str:
    """How a run stands, in words."""
    if run.outcome:
        return {"helped": "helped", "no_change": "no change", "worse": "worse", "unknown": "unknown: look"}[run.outcome]
    if run.answered and not run.changed:
        return "nothing to change"
    if run.answered and not run.ok:
        return "failed"
    return "watching" if run.answered else "running"


def _owed(clock: AudienceClock, now: int, *, alone: bool) -> str:
    """When an audience hears next; engineers are named where others wait, too."""
    at = utc_time(clock.due, now)
    whom = "" if alone and clock.audience == "engineers" else f" for {clock.audience}"
    late = f", overdue by {max(1, (now - clock.due) // MINUTE)} min" if clock.due < now else ""
    return f"{at}{whom}{late}" if clock.last is not None else f"the first{whom or ' for engineers'} by {at}{late}"


def _next_update(record: Record, policy: Policy, now: int) -> SixFact:
    clocks = next_updates(record, policy)
    last = record.updates[-1] if record.updates else None
    overdue = any(clock.due < now for clock in clocks)
    value = "; ".join(_owed(clock, now, alone=len(clocks) == 1) for clock in clocks)
    if last and not value and not record.live():
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
