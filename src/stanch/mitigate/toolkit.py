"""What can be done for the affected services now, ranked with the evidence at hand."""

from statistics import median

from stanch.kernel.errors import NotFound
from stanch.kernel.policy import Mitigation, Policy
from stanch.mitigate.ranking import Evidence, PastRuns, Ranked, Release, rank
from stanch.timeline.desk import Desk
from stanch.timeline.record import Record


def available(record: Record, policy: Policy) -> list[Mitigation]:
    """Mitigations of the affected service and of those it depends on; without a service, everybody's."""
    if not record.service:
        return [m for s in policy.services.values() for m in s.mitigations]
    service = policy.service(record.service)
    names = [service.name, *service.depends_on]
    return [m for name in names for m in policy.service(name).mitigations]


def named(record: Record, policy: Policy, name: str) -> Mitigation:
    """One of them by name. Raises ``NotFound`` with those there are."""
    for mitigation in available(record, policy):
        if mitigation.name == name:
            return mitigation
    known = ", ".join(m.name for m in available(record, policy)) or "none is declared for this service"
    raise NotFound(f"{record.id} has no mitigation '{name}'.", hint=f"Known: {known}.")


def ranked_for(desk: Desk, record: Record) -> list[Ranked]:
    """The ranked list for an incident (R16)."""
    return rank(available(record, desk.policy), evidence_for(desk, record))


def evidence_for(desk: Desk, record: Record) -> Evidence:
    """Gather what the ranking weighs: onset, newest deploy, zones of the firing alerts, past and present outcomes."""
    onset = record.began_at or record.detected_at or record.declared_at
    firing = [s for s in record.signals.values() if s.firing] or list(record.signals.values())
    zones = tuple(sorted({s.labels["zone"] for s in firing if s.labels.get("zone")}))
    tried: dict[str, str] = {
        r.mitigation: r.outcome or "watching" for r in record.runs.values() if not r.undo_of and not r.undone_by
    }
    return Evidence(
        onset, record.service, _release(desk, record.service, onset), zones, None, tried, _past(desk, record)
    )


def _release(desk: Desk, service: str, onset: int) -> Release | None:
    # Ten minutes of grace: onset is often dated by the alert, and clocks differ.
    row = desk.tx.one(
        "SELECT * FROM deploys WHERE service = :service AND deployed_at <= :until ORDER BY deployed_at DESC LIMIT 1",
        service=service,
        until=onset + 600_000_000,
    )
    return (
        Release(row["release"], row["previous"], row["deployed_at"], bool(row["reversible"]), row["reason"])
        if row
        else None
    )


def _past(desk: Desk, record: Record) -> dict[str, PastRuns]:
    runs: dict[str, list[tuple[str, float | None]]] = {}
    for row in desk.tx.all(
        "SELECT mitigation, outcome, effect_seconds FROM mitigation_runs WHERE service = :service AND incident <> :id AND outcome <> ''",
        service=record.service,
        id=record.id,
    ):
        runs.setdefault(row["mitigation"], []).append((row["outcome"], row["effect_seconds"]))
    found = {}
    for name, seen in runs.items():
        effects = [seconds for _, seconds in seen if seconds is not None]
        found[name] = PastRuns(len(seen), sum(o == "helped" for o, _ in seen), median(effects) if effects else None)
    return found
