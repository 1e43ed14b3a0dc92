"""What the real systems said when they were last asked, and what can be done with it at hand (R16).

A survey is no entry of the timeline: only the newest one is kept, and what a mitigation was started on is in its evidence.
"""

import hashlib

import msgspec

from stanch.kernel.policy import Mitigation, Policy
from stanch.ports import Preview
from stanch.timeline.affected import affected
from stanch.timeline.record import Record
from stanch.timeline.unit_of_work import UnitOfWork


class Offer(msgspec.Struct, frozen=True):
    """What one address (``kubernetes:shop/deployment/web``) of a service offers."""

    service: str
    address: str
    mitigations: list[Mitigation]


class CapacityReading(msgspec.Struct, frozen=True):
    """One measurement of capacity, in a sentence, what it belongs to (``own``: the instances themselves), how full from 0 to 1."""

    saturated: bool
    sentence: str
    of: str = ""
    own: bool = True
    fullness: float | None = None


class Survey(msgspec.Struct):
    """What the real systems said at ``taken_at``. ``troubles``: whatever could not be asked, and why.

    ``previews``: the dry runs by ``Tool.key``. ``waits``: seconds for which the rule of each alert waits before it fires.
    """

    taken_at: int
    offers: list[Offer] = []
    previews: dict[str, Preview] = {}
    spreads: dict[str, dict[str, float]] = {}
    pressure: list[CapacityReading] = []
    troubles: list[str] = []
    waits: dict[str, float] = {}


def newest(uow: UnitOfWork, incident: str) -> Survey | None:
    """The newest survey of an incident, if there is one yet."""

    def read() -> Survey | None:
        row = uow.tx.one("SELECT content FROM surveys WHERE incident = :id", id=incident)
        return msgspec.json.decode(row["content"], type=Survey) if row else None

    return uow.once(("survey", incident), read)


class Tool(msgspec.Struct, frozen=True):
    """A mitigation and the service it belongs to. ``offered_by``: the address that offers it; empty: declared."""

    mitigation: Mitigation
    service: str
    offered_by: str = ""

    def key(self) -> str:
        """The same for the same action, whichever other services the incident has: those may change its name."""
        return action_key(self.service, self.mitigation.name)


def action_key(service: str, name: str) -> str:
    """What is compared instead of a name, which may have its service in front (``checkout:rollback``) or not."""
    return f"{service}:{name.removeprefix(f'{service}:')}"


def digest(mitigation: Mitigation) -> str:
    """The fingerprint of what it would do: a different fingerprint is a different run, whatever its name."""
    return hashlib.sha256(msgspec.json.encode([mitigation.adapter, mitigation.run])).hexdigest()[:12]


def of_instance(mitigation: Mitigation) -> Mitigation:
    """Marks an offer of ``kubernetes@eu`` in name, title and target: another cluster may have the same one."""
    instance = mitigation.adapter.partition("@")[2]
    if not instance:
        return mitigation
    return msgspec.structs.replace(
        mitigation,
        name=f"{mitigation.name}@{instance}",
        title=f"{mitigation.title} ({instance})",
        target=f"{mitigation.target} ({instance})",
        runs_as=f"{mitigation.runs_as or mitigation.name}@{instance}",
    )


def tools(record: Record, policy: Policy, survey: Survey | None) -> list[Tool]:
    """Everything at hand, each under a name of its own. What the catalog declares hides an offer of the same name: people
    know better. What was found out in the dry run is part of what runs. A drill has its own, which are simulated (R40).
    """
    if record.drill is not None:
        return [Tool(mitigation, record.service) for mitigation in record.drill.mitigations]
    names = affected(record, policy)
    found: dict[str, Tool] = {}
    for name in names:
        for m in policy.service(name).mitigations:
            tool = Tool(m if m.name not in found else _qualified(m, name), name)
            found.setdefault(tool.mitigation.name, tool)
    for offer in survey.offers if survey else []:
        for m in offer.mitigations if offer.service in names else []:
            other = m.name in found and found[m.name].service != offer.service
            own = _qualified(m, offer.service) if other else m
            found.setdefault(own.name, Tool(own, offer.service, offer.address))
    return [_pinned(tool, survey) for tool in found.values()]


def _qualified(mitigation: Mitigation, service: str) -> Mitigation:
    """Two services may each declare a ``rollback``; the affected service's own keeps the short name."""
    return msgspec.structs.replace(
        mitigation, name=f"{service}:{mitigation.name}", runs_as=mitigation.runs_as or mitigation.name
    )


def _pinned(tool: Tool, survey: Survey | None) -> Tool:
    preview = survey.previews.get(tool.key()) if survey else None
    if preview is None or not preview.pinned:
        return tool
    return msgspec.structs.replace(tool, mitigation=msgspec.structs.replace(tool.mitigation, run=preview.pinned))
