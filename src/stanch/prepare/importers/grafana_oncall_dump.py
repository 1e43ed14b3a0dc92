"""Grafana OnCall: users, schedules, shifts, escalation chains and integrations as its public API v1 answers.

Shapes: ``grafana/oncall`` ``docs/sources/oncall-api-reference/*.md`` (users, schedules, on_call_shifts, escalation_policies,
integrations, routes, personal_notification_rules). Telephone numbers are not in its API: whoever is called or texted is named
in the report.
"""

from stanch.kernel.contacts import Contact, EscalationPolicy, EscalationStep
from stanch.kernel.policy import Service
from stanch.kernel.sentences import counted
from stanch.prepare.importers.dump import Thing, gather
from stanch.prepare.importers.grafana_oncall_shifts import Schedules, read_schedules
from stanch.prepare.importers.imported import Imported
from stanch.prepare.importers.naming import Keys
from stanch.prepare.importers.people import UNREACHABLE, People, reaches

NAME = "Grafana OnCall"
KINDS = {
    "users": "user", "schedules": "schedule", "on_call_shifts": "on_call_shift", "escalation_chains": "escalation_chain",
    "escalation_policies": "escalation_policy", "integrations": "integration", "routes": "route",
    "personal_notification_rules": "personal_notification_rule",
}  # fmt: skip
# Lists that need no import.
NOT_NEEDED = ("teams", "slack_channels", "organizations", "alert_groups", "alerts", "resolution_notes", "user_groups")
SHIFT_TYPES = ("single_event", "recurrent_event", "rolling_users", "override")
# Grafana OnCall's fixed number of repetitions ("repeat escalation up to 5 times").
REPEATS = 5
HOOKS = {
    "alertmanager": "/hooks/alertmanager", "grafana": "/hooks/grafana", "grafana_alerting": "/hooks/grafana",
    "webhook": "/hooks/generic", "formatted_webhook": "/hooks/generic", "pagerduty": "/hooks/pagerduty/v2/enqueue",
}  # fmt: skip


def read(document: object, now: int = 0) -> Imported:
    """Read a dump. What ended before ``now`` (microseconds) is left out. Raises ``ValueError`` with what is wrong and where."""
    found = gather(document, KINDS, _kind_of)
    if not any(found.get(kind) for kind in KINDS):
        raise ValueError(f"there is nothing of Grafana OnCall in it: no {', no '.join(list(KINDS)[:5])}")
    imported = Imported()
    people, chains, services = People(imported), Keys(), Keys()
    rules: dict[str, list[Thing]] = {}
    for rule in found.get("personal_notification_rules", []):
        rules.setdefault(rule.text("user_id"), []).append(rule)
    for user in found.get("users", []):
        _user(imported, people, user, rules.get(user.text("id"), []))
    schedules = read_schedules(imported, people, found.get("schedules", []), found.get("on_call_shifts", []), now)
    steps: dict[str, list[Thing]] = {}
    for step in found.get("escalation_policies", []):
        steps.setdefault(step.text("escalation_chain_id"), []).append(step)
    for chain in found.get("escalation_chains", []):
        _chain(imported, people, schedules, chains, chain, steps.pop(chain.text("id"), []))
    for chain_id, orphans in steps.items():
        problem = f"{'belongs' if len(orphans) == 1 else 'belong'} to the escalation chain '{chain_id}', which is not in the dump."
        imported.note(
            "escalation policy", counted(len(orphans), "step"), problem, "Dump the escalation chains as well."
        )
    for integration in found.get("integrations", []):
        _integration(imported, chains, services, integration)
    for route in found.get("routes", []):
        if route.has("routing_regex") and not route.flag("is_the_last_route"):
            problem = f"routes by '{route.text('routing_regex')}', which is not taken."
            imported.note(
                "route", route.name(), problem, "Write it as a rule (docs/how-to/catalog.md), or as a service."
            )
    for kind in sorted(set(found) - set(KINDS) - set(NOT_NEEDED)):
        for thing in found[kind]:
            imported.note(kind, thing.name(), "is not read.", "Carry it over by hand, if it is still wanted.")
    return imported


def _kind_of(thing: Thing) -> str:
    """What an object in ``results`` is: the answers do not say it, their fields do."""
    keys = thing.value.keys()
    if "username" in keys and keys & {"email", "slack", "role"}:
        return "users"
    if thing.value.get("type") in SHIFT_TYPES and "start" in keys:
        return "on_call_shifts"
    if "escalation_chain_id" in keys and "type" in keys:
        return "escalation_policies"
    if "user_id" in keys and "type" in keys:
        return "personal_notification_rules"
    if "integration_id" in keys:
        return "routes"
    if "link" in keys and "type" in keys:
        return "integrations"
    if keys & {"on_call_now", "ical_url_primary", "shifts"}:
        return "schedules"
    return "escalation_chains" if {"id", "name"} <= keys <= {"id", "name", "team_id", "description"} else ""


def _user(imported: Imported, people: People, user: Thing, rules: list[Thing]) -> None:
    name, email = user.text("username"), user.text("email")
    slack = [each.text("user_id") for each in _slack(user) if each.has("user_id")]
    methods = _methods(imported, user, email, slack, rules)
    if not methods:
        imported.note("user", user.name("username"), "has nothing to be reached by.", UNREACHABLE)
    names = [*([email] if email else []), *(f"slack:{each}" for each in slack)]
    contact = Contact(name or email or user.text("id"), reaches(methods), names=names)
    people.add(user.text("id") or user.where, name, email, contact, also=name)


def _slack(user: Thing) -> list[Thing]:
    """A list in the documentation; some releases answer with one object."""
    value = user.value.get("slack")
    found = user.thing("slack") if isinstance(value, dict) else None
    return [found] if found else user.things("slack")


def _methods(
    imported: Imported, user: Thing, email: str, slack: list[str], rules: list[Thing]
) -> list[tuple[str, float]]:
    """Addresses and their delay in seconds, by the rules that are not for "important"; without any, e-mail and Slack at once."""
    mail, chat = [f"smtp:{email}"] if email else [], [f"slack:{each}" for each in slack]
    chosen = sorted((r for r in rules if not r.flag("important")), key=lambda rule: rule.number("position"))
    if len(chosen) != len(rules):
        problem = "has rules for important pages, which are not taken."
        imported.note(
            "user", user.name("username"), problem, "Every page is important here; compare the methods by hand."
        )
    if not chosen:
        return [(to, 0.0) for to in (*chat, *mail)]
    methods, after = list[tuple[str, float]](), 0.0
    for rule in chosen:
        kind = rule.text("type")
        if kind == "wait":
            after += rule.number("duration")
        elif kind == "notify_by_email":
            methods += [(to, after) for to in mail]
        elif kind.startswith("notify_by_slack"):
            methods += [(to, after) for to in chat]
        else:
            how = {"notify_by_sms": "sms", "notify_by_phone_call": "voice"}.get(kind, "")
            todo = (
                f"Add '{how}:+…' {f'after {after:g} s ' if after else ''}to 'reach'." if how else "Add another method."
            )
            problem = (
                f"is reached by {kind.removeprefix('notify_by_').replace('_', ' ')}, whose address is not in the API."
            )
            imported.note("user", user.name("username"), problem, todo)
    return methods


def _chain(
    imported: Imported, people: People, schedules: Schedules, chains: Keys, chain: Thing, rules: list[Thing]
) -> None:
    """Their steps notify or wait; ours notify and then wait. Steps without a wait between them are one."""
    name, steps, repeat = chain.name(), list[EscalationStep](), 0
    for rule in sorted(rules, key=lambda rule: rule.number("position")):
        kind = rule.text("type")
        if kind == "wait":
            if steps:
                steps[-1] = EscalationStep(steps[-1].notify, steps[-1].wait + rule.number("duration"))
            else:
                imported.note(
                    "escalation chain", name, "waits before its first step; here it pages at once.", "Use a hold."
                )
        elif kind == "repeat_escalation":
            repeat = REPEATS
        elif targets := _targets(imported, people, schedules, name, rule):
            if steps and not steps[-1].wait:
                steps[-1] = EscalationStep(list(dict.fromkeys([*steps[-1].notify, *targets])), 0)
            else:
                steps.append(EscalationStep(targets, 0))
    if not steps:
        imported.note("escalation chain", name, "reaches nobody; it is not taken.", "Name people or schedules in it.")
        return
    if not steps[-1].wait:
        steps[-1] = EscalationStep(steps[-1].notify, 300)
    key = chains.give(chain.text("id") or chain.where, chain.text("name"))
    imported.escalation[key] = EscalationPolicy(steps, repeat)


def _targets(imported: Imported, people: People, schedules: Schedules, name: str, rule: Thing) -> list[str]:
    kind = rule.text("type")
    for field in ("persons_to_notify", "persons_to_notify_next_each_time"):
        if rule.has(field):
            if field.endswith("next_each_time"):
                problem = "takes turns (notify next each time); here all of them are paged."
                imported.note("escalation chain", name, problem, "Put them on a schedule and name that instead.")
            return [people.meant(each, each) for each in rule.texts(field)]
    if kind == "notify_on_call_from_schedule":
        wanted = rule.text("notify_on_call_from_schedule")
        if found := schedules.find(wanted):
            return [f"schedule:{key}" for key in found]
        imported.note("escalation chain", name, f"schedule '{wanted}' was not taken.", "Name another in its place.")
        return []
    what = kind.replace("_", " ") or "a step without a type"
    todo = "Give the steps 'hours: working', if that is what it was for." if kind == "notify_if_time_from_to" else ""
    imported.note("escalation chain", name, f"'{what}' does not map.", todo or "Do it by hand, or leave it out.")
    return []


def _integration(imported: Imported, chains: Keys, services: Keys, integration: Thing) -> None:
    name, kind = integration.text("name"), integration.text("type")
    route = integration.thing("default_route")
    escalation = chains.find(route.text("escalation_chain_id")) if route else ""
    if not escalation:
        imported.note(
            "integration", integration.name(), "has no escalation chain that was taken.", "It has the default."
        )
    key = services.give(integration.text("id") or integration.where, name)
    imported.services[key] = Service(key, name if name != key else "", escalation=escalation or "default")
    hook = HOOKS.get(kind, "/hooks/generic")
    problem = f"({kind or 'of no type'}) still sends to Grafana OnCall."
    todo = f"Point its sender to {hook} (docs/how-to/senders.md); its alerts are of this service by 'service: {key}'."
    imported.note("integration", integration.name(), problem, todo)
