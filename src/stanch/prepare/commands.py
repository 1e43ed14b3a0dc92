"""Reading the catalog: services, how ready each is, runbooks, contacts."""

from typing import Annotated

import msgspec

from stanch.kernel.clock import DAY, iso
from stanch.kernel.command import command
from stanch.kernel.errors import NotFound
from stanch.kernel.policy import Phase, Service
from stanch.prepare import readiness, runbooks
from stanch.prepare.oncall import store
from stanch.prepare.oncall.people import meant
from stanch.prepare.reachability import shown
from stanch.timeline.unit_of_work import UnitOfWork

GAPS_WITHIN_DAYS = 7


class Services(msgspec.Struct):
    """The services of the catalog, with what each depends on and what can be done for it."""


class ServiceRow(msgspec.Struct, frozen=True):
    """A service of the catalog. ``runbook``: whether it has one."""

    name: str
    title: str
    core: bool
    depends_on: list[str]
    mitigations: list[str]
    criteria: list[str]
    probes: list[str]
    runbook: bool

    def line(self) -> str:
        """For chat."""
        return f"{self.name} · {self.title}{' · core' if self.core else ''}"


@command("services", Services, reading=True, example="stanch services")
def services(uow: UnitOfWork, _asked: Services) -> list[ServiceRow]:
    """Every service (R7)."""
    return [
        ServiceRow(
            s.name, s.label(), s.core, s.depends_on, [m.name for m in s.mitigations], [c.name for c in s.criteria],
            [p.name for p in s.probes], bool(s.runbook),
        )
        for s in sorted(uow.policy.services.values(), key=lambda s: s.name)
    ]  # fmt: skip


class ShowReadiness(msgspec.Struct):
    """How ready each service is for the page at three in the morning, and what would raise its score."""

    service: Annotated[str, msgspec.Meta(max_length=200, description="Only this one.")] = ""


@command("readiness", ShowReadiness, positional=("service",), reading=True, example="stanch readiness shop")
def show_readiness(uow: UnitOfWork, asked: ShowReadiness) -> readiness.Report:
    """R7: score and reasons, the least ready first."""
    found = readiness.report(uow.policy, around(uow), uow.now)
    if asked.service:
        only = [r for r in found.services if r.service == _service(uow, asked.service).name]
        return readiness.Report(only[0].score, only[0].score, only)
    return found


def around(uow: UnitOfWork) -> readiness.Around:
    """The inputs of readiness besides the policy: metrics sources, and gaps in on-call within a week."""
    gaps: dict[str, str] = {}
    for name in uow.policy.schedules:
        try:
            empty = [s for s in store.planned(uow, name, uow.now, uow.now + GAPS_WITHIN_DAYS * DAY) if not s.person]
        except ValueError as error:
            gaps[name] = f"the schedule '{name}' cannot be read: {error}"
            continue
        if empty:
            why = store.gap_reason(uow, name, empty[0].start).rstrip(".")
            gaps[name] = f"nobody is on call in '{name}' from {iso(empty[0].start)[:16].replace('T', ' ')} UTC: {why}"
    world = uow.application.world
    return readiness.Around(
        frozenset(world.metrics), gaps, frozenset(world.notifiers), last_drilled(uow), open_factors(uow)
    )


def last_drilled(uow: UnitOfWork) -> dict[str, int]:
    """When each service was last drilled to the end; what was broken off counts as no drill (R40)."""
    rows = uow.tx.all(
        "SELECT service, MAX(ended_at) AS at FROM drills WHERE service <> '' AND ended_at IS NOT NULL AND aborted = 0 GROUP BY service"
    )
    return {row["service"]: int(row["at"]) for row in rows}


def open_factors(uow: UnitOfWork) -> dict[str, list[readiness.OpenFactor]]:
    """Factors of incidents that have open action items, by service (R50). Private incidents are left out: everybody reads this (P6)."""
    rows = uow.tx.all(
        "SELECT f.service, f.factor, COUNT(*) AS n, MAX(o.number) AS newest FROM "
        "(SELECT incident, MAX(number) AS number FROM learning_items WHERE done_at IS NULL AND added_at > 0 AND private = 0 "
        "GROUP BY incident) AS o JOIN learning_factors f ON f.incident = o.incident "
        "WHERE f.service <> '' AND f.private = 0 GROUP BY f.service, f.factor ORDER BY f.service, n DESC, f.factor"
    )
    found: dict[str, list[readiness.OpenFactor]] = {}
    for row in rows:
        factor = readiness.OpenFactor(row["factor"], int(row["n"]), f"INC-{row['newest']}")
        found.setdefault(row["service"], []).append(factor)
    return found


class ShowRunbook(msgspec.Struct):
    """A service's runbook, whole or at the sections that fit a phase."""

    service: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    phase: Annotated[Phase | None, msgspec.Meta(description="Only what is needed in this phase.")] = None


class Runbook(msgspec.Struct, frozen=True):
    """A runbook's sections by their headings; ``before``: what stands above the first."""

    service: str
    sections: dict[str, str]

    def line(self) -> str:
        """For chat."""
        return "\n\n".join(f"{heading}\n{text}" for heading, text in self.sections.items())


@command(
    "runbook",
    ShowRunbook,
    noun="runbooks",
    positional=("service",),
    reading=True,
    example="stanch runbook shop --phase mitigate",
)
def show_runbook(uow: UnitOfWork, asked: ShowRunbook) -> Runbook:
    """R7."""
    service = _service(uow, asked.service)
    if not service.runbook:
        raise NotFound(
            f"{service.name} has no runbook.", hint=f"Write {service.name}.md beside its file in the catalog."
        )
    parts = runbooks.for_phase(service.runbook, asked.phase) if asked.phase else runbooks.sections(service.runbook)
    return Runbook(service.name, {part.heading or "before": part.text for part in parts})


class Contacts(msgspec.Struct):
    """Whom to turn to: people, vendors and teams, by service or by what they do."""

    service: Annotated[str, msgspec.Meta(max_length=200, description="Only those that this service names.")] = ""
    role: Annotated[str, msgspec.Meta(max_length=200, description="Only those with this role, such as support.")] = ""


class ContactRow(msgspec.Struct, frozen=True):
    """Someone to turn to. ``reach``: addresses for admins, of a web address the host (its rest may be a secret); the means alone for others."""

    contact: str
    name: str
    kind: str
    roles: list[str]
    reach: list[str]
    lead: str
    note: str

    def line(self) -> str:
        """For chat."""
        return " · ".join(word for word in (self.name, ", ".join(self.roles), ", ".join(self.reach), self.note) if word)


@command("contacts", Contacts, reading=True, example="stanch contacts --service shop")
def contacts(uow: UnitOfWork, asked: Contacts) -> list[ContactRow]:
    """R8. Addresses are for admins; everybody sees by what someone can be reached."""
    policy = uow.policy
    named: dict[str, list[str]] = {}
    services = [_service(uow, asked.service)] if asked.service else list(policy.services.values())
    for service in services:
        for role, key in service.contacts.items():
            named.setdefault(key, []).append(f"{role} of {service.name}")
    wanted = asked.role.casefold()
    return [
        ContactRow(
            key, contact.name, contact.kind, [*contact.roles, *named.get(key, [])],
            [shown(method.to) if uow.actor.admin else method.to.partition(":")[0] for method in contact.methods()],
            contact.lead, contact.note,
        )
        for key, contact in sorted(policy.contacts.items())
        if (not asked.service or key in named)
        and (not wanted or any(wanted in role.casefold() for role in [*contact.roles, *named.get(key, [])]))
    ]  # fmt: skip


def _service(uow: UnitOfWork, name: str) -> Service:
    """A service of the catalog. Raises ``NotFound`` with what was probably meant."""
    found = uow.policy.services.get(name)
    if found is None:
        raise NotFound(
            f"There is no service '{name}' in the catalog.", field="service", hint=meant(name, uow.policy.services)
        )
    return found
