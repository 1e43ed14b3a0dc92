"""The PromQL of an SLO: what is declared, with the window in its place, as one number each. Pure.

Everything is summed: a ratio of sums is weighted by traffic, and a declaration that forgot ``sum`` still gives one series.
"""

import re

from stanch.kernel.policy import Slo

WINDOW = re.compile(r"\{\{\s*\.window\s*\}\}")
_PER_SECOND = re.compile(r"\b(?:rate|irate|deriv)\s*\(")
_COUNT = re.compile(r"\b(?:increase|delta|sum_over_time|count_over_time)\s*\(")


def total(slo: Slo, span: str) -> str:
    """All events over a span, as one series; nothing where Prometheus has no such series."""
    return f"sum({_over(slo.total, span)})"


def errors(slo: Slo, span: str, whole: str = "") -> str:
    """Bad events over a span. A counter of errors is often born with the first error: until then it is 0, not absent.

    ``whole``: an expression without labels that already holds ``total``.
    """
    whole = whole or total(slo, span)
    if slo.errors:
        return f"(sum({_over(slo.errors, span)}) or 0 * {whole})"
    # extrapolation can make good slightly larger than total
    return f"clamp_min({whole} - (sum({_over(slo.good, span)}) or 0 * {whole}), 0)"


def scale(slo: Slo, seconds: int) -> int | None:
    """What turns ``total`` into a count of events: seconds for a rate, 1 for an increase, None if one cannot tell."""
    rate, count = bool(_PER_SECOND.search(slo.total)), bool(_COUNT.search(slo.total))
    if rate == count:
        return None
    return seconds if rate else 1


def problems(slo: Slo) -> list[str]:
    """What is wrong with the declared queries, a sentence each."""
    wrong = []
    if not slo.total:
        wrong.append("total is missing: a query of all events")
    if bool(slo.errors) == bool(slo.good):
        wrong.append("give either errors (bad events) or good (good events), and not both")
    for name, query in (("total", slo.total), ("errors", slo.errors), ("good", slo.good)):
        if query and not WINDOW.search(query):
            wrong.append(
                f"{name} needs {{{{.window}}}} where its range stands, such as rate(requests_total[{{{{.window}}}}])"
            )
    if slo.minimum_events and slo.total and scale(slo, 1) is None:
        wrong.append("minimum_events needs a total that is either a rate() or an increase(): here one cannot tell")
    return wrong


def _over(query: str, span: str) -> str:
    return WINDOW.sub(span, query.strip())
