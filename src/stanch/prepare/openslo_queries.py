"""The indicator of an OpenSLO document as PromQL with ``{{.window}}`` for the range."""

import re
from typing import Any

_SELECTOR = r"[A-Za-z_:][\w:]*\s*(?:\{(?:[^{}\"']|\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*')*\})?"
_PLAIN = re.compile(rf"(?:sum\s*\(\s*(?P<summed>{_SELECTOR})\s*\)|(?P<bare>{_SELECTOR}))")
_RANGE = re.compile(r"\[(\d+(?:ms|[smhdwy]))+\]")
_SUBQUERY = re.compile(r"\[\s*\d+\w*\s*:")
_WINDOW = re.compile(r"\{\{\s*\.window\s*\}\}")


class Unmapped(ValueError):
    """A part that stanch has no equal for."""


def indicator(
    spec: dict[str, Any], objectives: list[dict[str, Any]], named: dict[Any, Any]
) -> tuple[dict[str, str], list[str]]:
    """PromQL for total and for good or bad, and what was assumed on the way."""
    if any("indicator" in each or "indicatorRef" in each for each in objectives):
        raise Unmapped("objectives with indicators of their own (a composite SLO) are not mapped")
    inline, reference = spec.get("indicator"), text(spec.get("indicatorRef"))
    if reference:
        inline = named.get(("SLI", reference))
        if inline is None:
            raise Unmapped(f"indicatorRef '{reference}' leads to no SLI document")
    sli = mapping(mapping(inline).get("spec"))
    if "thresholdMetric" in sli:
        raise Unmapped("a thresholdMetric is not mapped; write a ratioMetric of good events and all events")
    ratio = mapping(sli.get("ratioMetric"))
    if "raw" in ratio:
        raise Unmapped("a raw ratio does not say how many events there were; write good or bad, and total")
    side = "good" if "good" in ratio else "bad"
    if side not in ratio or "total" not in ratio:
        raise Unmapped("the ratioMetric needs total, and good or bad")
    notes: list[str] = []
    counter = ratio.get("counter") is True
    queries = {key: _query(key, mapping(ratio[key]), counter, named, notes) for key in (side, "total")}
    return queries, notes


def _query(key: str, metric: dict[str, Any], counter: bool, named: dict[Any, Any], notes: list[str]) -> str:
    source = mapping(metric.get("metricSource"))
    kind = text(source.get("type"))
    reference = text(source.get("metricSourceRef"))
    if not kind and reference:
        kind = text(mapping(mapping(named.get(("DataSource", reference))).get("spec")).get("type")) or kind
    if kind and kind.lower() != "prometheus":
        raise Unmapped(f"{key} is measured with {kind}; only Prometheus queries are mapped")
    if not kind:
        notes.append(f"the type of {key}'s metric source is not given; taken for Prometheus")
    inner = mapping(source.get("spec"))
    query = next((text(inner[name]).strip() for name in ("query", "promql") if inner.get(name)), "")
    if not query:
        raise Unmapped(f"{key} has no query under metricSource.spec.query")
    return _windowed(key, query, counter, notes)


def _windowed(key: str, query: str, counter: bool, notes: list[str]) -> str:
    """The query with ``{{.window}}`` for its range."""
    if _WINDOW.search(query):
        return query
    ranges = {found[0] for found in _RANGE.finditer(query)}
    if len(ranges) == 1 and not _SUBQUERY.search(query):
        notes.append(f"the range {next(iter(ranges))} of {key} is replaced by each window")
        return _RANGE.sub("[{{.window}}]", query)
    plain = _PLAIN.fullmatch(query)
    if plain and not ranges:
        function = "rate" if counter else "sum_over_time"
        return f"sum({function}({(plain['summed'] or plain['bare']).strip()}[{{{{.window}}}}]))"
    raise Unmapped(
        f"the query of {key} has no single range to put the windows into; write {{{{.window}}}} there: {query}"
    )


def mapping(value: Any) -> dict[str, Any]:
    """A mapping, or an empty one for anything else: a document may say whatever it likes."""
    return value if isinstance(value, dict) else {}


def text(value: Any) -> str:
    """Text, or nothing for what has no text."""
    return value if isinstance(value, str) else "" if value is None or isinstance(value, dict | list) else str(value)
