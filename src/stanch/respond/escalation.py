"""Which step of an escalation policy is next, and whom it reaches (R2, formats/10, 10.3). Pure.

A step that is not for this hour, or that reaches nobody, is passed over at once: a gap in a schedule must not cost minutes.
"""

import msgspec

from stanch.kernel.contacts import EscalationPolicy, EscalationStep
from stanch.kernel.policy import Policy
from stanch.prepare.oncall.hours import next_working_moment
from stanch.timeline.page import Page


class ResolvedTargets(msgspec.Struct, frozen=True):
    """What the targets of a step come to: people, and a sentence for each target that has nobody."""

    people: list[str]
    problems: list[str] = msgspec.field(default_factory=list)


class Stepping(msgspec.Struct, frozen=True):
    """The step to take now. ``number`` counts over all rounds; ``passed``: why earlier ones were passed over."""

    number: int
    step: EscalationStep
    people: list[str]
    last: bool
    passed: list[str]


def escalation_of(policy: Policy, name: str) -> EscalationPolicy:
    """The named policy, else 'default', else everyone in the contacts at once: a page must reach someone."""
    goes_by = policy_of(policy, name)
    return policy.escalation[goes_by] if goes_by else EscalationPolicy([_everyone(policy)], repeat=2)


def policy_of(policy: Policy, name: str) -> str:
    """The policy of the team that names whom to wake; empty where everyone is tried for want of one."""
    goes_by = name if name in policy.escalation else "default"
    return goes_by if goes_by in policy.escalation and policy.escalation[goes_by].steps else ""


def of_page(policy: Policy, page: Page) -> EscalationPolicy:
    """What a page goes by: its policy, or the one person who was paged by name, who is tried once more."""
    return EscalationPolicy([EscalationStep([page.person])]) if page.person else escalation_of(policy, page.escalation)


def total_of(escalation: EscalationPolicy) -> int:
    """How many steps there are over all rounds."""
    return len(escalation.steps) * (escalation.repeat + 1)


def waits_until(policy: Policy, severity: str | None, now: int) -> int | None:
    """When the pages of this severity may leave, if not now: ``hours: working`` waits for working hours (R2)."""
    if severity is None or policy.severity(severity).hours == "always":
        return None
    begins = _work_begins(policy, now)
    return None if begins == now else begins


def next_step(
    escalation: EscalationPolicy, after: int, reached: dict[int, ResolvedTargets], policy: Policy, now: int
) -> Stepping | None:
    """The first step after ``after`` that is for now and reaches someone; None when there is none left.

    ``reached``: for each step of the policy (by its place) whom its targets come to right now.
    """
    passed: list[str] = []
    working = _work_begins(policy, now) == now
    for number in range(after + 1, total_of(escalation)):
        place = number % len(escalation.steps)
        step, found = escalation.steps[place], reached[place]
        passed.extend(found.problems)
        if step.hours == "working" and not working:
            passed.append(f"step {place + 1} is for working hours")
        elif not found.people:
            passed.append(f"step {place + 1} reaches nobody")
        else:
            return Stepping(number, step, found.people, number + 1 >= total_of(escalation), list(dict.fromkeys(passed)))
    return None


def last_resort(policy: Policy, passed: list[str]) -> Stepping:
    """When no step of the policy reaches anyone: everyone of ours who has a contact method."""
    step = _everyone(policy)
    reason = "no step of the escalation policy reaches anyone: everybody is paged"
    return Stepping(0, step, step.notify, True, [*passed, reason])


def _work_begins(policy: Policy, now: int) -> int:
    """Hours that cannot be read hold no page back: the catalog's check and 'stanch doctor' say so by day."""
    try:
        return next_working_moment(policy.working_hours, now)
    except ValueError:
        return now


def _everyone(policy: Policy) -> EscalationStep:
    return EscalationStep(sorted(name for name, c in policy.contacts.items() if c.reach and c.kind != "vendor"))
