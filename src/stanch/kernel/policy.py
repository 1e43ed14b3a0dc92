"""The team's policy and catalog as data. Loading and watching the files is ``prepare``'s work; rules only read this.

Durations are seconds here because people write them; rules multiply by ``SECOND``.
"""

from typing import Annotated, Literal

import msgspec

from stanch.kernel.audiences import Audience, Audiences
from stanch.kernel.clock import SECOND
from stanch.kernel.contacts import Contact, EscalationPolicy
from stanch.kernel.drill_script import Script
from stanch.kernel.filing import Filing
from stanch.kernel.harm import Harm
from stanch.kernel.part import Days, Every, Part, Seconds
from stanch.kernel.responding import Responding
from stanch.kernel.schedule import Schedule, WorkingHours
from stanch.kernel.severities import Severity, SeverityPolicy, TierName, built_in, tiers_of
from stanch.kernel.spelling import spelt
from stanch.kernel.status_page import StatusPage

Phase = Literal["detect", "triage", "mitigate", "resolve", "learn"]
MitigationKind = Literal["rollback", "feature_flag", "traffic_shift", "scale", "degrade", "cluster", "custom"]
Reversibility = Literal["instant", "quick", "slow", "none"]
BlastRadius = Literal["component", "zone", "service", "fleet"]
Outcome = Literal["helped", "no_change", "worse", "unknown"]
ProbeKind = Literal["http", "tcp", "dns", "tls"]
PHASES: tuple[Phase, ...] = ("detect", "triage", "mitigate", "resolve", "learn")
ROLE_TITLES: dict[str, str] = {
    "incident_commander": "Incident Commander",
    "operations_lead": "Operations Lead",
    "communications_lead": "Communications Lead",
    "scribe": "Scribe",
}


class Probe(Part, frozen=True):
    """A built-in check from outside (R13). ``every`` and ``timeout`` in seconds; down after ``failures`` in a row.

    ``url``: an http(s) address; ``host:port`` for tcp and tls; a host name for dns. ``expect``: a text the page must
    contain, or an address that the name must resolve to. ``warn_days``: a certificate that ends sooner is a failure (R6).
    """

    name: str
    url: str
    kind: ProbeKind = "http"
    every: Every = 15
    timeout: Every = 5
    failures: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 3
    expect_status: int = 200
    expect: str = ""
    warn_days: Days = 21
    severity: str = "page"


class Heartbeat(Part, frozen=True):
    """Something that must be heard of: silent for ``every`` plus ``grace`` seconds, it is an alert (R13).

    ``match``: an alert with these labels is its beat and no signal of its own (Prometheus' always firing Watchdog).
    """

    every: Every
    grace: Seconds = 60
    service: str = ""
    severity: str = "page"
    match: dict[str, str] = msgspec.field(default_factory=dict)
    text: str = ""


class Slo(Part, frozen=True):
    """A service level objective (R3, R4). ``objective`` in percent, over a rolling period of ``period_days``.

    ``errors`` (or ``good``) and ``total`` are PromQL of a rate or an increase with ``{{.window}}`` for the window.
    ``minimum_events``: with fewer in the long window nothing alerts (low traffic).
    """

    name: str
    objective: float
    total: str
    errors: str = ""
    good: str = ""
    title: str = ""
    period_days: Days = 30
    source: str = "prometheus"
    minimum_events: float = 0
    labels: dict[str, str] = msgspec.field(default_factory=dict)


class Criterion(Part, frozen=True):
    """A recovery criterion (R41): ``metric`` names a metrics source and query, and the value must keep the bound."""

    name: str
    source: str
    query: str
    below: float | None = None
    above: float | None = None
    unit: str = ""


# How many dependencies are followed at most.
MOST_NEEDED = 20


class Saturation(Criterion, frozen=True):
    """A measurement that keeps its bound while there is capacity left (R20). ``of``: what that capacity belongs to.

    The service itself, or something that it depends on; empty: told from the name.
    """

    of: str = ""


class Mitigation(Part, frozen=True):
    """A declared mitigation (R16). ``run`` and ``undo`` are arguments of the adapter; seconds are first estimates.

    ``zone``, ``version``, ``feature``: what it takes away, to be compared with where the errors are. ``needs``: what must
    be true first. ``destroys``: what is lost by it, to be captured before (R24). ``allowed``: roles or people who may
    start it; empty: everyone who may act. ``own_undo``: the adapter knows by itself how to put back what it found.
    ``helps``: playbooks for which it is a first move (R6), such as ``expired-certificate``. ``runs_as``: the name that its runs
    are remembered under, where its own names a revision or a number that is another one next time.
    """

    name: str
    title: str
    kind: MitigationKind
    adapter: str
    target: str
    run: dict[str, str | list[str]]
    undo: dict[str, str | list[str]] = msgspec.field(default_factory=dict)
    reversibility: Reversibility = "quick"
    blast_radius: BlastRadius = "service"
    effect_seconds: Seconds = 60
    undo_seconds: Seconds = 60
    zone: str = ""
    version: str = ""
    feature: str = ""
    users_lose: str = ""
    observe_seconds: Seconds = 60
    risk: str = ""
    needs: list[str] = msgspec.field(default_factory=list)
    destroys: list[str] = msgspec.field(default_factory=list)
    allowed: list[str] = msgspec.field(default_factory=list)
    own_undo: bool = False
    helps: list[str] = msgspec.field(default_factory=list)
    runs_as: str = ""

    def reversible(self) -> bool:
        """Whether stanch can take it back."""
        return bool(self.undo) or self.own_undo


class Breakdown(Part, frozen=True):
    """Where the errors are (R16): a query that answers with the errors for each value of ``label`` (zone, version, feature)."""

    label: str
    query: str
    source: str = "prometheus"


class Service(Part, frozen=True):
    """A service of the catalog (R7). ``contacts``: what one would look for (``dns vendor``) -> the contact.

    ``runs_on``: ``adapter:address`` of what it runs on (``kubernetes:shop/deployment/web``, ``haproxy:app``), which offers
    mitigations of its own. ``saturation``: measurements that keep their bound while there is capacity left (R20).
    ``harm``: how the harm of an incident is measured, and what it costs (R46).
    ``public_name``, ``public_group``, ``public_note``: how the status page calls it, where it stands, what it says of it.

    ``runbook_file``: where its file is, or would be, below the catalog's folder, and ``runbook_head`` the file's front matter; both
    are set by reading the catalog. ``runbook_reviewed`` and ``runbook_tested`` are dates, as the front matter of the runbook's file has them.
    """

    name: str
    title: str = ""
    core: bool = False
    team: str = ""
    depends_on: list[str] = msgspec.field(default_factory=list)
    hold: Seconds | None = None
    escalation: str = "default"
    contacts: dict[str, str] = msgspec.field(default_factory=dict)
    runbook: str = ""
    runbook_file: str = ""
    runbook_head: str = ""
    runbook_reviewed: str = ""
    runbook_tested: str = ""
    runbook_review_days: Days = 180
    slos: list[Slo] = msgspec.field(default_factory=list)
    public_name: str = ""
    public_group: str = ""
    public_note: str = ""
    probes: list[Probe] = msgspec.field(default_factory=list)
    criteria: list[Criterion] = msgspec.field(default_factory=list)
    criteria_hold: Seconds = 1800
    mitigations: list[Mitigation] = msgspec.field(default_factory=list)
    runs_on: list[str] = msgspec.field(default_factory=list)
    breakdowns: list[Breakdown] = msgspec.field(default_factory=list)
    saturation: list[Saturation] = msgspec.field(default_factory=list)
    harm: Harm = Harm()

    def label(self) -> str:
        """What engineers call it."""
        return self.title or self.name


class Rule(Part, frozen=True):
    """A disposition rule (R1): the first that fits decides. ``at_once`` skips the hold, ``hold`` (seconds) replaces it.

    ``match``: labels that must have these values; a value that begins with ``~`` is a regular expression for the whole
    label. ``service`` and ``severity`` likewise. ``burn_over``: only while the burn rate over one hour of one of the
    service's SLOs is above it.
    """

    match: dict[str, str] = msgspec.field(default_factory=dict)
    disposition: Literal["incident", "ticket", "noise"] = "incident"
    at_once: bool = False
    name: str = ""
    service: str = ""
    severity: str = ""
    hold: Seconds | None = None
    burn_over: float | None = None


class PostmortemTriggers(Part, frozen=True):
    """When a full postmortem is due (R43). Seconds."""

    user_visible_over: Seconds = 300
    resolution_over: Seconds = 14400
    undetected_over: Seconds = 900
    mitigation_ran: bool = True
    unseen_by_alerts: bool = True


class Policy(Part, frozen=True):
    """Everything a team decides in advance. Spans in seconds.

    ``storm_after``: so many incidents opened by alerts within five minutes are one storm. ``flapping_after``: so many
    turns within an hour make a signal flapping. ``keep_raw``: how long raw intake bodies stay. ``reopen_within``: the same alert so soon after
    resolving reopens the incident; within ``recurs_within`` a new one is linked to the old one (R42).
    ``..._wanted_after``: so long after declaring, people are asked for what is missing. ``update_reminder``: so long before a
    promised update its author is reminded, at most a fifth of the cadence. ``timebox_extension``: what one tap adds to a
    time-box. ``postmortem_within``: so long after closing, the postmortem is asked for (R42).
    ``public_approval``: people and roles whose word a public post needs (R8); empty: whoever may act may post.
    ``responding``: shifts, handoffs, the pace that needs a Scribe, doubts, bridges.
    ``factors``: kinds of contributing factors of one's own, by the word after ``#``, and what each means (R46).
    ``drill_within_days``: a core service that was last drilled longer ago is less ready (R7, R40); 0: none needs a drill.
    ``just_culture``: people, and roles of contacts, who read and write just-culture worksheets (R45); nobody else does.
    ``public_words``: product names and other words that customers know, which the wording check lets pass (R33).
    ``audiences``: who is told how often, and by what (R31, R32). ``templates``: their texts by the name of the file (R9).
    ``postmortem_template``: the postmortem's sections as Markdown, which the catalog's templates/postmortem.md replaces (R46).
    """

    severities: dict[TierName, SeverityPolicy] = msgspec.field(default_factory=built_in)
    hold: Seconds = 60
    acknowledge_public_within: Seconds = 300
    criteria_every: Every = 5
    storm_after: int = 10
    flapping_after: int = 4
    investigation_after: Seconds = 3600
    keep_raw: Seconds = 7 * 86400
    public_approval: list[str] = msgspec.field(default_factory=list)
    public_words: list[str] = msgspec.field(default_factory=list)
    reopen_within: Seconds = 3600
    recurs_within: Seconds = 14 * 86400
    working_hours: WorkingHours = WorkingHours()
    commander_within: Seconds = 120
    criteria_wanted_after: Seconds = 60
    severity_wanted_after: Seconds = 60
    triage_wanted_after: Seconds = 120
    impact_wanted_after: Seconds = 180
    mitigation_wanted_after: Seconds = 300
    update_reminder: Seconds = 180
    timebox_extension: Annotated[float, msgspec.Meta(ge=1, le=86400)] = 300
    postmortem_within: Seconds = 86400
    review_after_days: Days = 21
    lead_after_days: Days = 3
    remind_before_days: Days = 2
    drill_within_days: Days = 180
    just_culture: list[str] = msgspec.field(default_factory=list)
    postmortem: PostmortemTriggers = PostmortemTriggers()
    responding: Responding = Responding()
    escalation: dict[str, EscalationPolicy] = msgspec.field(default_factory=dict)
    rules: list[Rule] = msgspec.field(default_factory=list)
    services: dict[str, Service] = msgspec.field(default_factory=dict)
    contacts: dict[str, Contact] = msgspec.field(default_factory=dict)
    schedules: dict[str, Schedule] = msgspec.field(default_factory=dict)
    heartbeats: dict[str, Heartbeat] = msgspec.field(default_factory=dict)
    status_pages: dict[str, StatusPage] = msgspec.field(default_factory=dict)
    factors: dict[str, str] = msgspec.field(default_factory=dict)
    drills: dict[str, Script] = msgspec.field(default_factory=dict)
    filing: list[Filing] = msgspec.field(default_factory=list)
    audiences: Audiences = Audiences()
    templates: dict[str, str] = msgspec.field(default_factory=dict)
    postmortem_template: str = ""

    def __post_init__(self) -> None:
        msgspec.structs.force_setattr(self, "severities", tiers_of(self.severities))

    def tiers(self) -> list[Severity]:
        """The severities by name, the worst first: the team's own names, else SEV-1 to SEV-4."""
        return list(self.severities)

    def severity_at(self, rung: int) -> Severity:
        """The name of a rung of R2, 1 (worst) to 4; with fewer tiers the last one stands for the rest."""
        tiers = self.tiers()
        return tiers[min(rung, len(tiers)) - 1]

    def rank(self, name: str | None) -> int:
        """The place of a severity, 1 for the worst; 0 without one, and for a name that the policy has not (any more)."""
        meant = spelt(name or "", self.tiers())
        return self.tiers().index(meant) + 1 if meant in self.severities else 0

    def rung(self, name: str | None) -> int:
        """The rung of a severity, 1 (worst) and up; an unknown one counts as the second: assume that it matters."""
        return self.rank(name) or 2

    def counted(self, name: str | None) -> Severity:
        """The severity whose demands hold: that of its rung, until someone has looked the second."""
        return self.severity_at(self.rung(name))

    def small(self, name: str | None) -> bool:
        """Whether it is the third or a later severity, or the last of two: what stands for the rest."""
        return self.rank(name) >= min(3, max(2, len(self.severities)))

    def severity(self, name: str | None) -> SeverityPolicy:
        """What a severity demands."""
        return self.severities[self.counted(name)]

    def update_every(self, audience: Audience, severity: str | None) -> int:
        """Microseconds between two updates for an audience (R31); 0: no cadence."""
        every = self.audiences.of(audience).every
        name = self.counted(severity)
        usual = self.severity(name).update_every if audience == "engineers" else 0
        return int(every.get(name, usual) * SECOND)

    def service(self, name: str) -> Service:
        """A service by name; one that the catalog does not know is an empty service of that name."""
        return self.services.get(name) or Service(name=name)

    def hold_of(self, service: str) -> int:
        """The hold time of a service in microseconds (R1)."""
        own = self.service(service).hold
        return int((self.hold if own is None else own) * SECOND)

    def filing_of(self, service: str, *, private: bool = False, signal: bool = False) -> Filing | None:
        """Where what belongs to a service is filed; None: nowhere."""
        for each in self.filing:
            if (
                each.fits(service, self.service(service).team)
                and (each.private or not private)
                and (each.signals or not signal)
            ):
                return each
        return None

    def needed(self, service: str) -> list[str]:
        """What a service depends on, and what that depends on in turn: the nearest first, at most ``MOST_NEEDED``."""
        found = [service]
        for name in found:  # grows while it is read: breadth first
            found += [each for each in dict.fromkeys(self.service(name).depends_on) if each not in found]
            if len(found) > MOST_NEEDED:
                break
        return found[1 : MOST_NEEDED + 1]

    def dependants(self, service: str) -> list[str]:
        """Services that depend directly on this one."""
        return sorted(s.name for s in self.services.values() if service in s.depends_on)
