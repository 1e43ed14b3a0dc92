"""The team's policy and catalog as data. Loading and watching the files is ``prepare``'s work; rules only read this.

Durations are seconds here because people write them; rules multiply by ``SECOND``.
"""

from typing import Literal

import msgspec

from stanch.kernel.clock import SECOND

Severity = Literal["SEV-1", "SEV-2", "SEV-3", "SEV-4"]
Phase = Literal["detect", "triage", "mitigate", "resolve", "learn"]
Role = Literal["incident_commander", "operations_lead", "communications_lead", "scribe"]
MitigationKind = Literal["rollback", "feature_flag", "traffic_shift", "scale", "degrade", "cluster", "custom"]
Reversibility = Literal["instant", "quick", "slow", "none"]
BlastRadius = Literal["component", "zone", "service", "fleet"]
Outcome = Literal["helped", "no_change", "worse", "unknown"]
PHASES: tuple[Phase, ...] = ("detect", "triage", "mitigate", "resolve", "learn")
ROLE_TITLES: dict[str, str] = {
    "incident_commander": "Incident Commander",
    "operations_lead": "Operations Lead",
    "communications_lead": "Communications Lead",
    "scribe": "Scribe",
}


class _Part(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A part of the configuration: unknown keys are refused."""


class SeverityPolicy(_Part, frozen=True):
    """What one severity demands (R2). ``update_every`` in seconds; 0 means no cadence."""

    meaning: str = ""
    pages: bool = False
    update_every: int = 0
    roles: list[Role] = msgspec.field(default_factory=list)
    public_post: bool = False
    postmortem: bool = False


def _severities() -> dict[Severity, SeverityPolicy]:
    return {
        "SEV-1": SeverityPolicy(
            "Core function unavailable, data integrity at risk, or a security incident in progress",
            True,
            900,
            ["incident_commander", "operations_lead", "communications_lead"],
            True,
            True,
        ),
        "SEV-2": SeverityPolicy(
            "Meaningfully degraded, partially functional",
            True,
            1800,
            ["incident_commander", "operations_lead"],
            True,
            True,
        ),
        "SEV-3": SeverityPolicy("Elevated risk or a non-critical feature", False, 7200, ["incident_commander"]),
        "SEV-4": SeverityPolicy("Cosmetic, tracked", False, 0, []),
    }


class EscalationStep(_Part, frozen=True):
    """Whom to page, and how many seconds to wait for an acknowledgement before the next step."""

    notify: list[str]
    wait: float = 300


class EscalationPolicy(_Part, frozen=True):
    """Steps in order; the whole is repeated ``repeat`` times after the first pass."""

    steps: list[EscalationStep]
    repeat: int = 1


class Contact(_Part, frozen=True):
    """A person: how to reach them (``notifier:address``), and who leads them (asked when they are silent, R48)."""

    name: str
    reach: list[str] = msgspec.field(default_factory=list)
    lead: str = ""


class Probe(_Part, frozen=True):
    """A built-in HTTP check from outside (R13). ``every`` and ``timeout`` in seconds; down after ``failures`` in a row."""

    name: str
    url: str
    every: float = 15
    timeout: float = 5
    failures: int = 3
    expect_status: int = 200
    severity: str = "page"


class Criterion(_Part, frozen=True):
    """A recovery criterion (R41): ``metric`` names a metrics source and query, and the value must keep the bound."""

    name: str
    source: str
    query: str
    below: float | None = None
    above: float | None = None
    unit: str = ""


class Mitigation(_Part, frozen=True):
    """A declared mitigation (R16). ``run`` and ``undo`` are arguments of the adapter; seconds are first estimates."""

    name: str
    title: str
    kind: MitigationKind
    adapter: str
    target: str
    run: dict[str, str | list[str]]
    undo: dict[str, str | list[str]] = msgspec.field(default_factory=dict)
    reversibility: Reversibility = "quick"
    blast_radius: BlastRadius = "service"
    effect_seconds: float = 60
    undo_seconds: float = 60
    zone: str = ""
    users_lose: str = ""
    observe_seconds: float = 60
    risk: str = ""


class Service(_Part, frozen=True):
    """A service of the catalog (R7)."""

    name: str
    title: str = ""
    core: bool = False
    team: str = ""
    depends_on: list[str] = msgspec.field(default_factory=list)
    hold: float | None = None
    escalation: str = "default"
    runbook: str = ""
    public_name: str = ""
    probes: list[Probe] = msgspec.field(default_factory=list)
    criteria: list[Criterion] = msgspec.field(default_factory=list)
    criteria_hold: float = 1800
    mitigations: list[Mitigation] = msgspec.field(default_factory=list)

    def label(self) -> str:
        """What engineers call it."""
        return self.title or self.name


class Rule(_Part, frozen=True):
    """A disposition rule (R1): the first whose labels all match decides. ``at_once`` skips the hold."""

    match: dict[str, str]
    disposition: Literal["incident", "ticket", "noise"] = "incident"
    at_once: bool = False
    name: str = ""


class PostmortemTriggers(_Part, frozen=True):
    """When a full postmortem is due (R43). Seconds."""

    user_visible_over: float = 300
    resolution_over: float = 14400
    undetected_over: float = 900
    mitigation_ran: bool = True


class Policy(_Part, frozen=True):
    """Everything a team decides in advance. ``storm_after``: so many incidents opened by alerts within five minutes are one storm."""

    severities: dict[Severity, SeverityPolicy] = msgspec.field(default_factory=_severities)
    hold: float = 60
    acknowledge_public_within: float = 300
    criteria_every: float = 5
    storm_after: int = 10
    commander_within: float = 120
    criteria_wanted_after: float = 60
    review_after_days: float = 21
    lead_after_days: float = 3
    postmortem: PostmortemTriggers = PostmortemTriggers()
    escalation: dict[str, EscalationPolicy] = msgspec.field(default_factory=dict)
    rules: list[Rule] = msgspec.field(default_factory=list)
    services: dict[str, Service] = msgspec.field(default_factory=dict)
    contacts: dict[str, Contact] = msgspec.field(default_factory=dict)

    def severity(self, name: str | None) -> SeverityPolicy:
        """The policy of a severity; without one yet, that of SEV-2: assume it matters until someone has looked."""
        return self.severities.get(name or "SEV-2", SeverityPolicy())  # type: ignore[call-overload,no-any-return]

    def service(self, name: str) -> Service:
        """A service by name; one that the catalog does not know is an empty service of that name."""
        return self.services.get(name) or Service(name=name)

    def hold_of(self, service: str) -> int:
        """The hold time of a service in microseconds (R1)."""
        own = self.service(service).hold
        return int((self.hold if own is None else own) * SECOND)

    def dependants(self, service: str) -> list[str]:
        """Services that depend directly on this one."""
        return sorted(s.name for s in self.services.values() if service in s.depends_on)
