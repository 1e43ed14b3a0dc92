"""Evaluates the SLOs live (R4): the same queries and windows as the generated rules, asked of the metrics source.

One repeating effect for each SLO, leased like any other, so that it does not matter which replica runs it. A window that
cannot be measured is recorded and shown; it raises no alert and ends none: an outage of Prometheus is not the end of ours.
"""

from contextlib import suppress
from typing import Any

import msgspec

from stanch.detect import ahead, signals
from stanch.detect.slo import generate, queries, rules, severity, store
from stanch.kernel.clock import MINUTE, SECOND
from stanch.kernel.policy import Policy, Slo
from stanch.ports import Alert, Failed, Metrics
from stanch.timeline.effects import Effect, EffectHandler
from stanch.timeline.unit_of_work import Application, UnitOfWork

EVERY = 60 * SECOND
# The query over the whole period is the most expensive one, and no alert depends on it.
PERIOD_EVERY = 15 * MINUTE
PATIENCE = 2
RANK = {"none": 0, "ticket": 1, "page": 2}


class Round(msgspec.Struct, frozen=True):
    """One round. A window without traffic or series has the ratio None; one that could not be asked for is not in it."""

    at: int
    ratios: dict[str, float | None]
    events: dict[str, float | None]
    problem: str = ""


def key(service: str, slo: str) -> str:
    """The effect of an SLO."""
    return f"slo:{service}:{slo}"


def seed(uow: UnitOfWork) -> None:
    """At start: every declared SLO has its effect; those no longer declared end what they had raised."""
    for service in uow.policy.services.values():
        for slo in service.slos:
            uow.effect(key(service.name, slo.name), "slo", "", {"service": service.name, "slo": slo.name}, again=True)
    for service_name, slo_name in store.known(uow):
        if find(uow.policy, service_name, slo_name) is None:
            retire(uow, service_name, slo_name)


def find(policy: Policy, service: str, slo: str) -> Slo | None:
    """A declared SLO."""
    known = policy.services.get(service)
    return next((each for each in known.slos if each.name == slo), None) if known else None


def measure(metrics: Metrics | None, slo: Slo, at: int, *, period: bool) -> Round:
    """Ask for every window as of one moment. Gives up after two failures: the rest would wait in vain too."""
    if metrics is None:
        return Round(at, {}, {}, f"no metrics source '{slo.source}' is configured")
    wrong = queries.problems(slo)
    if wrong:
        return Round(at, {}, {}, wrong[0])
    ratios: dict[str, float | None] = {}
    events: dict[str, float | None] = {}
    failures: list[str] = []
    for span in rules.spans(rules.PAIRS):
        try:
            ratios[span], events[span] = _window(metrics, slo, span, rules.seconds(span), at)
        except Failed as failed:
            failures.append(failed.detail)
            if len(failures) == PATIENCE:
                break
    if period and len(failures) < PATIENCE:
        try:
            ratios[store.PERIOD], events[store.PERIOD] = _window(
                metrics, slo, generate.period_span(slo), int(rules.period_seconds(slo)), at
            )
        except Failed as failed:  # retried later and not each minute: the query may be too expensive
            ratios[store.PERIOD] = events[store.PERIOD] = None
            failures.append(f"the error budget is not known: {failed.detail}")
    if failures:
        return Round(at, ratios, events, failures[0])
    absent = all(each is None for each in (*ratios.values(), *events.values()))
    said = "the query of all events gives nothing; check the metric's name and that it is scraped"
    return Round(at, ratios, events, said if absent else "")


def _window(metrics: Metrics, slo: Slo, span: str, seconds: int, at: int) -> tuple[float | None, float | None]:
    """Error ratio and count of events; (None, None) for absent series, (None, 0) for no traffic."""
    total = _number(metrics, queries.total(slo, span), at)
    scale = queries.scale(slo, seconds)
    if not total:
        return None, total
    events = None if scale is None else total * scale
    bad = _number(metrics, queries.errors(slo, span), at)
    return (None if bad is None else bad / total), events


def _number(metrics: Metrics, query: str, at: int) -> float | None:
    """The number at exactly this moment: a range of one point; empty for absent and NaN."""
    points = metrics.series(query, at, at, 60)
    return points[-1][1] if points else None


class SloHandler(EffectHandler):
    """The effect ``slo``: one round of one SLO."""

    kind = "slo"
    lease_seconds = 30.0

    def wanted(self, uow: UnitOfWork, effect: Effect) -> bool:
        service, name = effect.payload["service"], effect.payload["slo"]
        if find(uow.policy, service, name) is not None:
            return True
        retire(uow, service, name)
        return False

    def perform(self, effect: Effect) -> Round:
        service, name = effect.payload["service"], effect.payload["slo"]
        with self.application.reading() as uow:
            slo, now = find(uow.policy, service, name), uow.now
            if slo is None:
                return Round(now, {}, {}, "the SLO was removed")
            last = store.one(uow, service, slo).measured.get(store.PERIOD, (None, None, 0))[2]
        measured = measure(self.application.world.metrics.get(slo.source), slo, now, period=now - last >= PERIOD_EVERY)
        read(self.application, service, slo, measured)
        return measured

    def settle(self, uow: UnitOfWork, effect: Effect, answer: Any) -> int | None:
        service = effect.payload["service"]
        slo = find(uow.policy, service, effect.payload["slo"])
        if slo is None:
            return None
        round_ = answer if isinstance(answer, Round) else Round(uow.now, {}, {}, str(answer))
        settle(uow, service, slo, round_)
        for follow in uow.application.measured:
            follow(uow, service)
        following = effect.due_at + EVERY  # aligned to the minute of the round, unless this round was late
        return following if following > uow.now else uow.now + EVERY


def read(application: Application, service: str, slo: Slo, measured: Round) -> None:
    """The alert that a round may raise is read before the transaction that stores it: no lock is held meanwhile."""
    with suppress(ValueError):  # an objective that cannot be judged
        verdict = rules.judge(slo, measured.ratios, measured.events)
        if verdict.action != "none":
            told = alert(application.policy(), measured.at, service, slo, verdict.action, True, verdict.reason, "")
            ahead.read_alerts(application, [told])


def settle(uow: UnitOfWork, service: str, slo: Slo, measured: Round) -> None:
    """Store the measurements, evaluate them, and fold an alert when the action changes."""
    try:
        rules.budget(slo)
    except ValueError as error:
        store.decide(uow, service, slo.name, "none", "cannot be judged", "", str(error))
        return
    store.keep(uow, service, slo.name, measured.at, measured.ratios, measured.events)
    state = store.one(uow, service, slo)
    if "1h" in measured.ratios:
        store.remember(uow, state, measured.at)
    verdict = rules.judge(slo, measured.ratios, measured.events)
    if RANK[verdict.action] < RANK[state.action] and rules.undecided(slo, measured.ratios, state.action):
        store.decide(uow, service, slo.name, state.action, state.reason, state.proposal, measured.problem)
        return
    proposal = severity.propose(verdict, severity.Impact(), severity.scope_of(uow.policy, service), uow.policy)
    told = proposal.sentence if verdict.action != "none" else ""
    before = store.decide(uow, service, slo.name, verdict.action, verdict.reason, told, measured.problem)
    if before != verdict.action:
        turned = (
            [alert(uow.policy, uow.now, service, slo, before, False, verdict.reason, told)] if before != "none" else []
        )
        if verdict.action != "none":
            turned.append(alert(uow.policy, uow.now, service, slo, verdict.action, True, verdict.reason, told))
        signals.fold(uow, turned, "slo")


def retire(uow: UnitOfWork, service: str, slo: str) -> None:
    """An SLO is no longer declared: its alert ends, and its measurements are deleted."""
    action = store.forget(uow, service, slo)
    if action != "none":
        gone = Slo(slo, 99, "")
        signals.fold(uow, [alert(uow.policy, uow.now, service, gone, action, False, "no longer declared", "")], "slo")


def alert(
    policy: Policy, now: int, service: str, slo: Slo, action: str, firing: bool, reason: str, proposal: str
) -> Alert:
    """An alert with the name and labels that the generated rules give it; page and ticket are signals of their own."""
    labels = {**slo.labels, "alertname": generate.ALERT, "service": service, "slo": slo.name, "severity": action}
    summary = f"{policy.service(service).label()}: {slo.title or slo.name} burns its error budget too fast: {reason}"
    return Alert(
        f"{key(service, slo.name)}:{action}",
        generate.ALERT,
        firing,
        now,
        None if firing else now,
        labels,
        {"summary": summary, "description": proposal or reason},
    )
