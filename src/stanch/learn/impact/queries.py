"""Which queries measure the harm of an incident on a service, and what their numbers mean (R46). Pure."""

import math
from decimal import Decimal

import msgspec

from stanch.detect.slo import generate, queries, rules
from stanch.kernel.clock import MINUTE, SECOND
from stanch.kernel.harm import Harm
from stanch.kernel.policy import Service, Slo
from stanch.timeline.amount import Amount, plain_number

# Each moment looks back over the first of these that gives anything: a shorter span blurs less, and needs a scrape each minute.
LOOKS_BACK, MOST_POINTS = ("2m", "5m"), 1_000
MOST_SLOS = 5


class Window(msgspec.Struct, frozen=True):
    """The time of the harm, in microseconds."""

    since: int
    until: int

    def seconds(self) -> int:
        """Its length, at least a minute: a shorter window holds too few samples."""
        return max(60, math.ceil((self.until - self.since) / SECOND))

    def span(self) -> str:
        """As Prometheus writes durations."""
        return f"{self.seconds()}s"

    def step(self) -> int:
        """Seconds between the moments of a range."""
        return max(60, math.ceil(self.seconds() / MOST_POINTS))


def slos_of(service: Service) -> list[Slo]:
    """The SLOs that can be measured."""
    return [
        slo for slo in service.slos if not queries.problems(slo) and 0 < slo.objective < 100 and slo.period_days > 0
    ][:MOST_SLOS]


def asks(service: Service) -> bool:
    """Whether there is anything to ask the metrics for."""
    return bool(service.harm.failed or service.harm.users or slos_of(service))


def failed_query(service: Service, window: Window) -> tuple[str, str]:
    """(source, query) of how many requests failed; empty where nothing says it."""
    harm: Harm = service.harm
    if harm.failed:
        return harm.source, over(harm.failed, window)
    for slo in slos_of(service):
        if (times := queries.scale(slo, window.seconds())) is not None:
            return slo.source, scaled(queries.errors(slo, window.span()), times)
    return "", ""


def over(query: str, window: Window) -> str:
    """A query of the catalog for this window."""
    return queries.WINDOW.sub(window.span(), query.strip())


def scaled(query: str, times: int) -> str:
    """A rate as a count."""
    return query if times == 1 else f"{query} * {times}"


def ratio_query(slo: Slo, span: str) -> str:
    """The share of requests that failed in the last minutes before each moment of a range."""
    return f"{queries.errors(slo, span)} / ({queries.total(slo, span)} > 0)"


def minutes_hit(slo: Slo, window: Window, span: str, points: list[tuple[int, float]]) -> Amount:
    """For how long more failed than the objective allows: one moment stands for the step that ends with it."""
    whole = max(1, round((window.until - window.since) / MINUTE))
    bound = float(rules.budget(slo))
    hit = sum(value > bound for _, value in points)
    expected = (window.until - window.since) // (window.step() * SECOND) + 1
    gaps = f"; measured at {len(points)} of {expected} moments" if len(points) < expected else ""
    how = f"more than {rules.percent(bound)} failed over {rules.span_words(span)} ({slo.name}{gaps}): {ratio_query(slo, span)}"
    return Amount(
        "minutes", "Minutes in which customers were hit", min(whole, hit * window.step() / 60), "min", of=whole, how=how
    )


def budget_queries(slo: Slo, window: Window) -> tuple[str, str] | None:
    """(bad events in the window, all events in the period) as counts; None where one cannot tell a rate from a count."""
    bad, whole = queries.scale(slo, window.seconds()), queries.scale(slo, int(rules.period_seconds(slo)))
    if bad is None or whole is None:
        return None
    return (
        scaled(queries.errors(slo, window.span()), bad),
        scaled(queries.total(slo, generate.period_span(slo)), whole),
    )


def budget_spent(slo: Slo, bad: float, whole: float, asked: tuple[str, str]) -> Amount:
    """The share of the period's budget that the window used. ``whole`` must be above 0."""
    allowed = float(Decimal(str(whole)) * rules.budget(slo))
    how = (
        f"{plain_number(bad)} failed of {plain_number(allowed)} that may fail "
        f"({rules.percent(float(rules.budget(slo)))} of {plain_number(whole)} in {slo.period_days:g} d): {asked[0]}; {asked[1]}"
    )
    return Amount("budget", f"Error budget spent ({slo.title or slo.name})", 100 * bad / allowed, "%", how=how)


def money(service: Service, amounts: list[Amount], window: Window) -> Amount:
    """What it cost by the factor in the catalog, with the formula."""
    harm, title = service.harm, "Money"
    if harm.money is None:
        return Amount("money", title, problem=f"set harm.money of the service '{service.name}' in the catalog")
    if harm.money_per == "minute":
        count: float | None = (window.until - window.since) / MINUTE
    else:
        name = "failed" if harm.money_per == "failed" else "users"
        count = next((each.value for each in amounts if each.name == name), None)
    words = {"failed": "failed requests", "user": "users", "minute": "minutes"}[harm.money_per]
    if count is None:
        return Amount("money", title, problem=f"the {words} were not measured")
    formula = f"{plain_number(count)} {words} x {harm.money:g} {harm.currency}"
    return Amount("money", title, count * harm.money, harm.currency, how=formula)
