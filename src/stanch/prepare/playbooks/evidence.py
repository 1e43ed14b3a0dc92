"""Gathers the inputs of the playbook rules from the record and the deploys."""

from stanch.kernel.policy import Policy
from stanch.kernel.suspicion import left_since
from stanch.prepare.changes_near import changes_near
from stanch.prepare.playbooks.library import Playbook, playbooks
from stanch.prepare.playbooks.rules import IncidentEvidence, Quote, Released, Suggestion, suggest
from stanch.timeline.record import Record, Signal
from stanch.timeline.unit_of_work import UnitOfWork


def suggested(uow: UnitOfWork, record: Record) -> list[tuple[Playbook, Suggestion]]:
    """The playbooks that fit an incident, best first, each with its reason."""
    known = playbooks()
    return [(known[found.playbook], found) for found in suggest(seen(uow, record))]


def seen(uow: UnitOfWork, record: Record) -> IncidentEvidence:
    """The inputs of the rules; rejected hypotheses are left out."""
    onset = record.onset()
    firing = [s for s in record.signals.values() if s.firing] or list(record.signals.values())
    said = [Quote(f"the alert {s.name}", f"{s.name}: {s.summary}") for s in firing]
    said.append(Quote("the title", record.title))
    if record.impact:
        said.append(Quote("the impact", record.impact.value))
    said += [Quote("a hypothesis", h.text) for h in record.hypotheses.values() if h.standing != "rejected"]
    service = record.service if record.drill is None else ""  # what really went out says nothing about a drill
    kinds = tuple(kind for s in firing if (kind := _probe_kind(uow.policy, s)))
    return IncidentEvidence(onset, tuple(said), tuple(s.labels for s in firing), kinds, _released(uow, service, onset))


def _probe_kind(policy: Policy, signal: Signal) -> str:
    """``tls`` for the alert of a TLS probe; empty for what is no probe's."""
    name = signal.labels.get("probe", "")
    probes = policy.service(signal.labels.get("service", "")).probes if name else []
    return next((probe.kind for probe in probes if probe.name == name), "")


def _released(uow: UnitOfWork, service: str, onset: int) -> tuple[Released, ...]:
    found = []
    services = list(dict.fromkeys([service, *uow.policy.service(service).depends_on])) if service else []
    for name, rows in changes_near(uow, services, onset).items():
        releases = [(row["deployed_at"], row["release"]) for row in reversed(rows) if row["kind"] == "release"]
        left = dict(zip(releases, left_since(releases, onset), strict=True))
        found += [
            Released(name, row["release"], row["deployed_at"], gone.degree if gone else 0.0)
            for row in rows
            for gone in [left.get((row["deployed_at"], row["release"]))]
        ]
    return tuple(found)
