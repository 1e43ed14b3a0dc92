"""What each severity demands (R2). Data; the numbers are the team's to change."""

from typing import Annotated, Literal

import msgspec

from stanch.kernel.fact_ages import FactAges
from stanch.kernel.part import Part, Seconds

# A name of the policy; these four unless the team has others.
Severity = str
# How a team may call one: one line, as people type it.
TierName = Annotated[Severity, msgspec.Meta(min_length=1, max_length=40, pattern=r"^\S+( \S+)*(?!\s)$")]
SEVERITIES: tuple[Severity, ...] = ("SEV-1", "SEV-2", "SEV-3", "SEV-4")
Rank = Annotated[
    int, msgspec.Meta(description="The place of the severity in the policy: 1 is the worst; 0 without one.")
]
Role = Literal["incident_commander", "operations_lead", "communications_lead", "scribe"]
Hours = Literal["always", "working"]


class SeverityPolicy(Part, frozen=True):
    """What one severity demands (R2). ``update_every`` in seconds; 0 means no cadence.

    ``hours``: whether its pages leave at any hour or wait for working hours. ``prompt_every``: so many seconds after people
    were told of what is asked of them, they are told again; 0: once. ``stale_after``: how old each of the six facts may grow
    (R11). ``scribe_over``: with more entries by people than these in five minutes a Scribe is proposed (R28); 0: never.
    """

    meaning: str = ""
    pages: bool = False
    update_every: Annotated[int, msgspec.Meta(ge=0, le=10**9)] = 0
    roles: list[Role] = msgspec.field(default_factory=list)
    public_post: bool = False
    postmortem: bool = False
    hours: Hours = "always"
    prompt_every: Seconds = 600
    stale_after: FactAges = FactAges()
    scribe_over: Annotated[int, msgspec.Meta(ge=0, le=10_000)] = 12


def built_in() -> dict[Severity, SeverityPolicy]:
    """The four severities that a team has unless it writes others."""
    return {
        "SEV-1": SeverityPolicy(
            "Core function unavailable, data integrity at risk, or a security incident in progress",
            True,
            900,
            ["incident_commander", "operations_lead", "communications_lead"],
            True,
            True,
            prompt_every=300,
            stale_after=FactAges(severity=3600, incident_commander=14400),
            scribe_over=8,
        ),
        "SEV-2": SeverityPolicy(
            "Meaningfully degraded, partially functional",
            True,
            1800,
            ["incident_commander", "operations_lead"],
            True,
            True,
            stale_after=FactAges(severity=7200, incident_commander=21600),
        ),
        "SEV-3": SeverityPolicy(
            "Elevated risk or a non-critical feature",
            True,
            7200,
            ["incident_commander"],
            hours="working",
            prompt_every=3600,
            scribe_over=20,
        ),
        "SEV-4": SeverityPolicy(
            "Cosmetic, tracked", False, 0, [], prompt_every=0, stale_after=FactAges(*[86400.0] * 6), scribe_over=0
        ),
    }


def tiers_of(written: dict[Severity, SeverityPolicy]) -> dict[Severity, SeverityPolicy]:
    """The severities of a team, the worst first: its own when one has a name of its own (P1 to P3), else the four with what it changed (R2)."""
    usual = built_in()
    own = {name: each for name, each in written.items() if usual.get(name) != each}
    return own if set(own) - set(usual) else usual | own
