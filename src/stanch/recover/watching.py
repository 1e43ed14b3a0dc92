"""Measures the criteria of live incidents again and again; a breach restarts the hold (R41)."""

from typing import Any

from stanch.kernel.clock import MINUTE, SECOND
from stanch.kernel.policy import Criterion, Policy
from stanch.mitigate.indicators import indicators
from stanch.mitigate.measure_criteria import Measurements, measure
from stanch.mitigate.measurement_store import keep
from stanch.mitigate.rules import holds
from stanch.timeline.drill import SIMULATED
from stanch.timeline.effects import Effect, EffectHandler
from stanch.timeline.entries import Entry
from stanch.timeline.facts.recover import CriteriaHeld, CriteriaSet, CriterionTurned
from stanch.timeline.record import Record
from stanch.timeline.unit_of_work import Due, UnitOfWork

IDLE_SECONDS = 30
# Whoever acts soon after the declaration needs measurements from before, else nobody could tell whether it helped (R23).
EARLY = MINUTE


def watched(record: Record) -> bool:
    """Watched from the declaration on, for a baseline; set criteria until the incident is closed."""
    return record.live() or (bool(record.criteria) and record.status not in ("closed", "investigating"))


def start_watching(uow: UnitOfWork, entry: Entry, record: Record) -> None:
    """A reaction: it was declared, criteria were set, or it came back."""
    if record.drill is not None and not record.drill.measured():
        return  # its script moves everything
    if isinstance(entry.facts, CriteriaSet) or _wanted(record, uow.policy):
        uow.effect(f"criteria:{record.id}", "criteria", record.id, {}, again=True)


class CriteriaHandler(EffectHandler):
    """The effect ``criteria``: one round of measurements of one incident."""

    kind = "criteria"
    lease_seconds = 20.0
    in_drill = "room"  # it only looks, at the small system that the script names

    def wanted(self, uow: UnitOfWork, effect: Effect) -> bool:
        return watched(uow.record(effect.incident))

    def perform(self, effect: Effect) -> Measurements:
        with self.application.reading() as uow:
            criteria = _wanted(uow.record(effect.incident), uow.policy)
        return measure(self.application, self.application.world.metrics, criteria)

    def settle(self, uow: UnitOfWork, effect: Effect, answer: Any) -> int | None:
        record = uow.record(effect.incident)
        measured: Measurements = (
            answer if isinstance(answer, dict) else {c.name: str(answer) for c in _wanted(record, uow.policy)}
        )
        keep(uow, record.id, {name: value for name, value in measured.items() if isinstance(value, float)})
        for name, value in measured.items():
            turn(uow, record, name, value)
        return uow.now + int(_pace(record, uow.policy, uow.now, bool(measured)) * SECOND)


def _pace(record: Record, policy: Policy, now: int, measured: bool) -> float:
    """Seconds to the next round: longer once there is a baseline, and nothing is set or done that it is compared with."""
    if not measured:
        return IDLE_SECONDS  # nothing to measure now; the catalog may change
    close = record.criteria or record.runs or now - record.declared_at < EARLY
    return policy.criteria_every * (1 if close else 3)


def _wanted(record: Record, policy: Policy) -> list[Criterion]:
    found = [state.criterion for state in record.criteria.values()] or indicators(record, policy)[0]
    return [c for c in found if record.drill is None or c.source != SIMULATED]


def turn(uow: UnitOfWork, record: Record, name: str, value: float | str) -> None:
    """Write an entry only when a criterion changes sides: a measurement that changes nothing is not a fact."""
    state = record.criteria.get(name)
    if state is None:
        return
    criterion = state.criterion
    if isinstance(value, str):
        if state.since is None or state.value is not None:
            uow.append(record.id, CriterionTurned(name, False, None, value[:300]))
        return
    now_holds = holds(criterion, value)
    if state.since is None or now_holds != state.holds or state.value is None:
        bound = f"below {criterion.below:g}" if criterion.below is not None else f"at least {criterion.above or 0:g}"
        detail = f"{value:.4g}{criterion.unit}, asked for {bound}{criterion.unit}"
        uow.append(record.id, CriterionTurned(name, now_holds, value, detail))


def hold_clock(uow: UnitOfWork, record: Record) -> list[Due]:
    """When the hold will be over, if nothing is breached until then."""
    since = record.holding_since()
    if since is None or record.criteria_held_at is not None or not record.live():
        return []
    return [Due("criteria-held", since + int(record.criteria_hold * SECOND), _held)]


def _held(uow: UnitOfWork, record: Record) -> None:
    since = record.holding_since()
    if since is not None:
        uow.append(record.id, CriteriaHeld(since))
