"""Asks the real systems, every half minute of a live incident: what they offer, how far each action would reach, where
the errors are, and whether there is capacity left.
"""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any

import msgspec

from stanch.kernel.clock import SECOND
from stanch.kernel.policy import Breakdown, Policy, Saturation, Service
from stanch.mitigate.rules import badness, holds
from stanch.mitigate.saturation import belongs_to, fullness
from stanch.mitigate.survey import CapacityReading, Offer, Survey, Tool, of_instance, tools
from stanch.ports import AlertRules, Failed, Metrics, Mitigator, Preview
from stanch.timeline.affected import affected, hit_services
from stanch.timeline.effects import Effect, EffectHandler
from stanch.timeline.entries import Entry
from stanch.timeline.record import Record
from stanch.timeline.unit_of_work import UnitOfWork

EVERY_SECONDS = 30
LIMIT_SECONDS = 8.0
# Limits the dry runs of one round, so that a long catalog cannot use up the time limit.
MOST_PREVIEWS = 40
MOST_RULES = 20
THREADS = 8
# Applies an answer to the survey; discarded when the answer comes after the time limit.
Asked = Callable[[], Callable[[Survey], None]]


def start_survey(uow: UnitOfWork, entry: Entry, record: Record) -> None:
    """A reaction: from the declaration on, and again at once when something was changed."""
    arm(uow, record)


def arm(uow: UnitOfWork, record: Record) -> None:
    """Start the survey where there is a system to ask; incidents of unknown services start none."""
    services = [uow.policy.service(name) for name in affected(record, uow.policy)]
    if record.live() and any(s.runs_on or s.mitigations or s.breakdowns or s.saturation for s in services):
        uow.effect(f"survey:{record.id}", "survey", record.id, {}, again=True)


def seed(uow: UnitOfWork) -> None:
    """When the catalog has changed: what may be asked of now."""
    with uow.read_without_locks():
        for row in uow.tx.all("SELECT id FROM incidents WHERE status IN ('open', 'mitigated')"):
            arm(uow, uow.record(row["id"]))


class SurveyHandler(EffectHandler):
    """The effect ``survey``: one round for one incident."""

    kind = "survey"
    lease_seconds = 20.0

    def wanted(self, uow: UnitOfWork, effect: Effect) -> bool:
        return uow.record(effect.incident).live()

    def perform(self, effect: Effect) -> Survey:
        with self.application.reading() as uow:
            record, policy, now = uow.record(effect.incident), uow.policy, uow.now
        survey = Survey(now)
        pool = ThreadPoolExecutor(THREADS, "survey")
        try:
            _all(pool, survey, self._looks(record, policy))
            _all(pool, survey, self._previews(record, policy, survey))
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
        return survey

    def settle(self, uow: UnitOfWork, effect: Effect, answer: Any) -> int | None:
        survey = answer if isinstance(answer, Survey) else Survey(uow.now, troubles=[str(answer)])
        uow.tx.execute(
            "INSERT INTO surveys (incident, taken_at, content) VALUES (:id, :at, :content) "
            "ON CONFLICT (incident) DO UPDATE SET taken_at = excluded.taken_at, content = excluded.content",
            id=effect.incident,
            at=survey.taken_at,
            content=msgspec.json.encode(survey).decode(),
        )
        return uow.now + EVERY_SECONDS * SECOND

    def _looks(self, record: Record, policy: Policy) -> dict[str, Asked]:
        asked: dict[str, Asked] = {}
        for name in affected(record, policy):
            for address in policy.service(name).runs_on:
                asked[f"offers of {address}"] = self._offers(name, address)
        for name in hit_services(record):
            for breakdown in policy.service(name).breakdowns:
                asked.setdefault(f"errors by {breakdown.label}", self._spread(breakdown))
        for name in affected(record, policy):
            for criterion in policy.service(name).saturation:
                asked[f"saturation {criterion.name} of {name}"] = self._pressure(criterion, policy.service(name))
        firing = sorted({s.name for s in record.signals.values() if s.firing})[:MOST_RULES]
        for source, metrics in self.application.world.metrics.items():
            if firing and isinstance(metrics, AlertRules):
                asked[f"alert rules of {source}"] = _waits(metrics, firing)
        return asked

    def _previews(self, record: Record, policy: Policy, survey: Survey) -> dict[str, Asked]:
        return {
            f"dry run of {tool.mitigation.name}": self._preview(tool)
            for tool in tools(record, policy, survey)[:MOST_PREVIEWS]
            # The dry run of a command is a program of the team's own: it is not run repeatedly without a request.
            if "dry_run" not in tool.mitigation.run
        }

    def _offers(self, service: str, address: str) -> Asked:
        def ask() -> Callable[[Survey], None]:
            adapter, _, place = address.partition(":")
            offered = self._mitigator(adapter).offers(place)
            found = Offer(service, address, [of_instance(mitigation) for mitigation in offered])
            return lambda survey: survey.offers.append(found)

        return ask

    def _preview(self, tool: Tool) -> Asked:
        def ask() -> Callable[[Survey], None]:
            try:
                found = self._mitigator(tool.mitigation.adapter).preview(tool.mitigation.run)
            except Failed as failed:  # whoever reads the list must know that it would fail
                found = Preview("", None, [f"its dry run failed: {failed.detail}"])
            return lambda survey: survey.previews.update({tool.key(): found})

        return ask

    def _spread(self, breakdown: Breakdown) -> Asked:
        def ask() -> Callable[[Survey], None]:
            found = self._metrics(breakdown.source).by_label(breakdown.query, breakdown.label)
            return lambda survey: survey.spreads.update({breakdown.label: found})

        return ask

    def _pressure(self, criterion: Saturation, service: Service) -> Asked:
        def ask() -> Callable[[Survey], None]:
            value = self._metrics(criterion.source).value(criterion.query)
            full = fullness(badness(criterion, value), criterion.below or criterion.above or 0.0)
            said, of = _said(criterion, value), belongs_to(criterion, service)
            found = CapacityReading(not holds(criterion, value), said, *of, fullness=full)
            return lambda survey: survey.pressure.append(found)

        return ask

    def _mitigator(self, name: str) -> Mitigator:
        if found := self.application.world.mitigators.get(name):
            return found
        raise Failed(f"no adapter '{name}' is configured", again=False)

    def _metrics(self, name: str) -> Metrics:
        if found := self.application.world.metrics.get(name):
            return found
        raise Failed(f"no metrics source '{name}' is configured", again=False)


def _waits(rules: AlertRules, names: list[str]) -> Asked:
    def ask() -> Callable[[Survey], None]:
        found = rules.waits(names)
        return lambda survey: survey.waits.update(found)

    return ask


def _said(criterion: Saturation, value: float) -> str:
    side, bound = ("below", criterion.below) if criterion.below is not None else ("above", criterion.above)
    limit = "" if bound is None else f" (there is capacity while it is {side} {bound:g}{criterion.unit})"
    return f"{criterion.name} is {value:.3g}{criterion.unit}{limit}"


def _all(pool: ThreadPoolExecutor, survey: Survey, asked: dict[str, Asked]) -> None:
    """Runs everything in parallel within the limit; what fails or is late becomes a trouble of the survey."""
    futures: dict[Future[Callable[[Survey], None]], str] = {pool.submit(ask): what for what, ask in asked.items()}
    wait(futures, LIMIT_SECONDS)
    for future, what in futures.items():
        if not future.done():
            survey.troubles.append(f"{what}: no answer within {LIMIT_SECONDS:g} s")
        elif (error := future.exception()) is not None:
            survey.troubles.append(f"{what}: {error.detail if isinstance(error, Failed) else error}")
        else:
            future.result()(survey)
