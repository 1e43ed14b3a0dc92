"""What becomes of a signal (R1). Pure: the signal, the policy and the moment in, a verdict with its reason out."""

from typing import Literal

import msgspec

from stanch.kernel.clock import spell
from stanch.kernel.policy import Policy, Rule

Disposition = Literal["incident", "ticket", "noise"]
TICKET_WORDS = frozenset({"warning", "warn", "ticket", "minor", "sev-3", "sev-4"})
NOISE_WORDS = frozenset({"none", "info", "informational", "debug"})


class Verdict(msgspec.Struct, frozen=True):
    """Exactly one disposition, and why."""

    disposition: Disposition
    reason: str


def matching(labels: dict[str, str], policy: Policy) -> Rule | None:
    """The first rule whose labels all match."""
    for rule in policy.rules:
        if all(labels.get(name) == value for name, value in rule.match.items()):
            return rule
    return None


def pages_at_once(labels: dict[str, str], policy: Policy) -> bool:
    """Whether a rule says not to hold this signal."""
    rule = matching(labels, policy)
    return bool(rule and rule.at_once)


def cleared_in_hold(fired_for: int, hold: int) -> Verdict:
    """A spike that resolves by itself inside the hold is noise and pages nobody (R1). Microseconds."""
    return Verdict("noise", f"resolved by itself after {spell(fired_for)}, inside the hold of {spell(hold)}")


def still_firing(labels: dict[str, str], severity: str, held: int, policy: Policy) -> Verdict:
    """The verdict once the hold (microseconds) is over: a rule decides, else the alert's own severity label."""
    waited = f"still firing after the hold of {spell(held)}" if held else "page at once"
    rule = matching(labels, policy)
    if rule:
        return Verdict(rule.disposition, f"rule '{rule.name or rule.match}': {waited}")
    word = severity.lower()
    if word in NOISE_WORDS:
        return Verdict("noise", f"severity '{severity}' asks nobody to act")
    if word in TICKET_WORDS:
        return Verdict("ticket", f"severity '{severity}' is normal work; {waited}")
    return Verdict("incident", f"severity '{severity}' pages; {waited}" if severity else waited)
