"""Asks the metrics for the harm of one incident (R46). What is not measured says so, and what to do."""

from collections.abc import Mapping

import msgspec

from stanch.kernel.policy import Service, Slo
from stanch.learn.impact import queries
from stanch.learn.impact.queries import Window
from stanch.ports import Failed, Metrics
from stanch.timeline.amount import Amount

# After so many failed questions the rest is not asked: it would wait in vain too.
PATIENCE = 2


class Answer(msgspec.Struct, frozen=True):
    """``again``: a source could not be asked, and a later try may succeed."""

    amounts: list[Amount]
    again: bool


class _Unknown(Exception):
    """It could not be measured, for the reason that it holds."""


class Asking:
    """Asks one number after the other, as of the end of the window."""

    def __init__(self, metrics: Mapping[str, Metrics], window: Window) -> None:
        self.metrics, self.window = metrics, window
        self.failures, self.last = 0, ""

    def number(self, source: str, query: str) -> float:
        """Raises ``_Unknown``."""
        points = self.range(source, query, self.window.until, self.window.until, 60)
        if not points:
            raise _Unknown(f"the query gives nothing for this time; check it in {source}: {query}")
        return points[-1][1]

    def range(self, source: str, query: str, start: int, end: int, step: int) -> list[tuple[int, float]]:
        """Raises ``_Unknown``."""
        asked = self.metrics.get(source)
        if asked is None:
            raise _Unknown(f"no metrics source '{source}' is configured")
        if self.failures >= PATIENCE:
            raise _Unknown(self.last)
        try:
            return asked.series(query, start, end, step)
        except Failed as failed:
            if failed.again:
                self.failures, self.last = self.failures + 1, failed.detail
            raise _Unknown(failed.detail) from failed


def measure(metrics: Mapping[str, Metrics], service: Service, window: Window) -> Answer:
    """Every amount that the metrics can tell, in the order in which people read them."""
    asking = Asking(metrics, window)
    slos = queries.slos_of(service)
    found = [_minutes(asking, service, slos), _failed(asking, service), _users(asking, service)]
    found += [_budget(asking, slo) for slo in slos]
    if not slos:
        found.append(Amount("budget", "Error budget spent", problem=_declare_slo(service)))
    return Answer([*found, queries.money(service, found, window)], again=asking.failures > 0)


def _declare_slo(service: Service) -> str:
    return f"declare an SLO of the service '{service.name}' in the catalog"


def _minutes(asking: Asking, service: Service, slos: list[Slo]) -> Amount:
    title, window = "Minutes in which customers were hit", asking.window
    if not slos:
        return Amount("minutes", title, problem=_declare_slo(service))
    asked = ""
    try:
        for span in queries.LOOKS_BACK:
            asked = queries.ratio_query(slos[0], span)
            points = asking.range(slos[0].source, asked, window.since, window.until, window.step())
            if points:
                return queries.minutes_hit(slos[0], window, span, points)
    except _Unknown as unknown:
        return Amount("minutes", title, how=asked, problem=str(unknown))
    return Amount("minutes", title, how=asked, problem="the query gives nothing for this time")


def _failed(asking: Asking, service: Service) -> Amount:
    source, query = queries.failed_query(service, asking.window)
    if not query:
        problem = f"set harm.failed of the service '{service.name}' in the catalog, or declare an SLO of a rate()"
        return Amount("failed", "Requests failed", problem=problem)
    return _asked(asking, Amount("failed", "Requests failed", how=query), source)


def _users(asking: Asking, service: Service) -> Amount:
    if not service.harm.users:
        return Amount("users", "Users hit", problem=f"set harm.users of the service '{service.name}' in the catalog")
    query = queries.over(service.harm.users, asking.window)
    return _asked(asking, Amount("users", "Users hit", how=query), service.harm.source)


def _asked(asking: Asking, amount: Amount, source: str) -> Amount:
    """The amount with its number: a count, so never below 0."""
    try:
        return msgspec.structs.replace(amount, value=max(0.0, asking.number(source, amount.how)))
    except _Unknown as unknown:
        return msgspec.structs.replace(amount, problem=str(unknown))


def _budget(asking: Asking, slo: Slo) -> Amount:
    title = f"Error budget spent ({slo.title or slo.name})"
    asked = queries.budget_queries(slo, asking.window)
    if asked is None:
        return Amount("budget", title, problem=f"total of '{slo.name}' must be a rate() or an increase()")
    try:
        bad, whole = (asking.number(slo.source, query) for query in asked)
    except _Unknown as unknown:
        return Amount("budget", title, how="; ".join(asked), problem=str(unknown))
    if whole <= 0:
        return Amount("budget", title, how="; ".join(asked), problem=f"there was no traffic in {slo.period_days:g} d")
    return queries.budget_spent(slo, max(0.0, bad), whole, asked)
