"""Which services an incident affects, said after it was declared (R14, R16): added, and taken out again where it was a mistake."""

from typing import Annotated

import msgspec

from stanch.kernel.command import Done, command
from stanch.kernel.errors import Conflict, Invalid, NotFound
from stanch.kernel.names import folded
from stanch.kernel.policy import Policy
from stanch.prepare.oncall.people import meant, shown_name
from stanch.respond.commands import IncidentId
from stanch.respond.escalation import policy_of
from stanch.respond.reactions import request_page
from stanch.timeline.entries import Entry
from stanch.timeline.facts.respond import ServiceAdded, ServiceRemoved
from stanch.timeline.record import Record
from stanch.timeline.unit_of_work import UnitOfWork


class AffectedService(msgspec.Struct):
    """Say that an incident affects a service, too, or that it does not after all."""

    incident: IncidentId
    service: Annotated[
        str, msgspec.Meta(min_length=1, max_length=200, description="The service, as the catalog has it.")
    ]
    remove: Annotated[bool, msgspec.Meta(description="It is not affected after all.")] = False


@command(
    "service",
    AffectedService,
    noun="services",
    positional=("service",),
    example="stanch service INC-1 checkout",
)
def affected_service(uow: UnitOfWork, asked: AffectedService) -> Done:
    """R16, R2: its mitigations, criteria and SLOs count from now on, and whoever is on call for it is paged where the severity pages."""
    record = uow.record(asked.incident)
    if record.merged_into:
        raise Conflict(f"{record.id} is merged into {record.merged_into}.", hint="Say it there.")
    if asked.remove:
        return _remove(uow, record, asked.service.strip())
    name = known_service(uow.policy, asked.service)
    if name in record.services():
        raise Conflict(f"{record.id} affects {name} already.", field="service")
    uow.append(record.id, ServiceAdded(name))
    paged, call = _paged(uow, record, name)
    shown, post = _on_status_page(uow.policy, record, name)
    said = [f"{record.id} affects {name}.", paged, shown]
    return Done(" ".join(filter(None, said)), record.id, name, " ".join(filter(None, (call, post))))


def _remove(uow: UnitOfWork, record: Record, text: str) -> Done:
    name = next((each for each in record.services() if folded(each) == folded(text)), "")
    name = name or _by_any_name(uow.policy, text)
    if name not in record.services():
        there = ", ".join(record.services()) or "none"
        raise NotFound(f"{record.id} does not affect '{text}'.", field="service", hint=f"It affects: {there}.")
    uow.append(record.id, ServiceRemoved(name))
    paged = any(page.waiting() for page in record.pages.values())
    still = " Whoever was paged is still paged until somebody has it." if paged else ""
    return Done(f"{record.id} does not affect {name} any more.{still}", record.id, name)


def known_service(policy: Policy, text: str) -> str:
    """The service that is meant, by its name, title or public name. Raises ``Invalid`` for one that the catalog does not have."""
    wanted = text.strip()
    if not wanted:
        raise Invalid("Which service?", field="service", hint="Name one of the catalog.")
    found = _by_any_name(policy, wanted)
    if not found:
        known = ", ".join(sorted(policy.services)[:20]) or "none yet"
        hint = meant(wanted, list(policy.services)) or f"It has: {known}."
        raise Invalid(f"The catalog has no service '{wanted}'.", field="service", hint=hint)
    return found


def _by_any_name(policy: Policy, text: str) -> str:
    wanted = folded(text)
    for name, service in policy.services.items():
        if wanted in (folded(name), folded(service.title), folded(service.public_name)):
            return name
    return ""


def _paged(uow: UnitOfWork, record: Record, name: str) -> tuple[str, str]:
    """Who is woken for it, or why nobody is and what would."""
    if not record.live():
        return "", ""
    policy, by = uow.policy, policy_of(uow.policy, uow.policy.service(name).escalation)
    for page in record.pages.values():
        if not page.person and policy_of(policy, page.escalation) == by and page.ended_at is None:
            return "Nobody more is paged: its on-call was paged already.", ""
    if not policy.severity(record.severity_name()).pages:
        called = f"--escalation {by}" if by else "PERSON"
        return f"{record.severity_name()} pages nobody.", f"'stanch page {record.id} {called}' pages them all the same."
    identity = request_page(uow, record, f"{name} is affected", by)
    if not identity:
        return "This is a drill: nobody is paged.", ""
    page = record.pages[identity]
    who = ", ".join(shown_name(policy.contacts, person) for person in page.people)
    return (
        f"Paging {who}, by '{by or 'everybody'}'." if who else "Nobody can be reached for it now; it is tried again.",
        "",
    )


def _on_status_page(policy: Policy, record: Record, name: str) -> tuple[str, str]:
    """What customers see of it: a component counts as degraded by itself only where no post has named any."""
    public, posts = policy.service(name).public_name, [u for _, _, u in record.updates if u.audience == "public"]
    if not public or not posts or record.private or record.drill is not None or not record.live():
        return "", ""
    if any(post.components for post in posts):
        return f"The status page says nothing of '{public}' yet.", f"Post with --components {name}=partial_outage."
    return f"The status page shows '{public}' as degraded from the first post on.", ""


def index_services(uow: UnitOfWork, _entry: Entry, record: Record) -> None:
    """A reaction: by which services an incident is found beside its main one."""
    uow.tx.execute("DELETE FROM also_affected WHERE incident = :incident", incident=record.id)
    for name in record.also:
        uow.tx.execute(
            "INSERT INTO also_affected (incident, service) VALUES (:incident, :name)", incident=record.id, name=name
        )
