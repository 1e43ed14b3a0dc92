"""Runs a confirmed mitigation at most once (R23, P4)."""

import time
from collections.abc import Callable
from typing import Any

import msgspec

from stanch.kernel.errors import Problem
from stanch.mitigate.rules import recipe
from stanch.ports import Applied, Arguments, Failed, Partly, Unsure
from stanch.timeline.effects import Effect, EffectHandler
from stanch.timeline.facts.mitigate import MitigationApplied
from stanch.timeline.unit_of_work import UnitOfWork

OUTPUT_CHARS = 4000
# The shortest interval between two progress lines that are written.
SAY_EVERY_SECONDS = 1.0


class MitigationHandler(EffectHandler):
    """The effect ``mitigation``: the only one that runs at most once.

    What runs is what was confirmed: adapter and arguments travel in the effect, so that a catalog that changes in
    between changes nothing.
    """

    kind = "mitigation"
    at_most_once = True
    urgent = True
    lease_seconds = 5.0

    def perform(self, effect: Effect) -> tuple[Applied | Failed, float]:
        """What the adapter answered, and after how many seconds. Unexpected exceptions of the adapter are raised."""
        adapter = effect.payload["adapter"]
        mitigator = self.application.world.mitigators.get(adapter)
        if mitigator is None:
            return Failed(f"no adapter '{adapter}' is configured", again=False), 0.0
        began = time.monotonic()
        try:
            answer: Applied | Failed = mitigator.run(effect.payload["arguments"], self._progress(effect.payload["run"]))
        except Failed as failed:
            answer = failed
        return answer, time.monotonic() - began

    def settle(self, uow: UnitOfWork, effect: Effect, answer: Any) -> int | None:
        run = effect.payload["run"]
        if isinstance(answer, Exception):
            # An unexpected exception may have come after the change was made: only 'Failed' says that nothing was changed.
            uow.append(effect.incident, MitigationApplied(run, None, str(answer)[:OUTPUT_CHARS]))
            return None
        said, took = answer
        if isinstance(said, Failed):
            self._failed(uow, effect, said, took)
            return None
        row = uow.tx.one("SELECT undo FROM mitigation_runs WHERE run = :run", run=run)
        declared = msgspec.json.decode(row["undo"]) if row and said.changed else {}
        _keep_undo(uow, run, said.undo or declared)
        uow.append(
            effect.incident,
            MitigationApplied(
                run,
                True,
                said.output[:OUTPUT_CHARS],
                took,
                recipe(said.undo),
                bool(said.undo or declared),
                said.changed,
            ),
        )
        if effect.payload["undo_of"]:
            uow.tx.execute(
                "UPDATE mitigation_runs SET undo_seconds = :took WHERE run = :run",
                run=effect.payload["undo_of"],
                took=took,
            )
        return None

    def _failed(self, uow: UnitOfWork, effect: Effect, failed: Failed, took: float) -> None:
        """A run that failed half way can be undone; one that changed nothing has nothing to undo."""
        run, ok = effect.payload["run"], None if isinstance(failed, Unsure) else False
        undo = failed.undo if isinstance(failed, Partly) else {}
        if undo:
            _keep_undo(uow, run, undo)
        detail = failed.detail[:OUTPUT_CHARS]
        uow.append(effect.incident, MitigationApplied(run, ok, detail, took, recipe(undo), bool(undo) or ok is None))

    def lost(self, uow: UnitOfWork, effect: Effect) -> None:
        """A crash came between start and answer: it is never started again, and a person is asked (P4)."""
        uow.append(
            effect.incident,
            MitigationApplied(
                effect.payload["run"],
                None,
                "stanch stopped between starting it and its answer; it was not started again",
            ),
        )

    def _progress(self, run: str) -> Callable[[str], None]:
        said = [0.0]

        def say(line: str) -> None:
            now = time.monotonic()
            if now - said[0] < SAY_EVERY_SECONDS:
                return
            said[0] = now
            try:
                with self.application.uow() as uow:
                    uow.tx.execute(
                        "UPDATE mitigation_runs SET progress = :line WHERE run = :run", run=run, line=line[:200]
                    )
            except Problem:
                pass  # a busy database: a lost progress line is replaced by the next one

        return say


def _keep_undo(uow: UnitOfWork, run: str, undo: Arguments) -> None:
    uow.tx.execute(
        "UPDATE mitigation_runs SET undo = :undo WHERE run = :run", run=run, undo=msgspec.json.encode(undo).decode()
    )
