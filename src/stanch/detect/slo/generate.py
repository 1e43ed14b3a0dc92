"""Prometheus rule files for a service's SLOs (R4): everything of one SLO in one group, evaluated in order each minute.

Recorded, each with the labels ``service`` and ``slo``:

- ``stanch:slo_total:5m`` ... ``:3d`` and ``stanch:slo_errors:5m`` ...: all and bad events, as declared (rate or increase);
- ``stanch:slo_error_ratio:5m`` ... ``:3d``: the error ratio over each window, the one divided by the other;
- ``stanch:slo_error_ratio:period``: over the whole period, weighted by traffic (complete once a period was recorded);
- ``stanch:slo_budget_remaining:ratio``: the share of the error budget that is left, negative once overspent.

Alerts: ``SLOBurn`` for each pair of windows, told apart by ``long``, ``short`` and ``severity``; ``SLONotMeasured`` (a
ticket) when all events have been absent for 15 minutes, because absent series never fire.
"""

import json
import re
from itertools import takewhile
from typing import Any

import yaml

from stanch.detect.slo import queries, rules
from stanch.detect.slo.rules import Pair
from stanch.kernel.errors import Invalid
from stanch.kernel.policy import Policy, Service, Slo

ALERT = "SLOBurn"
NOT_MEASURED = "SLONotMeasured"
Group = dict[str, Any]


def rule_file(services: list[Service], url: str = "") -> str:
    """The text of one rule file, the same for the same declarations. ``url``: stanch's own address, for links.

    Raises ``ValueError`` that names service and SLO for one that cannot be measured.
    """
    ordered = sorted(services, key=lambda service: service.name)
    groups = [group(service, slo, url) for service in ordered for slo in sorted(service.slos, key=lambda s: s.name)]
    head = "# Prometheus rules of the SLOs that stanch knows. Written by 'stanch slo rules': change the SLO, not this file.\n"
    notes = [
        "# " + " ".join(f"{service.name}/{slo.name}: {note}.".split()) + "\n"
        for service in ordered
        for slo in sorted(service.slos, key=lambda s: s.name)
        for note in rules.check(slo)
    ]
    return (
        head
        + "".join(notes)
        + yaml.dump({"groups": groups}, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=160)
    )


def of_catalog(policy: Policy, url: str = "", service: str = "") -> str:
    """The rule file of the whole catalog, or of one service. Raises ``Invalid`` when there is no SLO to write rules for."""
    try:
        services = declared(policy, service)
        text = rule_file(services, url)
    except ValueError as error:
        raise Invalid(f"{error}.") from error
    if not services:
        hint = "Add 'slos:' to a service; docs/how-to/slo.md shows how."
        raise Invalid("No service of the catalog has an SLO.", hint=hint)
    return text


def notes(text: str) -> list[str]:
    """The notes that a rule file begins with, below its first line: what is doubtful in the SLOs."""
    head = takewhile(lambda line: line.startswith("# "), text.splitlines())
    return [line.removeprefix("# ") for line in head][1:]


def declared(policy: Policy, service: str = "") -> list[Service]:
    """The services with SLOs, or the one that is named. Raises ``ValueError`` with what is known."""
    having = [each for each in policy.services.values() if each.slos]
    if not service:
        return having
    chosen = [each for each in having if each.name == service]
    if not chosen:
        known = ", ".join(sorted(each.name for each in having)) or "none yet"
        raise ValueError(f"'{service}' has no SLO in the catalog; services with SLOs: {known}")
    return chosen


def group(service: Service, slo: Slo, url: str = "") -> Group:
    """The group of one SLO: recording rules first, so that the alerts of the same minute see them."""
    wrong = queries.problems(slo)
    if wrong:
        raise ValueError(f"SLO '{slo.name}' of {service.name}: {wrong[0]}")
    rules.budget(slo)
    ids = {"service": service.name, "slo": slo.name}
    labels = {
        name: _literal(value) for name, value in {**slo.labels, **ids}.items()
    }  # labels of alerts are templates too
    alerts = [_alert(service, slo, pair, ids, labels, url) for pair in rules.pairs(slo)]
    return {
        "name": f"stanch-slo-{service.name}-{slo.name}",
        "interval": "1m",
        "rules": [*_recordings(slo, ids), *alerts, _absence(service, slo, ids, labels, url)],
    }


def period_span(slo: Slo) -> str:
    """The period as Prometheus writes durations: ``30d``."""
    seconds = int(rules.period_seconds(slo))
    for unit, length in (("d", 86400), ("h", 3600), ("m", 60)):
        if seconds % length == 0:
            return f"{seconds // length}{unit}"
    return f"{seconds}s"


def _recordings(slo: Slo, ids: dict[str, str]) -> list[Group]:
    chosen = _selector(ids)
    made = []
    for span in rules.SPANS:
        whole, bad = f"stanch:slo_total:{span}", f"stanch:slo_errors:{span}"
        made.append(_record(whole, queries.total(slo, span), ids))
        made.append(_record(bad, queries.errors(slo, span, f"sum({whole}{chosen})"), ids))
        made.append(_record(f"stanch:slo_error_ratio:{span}", f"{bad}{chosen}\n/\n{whole}{chosen}", ids))
    span = period_span(slo)
    # five-minute windows at steps of five minutes tile the period: exact, and a fifth of the samples
    bad, whole = f"stanch:slo_errors:5m{chosen}[{span}:5m]", f"stanch:slo_total:5m{chosen}[{span}:5m]"
    made.append(_record("stanch:slo_error_ratio:period", f"sum_over_time({bad})\n/\nsum_over_time({whole})", ids))
    left = f"1 - stanch:slo_error_ratio:period{chosen} / {float(rules.budget(slo))!r}"
    made.append(_record("stanch:slo_budget_remaining:ratio", left, ids))
    return made


def _alert(service: Service, slo: Slo, pair: Pair, ids: dict[str, str], labels: dict[str, str], url: str) -> Group:
    chosen, bound = _selector(ids), repr(rules.threshold(pair, slo))
    lines = [
        f"stanch:slo_error_ratio:{pair.long}{chosen} > {bound}",
        f"and stanch:slo_error_ratio:{pair.short}{chosen} > {bound}",
    ]
    if slo.minimum_events:
        times = queries.scale(slo, rules.seconds(pair.long))
        lines.append(f"and stanch:slo_total:{pair.long}{chosen} * {times} >= {slo.minimum_events!r}")
    factor = rules.number(float(rules.factor(pair, slo)))
    what = f"{_literal(service.label())}: {_literal(slo.title or slo.name)}"
    does = "pages" if pair.action == "page" else "makes a ticket"
    return {
        "alert": ALERT,
        "expr": "\n".join(lines),
        "labels": {**labels, "severity": pair.action, "long": pair.long, "short": pair.short},
        "annotations": {
            "summary": f"{what} burns its error budget more than {factor} times too fast",
            "description": f"Error rate {{{{ $value | humanizePercentage }}}} over {rules.span_words(pair.long)}, and the same bound "
            f"is passed over {rules.span_words(pair.short)}: more than {factor}x the budget of "
            f"{rules.percent(float(rules.budget(slo)))} for {slo.objective:g} % in {slo.period_days:g} d. {factor}x {does}.",
            "runbook": _runbook(service, url),
        },
    }


def _absence(service: Service, slo: Slo, ids: dict[str, str], labels: dict[str, str], url: str) -> Group:
    what = f"{_literal(service.label())}: {_literal(slo.title or slo.name)}"
    return {
        "alert": NOT_MEASURED,
        "expr": f"absent(stanch:slo_total:5m{_selector(ids)})",
        "for": "15m",
        "labels": {**labels, "severity": "ticket"},
        "annotations": {
            "summary": f"{what} cannot be measured: Prometheus has no events of it",
            "description": "The query of all events has given nothing for 15 minutes; an SLO without data never fires. "
            "Check the metric's name and that it is scraped.",
            "runbook": _runbook(service, url),
        },
    }


def _record(name: str, expression: str, labels: dict[str, str]) -> Group:
    return {"record": name, "expr": expression, "labels": dict(labels)}


def _selector(labels: dict[str, str]) -> str:
    inside = ", ".join(f"{name}={json.dumps(value, ensure_ascii=False)}" for name, value in labels.items())
    return f"{{{inside}}}"


def _literal(text: str) -> str:
    """Annotations and the labels of alerts are Go templates: braces in a name or title are meant as they stand."""
    return re.sub(r"\{\{|\}\}", lambda found: f'{{{{ "{found[0]}" }}}}', text)


def _runbook(service: Service, url: str) -> str:
    if url:
        return f"{url.rstrip('/')}/services"
    return f"The runbook of {_literal(service.name)} is on the page Services of stanch."


class _Dumper(yaml.SafeDumper):
    """Queries of several lines stay readable."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _text)
