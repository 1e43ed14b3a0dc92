"""What was typed, understood as a command: "declare ...", "page ben", "severity 2 INC-42". Pure."""

import re
from collections.abc import Iterable

import msgspec

from stanch.kernel.policy import ROLE_TITLES
from stanch.kernel.spelling import SEVERITY, spelt

INCIDENT = re.compile(r"\binc-?(\d+)\b", re.IGNORECASE)
ROLES = {
    "ic": "incident_commander",
    "commander": "incident_commander",
    "ops": "operations_lead",
    "comms": "communications_lead",
}


class Understood(msgspec.Struct, frozen=True):
    """A command that was meant: what it would do, and its values. Nothing is done until somebody says so.

    ``missing``: what is not known yet, so that the words lead to a form.
    """

    label: str
    command: str
    values: dict[str, str]
    missing: str = ""


class KnownNames(msgspec.Struct, frozen=True):
    """What names may mean: severities, people (key and name), and the incidents that are open."""

    severities: list[str]
    people: dict[str, str]
    live: list[str]


def understood(text: str, known: KnownNames) -> list[Understood]:
    """What the words may mean, as commands; usually none or one."""
    verb, _, rest = text.strip().partition(" ")
    named = INCIDENT.search(rest)
    incident = f"INC-{int(named[1])}" if named else known.live[0] if len(known.live) == 1 else ""
    words = " ".join(INCIDENT.sub(" ", rest).split())
    rule = VERBS.get(verb.lower())
    if rule is None and not verb.isdigit():  # a name of the policy, or what teams write for one
        numbered = SEVERITY.fullmatch(re.sub(r"[-_]", "", verb.casefold()))
        return _severity(f"{verb} {words}", incident, known) or (_severity(verb, incident, known) if numbered else [])
    return rule(words, incident, known) if rule else []


def _declare(words: str, incident: str, known: KnownNames) -> list[Understood]:
    label = f"Declare “{words}”" if words else "Declare an incident"
    return [Understood(label, "declare", {"title": words} if words else {}, "" if words else "title")]


def _investigate(words: str, incident: str, known: KnownNames) -> list[Understood]:
    return [Understood(f"Look into “{words}”", "investigate", {"title": words})] if words else []


def _page(words: str, incident: str, known: KnownNames) -> list[Understood]:
    found = _people(words, known.people) if words else []
    return [
        Understood(f"Page {known.people[key]}" + (f" for {incident}" if incident else ""), "page",
                   _with(incident, person=key), "" if incident else "incident")
        for key in found
    ]  # fmt: skip


def _severity(words: str, incident: str, known: KnownNames) -> list[Understood]:
    name = spelt(words, known.severities)
    if name not in known.severities:
        return []
    return [
        Understood(f"Set {name}" + (f" for {incident}" if incident else ""), "severity",
                   _with(incident, severity=name), "" if incident else "incident")
    ]  # fmt: skip


def _acknowledge(words: str, incident: str, known: KnownNames) -> list[Understood]:
    return [Understood(f"I have {incident}", "ack", {"incident": incident})] if incident else []


def _take(words: str, incident: str, known: KnownNames) -> list[Understood]:
    role = ROLES.get(words.lower().replace("lead", "").strip())
    if not role or not incident:
        return []
    return [Understood(f"Take {ROLE_TITLES[role]} of {incident}", "role", {"incident": incident, "role": role})]


def _people(words: str, people: dict[str, str]) -> list[str]:
    """Whoever is called so, or whose name begins so; exact ones only when there are any."""
    said = words.casefold()
    exact = [key for key, name in people.items() if said in (key.casefold(), name.casefold())]
    return (
        exact or [key for key, name in people.items() if any(part.startswith(said) for part in _parts(key, name))][:5]
    )


def _parts(key: str, name: str) -> Iterable[str]:
    return (key.casefold(), name.casefold(), *name.casefold().split())


def _with(incident: str, **values: str) -> dict[str, str]:
    return {**({"incident": incident} if incident else {}), **values}


VERBS = {
    "declare": _declare, "investigate": _investigate, "page": _page, "severity": _severity, "sev": _severity, "ack": _acknowledge,
    "have": _acknowledge, "take": _take,
}  # fmt: skip
