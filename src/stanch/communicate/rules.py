"""Drafts from the record, and a check of public wording. Pure. A missing fact is a blank to fill, never invented (R9)."""

import re

from stanch.kernel.clock import SECOND, hour_minute
from stanch.kernel.policy import ROLE_TITLES, Policy
from stanch.timeline.record import Record

BLANK = "[…]"
JARGON = {
    r"\b5\d\d\b": "an error code: say what customers see",
    r"\b(?:p9\d|latency|throughput|timeouts?)\b": "jargon: say 'slow' or 'not loading'",
    r"\b(?:pods?|nodes?|cluster|kubernetes|database|db|cache|backend|deploy(?:ment)?|rollback|load balancer)\b": "an internal word: say which function is affected",
    r"\b(?:probably|we think|we believe|might be|may be caused|likely)\b": "speculation on the cause: leave it out",
    r"\b(?:mistake|human error|fault of|blame|careless)\b": "blame: say what happened, not who",
}  # fmt: skip


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


def draft_public(record: Record, policy: Policy) -> str:
    """Words that customers can check (R33)."""
    name = public_name(record, policy)
    if record.resolved_at:
        return f"{name} works normally again. We are sorry for the disruption, and will publish what we learned."
    if record.mitigated_at:
        return f"{name} is recovering. We are watching it closely before we call it over."
    return f"Some customers may have trouble with {name}. We are looking into it and will post again within 30 minutes."


def wording(text: str, policy: Policy) -> list[str]:
    """What a public draft should not say, each with what to say instead (R33)."""
    found = [
        f"'{m.group(0)}' is {why}" for pattern, why in JARGON.items() if (m := re.search(pattern, text, re.IGNORECASE))
    ]
    for service in policy.services.values():
        internal = re.search(rf"\b{re.escape(service.name)}\b", text)
        if internal and service.public_name and service.name.lower() not in service.public_name.lower():
            found.append(f"'{service.name}' is an internal name: say '{service.public_name}'")
    if BLANK in text:
        found.append(f"{BLANK} is a blank: fill it in")
    return found


def may_approve(record: Record, policy: Policy, actor: str) -> bool:
    """R8: whether a public post of this person needs nobody else's word."""
    allowed = policy.public_approval
    return not allowed or actor in allowed or any(record.holder(role) == actor for role in allowed)


def approvers(record: Record, policy: Policy) -> str:
    """Whose word is needed, in words: ``Grace or the Communications Lead (ben)``."""
    said = []
    for name in policy.public_approval:
        if name in ROLE_TITLES:
            said.append(f"the {ROLE_TITLES[name]} ({record.holder(name) or 'nobody yet'})")
        else:
            said.append(policy.contacts[name].name if name in policy.contacts else name)
    return " or ".join(said)
