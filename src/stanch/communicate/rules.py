"""Drafts from the record, and a check of public wording. Pure. A missing fact is a blank to fill, never invented (R9)."""

from stanch.communicate.wording.engine import Finding
from stanch.communicate.wording.public import WHOLE_POST, check_public
from stanch.communicate.wording.vocabulary import of_policy
from stanch.kernel.clock import SECOND, hour_minute
from stanch.kernel.policy import ROLE_TITLES, Policy
from stanch.timeline.record import Record

BLANK = "[…]"


def next_moment(record: Record, policy: Policy, now: int, minutes: float | None = None) -> int | None:
    """When the next internal update is promised (R31); None when the severity keeps no cadence or it is over."""
    if minutes is not None:
        return now + int(minutes * 60 * SECOND) if minutes > 0 else None
    every = policy.severity(record.severity_name()).update_every
    return now + every * SECOND if every and record.live() else None


def draft_internal(record: Record, policy: Policy, now: int) -> str:
    """Status, just tried, trying next, next update time (R31)."""
    leading = record.leading()
    runs = list(record.runs.values())
    tried = f"{runs[-1].title} ({runs[-1].outcome or 'watching'})" if runs else "nothing yet"
    nxt = next_moment(record, policy, now)
    lines = [
        f"{record.severity_name() or 'No severity yet'}, {record.phase.capitalize()}. Impact: {record.impact.value if record.impact else BLANK}",
        f"Just tried: {tried}.",
        f"Trying next: {BLANK}.",
        f"Leading hypothesis: {leading.text if leading else 'none yet'}.",
    ]
    return "\n".join(lines + ([f"Next update at {hour_minute(nxt)} UTC."] if nxt else []))


def public_name(record: Record, policy: Policy) -> str:
    """What customers call the affected service; a blank rather than an internal name."""
    return policy.service(record.service).public_name or BLANK if record.service else BLANK


def draft_public(record: Record, policy: Policy, state: str = "") -> str:
    """Words that customers can check (R33), for the state that the post will have; by default the one that the record suggests."""
    name = public_name(record, policy)
    state = state or (
        "resolved"
        if record.resolved_at
        else "monitoring"
        if record.mitigated_at or record.phase == "resolve"
        else "investigating"
    )
    if state == "postmortem":
        return f"What happened with {name}: {BLANK}. What we change: {BLANK}."
    if state == "resolved":
        return f"{name} works normally again. We are sorry for the disruption, and will publish what we learned."
    if state == "monitoring":
        return f"{name} is recovering. We are watching it closely before we call it over."
    if state == "identified":
        return f"Some customers may have trouble with {name}. We know what to do about it, are doing it, and will post again within 30 minutes."
    return f"Some customers may have trouble with {name}. We are looking into it and will post again within 30 minutes."


def wording(text: str, policy: Policy, state: str = "") -> list[Finding]:
    """What to reword in a public post of this state, each with why and what to say instead (R33)."""
    return check_public(text, of_policy(policy), state=state)


def suggestions(findings: list[Finding]) -> list[str]:
    """The findings as sentences for people."""
    return [_suggestion(finding) for finding in findings]


def _suggestion(finding: Finding) -> str:
    if finding.rule in WHOLE_POST:
        return f"{finding.why[0].upper()}{finding.why[1:]}: {finding.better}."
    return (
        f"'{finding.text}' is {finding.why}: {finding.better}."
        if finding.why.startswith("a")
        else f"'{finding.text}': {finding.why}; {finding.better}."
    )


def may_approve(record: Record, policy: Policy, actor: str) -> bool:
    """R8: whether this person may post without anybody else's approval."""
    allowed = policy.public_approval
    return not allowed or actor in allowed or any(record.holder(role) == actor for role in allowed)


def approvers(record: Record, policy: Policy) -> str:
    """Who must approve, in words: ``Grace or the Communications Lead (ben)``."""
    said = []
    for name in policy.public_approval:
        if name in ROLE_TITLES:
            said.append(f"the {ROLE_TITLES[name]} ({record.holder(name) or 'nobody yet'})")
        else:
            said.append(policy.contacts[name].name if name in policy.contacts else name)
    return " or ".join(said)
