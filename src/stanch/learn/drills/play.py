"""What a script makes of the record so far: what is due when, and what is measured. Pure (R40)."""

from stanch.kernel.clock import MINUTE, SECOND
from stanch.kernel.drill_script import Inject, Script, SimulatedMitigation
from stanch.kernel.policy import Criterion, Mitigation
from stanch.timeline.drill import SIMULATED, Drill
from stanch.timeline.record import Record
from stanch.timeline.run import Run


def offered(script: Script) -> list[Mitigation]:
    """What can be tried, as the catalog would declare it, without what it will bring."""
    return [
        Mitigation(
            m.name, m.title, m.kind, SIMULATED, f"{m.target or 'the service'} (simulated)", {"simulated": m.name},
            undo={} if m.reversibility == "none" else {"simulated": f"undo {m.name}"},
            reversibility=m.reversibility, blast_radius=m.blast_radius, observe_seconds=m.observe_seconds,
        )
        for m in script.mitigations
    ]  # fmt: skip


def criteria(script: Script) -> list[Criterion]:
    """What "recovered" means in this drill: every metric within its bound."""
    return [
        Criterion(name, m.source or SIMULATED, m.query or name, m.below, m.above, m.unit)
        for name, m in script.metrics.items()
    ]


def simulated(script: Script, run: Run) -> SimulatedMitigation | None:
    """What the script says of a run; None when it is not in it."""
    return next((m for m in script.mitigations if m.name == run.mitigation), None)


def measured(script: Script, record: Record) -> dict[str, float]:
    """Every metric as it stands: moved by what was given and by what was done and not taken back, in that order of time."""
    drill = record.drill or Drill({})
    moves = [
        (given.at, 0, script.injects[int(n)].sets) for n, given in drill.given.items() if int(n) < len(script.injects)
    ]
    for run in record.runs.values():
        undoing = record.runs.get(run.undone_by)
        taken_back = undoing is not None and undoing.applied_at is not None
        found = simulated(script, run)
        if found and run.applied_at is not None and not run.undo_of and not taken_back:
            moves.append((run.applied_at, 1, found.sets))
    values = {name: metric.start for name, metric in script.metrics.items()}
    for _, _, sets in sorted(moves, key=lambda move: move[:2]):
        values |= sets
    return values


def failing(script: Script, record: Record) -> bool:
    """Whether it still hurts: some metric is out of its bound. Without metrics: until it is mitigated."""
    if not script.metrics:
        return record.mitigated_at is None
    values = measured(script, record)
    return not all(
        (m.below is None or values[name] < m.below) and (m.above is None or values[name] >= m.above)
        for name, m in script.metrics.items()
    )


def injects_due(script: Script, record: Record) -> list[tuple[int, int, Inject]]:
    """(when, its number, the inject) of all that has not reached the team yet, while there is an incident to respond to."""
    drill = record.drill
    if drill is None or drill.paused() or record.status not in ("open", "mitigated", "investigating"):
        return []
    hurts, stood_still = failing(script, record), sum((until or since) - since for since, until in drill.pauses)
    return [
        (drill.started_at + int(inject.minute * MINUTE) + stood_still, number, inject)
        for number, inject in enumerate(script.injects)
        if str(number) not in drill.given and (hurts or not inject.while_failing)
    ]


def answers_due(script: Script, record: Record) -> list[tuple[int, Run]]:
    """(when, the run) of every simulated mitigation that has not answered yet."""
    found = []
    for run in record.runs.values():
        if not run.answered:
            mitigation = simulated(script, run)
            found.append((run.started_at + int((mitigation.seconds if mitigation else 0) * SECOND), run))
    return found


def outcomes_due(record: Record) -> list[tuple[int, Run]]:
    """(when, the run) of every one whose outcome is told at the end of its observation, if it was not taken back before."""
    return [
        (ends, run)
        for run in record.runs.values()
        if run.outcome is None and not run.undo_of and (ends := run.observation_ends()) is not None
    ]


def value_of(script: Script, record: Record, criterion: Criterion) -> float | str | None:
    """A criterion's number now, or why there is none; None where it is really measured."""
    values = measured(script, record)
    if criterion.source != SIMULATED and record.drill is not None and record.drill.measured():
        return None
    if criterion.source == SIMULATED and criterion.query in values:
        return values[criterion.query]
    known = ", ".join(values) or "none"
    return f"a drill measures only what its script does ({known}): write 'NAME: {SIMULATED} METRIC < NUMBER'"
