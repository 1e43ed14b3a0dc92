"""Opsgenie: users, teams, schedules, escalations and services as its API v2 answers (services: v1).

Shapes: ``opsgenie/opsgenie-go-sdk-v2`` ``escalation`` and ``team`` ``result.go``; docs.opsgenie.com, Service API. Details that take a
request each are read where a dump puts them: ``contacts`` and ``notification_rules`` in a user, ``routing_rules`` in a team (so does
``grafana/oncall`` ``tools/migrators/lib/opsgenie/api_client.py``).
"""

from itertools import pairwise

from stanch.kernel.contacts import EscalationPolicy, EscalationStep
from stanch.kernel.policy import Service
from stanch.prepare.importers.dump import Thing, gather
from stanch.prepare.importers.imported import Imported
from stanch.prepare.importers.naming import Keys
from stanch.prepare.importers.opsgenie_people import read_team, read_user, seconds
from stanch.prepare.importers.opsgenie_schedules import Schedules, read_schedules
from stanch.prepare.importers.people import People

NAME = "Opsgenie"
KINDS = {
    "users": "user", "teams": "team", "schedules": "schedule", "escalations": "escalation", "services": "service",
    "integrations": "integration", "overrides": "override",
}  # fmt: skip
TEAM_KEYS = {"id", "name", "description", "links", "members", "routing_rules"}


def read(document: object, now: int = 0) -> Imported:
    """Read a dump. What ended before ``now`` (microseconds) is left out. Raises ``ValueError`` with what is wrong and where."""
    found = gather(document, KINDS, _kind_of)
    if not any(found.get(kind) for kind in KINDS):
        raise ValueError(f"there is nothing of Opsgenie in it: no {', no '.join(list(KINDS)[:5])}")
    imported = Imported()
    people = People(imported)
    for user in found.get("users", []):
        read_user(imported, people, user)
    teams = {team.text("id"): team for team in found.get("teams", [])}
    for team in teams.values():
        read_team(imported, people, team)
    schedules = read_schedules(imported, people, found.get("schedules", []), found.get("overrides", []), now)
    policies, owned = Keys(), dict[str, list[str]]()
    for escalation in found.get("escalations", []):
        key = _escalation(imported, people, schedules, policies, escalation)
        if key and (owner := escalation.thing("ownerTeam")):
            owned.setdefault(owner.text("id"), []).append(key)
    services = Keys()
    for service in found.get("services", []):
        _service(imported, teams, policies, owned, services, service)
    for integration in found.get("integrations", []):
        todo = "Point what sends to it to /hooks/opsgenie/, or to the hook of its own format."
        imported.note("integration", integration.name(), f"({integration.text('type')}) still sends to Opsgenie.", todo)
    for kind in sorted(set(found) - set(KINDS)):
        for thing in found[kind]:
            imported.note(kind, thing.name(), "is not read.", "Carry it over by hand, if it is still wanted.")
    return imported


def _kind_of(thing: Thing) -> str:
    """What an object in ``data`` is: Opsgenie's answers do not say it, their fields do."""
    keys = thing.value.keys()
    if "username" in keys and keys & {"fullName", "role", "verified"}:
        return "users"
    if "rules" in keys and "name" in keys:
        return "escalations"
    if "_parent" in keys and "startDate" in keys:
        return "overrides"
    if "timezone" in keys and keys & {"rotations", "enabled"}:
        return "schedules"
    if {"id", "name", "type", "enabled"} <= keys:
        return "integrations"
    if "teamId" in keys and "name" in keys:
        return "services"
    return "teams" if {"id", "name"} <= keys and keys <= TEAM_KEYS else ""


def _escalation(imported: Imported, people: People, schedules: Schedules, policies: Keys, escalation: Thing) -> str:
    """Rules count their delay from the beginning of the escalation; our steps wait for the next one.

    "Who is notified is determined by how much time has elapsed since the alert was created" (support.atlassian.com/opsgenie,
    How do escalations work). Rules of the same delay are one step. Answers with the key, or an empty text.
    """
    name, at = escalation.name(), dict[float, list[str]]()
    for number, rule in enumerate(escalation.things("rules"), 1):
        delay, recipient = rule.thing("delay"), rule.thing("recipient")
        targets = _targets(imported, people, schedules, name, recipient) if recipient else []
        at.setdefault(seconds(delay) if delay else 0.0, []).extend(targets)
        if not targets:
            imported.note("escalation", name, f"rule {number} has no recipient left.", "Name one, or leave it out.")
        if rule.text("condition", "if-not-acked") != "if-not-acked":
            problem = f"rule {number} goes on after an acknowledgement; here an acknowledgement ends it."
            imported.note("escalation", name, problem, "Nothing, if that is fine.")
        if (how := rule.text("notifyType", "default")) not in ("default", "all"):
            problem = f"rule {number} notifies '{how}' of its recipient; here it is whoever is on call, or everybody."
            imported.note("escalation", name, problem, "Name the people themselves.")
    moments = sorted(moment for moment in at if at[moment])
    if not moments:
        imported.note("escalation", name, "has no rule that maps; it is not taken.", "Write it anew.")
        return ""
    if moments[0]:
        problem = f"waits {moments[0] / 60:g} minutes before its first rule; here it begins at once."
        imported.note("escalation", name, problem, "Set 'hold' of its services, if that is wanted.")
    repeat = escalation.thing("repeat")
    again = float(repeat.number("waitInterval", most=10**6) * 60) if repeat and repeat.number("count") else 300.0
    if repeat and repeat.flag("closeAlertAfterAll"):
        imported.note(
            "escalation", name, "closes the alert when all is over; here it stays open.", "Nothing, if that is fine."
        )
    waits = [after - before for before, after in pairwise(moments)] + [again]
    steps = [EscalationStep(list(dict.fromkeys(at[m])), wait) for m, wait in zip(moments, waits, strict=True)]
    key = policies.give(escalation.text("id") or escalation.where, escalation.text("name"))
    imported.escalation[key] = EscalationPolicy(steps, repeat.number("count", most=100) if repeat else 0)
    return key


def _targets(imported: Imported, people: People, schedules: Schedules, name: str, recipient: Thing) -> list[str]:
    kind, identity, called = recipient.text("type"), recipient.text("id"), recipient.text("name")
    if kind == "user":
        username = recipient.text("username")
        return [people.find(username) or people.meant(identity or username, username or called)]
    if kind == "schedule":
        found = schedules.find(identity, called)
        if not found:
            imported.note(
                "escalation", name, f"schedule {recipient.name()} was not taken.", "Name another in its place."
            )
        return [f"schedule:{key}" for key in found]
    if kind == "team" and (key := people.find(identity) or people.find(f"team:{called}")):
        problem = f"team {recipient.name()} is paged as a whole; its routing rules are not asked."
        imported.note("escalation", name, problem, "Name its schedule instead, if one is meant.")
        return [key]
    imported.note(
        "escalation",
        name,
        f"{kind or 'a recipient'} {recipient.name()} is not a target here.",
        "Name a person or schedule.",
    )
    return []


def _service(
    imported: Imported,
    teams: dict[str, Thing],
    policies: Keys,
    owned: dict[str, list[str]],
    services: Keys,
    service: Thing,
) -> None:
    name, team = service.text("name"), teams.get(service.text("teamId"))
    key = services.give(service.text("id") or service.where, name)
    own = owned.get(service.text("teamId"), [])
    escalation = _routed(team, policies) if team else ""
    if not escalation and len(own) == 1:
        escalation = own[0]
    if not escalation:
        problem = "no single escalation of its team is known; it has the default."
        imported.note("service", service.name(), problem, "Set 'escalation' of the service.")
    owner = team.text("name") if team else ""
    imported.services[key] = Service(key, name if name != key else "", team=owner, escalation=escalation or "default")


def _routed(team: Thing, policies: Keys) -> str:
    """Where a team's default routing rule leads."""
    for rule in team.things("routing_rules"):
        notify = rule.thing("notify")
        if rule.flag("isDefault") and notify and notify.text("type") == "escalation":
            return policies.find(notify.text("id"))
    return ""
