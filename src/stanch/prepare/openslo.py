"""Reads OpenSLO v1 documents as SLOs (R4). What cannot be mapped is reported in a sentence and left out.

Mapped: ``Occurrences`` over a rolling window, a ``ratioMetric`` of good or bad and total, with Prometheus queries; the
indicator inline or by reference. Everything of a document set is read together, because references cross files.
"""

import re
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import yaml

from stanch.kernel.errors import Invalid
from stanch.kernel.policy import Slo
from stanch.kernel.yaml_depth import too_deep
from stanch.prepare.openslo_queries import Unmapped, indicator, mapping, text
from stanch.prepare.yaml_file import read_plain

VERSION = "openslo/v1"
SLOS = dict[str, list[Slo]]
_DAYS = {"m": Decimal(1) / 1440, "h": Decimal(1) / 24, "d": Decimal(1), "w": Decimal(7)}


def read_files(paths: Iterable[Path]) -> tuple[SLOS, list[str]]:
    """The SLOs of YAML files with one or more documents each, and sentences that name file and document."""
    documents: list[dict[str, Any]] = []
    names: list[str] = []
    told: list[str] = []
    for path in sorted(paths):
        try:
            text = read_plain(path, path.parent.parent)
            if why := too_deep(text):
                raise Invalid(f"{path} is not read: {why}.")
            found = list(yaml.safe_load_all(text))
        except Invalid as problem:
            told.append(problem.sentence())
            continue
        except (yaml.YAMLError, RecursionError) as error:
            told.append(f"{path}: is not YAML: {' '.join(str(error).split())}.")
            continue
        for number, document in enumerate(found, 1):
            if isinstance(document, dict):
                documents.append(document)
                names.append(f"{path}, document {number}")
            elif document is not None:
                told.append(f"{path}, document {number}: is no mapping, so no OpenSLO document.")
    slos, more = read(documents, names)
    return slos, told + more


def read(documents: list[dict[str, Any]], names: list[str] | None = None) -> tuple[SLOS, list[str]]:
    """SLOs by service, and a sentence for each part that was not mapped. ``names``: what to call each document in them.

    Never raises for what a document says: that is what the sentences are for.
    """
    given = names or [f"document {number}" for number in range(1, len(documents) + 1)]
    told: list[str] = []
    named: dict[tuple[str, str], dict[str, Any]] = {}
    wanted: list[tuple[str, dict[str, Any]]] = []
    for name, document in zip(given, documents, strict=True):
        kind, own = str(document.get("kind", "")), text(mapping(document.get("metadata")).get("name"))
        where = f"{name} ({kind or 'no kind'} {own or 'without a name'})"
        if document.get("apiVersion") != VERSION:
            told.append(f"{where}: apiVersion is '{document.get('apiVersion', '')}'; only {VERSION} is read.")
        elif not own:
            told.append(f"{where}: metadata.name is missing.")
        elif kind == "SLO":
            wanted.append((where, document))
        elif kind in ("SLI", "DataSource", "Service"):
            named[kind, own] = document
        elif kind in ("AlertPolicy", "AlertCondition", "AlertNotificationTarget"):
            told.append(
                f"{where}: not mapped; stanch alerts on the four pairs of windows, and its rules say who is paged."
            )
        else:
            told.append(f"{where}: there is no such kind in {VERSION}.")
    found: SLOS = {}
    for where, document in wanted:
        _slo(where, document, named, found, told)
    return found, told


def catalog_yaml(slos: SLOS) -> str:
    """The services with their SLOs as catalog files, one YAML document each."""
    import msgspec

    documents = []
    for service, declared in sorted(slos.items()):
        parts = [{k: v for k, v in msgspec.to_builtins(slo).items() if v not in ("", {}, 0)} for slo in declared]
        documents.append({"name": service, "slos": parts})
    return yaml.safe_dump_all(documents, sort_keys=False, allow_unicode=True, width=160)


def _slo(where: str, document: dict[str, Any], named: dict[Any, Any], found: SLOS, told: list[str]) -> None:
    """Every objective of one SLO document."""
    try:
        spec = mapping(document.get("spec"))
        service = text(spec.get("service"))
        if not service:
            raise Unmapped("spec.service is missing")
        method = spec.get("budgetingMethod", "Occurrences")
        if method != "Occurrences":
            raise Unmapped(f"budgetingMethod '{method}' counts slices of time; stanch counts events (Occurrences)")
        period = _period(spec)
        given = spec.get("objectives")
        objectives = [each for each in given if isinstance(each, dict)] if isinstance(given, list) else []
        if not objectives:
            raise Unmapped("spec.objectives is empty")
        queries, notes = indicator(spec, objectives, named)
    except Unmapped as reason:
        told.append(f"{where}: {reason}.")
        return
    told += [f"{where}: {note}." for note in notes]
    if spec.get("alertPolicies"):
        told.append(f"{where}: alertPolicies are not mapped; stanch alerts on the four pairs of windows.")
    metadata = mapping(document.get("metadata"))
    for number, objective in enumerate(objectives, 1):
        name = text(metadata.get("name")) + (f"-{number}" if len(objectives) > 1 else "")
        title = text(objective.get("displayName")) or text(metadata.get("displayName"))
        try:
            percent = _target(objective)
        except Unmapped as reason:
            told.append(f"{where}, objective {number}: {reason}.")
            continue
        if name in [known.name for known in found.get(service, [])]:
            told.append(f"{where}: service {service} has an SLO '{name}' already; this one is left out.")
            continue
        labels = _labels(metadata.get("labels"))
        made = Slo(
            name,
            percent,
            queries["total"],
            queries.get("bad", ""),
            queries.get("good", ""),
            title,
            period,
            labels=labels,
        )
        found.setdefault(service, []).append(made)


def _period(spec: dict[str, Any]) -> float:
    windows = spec.get("timeWindow")
    window = windows[0] if isinstance(windows, list) and len(windows) == 1 else None
    if not isinstance(window, dict):
        raise Unmapped("spec.timeWindow must have exactly one item")
    if window.get("isRolling") is not True:
        raise Unmapped("the time window is aligned to the calendar; stanch's periods roll (isRolling: true)")
    length = re.fullmatch(r"(\d+)([mhdwMQY])", text(window.get("duration")))
    if not length:
        raise Unmapped(f"the duration '{window.get('duration')}' is not a number with m, h, d or w")
    if length[2] not in _DAYS:
        raise Unmapped(f"the duration '{length[0]}' differs from month to month; write days, such as 30d")
    days = float(int(length[1]) * _DAYS[length[2]])
    if not 0 < days <= 3660:
        raise Unmapped(f"the duration '{length[0]}' is not between a minute and ten years")
    return days


def _target(objective: dict[str, Any]) -> float:
    """The objective in percent, without the noise of floats: 0.999 is 99.9."""
    if objective.get("op") or "value" in objective:
        raise Unmapped("op and value belong to a threshold metric, which is not mapped")
    given = [key for key in ("target", "targetPercent") if key in objective]
    if len(given) != 1:
        raise Unmapped("give exactly one of target and targetPercent")
    try:
        percent = Decimal(str(objective[given[0]])) * (100 if given[0] == "target" else 1)
        possible = 0 < percent < 100  # raises for NaN
    except InvalidOperation:
        raise Unmapped(f"{given[0]} '{objective[given[0]]}' is no number") from None
    if not possible:
        raise Unmapped(
            f"{given[0]} {objective[given[0]]} must be above 0 and below {1 if given[0] == 'target' else 100}"
        )
    return float(percent)


def _labels(given: Any) -> dict[str, str]:
    """Labels may be text or lists of text; those whose names Prometheus would refuse are left out."""
    found = {}
    for name, value in mapping(given).items():
        said = ",".join(map(str, value)) if isinstance(value, list) else text(value)
        if re.fullmatch(r"[a-zA-Z_][a-zA-Z0-9_]*", str(name)) and said:
            found[str(name)] = said
    return found
