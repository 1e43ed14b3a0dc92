"""Captures what an action might destroy: at once, in parallel, within a time limit, never delaying the action (R24)."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from typing import Any

import msgspec

from stanch.kernel.clock import MINUTE, iso
from stanch.kernel.policy import Criterion, Policy, Probe
from stanch.mitigate.evidence import store as evidence_store
from stanch.mitigate.evidence.graph import draw
from stanch.mitigate.indicators import PROBE, indicators
from stanch.mitigate.measurement_store import series as kept_series
from stanch.mitigate.ranking_inputs import gather
from stanch.mitigate.survey import newest, tools
from stanch.mitigate.toolkit import ranked_for
from stanch.ports import Failed, Metrics, Prober, Screenshotter
from stanch.prepare.changes_near import changes_near
from stanch.timeline.affected import affected
from stanch.timeline.effects import Effect, EffectHandler
from stanch.timeline.facts.mitigate import EvidenceCaptured
from stanch.timeline.record import Record
from stanch.timeline.unit_of_work import UnitOfWork

LIMIT_SECONDS = 10.0
LOOK_BACK = 30 * MINUTE
STEP_SECONDS = 15.0
THREADS = 16
Item = tuple[str, str, bytes]
Capture = Callable[[], list[Item]]


class EvidenceHandler(EffectHandler):
    """The effect ``evidence``: runs beside the mitigation, as an effect of its own."""

    kind = "evidence"

    def wanted(self, uow: UnitOfWork, effect: Effect) -> bool:
        run = uow.record(effect.incident).runs[effect.payload["run"]]
        return not run.evidence and not run.missing

    def perform(self, effect: Effect) -> tuple[list[Item], list[str]]:
        sources = self._sources(effect)
        items: list[Item] = []
        missing: list[str] = []
        pool = ThreadPoolExecutor(min(THREADS, len(sources)), "evidence")
        try:
            futures = {pool.submit(capture): name for name, capture in sources.items()}
            wait(futures, LIMIT_SECONDS)
            for future, name in futures.items():
                if not future.done():
                    missing.append(f"{name}: no answer within {LIMIT_SECONDS:g} s")
                elif (error := future.exception()) is not None:
                    missing.append(f"{name}: {error.detail if isinstance(error, Failed) else error}"[:500])
                else:
                    items += future.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
        return items, missing

    def settle(self, uow: UnitOfWork, effect: Effect, answer: Any) -> int | None:
        items, missing = answer if not isinstance(answer, Exception) else ([], [str(answer)[:500]])
        run = effect.payload["run"]
        evidence_store.keep(uow, effect.incident, run, items)
        uow.append(effect.incident, EvidenceCaptured(run, [name for name, _, _ in items], missing))
        return None

    def _sources(self, effect: Effect) -> dict[str, Capture]:
        """Everything to be captured, by a name for people. The database is read here; the captures ask the real systems."""
        with self.application.reading() as uow:
            record, now, policy = uow.record(effect.incident), uow.now, uow.policy
            found: dict[str, Capture] = {
                "alerts": _known(_facts("alerts", [msgspec.to_builtins(s) for s in record.signals.values()])),
                "deploys": _known(_facts("deploys", _deploys(uow, record, policy, now))),
                "ranking": _known(_facts("ranking", _ranking(uow, record))),
            }
            criteria = [s.criterion for s in record.criteria.values()] or indicators(record, policy)[0]
            kept = {c.name: kept_series(uow, record.id, c.name, now - LOOK_BACK) for c in criteria}
        if mitigator := self.application.world.mitigators.get(effect.payload["adapter"]):
            arguments, target = effect.payload["arguments"], record.runs[effect.payload["run"]].target
            found[f"state of {target}"] = lambda: [
                (f"{item.name}", item.media_type, item.text.encode()) for item in mitigator.describe(arguments)
            ]
        for criterion in criteria:
            metrics = self.application.world.metrics.get(criterion.source)
            found[f"measurements of {criterion.name}"] = _series(metrics, criterion, now, kept[criterion.name])
        for probe in [probe for name in record.services() for probe in policy.service(name).probes]:
            if prober := self.application.world.probers.get(probe.kind):
                found[f"symptom {probe.name}"] = _symptom(prober, probe)
            if probe.kind == "http":
                for screenshotter in self.application.world.screenshotters.values():
                    found[f"picture of {probe.name}"] = _picture(screenshotter, probe)
        return found


def _known(items: list[Item]) -> Capture:
    return lambda: items


def _facts(name: str, value: Any) -> list[Item]:
    return [(name, "application/json", msgspec.json.format(msgspec.json.encode(value)))]


def _deploys(uow: UnitOfWork, record: Record, policy: Policy, now: int) -> list[dict[str, Any]]:
    """The changes that the ranking looks at and those since, of the service and what it depends on."""
    onset = record.onset()
    rows = []
    for changes in changes_near(uow, affected(record, policy), onset, until=now).values():
        rows += [{**row, "deployed_at": iso(row["deployed_at"])} for row in changes]
    return rows


def _ranking(uow: UnitOfWork, record: Record) -> dict[str, Any]:
    """The ranking that the choice was made from, with its inputs."""
    survey = newest(uow, record.id)
    return {
        "moment": iso(uow.now),
        "ranking": [
            {"place": r.place, "name": r.mitigation.name, "why": r.why, "score": round(r.score, 1)}
            for r in ranked_for(uow, record)
        ],
        "weighed": msgspec.to_builtins(gather(uow, record, survey, tools(record, uow.policy, survey))),
    }


def _series(metrics: Metrics | None, criterion: Criterion, now: int, kept: list[tuple[int, float]]) -> Capture:
    """The half hour before as data and as a picture: the source's own range, or what stanch has measured itself."""

    def capture() -> list[Item]:
        points = metrics.series(criterion.query, now - LOOK_BACK, now, STEP_SECONDS) if metrics else []
        points = points or kept
        if not points and metrics:
            points = [(now, metrics.value(criterion.query))]
        if not points and criterion.source != PROBE:
            raise Failed(f"no metrics source '{criterion.source}' is configured", again=False)
        data = {"query": criterion.query, "source": criterion.source, "points": [(iso(at), v) for at, v in points]}
        name = f"measurements of {criterion.name}"
        items = _facts(name, data)
        if len(points) > 1:
            bound = criterion.below if criterion.below is not None else criterion.above
            picture = draw(criterion.name, points, bound, now)
            items.append((f"graph of {criterion.name}", "image/svg+xml", picture.encode()))
        return items

    return capture


def _symptom(prober: Prober, probe: Probe) -> Capture:
    """What a customer sees: the probe's answer, and a digest of the body so that two answers can be compared."""
    import hashlib

    def capture() -> list[Item]:
        seen = prober.check(probe)
        digest = hashlib.sha256(seen.body.encode()).hexdigest()
        text = f"{probe.url}\n{seen.detail} after {seen.took_ms:.0f} ms\nsha256 of the body: {digest}\n\n{seen.body}"
        return [(f"symptom {probe.name}", "text/plain", text.encode())]

    return capture


def _picture(screenshotter: Screenshotter, probe: Probe) -> Capture:
    return lambda: [(f"picture of {probe.name}", "image/png", screenshotter.picture(probe.url))]
