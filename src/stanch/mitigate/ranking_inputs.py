"""Gathers what the ranking weighs, from the record, the deploys, the newest survey and past runs."""

from collections import Counter

from stanch.kernel.suspicion import LOOK_AHEAD, LOOK_BACK
from stanch.mitigate.history import past_runs
from stanch.mitigate.ranking.evidence import Evidence, Pressure, Release, Shape, Spread
from stanch.mitigate.survey import Survey, tools
from stanch.prepare.playbooks.evidence import suggested
from stanch.prepare.playbooks.rules import ZONE_LABELS
from stanch.timeline.record import Record
from stanch.timeline.unit_of_work import UnitOfWork

LABELS = {"zone": ZONE_LABELS, "version": ("version", "release"), "feature": ("feature", "flag")}


def gather(uow: UnitOfWork, record: Record, survey: Survey | None, services: list[str]) -> Evidence:
    """Everything that is known now."""
    onset = record.began_at or record.detected_at or record.declared_at
    firing = [s for s in record.signals.values() if s.firing] or list(record.signals.values())
    spreads = {label: found for label in LABELS if (found := _spread(label, [s.labels for s in firing], survey))}
    shapes = [Shape(book.name, book.title, found.reason, found.weight) for book, found in suggested(uow, record)]
    tried: dict[str, str] = {
        r.mitigation: r.outcome or "watching"
        for r in record.runs.values()
        if not r.undo_of and not r.undone_by and r.ok is not False and r.changed
    }
    return Evidence(
        onset,
        record.service,
        tuple(release for name in services for release in _releases(uow, name, onset)),
        spreads,
        _pressure(survey),
        tuple(shapes),
        frozenset(s.labels["service"] for s in firing if s.labels.get("service")),
        tried,
        past_runs(uow, record, tools(record, uow.policy, survey)),
    )


def _spread(label: str, labels: list[dict[str, str]], survey: Survey | None) -> Spread | None:
    """What was measured; without a measurement what the alerts say."""
    measured = {value: number for value, number in (survey.spreads.get(label, {}) if survey else {}).items() if value}
    total = sum(measured.values())
    if total > 0:
        return Spread(label, {value: number / total for value, number in measured.items()}, True)
    named = Counter(value for own in labels if (value := _value(own, LABELS[label])))
    count = sum(named.values())
    return Spread(label, {value: number / count for value, number in named.items()}, False) if count else None


def _value(labels: dict[str, str], names: tuple[str, ...]) -> str:
    return next((labels[name] for name in names if labels.get(name)), "")


def _releases(uow: UnitOfWork, service: str, onset: int) -> list[Release]:
    rows = uow.tx.all(
        "SELECT * FROM deploys WHERE service = :service AND deployed_at BETWEEN :since AND :until "
        "ORDER BY deployed_at DESC LIMIT 10",
        service=service,
        since=onset - LOOK_BACK,
        until=onset + LOOK_AHEAD,
    )
    return [
        Release(service, r["release"], r["previous"], r["deployed_at"], bool(r["reversible"]), r["reason"])
        for r in rows
    ]


def _pressure(survey: Survey | None) -> Pressure | None:
    if survey is None or not survey.pressure:
        return None
    full = [reading for reading in survey.pressure if reading.saturated]
    told = full or survey.pressure
    return Pressure(bool(full), "; ".join(reading.sentence for reading in told[:2]))
