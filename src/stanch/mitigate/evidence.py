"""Captures what an action might destroy: at once, in parallel, within a time limit, never delaying the action (R24)."""

import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from typing import Any

import msgspec

from stanch.kernel.clock import MINUTE, iso
from stanch.mitigate.toolkit import evidence_for, named
from stanch.ports import Failed, World
from stanch.timeline.desk import Desk, Office
from stanch.timeline.effects import Effect
from stanch.timeline.entries import EvidenceCaptured

LIMIT_SECONDS = 10.0
Item = tuple[str, str, str]


class EvidenceHandler:
    """The effect ``evidence``: runs beside the mitigation, as an effect of its own."""

    kind = "evidence"
    at_most_once = False
    lease_seconds = 15.0

    def __init__(self, office: Office, world: World) -> None:
        self.office = office
        self.world = world

    def wanted(self, desk: Desk, effect: Effect) -> bool:
        return not desk.record(effect.incident).runs[effect.payload["run"]].evidence

    def perform(self, effect: Effect) -> tuple[list[Item], list[str]]:
        items: list[Item] = []
        missing: list[str] = []
        sources = self._sources(effect)
        pool = ThreadPoolExecutor(len(sources), "evidence")
        try:
            futures = {pool.submit(capture): name for name, capture in sources.items()}
            wait(futures, LIMIT_SECONDS)
            for future, name in futures.items():
                if not future.done():
                    missing.append(f"{name}: no answer within {LIMIT_SECONDS:g} s")
                elif (error := future.exception()) is not None:
                    missing.append(f"{name}: {error.detail if isinstance(error, Failed) else error}")
                else:
                    items.append(
                        (
                            name,
                            "application/json"
                            if name in ("alerts", "record") or name.startswith("series")
                            else "text/plain",
                            future.result(),
                        )
                    )
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
        return items, missing

    def settle(self, desk: Desk, effect: Effect, answer: Any) -> int | None:
        items, missing = answer if not isinstance(answer, Exception) else ([], [str(answer)])
        run = effect.payload["run"]
        desk.tx.many(
            "INSERT INTO evidence (digest, incident, run, name, media_type, captured_at, content) "
            "VALUES (:digest, :incident, :run, :name, :media, :now, :content) ON CONFLICT DO NOTHING",
            [
                {
                    "digest": hashlib.sha256(content.encode()).hexdigest(),
                    "incident": effect.incident,
                    "run": run,
                    "name": name,
                    "media": media,
                    "now": desk.now,
                    "content": content,
                }
                for name, media, content in items
            ],
        )
        desk.append(effect.incident, EvidenceCaptured(run, [name for name, _, _ in items], missing))
        return None

    def lost(self, desk: Desk, effect: Effect) -> None:
        raise TypeError("evidence may be captured again")

    def _sources(self, effect: Effect) -> dict[str, Callable[[], str]]:
        with self.office.reading() as desk:
            record, now, policy = desk.record(effect.incident), desk.now, desk.policy
            known = evidence_for(desk, record)
        mitigation = named(record, policy, effect.payload["mitigation"])
        arguments = mitigation.undo if effect.payload["undo"] else mitigation.run
        facts = {
            "moment": iso(now),
            "signals": [msgspec.to_builtins(s) for s in record.signals.values()],
            "ranking_evidence": msgspec.to_builtins(known),
        }
        found: dict[str, Callable[[], str]] = {"alerts": lambda: msgspec.json.encode(facts).decode()}
        if mitigator := self.world.mitigators.get(mitigation.adapter):
            found[f"state of {mitigation.target}"] = lambda: "\n\n".join(
                f"# {e.name}\n{e.text}" for e in mitigator.describe(arguments)
            )
        for state in record.criteria.values():
            criterion = state.criterion
            if metrics := self.world.metrics.get(criterion.source):
                found[f"series {criterion.name}"] = _series(metrics, criterion.query, now)
        for probe in policy.service(record.service).probes:
            if prober := self.world.probers.get("http"):
                found[f"symptom {probe.name}"] = _symptom(prober, probe)
        return found


def _series(metrics: Any, query: str, now: int) -> Callable[[], str]:
    def capture() -> str:
        points = metrics.series(query, now - 30 * MINUTE, now, 15)
        return msgspec.json.encode({"query": query, "points": points or [(now, metrics.value(query))]}).decode()

    return capture


def _symptom(prober: Any, probe: Any) -> Callable[[], str]:
    def capture() -> str:
        seen = prober.check(probe)
        return f"{probe.url}\n{seen.detail} after {seen.took_ms:.0f} ms\n{seen.body}"

    return capture
