"""Gathers what the ranking weighs, from the record, the deploys, the newest survey and past runs."""

import re
from collections import Counter

import msgspec

from stanch.kernel.clock import HOUR, SECOND
from stanch.kernel.policy import Policy
from stanch.kernel.suspicion import DATED_BY_ALERT, STATED
from stanch.mitigate.history import own_runs, past_runs
from stanch.mitigate.ranking.evidence import (
    Dependency,
    DependencyState,
    Evidence,
    Harm,
    HarmKind,
    Pressure,
    Release,
    Shape,
    Spread,
    TextEvidence,
    left_behind,
)
from stanch.mitigate.ranking.text_signs import BROKEN, quote, says
from stanch.mitigate.saturation import fullness
from stanch.mitigate.survey import Survey, Tool
from stanch.mitigate.waiting_alerts import waits_by_its_words
from stanch.prepare.changes_near import changes_near
from stanch.prepare.playbooks.evidence import seen
from stanch.prepare.playbooks.library import playbooks
from stanch.prepare.playbooks.rules import ZONE_LABELS, suggest
from stanch.respond.harm.reading import read
from stanch.timeline.affected import affected, firing_services
from stanch.timeline.record import Record, Signal
from stanch.timeline.run import Run
from stanch.timeline.unit_of_work import UnitOfWork

# How senders call what an alert is about, beside the names of the breakdowns themselves.
LABELS: dict[str, tuple[str, ...]] = {
    "zone": (*ZONE_LABELS, "region"),
    "version": ("version", "release"),
    "feature": ("feature", "flag"),
    "node": ("node", "host", "hostname", "server"),
    "tenant": ("tenant", "customer", "organization", "org", "account"),
}
SATURATED = 0.9
# A longer wait in an alert's text is taken for something else.
LONGEST_WAIT = 12 * HOUR
TOWARDS = r"(against|from|to|of|with|by|in|on|towards|calling|reaching)"
DOWN = r"\b(down|outage|unavailable|unreachable|offline)\b"


def gather(uow: UnitOfWork, record: Record, survey: Survey | None, at_hand: list[Tool]) -> Evidence:
    """Everything that is known now. ``at_hand``: as ``tools`` answers."""
    onset, services = record.onset(), affected(record, uow.policy)
    firing = firing_signals(record)
    dating = [s for s in firing if abs(s.starts_at - onset) < STATED]
    by_alert = not firing or bool(dating)
    uncertainty = DATED_BY_ALERT if by_alert else STATED
    runs = own_runs(uow, record, at_hand)
    told = _told(record, firing, runs)
    known = playbooks()
    releasing = services if record.drill is None else []  # what really went out says nothing about a drill
    shapes = [Shape(f.playbook, known[f.playbook].title, f.reason, f.weight) for f in suggest(seen(uow, record), 0)]
    tried: dict[str, str] = {
        name: r.outcome or "watching"
        for name, own in runs.items()
        for r in own
        if not r.undone_by and r.ok is not False and r.changed
    }
    return Evidence(
        onset,
        record.service,
        (*_releases(uow, releasing, onset), *_changed(record)),
        _spreads(record, firing, survey),
        _pressures(record, survey),
        tuple(shapes),
        frozenset((*firing_services(record), *record.also)),
        tried,
        past_runs(uow, record, at_hand),
        uncertainty,
        told,
        tuple(_dependencies(record, uow.policy, services, told)),
        tuple(_harms(record, told)),
        {name: tuple(uow.policy.needed(name)) for name in services},
        _waited(uow, record, dating, survey),
    )


def _waited(uow: UnitOfWork, record: Record, dating: list[Signal], survey: Survey | None) -> int:
    """How long the alert that dates the onset waited before it fired: as its rule says, else as its sender does."""
    first = min(dating, key=lambda s: s.starts_at, default=None)
    if first is None:
        return 0
    if survey and first.name in survey.waits:
        return min(int(survey.waits[first.name] * SECOND), LONGEST_WAIT)
    row = uow.tx.one("SELECT annotations FROM signals WHERE fingerprint = :fingerprint", fingerprint=first.fingerprint)
    said = msgspec.json.decode(row["annotations"], type=dict[str, str]) if row and row["annotations"] else {}
    return min(int(waits_by_its_words({**first.labels, **said}) * SECOND), LONGEST_WAIT)


def firing_signals(record: Record) -> list[Signal]:
    """The alerts that fire; when none does any more, all there were."""
    return [s for s in record.signals.values() if s.firing] or list(record.signals.values())


def _told(record: Record, firing: list[Signal], runs: dict[str, list[Run]]) -> tuple[TextEvidence, ...]:
    """The texts of alerts and people, those of the greatest weight first; rejected hypotheses are left out."""
    said = [
        TextEvidence(
            f"a {h.standing} hypothesis" if h.standing != "open" else "a hypothesis",
            h.text,
            0.8 if h.standing == "open" else 1.5,
        )
        for h in record.hypotheses.values()
        if h.standing != "rejected"
    ]
    said += [TextEvidence(f"the alert {s.name}", f"{s.name}: {s.summary}") for s in firing]
    said += [TextEvidence("the impact", record.impact.value, outcome=True)] if record.impact else []
    said += [TextEvidence("the title", record.title)]
    said += [TextEvidence("a finding", f.sentence, 1.2) for f in record.findings.values()]
    said += [TextEvidence("triage", text, outcome=True) for text in record.answers.values()]
    said += [
        TextEvidence("a note", text, 0.7, True, tuple(name for name, own in runs.items() if _after(record, text, own)))
        for text in reversed(record.notes)
    ]
    return tuple(said)


def _after(record: Record, note: str, runs: list[Run]) -> bool:
    """Whether a note was written after one of these was started, which was not in vain as far as is known."""
    return any(note in record.noted_since.get(r.run, ()) and r.ok is not False and r.changed for r in runs)


def _spreads(record: Record, firing: list[Signal], survey: Survey | None) -> dict[str, Spread]:
    """What a person found, else what was measured, else what the alerts say, for each label."""
    labels = {*LABELS, *(survey.spreads if survey else ())}
    spreads = {
        label: found for label in sorted(labels) if (found := _spread(label, [s.labels for s in firing], survey))
    }
    for finding in record.findings.values():
        f = finding
        if f.about == "spread" and f.share is not None:
            rest = {"elsewhere": 1 - f.share} if f.share < 1 else {}
            spreads[f.label] = Spread(f.label, {f.subject: f.share, **rest}, True)
    return spreads


def _spread(label: str, labels: list[dict[str, str]], survey: Survey | None) -> Spread | None:
    """What was measured; without a measurement what the alerts say."""
    measured = {value: number for value, number in (survey.spreads.get(label, {}) if survey else {}).items() if value}
    total = sum(measured.values())
    if total > 0:
        return Spread(label, {value: number / total for value, number in measured.items()}, True)
    named = Counter(value for own in labels if (value := _value(own, LABELS.get(label, (label,)))))
    count = sum(named.values())
    return Spread(label, {value: number / count for value, number in named.items()}, False) if count else None


def _value(labels: dict[str, str], names: tuple[str, ...]) -> str:
    return next((labels[name] for name in names if labels.get(name)), "")


def _releases(uow: UnitOfWork, services: list[str], onset: int) -> list[Release]:
    return [
        release
        for service, rows in changes_near(uow, services, onset).items()
        for release in left_behind([
            Release(
                service, r["release"], r["previous"], r["deployed_at"], bool(r["reversible"]), r["reason"], r["kind"], r["summary"]
            )
            for r in rows
        ], onset)
    ]  # fmt: skip


def _changed(record: Record) -> list[Release]:
    """The changes that people found out about."""
    return [
        Release(f.service or record.service, f.subject, "", f.at, kind=f.kind_of or "other", text=f.text)
        for finding in record.findings.values()
        if (f := finding).about == "change" and f.at is not None
    ]


def _pressures(record: Record, survey: Survey | None) -> tuple[Pressure, ...]:
    said = [
        Pressure(
            (f.share or 0) >= SATURATED, f.sentence, f.service or record.service, f.service in ("", *record.services()),
            fullness((f.share or 0) - SATURATED, SATURATED),
        )
        for finding in record.findings.values()
        if (f := finding).about == "saturation"
    ]  # fmt: skip
    measured = survey.pressure if survey else ()
    return (*said, *(Pressure(r.saturated, r.sentence, r.of, r.own, r.fullness) for r in measured))


def _dependencies(
    record: Record, policy: Policy, services: list[str], told: tuple[TextEvidence, ...]
) -> list[Dependency]:
    """What is known of everything that an affected service needs, from findings, alerts and words, in this order."""
    found: dict[str, Dependency] = {}
    for finding in record.findings.values():
        f = finding
        if f.about == "dependency" and f.state:
            found[f.subject] = Dependency(f.subject, f.state, f.sentence)
    firing = firing_services(record)
    for user in services:
        for name in policy.needed(user):
            # An alert on what is needed tells where the fault is when those who need it are hit as well, or nothing can be done to it.
            hit = user in firing or not policy.service(name).mitigations
            if name in firing and name not in found and hit:
                found[name] = Dependency(name, _state(record, name), f"alerts fire on {name}, which {user} needs")
            elif name not in found and name not in firing and user in (*record.services(), *firing):
                label = re.escape(policy.service(name).label()).replace("\\ ", "[ -]")
                named = rf"\b({re.escape(name)}|{label})\b"
                pattern = rf"{named}.{{0,40}}\b{BROKEN}\b|\b({BROKEN}|errors?) (\w+ )?{TOWARDS} (the )?{named}"
                said = next((t for t in told if says(t, pattern)), None)
                if said:
                    state: DependencyState = "down" if re.search(DOWN, said.text, re.IGNORECASE) else "degraded"
                    found[name] = Dependency(name, state, quote(said))
    return list(found.values())


def _state(record: Record, service: str) -> DependencyState:
    said = " ".join(f"{s.name} {s.summary}" for s in record.signals.values() if s.labels.get("service") == service)
    return "down" if re.search(DOWN, re.sub(r"(?<=[a-z])(?=[A-Z])", " ", said), re.IGNORECASE) else "degraded"


def _harms(record: Record, told: tuple[TextEvidence, ...]) -> list[Harm]:
    """What a person stated, else what words are a sign of."""
    known = record.impact_facts
    found = [Harm("data", "data is at risk")] if known.data_at_risk else []
    found += [Harm("security", "a security incident is in progress")] if known.security else []
    kinds: tuple[tuple[HarmKind, bool], ...] = (
        ("data", known.data_at_risk),
        ("security", known.security),
    )
    for kind, stated in kinds:
        said = next((t for t in told if any(one.kind == kind for one in read(t.text))), None)
        if said and not stated:
            found.append(Harm(kind, quote(said), 0.6))
    return found
