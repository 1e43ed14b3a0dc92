"""Runs a confirmed mitigation at most once, and judges afterwards whether it helped (R23, P4)."""

import time
from typing import Any

from stanch.kernel.clock import SECOND
from stanch.kernel.policy import Policy
from stanch.mitigate.measurements import series
from stanch.mitigate.rules import Judgement, badness, judge
from stanch.mitigate.toolkit import named
from stanch.ports import Failed, Mitigator
from stanch.timeline.desk import Desk, Due, Office
from stanch.timeline.effects import Effect
from stanch.timeline.entries import MitigationApplied, OutcomeMeasured
from stanch.timeline.record import Record, Run


class MitigationHandler:
    """The effect ``mitigation``: the only one that runs at most once."""

    kind = "mitigation"
    at_most_once = True
    lease_seconds = 5.0

    def __init__(self, office: Office, mitigators: dict[str, Mitigator]) -> None:
        self.office = office
        self.mitigators = mitigators

    def wanted(self, desk: Desk, effect: Effect) -> bool:
        return True

    def perform(self, effect: Effect) -> tuple[str, float]:
        with self.office.reading() as desk:
            mitigation = named(desk.record(effect.incident), desk.policy, effect.payload["mitigation"])
        mitigator = self.mitigators.get(mitigation.adapter)
        if mitigator is None:
            raise Failed(f"no adapter '{mitigation.adapter}' is configured", again=False)
        began = time.monotonic()
        applied = mitigator.run(mitigation.undo if effect.payload["undo"] else mitigation.run, lambda line: None)
        return applied.output, time.monotonic() - began

    def settle(self, desk: Desk, effect: Effect, answer: Any) -> int | None:
        run = effect.payload["run"]
        if isinstance(answer, Exception):
            detail = answer.detail if isinstance(answer, Failed) else str(answer)
            desk.append(effect.incident, MitigationApplied(run, False, detail[:4000]))
            return None
        output, took = answer
        desk.append(effect.incident, MitigationApplied(run, True, output[:4000], took))
        return None

    def lost(self, desk: Desk, effect: Effect) -> None:
        desk.append(
            effect.incident,
            MitigationApplied(
                effect.payload["run"],
                None,
                "stanch stopped between starting it and its answer; it was not started again",
            ),
        )


def outcome_clock(record: Record, policy: Policy) -> list[Due]:
    """At the end of each run's observation window its outcome is measured."""
    if record.status == "closed":
        return []
    return [
        Due(f"outcome:{run.run}", ends, _measuring(run.run))
        for run in record.runs.values()
        if run.outcome is None and (ends := run.observation_ends()) is not None
    ]


def _measuring(run: str) -> Any:
    return lambda desk, record: measure(desk, record, record.runs[run])


def measure(desk: Desk, record: Record, run: Run) -> None:
    """Judge a run by the first criterion, over the window before it started and the window after it was applied."""
    assert run.applied_at is not None
    judgement, effect_seconds = _judged(desk, record, run)
    desk.append(
        record.id,
        OutcomeMeasured(
            run.run, judgement.outcome, judgement.reason, judgement.before, judgement.after, effect_seconds
        ),
    )
    desk.tx.execute(
        "UPDATE mitigation_runs SET outcome = :outcome, effect_seconds = :seconds WHERE run = :run",
        outcome=judgement.outcome,
        seconds=effect_seconds,
        run=run.run,
    )


def _judged(desk: Desk, record: Record, run: Run) -> tuple[Judgement, float | None]:
    if not record.criteria:
        return Judgement("unknown", "no recovery criteria were set, so nothing was measured", None, None), None
    criterion = next(iter(record.criteria.values())).criterion
    window = int(run.observe_seconds * SECOND)
    applied = run.applied_at or desk.now
    before = series(desk, record.id, criterion.name, run.started_at - window, run.started_at + 1)
    # The first half of the window is the time the action takes to show; judge what it settled to.
    after = series(desk, record.id, criterion.name, applied + window // 2, desk.now + 1)
    judgement = judge(criterion, [v for _, v in before], [v for _, v in after])
    good = [at for at, value in series(desk, record.id, criterion.name, applied) if badness(criterion, value) < 0]
    return judgement, ((good[0] - applied) / SECOND if good and judgement.outcome == "helped" else None)
