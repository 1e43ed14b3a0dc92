"""PagerDuty: users, schedules, escalation policies and services as its REST API v2 answers.

Shapes: ``PagerDuty/api-schema`` ``reference/REST/openapiv3.json`` (``User``, ``ContactMethod``, ``EscalationPolicy``, ``Service``)
and ``PagerDuty/go-pagerduty`` ``user.go``, ``escalation_policy.go``, ``schedule.go``; formats/10.2 and 10.3 for what they mean.
"""

from collections.abc import Iterator

from stanch.kernel.contacts import Contact, EscalationPolicy, EscalationStep
from stanch.kernel.policy import Service
from stanch.prepare.importers.dump import Thing, gather
from stanch.prepare.importers.imported import Imported
from stanch.prepare.importers.naming import Keys
from stanch.prepare.importers.pagerduty_schedules import read_schedule
from stanch.prepare.importers.people import UNREACHABLE, People, phone, reaches

NAME = "PagerDuty"
KINDS = {
    "users": "user",
    "schedules": "schedule",
    "escalation_policies": "escalation_policy",
    "services": "service",
    "overrides": "override",
}
# Lists that repeat others or need no import.
NOT_NEEDED = ("teams", "vendors", "oncalls", "priorities", "notification_rules", "contact_methods")
# What a service may be set to that stanch decides by its own rules: the setting, and what to do about it.
SETTINGS = {
    "acknowledgement_timeout": "an acknowledgement does not run out",
    "auto_resolve_timeout": "nothing resolves by age alone",
    "support_hours": "use 'hours: working' on the steps of its escalation",
}


def read(document: object, now: int = 0) -> Imported:
    """Read a dump. What ended before ``now`` (microseconds) is left out. Raises ``ValueError`` with what is wrong and where."""
    found = gather(document, KINDS, _kind_of)
    if not any(found.get(kind) for kind in KINDS):
        raise ValueError(f"there is nothing of PagerDuty in it: no {', no '.join(list(KINDS)[:4])}")
    imported = Imported()
    people, schedules, policies, services = People(imported), Keys(), Keys(), Keys()
    for user in found.get("users", []):
        _user(imported, people, user)
    for schedule in found.get("schedules", []):
        key = schedules.give(schedule.text("id"), schedule.text("name"))
        read_schedule(imported, people, key, schedule, now)
    for policy in found.get("escalation_policies", []):
        _policy(imported, people, schedules, policies, policy)
    for service in found.get("services", []):
        _service(imported, policies, services, service)
    for override in found.get("overrides", []):
        imported.note(
            "override", override.name(), "does not say of which schedule it is.", "Dump it inside its schedule."
        )
    for kind in sorted(set(found) - set(KINDS) - set(NOT_NEEDED)):
        for thing in found[kind]:
            imported.note(kind, thing.name(), "is not read.", "Carry it over by hand, if it is still wanted.")
    return imported


def _kind_of(thing: Thing) -> str:
    kind = thing.value.get("type")
    return next((many for many, one in KINDS.items() if one == kind), "") if isinstance(kind, str) else ""


def _user(imported: Imported, people: People, user: Thing) -> None:
    email = user.text("email")
    methods = list(_methods(imported, user))
    if not methods and email:
        methods = [(f"smtp:{email}", 0.0)]
        problem = "has no contact method in the dump that maps: only the e-mail address is taken."
        imported.note("user", user.name(), problem, "Dump users with include[]=contact_methods and notification_rules.")
    elif not methods:
        imported.note("user", user.name(), "has nothing to be reached by.", UNREACHABLE)
    name = user.text("name") or user.text("summary") or email or user.text("id")
    contact = Contact(name, reaches(methods), names=[email] if email else [], note=user.text("job_title"))
    people.add(user.text("id") or user.where, name, email, contact)


def _methods(imported: Imported, user: Thing) -> Iterator[tuple[str, float]]:
    """Addresses and their delay in seconds: by the rules for high urgency, or every address at once without rules."""
    methods = {method.text("id"): method for method in user.things("contact_methods")}
    rules = [rule for rule in user.things("notification_rules") if rule.text("type") or rule.has("contact_method")]
    chosen: list[tuple[Thing, float]] = []
    for rule in rules:
        said = rule.thing("contact_method")
        if said is None:
            imported.note("user", user.name(), "has a notification rule without its contact method.", "Add it by hand.")
        elif rule.text("urgency", "high") == "high":
            method = said if said.has("address") else methods.get(said.text("id"), said)
            chosen.append((method, rule.number("start_delay_in_minutes", most=10**6) * 60.0))
    if low := sum(rule.text("urgency") == "low" for rule in rules):
        problem = f"has {low} notification rule{'s' * (low > 1)} for low urgency, which are not taken."
        imported.note("user", user.name(), problem, "Pages that may wait are set by 'hours' of severity and step.")
    if not rules:
        chosen = [(method, 0.0) for method in methods.values()]
    for method, after in chosen:
        if to := _address(imported, user, method):
            yield to, after


def _address(imported: Imported, user: Thing, method: Thing) -> str:
    kind = method.text("type").removesuffix("_reference")
    address = method.text("address")
    if method.flag("blacklisted"):
        imported.note(
            "user", user.name(), f"{kind} {method.name('label')} is blocked by PagerDuty.", "Ask for another."
        )
        return ""
    if kind == "email_contact_method" and address:
        return f"smtp:{address}"
    notifier = {"sms_contact_method": "sms", "phone_contact_method": "voice"}.get(kind)
    if notifier and (number := phone(method.text("country_code", "1"), address)):
        return f"{notifier}:{number}"
    if kind == "push_notification_contact_method":
        todo = "Give them an ntfy topic, or the browser's own push, and add it to 'reach'."
        imported.note("user", user.name(), f"push to {method.name('label')} cannot be carried over.", todo)
    else:
        imported.note(
            "user", user.name(), f"{kind or 'a contact method'} {method.name('label')} does not map.", "Add it by hand."
        )
    return ""


def _policy(imported: Imported, people: People, schedules: Keys, policies: Keys, policy: Thing) -> None:
    steps: list[EscalationStep] = []
    for number, rule in enumerate(policy.things("escalation_rules"), 1):
        targets = [_target(imported, people, schedules, policy, target) for target in rule.things("targets")]
        notify = list(dict.fromkeys(filter(None, targets)))
        wait = rule.number("escalation_delay_in_minutes", most=10**6) * 60
        if notify:
            steps.append(EscalationStep(notify, wait))
        elif steps:  # none of its targets is left; its wait is kept
            steps[-1] = EscalationStep(steps[-1].notify, steps[-1].wait + wait)
        if not notify:
            imported.note(
                "escalation policy", policy.name(), f"rule {number} has no target left.", "Name one, or leave it out."
            )
        if _strategy(rule) == "round_robin":
            problem = f"rule {number} takes turns (round robin); here all of its targets are paged."
            imported.note("escalation policy", policy.name(), problem, "Put them on a schedule and name that instead.")
    if not steps:
        imported.note("escalation policy", policy.name(), "has no rule that maps; it is not taken.", "Write it anew.")
        return
    key = policies.give(policy.text("id") or policy.where, policy.text("name") or policy.text("summary"))
    imported.escalation[key] = EscalationPolicy(steps, policy.number("num_loops", most=100))


def _strategy(rule: Thing) -> str:
    """The API says it as a text or as an object with a type."""
    found = rule.value.get("escalation_rule_assignment_strategy")
    found = found.get("type") if isinstance(found, dict) else found
    return found if isinstance(found, str) else ""


def _target(imported: Imported, people: People, schedules: Keys, policy: Thing, target: Thing) -> str:
    kind, identity = target.text("type").removesuffix("_reference"), target.text("id")
    if kind == "user" and identity:
        return people.meant(identity, target.text("name") or target.text("summary"))
    if kind == "schedule" and schedules.find(identity) in imported.schedules:
        return f"schedule:{schedules.find(identity)}"
    problem = f"{kind or 'a target'} {target.name()} "
    problem += "is not in the dump, or could not be taken." if kind == "schedule" else "is not a target here."
    imported.note("escalation policy", policy.name(), problem, "Name a person or a schedule in its place.")
    return ""


def _service(imported: Imported, policies: Keys, services: Keys, service: Thing) -> None:
    name = service.text("name") or service.text("summary")
    key = services.give(service.text("id") or service.where, name)
    chosen = service.thing("escalation_policy")
    escalation = policies.find(chosen.text("id")) if chosen else ""
    if chosen and not escalation:
        problem = f"its escalation policy {chosen.name()} was not taken; it has the default."
        imported.note("service", service.name(), problem, "Set 'escalation' of the service.")
    teams = service.things("teams")
    team = (teams[0].text("name") or teams[0].text("summary")) if teams else ""
    imported.services[key] = Service(key, name if name != key else "", team=team, escalation=escalation or "default")
    for setting, instead in SETTINGS.items():
        if service.has(setting):
            imported.note("service", service.name(), f"{setting} does not map: {instead}.", "Nothing, if that is fine.")
    if service.text("status") == "disabled":
        imported.note(
            "service", service.name(), "is disabled in PagerDuty; here it is not.", "Delete its file if it is gone."
        )
    if senders := ", ".join(
        i.text("name") or i.text("summary") or i.text("id") for i in service.things("integrations")
    ):
        imported.note("service", service.name(), f"its integrations still send to PagerDuty: {senders}.",
                      "Point them to /hooks/pagerduty/v2/enqueue, or to the hook of their own format.")  # fmt: skip
