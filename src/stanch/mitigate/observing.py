"""At the end of each run's observation window: did it help (R23)? The answer feeds the next ranking and the hypothesis."""

from typing import Any

from stanch.kernel.clock import MINUTE, SECOND, spell
from stanch.kernel.policy import Criterion, Outcome
from stanch.mitigate.indicators import indicators
from stanch.mitigate.measurement_store import series
from stanch.mitigate.outcome import Judgement, Points, judge, not_yet, together
from stanch.mitigate.rules import holds
from stanch.timeline.facts.deciding import HypothesisStated
from stanch.timeline.facts.mitigate import ObservationExtended, OutcomeMeasured
from stanch.timeline.record import Record
from stanch.timeline.run import Run
from stanch.timeline.unit_of_work import Due, UnitOfWork

# The shortest look back: with few measurements before an action its outcome cannot be judged.
LOOK_BACK = 2 * MINUTE
# How often an observation window is repeated when a restart or an unavailable source left too few measurements.
EXTENSIONS = 2


def outcome_clock(uow: UnitOfWork, record: Record) -> list[Due]:
    """At the end of each run's observation window its outcome is measured, or when it has been undone, if that is earlier."""
    if record.status == "closed" or record.drill is not None:  # a drill's script says what came of it
        return []
    return [
        Due(f"outcome:{run.run}", ends, _measuring(run.run))
        for run in record.runs.values()
        if run.outcome is None and (ends := _watched_until(record, run)) is not None
    ]


def _watched_until(record: Record, run: Run) -> int | None:
    """Measurements after a run was undone do not count for it. None while the undo is running."""
    ends, undo = run.observation_ends(), undone(record, run)
    if ends is None or undo is None:
        return ends
    return undo.started_at if undo.answered else None


def undone(record: Record, run: Run) -> Run | None:
    """The undo that was started while the run was still being watched."""
    undo, ends = record.runs.get(run.undone_by), run.observation_ends()
    return undo if undo is not None and (ends is None or undo.started_at < ends) else None


def _measuring(run: str) -> Any:
    return lambda uow, record: observe(uow, record, record.runs[run])


def observe(uow: UnitOfWork, record: Record, run: Run) -> None:
    """Judge a run by every criterion, over the time before it started and the end of its observation window."""
    watched = [state.criterion for state in record.criteria.values()] or indicators(record, uow.policy)[0]
    windows = [_windows(uow, record, run, criterion) for criterion in watched]
    found = [(c, judge(c, *window)) for c, window in zip(watched, windows, strict=True)]
    overall = together([judgement for _, judgement in found])
    undo = undone(record, run)
    if undo is not None and overall.outcome == "unknown":
        after = spell(undo.started_at - (run.applied_at or run.started_at))
        overall = Judgement("unknown", f"it was undone after {after}, before its effect could be told")
    elif overall.outcome == "unknown" and run.extended < EXTENSIONS and any(not_yet(*window) for window in windows):
        # A whole window from now on, however long stanch was down.
        until = uow.now + int(run.observe_seconds * SECOND)
        uow.append(record.id, ObservationExtended(run.run, until, overall.reason))
        return
    effect = _effect_seconds(uow, record, run, [c for c, judgement in found if judgement.outcome == "helped"])
    others = [] if undo else [judgement.reason for _, judgement in found if judgement is not overall]
    uow.append(
        record.id,
        OutcomeMeasured(
            run.run,
            overall.outcome,
            overall.reason,
            overall.before,
            overall.after,
            effect,
            overall.confidence,
            others,
            overall.partly,
        ),
    )
    uow.tx.execute(
        "UPDATE mitigation_runs SET outcome = :outcome, effect_seconds = :seconds WHERE run = :run",
        outcome=overall.outcome,
        seconds=effect,
        run=run.run,
    )
    weigh_hypothesis(uow, record, run, overall.outcome)


def _windows(uow: UnitOfWork, record: Record, run: Run, criterion: Criterion) -> tuple[Points, Points]:
    window = int(run.observe_seconds * SECOND)
    applied = run.applied_at or uow.now
    before = series(uow, record.id, criterion.name, run.started_at - max(window, LOOK_BACK), run.started_at + 1)
    # The first half of the window is the time the action takes to show; judge what it settled to.
    return before, series(uow, record.id, criterion.name, applied + window // 2, _until(uow, record, run))


def _until(uow: UnitOfWork, record: Record, run: Run) -> int:
    undo = undone(record, run)
    return min(uow.now, undo.started_at if undo else uow.now) + 1


def _effect_seconds(uow: UnitOfWork, record: Record, run: Run, helped: list[Criterion]) -> float | None:
    """From the start of the action until every criterion that it helped kept its bound, twice in a row."""
    moments = []
    for criterion in helped:
        points = series(uow, record.id, criterion.name, run.started_at, _until(uow, record, run))
        good = [holds(criterion, value) for _, value in points]
        inside = (at for (at, _), first, second in zip(points, good, good[1:], strict=False) if first and second)
        moments.append(next(inside, None))
    known = [at for at in moments if at is not None]
    return (max(known) - run.started_at) / SECOND if known and len(known) == len(moments) else None


def weigh_hypothesis(uow: UnitOfWork, record: Record, run: Run, outcome: Outcome) -> None:
    """R23, R36: what helped speaks for the hypothesis behind it, what did not against it."""
    behind = record.hypotheses.get(run.hypothesis)
    if behind is None or behind.standing in ("rejected", "confirmed"):
        return
    if outcome == "helped" and behind.standing != "leading":
        uow.append(record.id, HypothesisStated(behind.hypothesis, behind.text, "leading"))
    if outcome in ("no_change", "worse") and behind.standing == "leading":
        uow.append(record.id, HypothesisStated(behind.hypothesis, behind.text, "open"))
