"""Decides the disposition of a signal (R1). Pure: from the signal, the policy and the moment to a disposition with its reason."""

import re
from functools import lru_cache
from typing import Literal

import msgspec

from stanch.kernel.clock import SECOND, spell
from stanch.kernel.policy import Policy, Rule
from stanch.ports.severity_words import grade

Disposition = Literal["incident", "ticket", "noise"]


class SignalDecision(msgspec.Struct, frozen=True):
    """Exactly one disposition, and why."""

    disposition: Disposition
    reason: str


class Subject(msgspec.Struct, frozen=True):
    """What a rule looks at. ``burn``: the highest burn rate measured for the service's SLOs, None if none is known."""

    labels: dict[str, str]
    service: str
    severity: str
    burn: float | None = None


def matching(subject: Subject, policy: Policy) -> Rule | None:
    """The first rule that fits."""
    return next((rule for rule in policy.rules if fits(rule, subject)), None)


def fits(rule: Rule, subject: Subject) -> bool:
    """Whether all that a rule asks for is so. A label that is missing is the empty text."""
    if rule.service and not _is(rule.service, subject.service):
        return False
    if rule.severity and not _is(rule.severity, subject.severity):
        return False
    if rule.burn_over is not None and (subject.burn is None or not subject.burn > rule.burn_over):
        return False
    return all(_is(wanted, subject.labels.get(name, "")) for name, wanted in rule.match.items())


def hold_of(subject: Subject, policy: Policy) -> int:
    """How long this signal waits before it is judged, in microseconds: by its rule, its service, or for all (R1)."""
    rule = matching(subject, policy)
    if (rule and rule.at_once) or "heartbeat" in subject.labels:  # a heartbeat's grace period was its hold
        return 0
    if rule and rule.hold is not None:
        return int(rule.hold * SECOND)
    return policy.hold_of(subject.service)


def cleared_in_hold(fired_for: int, hold: int, turns: int, policy: Policy) -> SignalDecision:
    """A spike that resolves within the hold is noise and pages nobody (R1); a flapping one becomes a ticket."""
    spike = f"resolved by itself after {spell(fired_for)}, inside the hold of {spell(hold)}"
    if is_flapping(turns, policy):
        return SignalDecision("ticket", f"flapping: fired {turns} times within an hour, each time {spike}")
    return SignalDecision("noise", spike if fired_for else "it was over when it was first looked at")


def is_flapping(turns: int, policy: Policy) -> bool:
    """Whether so many firings within an hour count as flapping."""
    return turns >= policy.flapping_after > 0


def still_firing(subject: Subject, held: int, policy: Policy, why_now: str = "") -> SignalDecision:
    """The disposition once the hold (microseconds) is over: a rule decides, else the alert's own severity label.

    ``why_now``: in place of the hold, where something else has ended.
    """
    waited = why_now or (f"still firing after the hold of {spell(held)}" if held else "page at once")
    rule = matching(subject, policy)
    if rule:
        return SignalDecision(rule.disposition, f"rule '{_name(rule)}': {waited}")
    severity, asks = subject.severity, grade(subject.severity)
    if asks in ("noise", "over"):
        return SignalDecision("noise", f"severity '{severity}' asks nobody to act")
    if asks == "ticket":
        return SignalDecision("ticket", f"severity '{severity}' is normal work; {waited}")
    return SignalDecision("incident", f"severity '{severity}' pages; {waited}" if severity else waited)


def _name(rule: Rule) -> str:
    parts = [f"service {rule.service}"] if rule.service else []
    parts += [f"severity {rule.severity}"] if rule.severity else []
    parts += [f"burn over {rule.burn_over:g}"] if rule.burn_over is not None else []
    return rule.name or ", ".join([*parts, *(f"{name}={value}" for name, value in rule.match.items())]) or "any"


def _is(wanted: str, value: str) -> bool:
    if not wanted.startswith("~"):
        return wanted == value
    pattern = _pattern(wanted[1:])
    return bool(pattern and pattern.fullmatch(value))


@lru_cache(maxsize=1024)
def _pattern(text: str) -> re.Pattern[str] | None:
    """None for a pattern that does not compile: it matches nothing, and the catalog's check reports it."""
    try:
        return re.compile(text)
    except re.error:
        return None
