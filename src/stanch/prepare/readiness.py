"""How ready a service is for being paged about (R7): a score, and what would raise it. Pure."""

from collections.abc import Callable

import msgspec

from stanch.kernel.clock import DAY, parse_moment
from stanch.kernel.policy import Policy, Service
from stanch.kernel.sentences import counted
from stanch.prepare import runbooks
from stanch.prepare.reachability import nobody

# A runbook test older than this counts as outdated.
TESTED_WITHIN_DAYS = 365
# So many factors of one service count, the most frequent first.
MOST_FACTORS = 4


class Lack(msgspec.Struct, frozen=True):
    """What is missing, stale or untested. ``points`` are lost by it; ``do``: what to do about it; ``link``: where, on our pages."""

    points: int
    text: str
    do: str
    link: str = ""


class Readiness(msgspec.Struct, frozen=True):
    """A service's score from 0 to 100, the worst lack first."""

    service: str
    title: str
    core: bool
    score: int
    lacks: list[Lack]


class Report(msgspec.Struct, frozen=True):
    """Every service, the least ready first. ``overall``: of all of them; ``weakest_core``: of the core services."""

    overall: int
    weakest_core: int
    services: list[Readiness]

    def line(self) -> str:
        """For chat."""
        lines = [f"{s.service}: {s.score} of 100{' · ' + s.lacks[0].text if s.lacks else ''}" for s in self.services]
        return "\n".join([f"Overall {self.overall} of 100", *lines])


class OpenFactor(msgspec.Struct, frozen=True):
    """A kind of contributing factor of past incidents whose action items are not all done. ``newest``: the last of them."""

    kind: str
    incidents: int
    newest: str


class Around(msgspec.Struct, frozen=True):
    """What the policy does not say: configured metrics sources and notifiers, and schedules without anybody now or soon, with why.

    ``drilled``: when each service was last drilled to the end (microseconds). ``factors``: what past incidents left open, by service.
    """

    metrics: frozenset[str] = frozenset()
    gaps: dict[str, str] = {}
    notifiers: frozenset[str] | None = None
    drilled: dict[str, int] = {}
    factors: dict[str, list[OpenFactor]] = {}


Rule = Callable[[Service, Policy, Around, int], list[Lack]]


def report(policy: Policy, around: Around, now: int) -> Report:
    """Every service of the catalog, judged by every rule."""
    found = sorted(
        (judge(s, policy, around, now) for s in policy.services.values()), key=lambda r: (r.score, r.service)
    )
    core = [r.score for r in found if r.core]
    overall = round(sum(r.score for r in found) / len(found)) if found else 0
    return Report(overall, min(core, default=overall), found)


def judge(service: Service, policy: Policy, around: Around, now: int) -> Readiness:
    """One service. The score never falls below 0."""
    lacks = sorted(
        (lack for rule in RULES for lack in rule(service, policy, around, now)), key=lambda lack: -lack.points
    )
    lost = min(100, sum(lack.points for lack in lacks))
    return Readiness(service.name, service.label(), service.core, 100 - lost, lacks)


def _runbook(service: Service, policy: Policy, around: Around, now: int) -> list[Lack]:
    """R7: five sections, reviewed and tested."""
    if not service.runbook:
        return [Lack(30, "there is no runbook", f"write {service.name}.md beside its file, with the five sections")]
    lacks = [
        Lack(5, f"the runbook does not say: {title.lower()}", "add the section")
        for title in runbooks.missing(service.runbook)
    ]
    if age := runbooks.age_problem(service, now):
        lacks.append(Lack(5, age, "review and correct it, and write the date into 'reviewed:'"))
    return lacks + _tested(service, now)


def _tested(service: Service, now: int) -> list[Lack]:
    do = "follow it once by daylight, in a drill, and write the date into 'tested:'"
    if not service.runbook_tested:
        return [Lack(5, "the runbook was never tested", do)]
    try:
        tested = parse_moment(service.runbook_tested)
    except ValueError as error:
        return [Lack(5, f"the date of the runbook's test cannot be read: {error}", "write it like 2026-05-14")]
    days = (now - tested) // DAY
    return [Lack(5, f"the runbook was last tested {counted(days, 'day')} ago", do)] if days > TESTED_WITHIN_DAYS else []


def _people(service: Service, policy: Policy, around: Around, now: int) -> list[Lack]:
    """R2, R8: a page must reach someone."""
    lacks = []
    escalation = policy.escalation.get(service.escalation) or policy.escalation.get("default")
    if said := nobody(policy, around.notifiers):
        lacks.append(Lack(40, said.partition(". ")[0], said.partition(". ")[2].rstrip(".")))
    elif escalation is None:
        lacks.append(Lack(25, "no escalation policy: everybody would be paged at once", "configure 'escalation'"))
    else:
        targets = [target for step in escalation.steps for target in step.notify]
        reachable = [
            t for t in targets if t.startswith("schedule:") or (t in policy.contacts and policy.contacts[t].reach)
        ]
        if not reachable:
            lacks.append(Lack(25, "its escalation policy reaches nobody", "name contacts that have a contact method"))
        elif len(escalation.steps) < 2 and escalation.repeat == 0:
            lacks.append(Lack(5, "nobody follows when the first page is missed", "add a second step"))
        for target in targets:
            if why := around.gaps.get(target.removeprefix("schedule:")) if target.startswith("schedule:") else "":
                lacks.append(Lack(10, why, "fill the gap: take it over, or add a layer"))
    if not service.team:
        lacks.append(Lack(3, "no team owns it", "set 'team'"))
    return lacks


def _detection(service: Service, policy: Policy, around: Around, now: int) -> list[Lack]:
    """R3, R13: it must be noticed, best by what customers feel."""
    lacks = []
    if not service.probes and not service.slos:
        lacks.append(
            Lack(15, "nothing of its own notices an outage: no probe and no SLO", "add a probe from outside, or an SLO")
        )
    elif service.core and not service.slos:
        lacks.append(Lack(5, "it is core and has no SLO: how bad it is will be a guess", "declare an SLO"))
    lacks += [
        Lack(
            5, f"the SLO '{slo.name}' asks '{slo.source}', which is not configured", "configure it under 'integrations'"
        )
        for slo in service.slos
        if slo.source not in around.metrics
    ]
    return lacks


def _mitigation(service: Service, policy: Policy, around: Around, now: int) -> list[Lack]:
    """R16: a mitigation must be available."""
    if not service.mitigations:
        return [Lack(15, "no mitigation is declared", "declare at least how to roll back")]
    if all(m.reversibility == "none" or not m.undo for m in service.mitigations):
        return [Lack(5, "no mitigation can be taken back", "declare 'undo' for at least one")]
    return []


def _recovery(service: Service, policy: Policy, around: Around, now: int) -> list[Lack]:
    """R41: recovery criteria must be set in advance."""
    if not service.criteria:
        return [Lack(10, "nobody has said what 'recovered' means", "declare recovery criteria")]
    return [
        Lack(
            5,
            f"the criterion '{c.name}' asks '{c.source}', which is not configured",
            "configure it under 'integrations'",
        )
        for c in service.criteria
        if c.source not in around.metrics
    ]


def _public(service: Service, policy: Policy, around: Around, now: int) -> list[Lack]:
    """R33: a core service that customers cannot find on the status page."""
    if service.core and not service.public_name:
        return [Lack(2, "it is core and not on the status page", "set 'public_name'")]
    return []


def _rehearsed(service: Service, policy: Policy, around: Around, now: int) -> list[Lack]:
    """R40: structure that is not rehearsed is not there at three in the morning."""
    if not service.core or not policy.drill_within_days:
        return []
    last, do = around.drilled.get(service.name), "'stanch drill' plays one: 'stanch drills' lists the scripts"
    if last is None:
        return [Lack(2, "nobody has ever drilled for it", do)]
    days = (now - last) // DAY
    return [Lack(2, f"it was last drilled {counted(days, 'day')} ago", do)] if days > policy.drill_within_days else []


def _factors(service: Service, policy: Policy, around: Around, now: int) -> list[Lack]:
    """R50: what contributed to an incident is still there until its action items are done."""
    lacks = []
    for factor in around.factors.get(service.name, [])[:MOST_FACTORS]:
        more = f" and {counted(factor.incidents - 1, 'earlier incident')}" if factor.incidents > 1 else ""
        text = f"#{factor.kind} contributed to {factor.newest}{more}, and not all action items are done"
        link = f"/incidents/{factor.newest}/postmortem#actions"
        lacks.append(Lack(3, text, "finish its action items, or drop them with a reason", link))
    return lacks


RULES: list[Rule] = [_runbook, _people, _detection, _mitigation, _recovery, _public, _rehearsed, _factors]
