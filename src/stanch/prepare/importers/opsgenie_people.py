"""Opsgenie's users and teams.

Shapes: ``opsgenie/opsgenie-go-sdk-v2`` ``contact``, ``notification``, ``team`` ``result.go``; ``iksaif/opsgenie_swagger``
``docs/UserContact.md``, ``docs/NotificationRule.md``.
"""

from collections.abc import Iterator

from stanch.kernel.contacts import Contact, ContactMethod
from stanch.prepare.importers.dump import Thing
from stanch.prepare.importers.imported import Imported
from stanch.prepare.importers.people import UNREACHABLE, People, phone, reaches

UNIT_SECONDS = {"minutes": 60, "hours": 3600, "days": 86400}


def read_user(imported: Imported, people: People, user: Thing) -> None:
    """Take one user, with their contact methods. Raises ``ValueError`` with the place of what cannot be read."""
    email = user.text("username")
    name = user.text("fullName") or email or user.text("id")
    methods = list(_methods(imported, user))
    if not methods and "@" in email:
        methods = [(f"smtp:{email}", 0.0)]
        problem = "has no contact in the dump that maps: only the e-mail address is taken."
        imported.note("user", user.name("username"), problem, "Dump their contacts and notification rules too.")
    elif not methods:
        imported.note("user", user.name("username"), "has nothing to be reached by.", UNREACHABLE)
    if user.flag("blocked"):
        imported.note(
            "user", user.name("username"), "is blocked in Opsgenie; here they are not.", "Take them out if they left."
        )
    people.add(
        user.text("id") or user.where,
        name,
        email,
        Contact(name, reaches(methods), names=[email] if email else []),
        email,
    )


def _methods(imported: Imported, user: Thing) -> Iterator[tuple[str, float]]:
    """Addresses and delays in seconds: by the rule for new alerts, or every contact at once without one."""
    steps = list(_steps(imported, user))
    if steps:
        for step in steps:
            contact, delay = step.thing("contact") or step, step.thing("sendAfter")
            if step.flag("enabled", True) and (to := _address(imported, user, contact)):
                yield to, (seconds(delay) if delay else 0.0)
        return
    for contact in user.things("contacts") + user.things("userContacts"):
        status = contact.thing("status")
        enabled = status.flag("enabled", True) if status else contact.flag("enabled", True)
        if not enabled:
            problem = f"{contact.text('method') or contact.text('contactMethod')} {contact.text('to')} is disabled; it is not taken."
            imported.note("user", user.name("username"), problem, "Add it by hand, if it works again.")
        elif to := _address(imported, user, contact):
            yield to, 0.0


def _steps(imported: Imported, user: Thing) -> Iterator[Thing]:
    """Steps for a new alert. Rules hold them; some dumps put the steps themselves in the rules' place."""
    for rule in user.things("notification_rules") + user.things("notificationRules"):
        if rule.has("contact"):
            yield rule
        elif rule.text("actionType", "create-alert") == "create-alert" and rule.flag("enabled", True):
            yield from rule.things("steps")
            if rule.has("criteria") and (rule.thing("criteria") or rule).text("type", "match-all") != "match-all":
                problem = f"notification rule {rule.name()} is for some alerts only; here it is for all."
                imported.note("user", user.name("username"), problem, "Look at the order of 'reach'.")
            if rule.has("timeRestriction"):
                problem = f"notification rule {rule.name()} is for some hours only; here it is for all."
                imported.note("user", user.name("username"), problem, "Look at the order of 'reach'.")


def seconds(delay: Thing) -> float:
    """A delay in seconds. Raises ``ValueError`` for a unit that Opsgenie does not have."""
    unit = delay.text("timeUnit", "minutes")
    if unit not in UNIT_SECONDS:
        raise ValueError(f"{delay.where}.timeUnit is {unit[:40]!r}, not minutes, hours or days")
    return float(delay.number("timeAmount", most=10_000) * UNIT_SECONDS[unit])


def _address(imported: Imported, user: Thing, contact: Thing) -> str:
    method, to = (contact.text("method") or contact.text("contactMethod")).lower(), contact.text("to")
    if method == "email" and to:
        return f"smtp:{to}"
    notifier = {"sms": "sms", "voice": "voice"}.get(method)
    if notifier and (number := phone("", to)):  # "1-5125550142": country code, hyphen, number
        return f"{notifier}:{number}"
    if method == "mobile":
        todo = "Give them an ntfy topic, or the browser's own push, and add it to 'reach'."
        imported.note("user", user.name("username"), "push to the mobile app cannot be carried over.", todo)
    else:
        imported.note("user", user.name("username"), f"contact {method} {to} does not map.", "Add it by hand.")
    return ""


def read_team(imported: Imported, people: People, team: Thing) -> None:
    """A team is one contact with the addresses of its members, for what names the whole team."""
    members = [member.thing("user") or member for member in team.things("members")]
    keys = [people.find(member.text("id")) or people.find(member.text("username")) for member in members]
    reach: list[str | ContactMethod] = []
    for key in filter(None, keys):
        reach += [method for method in imported.contacts[key].reach if method not in reach]
    name = team.text("name") or team.text("id")
    contact = Contact(name, reach, kind="team", note=team.text("description"))
    people.add(team.text("id") or team.where, name, "", contact, f"team:{name}")
