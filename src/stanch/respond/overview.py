"""Looking at incidents: the list, and one whole, now or at any past moment."""

from typing import Annotated, Any

import msgspec

from stanch.db.transaction import Row
from stanch.kernel.answers import Moment
from stanch.kernel.clock import hour_minute, spell, utc_time
from stanch.kernel.command import command
from stanch.kernel.errors import NotFound
from stanch.kernel.moments import past_moment
from stanch.kernel.severities import Rank
from stanch.respond.commands import IncidentId
from stanch.respond.correcting import corrections
from stanch.respond.facts import proposed, six_facts
from stanch.timeline.decisions import Concern, Decision, Hypothesis
from stanch.timeline.entries import Entry
from stanch.timeline.incident_rows import OF_SERVICE
from stanch.timeline.page import Page
from stanch.timeline.record import ActionItem, Record, fold
from stanch.timeline.run import Run
from stanch.timeline.unit_of_work import UnitOfWork
from stanch.timeline.working_together import Bridge, Handoff

# Private incidents are for admins and those invited (P6).
MAY_SEE = "LEFT JOIN members m ON m.incident = i.id AND m.person = :person WHERE (private = 0 OR :admin = 1 OR m.person IS NOT NULL)"


class Incidents(msgspec.Struct):
    """Incidents, newest first."""

    status: Annotated[
        str, msgspec.Meta(description="open, mitigated, resolved, closed, or 'live' for the first two.")
    ] = ""
    limit: Annotated[int, msgspec.Meta(ge=1, le=500)] = 50
    before: Annotated[
        int, msgspec.Meta(ge=0, description="Only those before the incident of that number (for the next page).")
    ] = 0


class IncidentRow(msgspec.Struct, frozen=True):
    """One incident of the list."""

    id: str
    title: str
    service: str
    status: str
    severity: str
    rank: Rank
    phase: str
    private: bool
    opened_at: Moment
    resolved_at: Moment | None
    drill: bool = False

    def line(self) -> str:
        """For chat."""
        words = (self.id, self.title, self.severity, self.status, self.phase, self.service)
        return " · ".join(word for word in words if word)


@command("incidents", Incidents, reading=True, example="stanch incidents --status live")
def incidents(uow: UnitOfWork, asked: Incidents) -> list[IncidentRow]:
    """Every incident one may see (P6)."""
    statuses = {"": ("open", "mitigated", "resolved", "closed"), "live": ("open", "mitigated")}.get(
        asked.status, (asked.status,)
    )
    marks = ", ".join(f":s{i}" for i in range(len(statuses)))
    before, values = _before(uow, asked.before)
    rows = uow.tx.all(
        f"SELECT i.* FROM incidents i {MAY_SEE} AND status IN ({marks}) AND {before} "
        "ORDER BY opened_at DESC, number DESC LIMIT :limit",
        limit=asked.limit,
        person=uow.actor.name,
        admin=int(uow.actor.admin),
        **values,
        **{f"s{i}": status for i, status in enumerate(statuses)},
    )
    return [_listed(uow, row) for row in rows]


def _before(uow: UnitOfWork, number: int) -> tuple[str, dict[str, int]]:
    """The condition for what was opened before an incident: private ones are numbered apart, so numbers are in no order of time.

    The number of one that one may not see says as little as one that there is not (P6): what is smaller counts as before it.
    """
    if not number:
        return "1 = 1", {}
    number = min(number, 2**31 - 1)
    row = uow.tx.one("SELECT id, private, opened_at FROM incidents WHERE number = :number", number=number)
    if not uow.may_see(row["id"] if row else "", row is None or bool(row["private"])) or row is None:
        return "number < :before", {"before": number}
    earlier = "(opened_at < :at OR (opened_at = :at AND number < :before))"
    return earlier, {"before": number, "at": int(row["opened_at"])}


def of_service(uow: UnitOfWork, service: str, limit: int) -> list[IncidentRow]:
    """The newest incidents of a service that one may see (P6)."""
    rows = uow.tx.all(
        f"SELECT i.* FROM incidents i {MAY_SEE} AND {OF_SERVICE} ORDER BY opened_at DESC, number DESC LIMIT :limit",
        service=service,
        limit=limit,
        person=uow.actor.name,
        admin=int(uow.actor.admin),
    )
    return [_listed(uow, row) for row in rows]


def _listed(uow: UnitOfWork, r: Row) -> IncidentRow:
    return IncidentRow(
        r["id"], r["title"], r["service"], r["status"], r["severity"], uow.policy.rank(r["severity"]), r["phase"], bool(r["private"]),
        r["opened_at"], r["resolved_at"] or None, bool(r["drill"]),
    )  # fmt: skip


class Show(msgspec.Struct):
    """One incident: the six facts first, then what needs someone now, then the timeline."""

    incident: IncidentId
    at: Annotated[str, msgspec.Meta(description="As it was known at this moment, in UTC unless it has an offset.")] = ""
    last: Annotated[int, msgspec.Meta(ge=0, le=100_000, description="Only so many newest entries; 0 for all.")] = 0


class Proposed(msgspec.Struct, frozen=True):
    """The severity that burn rate, impact and scope propose, where it is another one than that which is set."""

    severity: str
    why: str


class ShownFact(msgspec.Struct, frozen=True):
    """One of the six facts. ``value`` and ``age`` are None when it is missing."""

    key: str
    label: str
    value: str | None
    age: str | None
    stale: bool
    missing: bool
    ask: str


class Times(msgspec.Struct, frozen=True):
    """When the incident reached each stage; None: not yet."""

    began: Moment | None
    detected: Moment | None
    declared: Moment | None
    acknowledged: Moment | None
    mitigated: Moment | None
    resolved: Moment | None
    closed: Moment | None


class ShownPhase(msgspec.Struct, frozen=True):
    """A stay in a phase."""

    phase: str
    since: Moment
    seconds: float


class ShownPrompt(msgspec.Struct, frozen=True):
    """A prompt. ``told``: who was told by which method, or why nobody could be; empty: not yet, or it is only shown."""

    key: str
    to: str
    text: str
    reason: str
    due: Moment
    told: str


class ShownCriterion(msgspec.Struct, frozen=True):
    """A recovery criterion as it was measured last. ``since``: how long it holds, or does not."""

    name: str
    holds: bool
    value: float | None
    detail: str
    since: Moment | None


class ShownEntry(msgspec.Struct, frozen=True):
    """An entry of the timeline. ``facts`` are the fields of its kind; ``corrected_by``: the number of its newest correction."""

    position: int
    kind: str
    happened_at: Moment
    recorded_at: Moment
    author: str
    source: str
    sentence: str
    facts: dict[str, Any]
    corrected_by: int | None = None


class Shown(msgspec.Struct, frozen=True):
    """One incident whole. ``services``: all that are affected, ``service``, the main one, first. ``entries``: how many there are, the version that ``If-Match`` names."""

    id: str
    title: str
    service: str
    status: str
    phase: str
    severity: str | None
    rank: Rank
    proposed: Proposed | None
    entries: int
    as_of: Moment
    facts: list[ShownFact]
    times: Times
    phases: list[ShownPhase]
    roles: dict[str, str]
    prompts: list[ShownPrompt]
    runs: list[Run]
    criteria: list[ShownCriterion]
    pages: list[Page]
    action_items: list[ActionItem]
    hypotheses: list[Hypothesis]
    timeline: list[ShownEntry]
    handoffs: list[Handoff]
    concerns: list[Concern]
    decisions: list[Decision]
    bridge: Bridge | None
    related: dict[str, str]
    services: list[str] = []

    def line(self) -> str:
        """For chat: the six facts, what needs someone, and what was said last."""
        lines = [f"{self.id} {self.title} · {self.status} · {self.phase}"]
        lines += [
            f"{fact.label}: {fact.value or ('missing' if fact.missing else 'not recorded')}{' (stale)' if fact.stale else ''}"
            for fact in self.facts
        ]
        lines += [f"Needed now: {prompt.text}" for prompt in self.prompts if prompt.due <= self.as_of]
        lines += [f"{hour_minute(x.happened_at)} {x.author}: {x.sentence}" for x in self.timeline[-3:]]
        return "\n".join(lines)


@command("show", Show, noun="", positional=("incident",), reading=True, example="stanch show INC-1")
def show(uow: UnitOfWork, asked: Show) -> Shown:
    """R10: the same record everywhere; any past moment can be shown."""
    at = past_moment(asked.at, uow.now)
    entries = uow.entries(asked.incident, at=at)
    if not entries:
        raise NotFound(f"{asked.incident} did not exist yet at that moment.")
    record, now = fold(entries), at or uow.now
    return _shown(record, uow, now, entries, entries[-asked.last :] if asked.last else entries)


def _shown(record: Record, uow: UnitOfWork, now: int, known: list[Entry], entries: list[Entry]) -> Shown:
    corrected = corrections(known)
    return Shown(
        record.id, record.title, record.service, record.status, record.phase, record.severity_name(),
        uow.policy.rank(record.severity_name()),
        Proposed(stands.severity, f"{stands.text} (at {utc_time(record.proposed_at, now)})")
        if (stands := proposed(record, uow.policy)) and stands.severity != record.severity_name() else None,
        record.entries, now,
        [
            ShownFact(
                f.key, f.label, f.value or None, spell(now - f.at) if f.at else None, f.stale, f.missing,
                f.ask if f.missing or f.stale else "",
            )
            for f in six_facts(record, uow.policy, now)
        ],
        _times(record),
        [ShownPhase(s.phase, s.since, ((s.until or now) - s.since) / 1e6) for s in record.spells],
        {name: fact.value for name, fact in record.roles.items()},
        [ShownPrompt(p.key, p.to, p.text, p.reason, p.due, record.told_of(p.key)) for p in uow.prompts(record, at=now) if p.due <= now],
        list(record.runs.values()),
        [
            ShownCriterion(c.criterion.name, c.holds, c.value, c.detail, c.since or None)
            for c in record.criteria.values()
        ],
        list(record.pages.values()), list(record.action_items.values()), list(record.hypotheses.values()),
        [_entry(x, corrected.get(x.position)) for x in entries], list(record.handoffs.values()), list(record.concerns.values()),
        list(record.decisions.values()), record.bridge, record.related, record.services(),
    )  # fmt: skip


def _times(record: Record) -> Times:
    stages = (
        record.began_at, record.detected_at, record.declared_at, record.acknowledged_at, record.mitigated_at,
        record.resolved_at, record.closed_at,
    )  # fmt: skip
    return Times(*(at or None for at in stages))


def _entry(x: Entry, corrected_by: int | None) -> ShownEntry:
    facts: dict[str, Any] = msgspec.to_builtins(x.facts)
    return ShownEntry(
        x.position, x.kind, x.happened_at, x.recorded_at, x.author, x.source, x.facts.sentence(), facts, corrected_by
    )
