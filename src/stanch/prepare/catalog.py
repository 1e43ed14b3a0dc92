"""The catalog folder (R7, R8): services with their runbooks, people and policies, SLOs; as files, fit for git.

``*.yaml`` and ``services/*.yaml``: one service each, its runbook in Markdown beside it. ``policy/*.yaml``: contacts,
schedules, escalation, rules, heartbeats, severities, working hours, audiences. ``slos/*.yaml``: OpenSLO documents. ``drills/*.yaml``: scripts.
``templates/<audience>/*.md``: texts of updates; ``templates/postmortem.md``: the sections of postmortems.
When a file cannot be read, its last valid content stays in force and the other files are unaffected.
"""

import re
from pathlib import Path
from typing import Any

import msgspec

from stanch.kernel.drill_script import Script
from stanch.kernel.errors import Invalid
from stanch.kernel.heartbeat_name import name_problem
from stanch.kernel.names import folded, outline, scripts
from stanch.kernel.policy import Policy, Probe, Service
from stanch.ports.address import host_port
from stanch.prepare import openslo
from stanch.prepare.audience_recipients import audience_problems
from stanch.prepare.oncall.hours import check_hours
from stanch.prepare.oncall.rules import check, never_on_call
from stanch.prepare.postmortem_template import own_problems, read_own
from stanch.prepare.runbooks import front_matter
from stanch.prepare.update_templates import read_templates, template_problems
from stanch.prepare.yaml_file import convert, parse_yaml, read_plain, read_yaml

MAPPINGS = ("contacts", "schedules", "escalation", "heartbeats", "status_pages", "factors", "severities")
SINGLE = ("working_hours", "audiences")
PARTS = (*MAPPINGS, "rules", *SINGLE)


class Catalog(msgspec.Struct, frozen=True):
    """A policy with its catalog, and a sentence for each thing that is wrong with the files."""

    policy: Policy
    problems: list[str]


def read(base: Policy, folder: Path, before: Policy | None = None) -> Catalog:
    """Read a catalog folder on top of ``base``; ``before`` is what was last known of files that cannot be read.

    Raises ``Invalid`` only when there is no such folder.
    """
    if not folder.is_dir():
        raise Invalid(f"The catalog folder {folder} does not exist.", hint="Create it, or correct 'catalog:'.")
    problems: list[str] = []
    policy = _policy_files(base, folder, before, problems)
    services = dict(policy.services) | _services(folder, before, problems)
    _slos(services, folder, problems)
    drills = {**policy.drills, **_drills(folder, before, problems)}
    templates = dict(policy.templates) | read_templates(folder, problems)
    own = read_own(folder, (before or base).postmortem_template, problems) or base.postmortem_template
    policy = msgspec.structs.replace(
        policy, services=services, drills=drills, templates=templates, postmortem_template=own
    )
    return Catalog(policy, [*problems, *mistakes(policy)])


def files(folder: Path) -> list[Path]:
    """Every file that a catalog is made of."""
    places = ("", "services", "policy", "slos", "drills", "templates")
    folders = (*(folder / place for place in places), *(folder / "templates").glob("*/"))
    return sorted(path for place in folders for path in [*place.glob("*.y*ml"), *place.glob("*.md")])


def _services(folder: Path, before: Policy | None, problems: list[str]) -> dict[str, Service]:
    found: dict[str, Service] = {}
    where: dict[str, Path] = {}
    for path in sorted([*folder.glob("*.y*ml"), *(folder / "services").glob("*.y*ml")]):
        try:
            service = _service(path)
            if service.name in found:
                raise Invalid(f"{path}: the service '{service.name}' stands in {where[service.name]} already.")
        except Invalid as problem:
            problems.append(problem.sentence())
            if before and path.stem in before.services and path.stem not in found:
                found[path.stem], where[path.stem] = before.services[path.stem], path
            continue
        found[service.name], where[service.name] = service, path
    return found


def _root(path: Path) -> Path:
    """The catalog that a service's file belongs to."""
    return path.parent.parent if path.parent.name == "services" else path.parent


def _service(path: Path) -> Service:
    values = read_yaml(path, _root(path))
    values.setdefault("name", path.stem)
    runbook = path.with_suffix(".md")
    if "runbook" not in values:
        values["runbook_file"] = runbook.relative_to(_root(path)).as_posix()
    if runbook.is_file() and "runbook" not in values:
        whole = read_plain(runbook, _root(path))
        front, text = front_matter(whole)
        values["runbook"], values["runbook_head"] = text, whole[: len(whole) - len(text)]
        said = parse_yaml(front, str(runbook))
        for key in ("reviewed", "tested", "review_days"):
            if key in said:
                values[f"runbook_{key}"] = said[key]
    service: Service = convert(values, Service, str(path))
    return service


def _policy_files(base: Policy, folder: Path, before: Policy | None, problems: list[str]) -> Policy:
    """Merges the parts of all files; a duplicate key is reported with both files, and the first one counts."""
    parts: dict[str, Any] = {name: dict(getattr(base, name)) for name in MAPPINGS}
    parts |= {"rules": list(base.rules), **{name: getattr(base, name) for name in SINGLE}}
    where: dict[tuple[str, str], str] = {(name, key): "stanch.yaml" for name in MAPPINGS[:-1] for key in parts[name]}
    broken = False
    for path in sorted((folder / "policy").glob("*.y*ml")):
        try:
            values = read_yaml(path, folder)
            unknown = sorted(set(values) - set(PARTS))
            if unknown:
                raise Invalid(f"{path}: '{unknown[0]}' does not belong here.", hint=f"It may hold: {', '.join(PARTS)}.")
            read_part: Policy = convert(values, Policy, str(path))
        except Invalid as problem:
            problems.append(problem.sentence())
            broken = True
            continue
        for name in (name for name in MAPPINGS if name in values):
            for key, value in getattr(read_part, name).items():
                if key in values[name] and (name, key) in where:
                    problems.append(f"{path}: {name} '{key}' stands in {where[name, key]} already; that one counts.")
                elif key in values[name]:
                    parts[name][key], where[name, key] = value, str(path)
        parts["rules"] += read_part.rules
        parts |= {name: getattr(read_part, name) for name in SINGLE if name in values}
    if broken and before:  # the keys of the broken file are unknown: keep every key that is missing now
        for name in MAPPINGS:
            parts[name] = {**getattr(before, name), **parts[name]}
        parts["rules"] = parts["rules"] + [rule for rule in before.rules if rule not in parts["rules"]]
    return msgspec.structs.replace(base, **parts)


def _slos(services: dict[str, Service], folder: Path, problems: list[str]) -> None:
    found, told = openslo.read_files((folder / "slos").glob("*.y*ml"))
    problems.extend(told)
    for name, slos in found.items():
        known = services.get(name) or Service(name)
        taken = {slo.name for slo in known.slos}
        problems.extend(
            f"The SLO '{slo.name}' of {name} stands in its file already." for slo in slos if slo.name in taken
        )
        fresh = [slo for slo in slos if slo.name not in taken]
        services[name] = msgspec.structs.replace(known, slos=[*known.slos, *fresh])


def _drills(folder: Path, before: Policy | None, problems: list[str]) -> dict[str, Script]:
    """The organisation's own scripts, each under its file's name (R40)."""
    found: dict[str, Script] = {}
    for path in sorted((folder / "drills").glob("*.y*ml")):
        try:
            found[path.stem] = convert(read_yaml(path, folder), Script, str(path))
        except Invalid as problem:
            problems.append(problem.sentence())
            if before and path.stem in before.drills:
                found[path.stem] = before.drills[path.stem]
    return found


def mistakes(policy: Policy) -> list[str]:
    """Inconsistencies between the parts, such as a reference to an unknown name. Pure."""
    found = [
        f"schedule '{name}': {text}" for name, each in policy.schedules.items() for text in check(each, policy.contacts)
    ]
    found += check_hours(policy.working_hours)
    for name, escalation in policy.escalation.items():
        for target in (target for step in escalation.steps for target in step.notify):
            schedule = target.removeprefix("schedule:")
            if schedule != target and schedule not in policy.schedules:
                found.append(
                    f"The escalation policy '{name}' notifies the schedule '{schedule}', which does not exist."
                )
            elif schedule == target and target not in policy.contacts:
                found.append(f"The escalation policy '{name}' notifies '{target}', who is not among the contacts.")
        if not escalation.steps:
            found.append(f"The escalation policy '{name}' has no steps.")
    found += [
        f"The contact '{key}' is told of prompts by '{method}', which names no notifier and address: write it like smtp:ada@example.org."
        for key, contact in policy.contacts.items()
        for method in contact.prompts
        if not all(method.partition(":"))
    ]
    found += _borrowed(policy)
    for service in policy.services.values():
        if service.escalation not in policy.escalation and (policy.escalation or service.escalation != "default"):
            found.append(f"{service.name} is paged by '{service.escalation}', which is no escalation policy.")
        found += [
            f"{service.name} depends on '{other}', which is not in the catalog."
            for other in service.depends_on
            if other not in policy.services
        ]
        found += [text for probe in service.probes if (text := _address_problem(service.name, probe))]
    found += [text for name in policy.heartbeats if (text := name_problem(name))]
    for name, each in policy.schedules.items():
        found += [f"schedule '{name}': {text}" for text in never_on_call(each)]
    found += [f"The drill '{name}': {text}." for name, script in policy.drills.items() for text in script.mistakes()]
    return found + audience_problems(policy) + template_problems(policy) + own_problems(policy) + _patterns(policy)


def _borrowed(policy: Policy) -> list[str]:
    """Names of contacts that look like other ones: of mixed scripts, or drawn like another contact's (UTS 39)."""
    found: list[str] = []
    seen: dict[str, tuple[str, str]] = {}
    for key, contact in policy.contacts.items():
        for name in dict.fromkeys((key, contact.name, *contact.names)):
            if mixed := scripts(name):
                said = " and ".join(script.capitalize() for script in mixed)
                found.append(f"The contact '{key}' is called '{name}', which mixes {said}: write a name in one script.")
            other, theirs = seen.setdefault(outline(name), (key, name))
            if other != key and folded(name) != folded(theirs):
                found.append(f"The contact '{key}' is called '{name}', which looks like '{theirs}' of '{other}'.")
    return found


def _address_problem(service: str, probe: Probe) -> str:
    """Why a probe of this kind cannot have this address, else an empty text."""
    problem = ""
    if probe.kind in ("tcp", "tls"):
        try:
            host_port(probe.url)
        except ValueError as error:
            problem = str(error)
    elif probe.kind == "http" and not probe.url.lower().startswith(("http://", "https://")):
        problem = f"'{probe.url}' is not a web address; write it like https://example.org/, or name another kind"
    elif probe.kind == "dns" and (not probe.url.strip() or "/" in probe.url or ":" in probe.url):
        problem = f"'{probe.url}' is no name; write it like example.org, or example.org MX"
    return problem and f"{service}: the {probe.kind} probe '{probe.name}': {problem}."


def _patterns(policy: Policy) -> list[str]:
    found = []
    for number, rule in enumerate(policy.rules, 1):
        for text in (rule.service, rule.severity, *rule.match.values()):
            if text.startswith("~"):
                try:
                    re.compile(text[1:])
                except re.error as error:
                    found.append(f"Rule {rule.name or number}: '{text[1:]}' is no regular expression ({error}).")
    return found
