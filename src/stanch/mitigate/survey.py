"""What the real systems said when they were last asked, and what can be done with it at hand (R16).

A survey is a look, not a fact: only the newest one is kept, and what a mitigation was started on is in its evidence.
"""

import msgspec

from stanch.kernel.policy import Mitigation, Policy
from stanch.ports import Preview
from stanch.timeline.record import Record
from stanch.timeline.unit_of_work import UnitOfWork


class Offer(msgspec.Struct, frozen=True):
    """What one address (``kubernetes:shop/deployment/web``) of a service offers."""

    service: str
    address: str
    mitigations: list[Mitigation]


class Reading(msgspec.Struct, frozen=True):
    """One measurement of capacity, in a sentence."""

    saturated: bool
    sentence: str


class Survey(msgspec.Struct):
    """What the real systems said at ``taken_at``. ``troubles``: whatever could not be asked, and why."""

    taken_at: int
    offers: list[Offer] = []
    previews: dict[str, Preview] = {}
    spreads: dict[str, dict[str, float]] = {}
    pressure: list[Reading] = []
    troubles: list[str] = []


def newest(uow: UnitOfWork, incident: str) -> Survey | None:
    """The newest survey of an incident, if there is one yet."""
    row = uow.tx.one("SELECT content FROM surveys WHERE incident = :id", id=incident)
    return msgspec.json.decode(row["content"], type=Survey) if row else None


class Tool(msgspec.Struct, frozen=True):
    """A mitigation and the service it belongs to. ``offered_by``: the address that offers it; empty: declared."""

    mitigation: Mitigation
    service: str
    offered_by: str = ""


def affected(record: Record, policy: Policy) -> list[str]:
    """The affected service and those it depends on; without a service, every one."""
    if not record.service:
        return list(policy.services)
    return [record.service, *policy.service(record.service).depends_on]


def tools(record: Record, policy: Policy, survey: Survey | None) -> list[Tool]:
    """Everything at hand. What the catalog declares hides an offer of the same name: people know better."""
    names = affected(record, policy)
    declared = [Tool(m, name) for name in names for m in policy.service(name).mitigations]
    known = {tool.mitigation.name for tool in declared}
    offers = [
        Tool(m, offer.service, offer.address)
        for offer in (survey.offers if survey else [])
        if offer.service in names
        for m in offer.mitigations
        if m.name not in known
    ]
    return declared + offers
