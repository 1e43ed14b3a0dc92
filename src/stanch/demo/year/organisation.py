"""Three teams, ten services, nine people: what ``stanch demo --full`` configures."""

import sys
from pathlib import Path
from typing import Any

from stanch.demo.year.watching import HEARTBEATS, watching

# person -> name, team; the last of each team leads it.
PEOPLE = {
    "ada": ("Ada Brandt", "payments"), "ben": ("Ben Carter", "payments"), "grace": ("Grace Kim", "payments"),
    "omar": ("Omar Haddad", "storefront"), "lena": ("Lena Fischer", "storefront"), "tomas": ("Tomás Silva", "storefront"),
    "mei": ("Mei Tanaka", "platform"), "jonas": ("Jonas Berg", "platform"), "priya": ("Priya Nair", "platform"),
}  # fmt: skip
LEADS = {"payments": "grace", "storefront": "tomas", "platform": "priya"}
# service -> title, team, core, what customers call it, what it depends on
SERVICES: dict[str, tuple[str, str, bool, str, list[str]]] = {
    "checkout": ("Checkout", "payments", True, "Checkout", ["payments-api", "catalog", "accounts"]),
    "payments-api": ("Payments API", "payments", True, "Payments", ["ledger", "queue"]),
    "ledger": ("Ledger", "payments", True, "", ["postgres"]),
    "web": ("Website", "storefront", True, "Website", ["catalog", "search", "edge"]),
    "search": ("Search", "storefront", False, "Search", ["catalog"]),
    "catalog": ("Catalog", "storefront", True, "", ["postgres"]),
    "accounts": ("Accounts", "storefront", True, "Sign-in", ["postgres"]),
    "postgres": ("PostgreSQL", "platform", True, "", []),
    "queue": ("Message queue", "platform", False, "", []),
    "edge": ("Edge proxies", "platform", True, "", []),
}
VENDOR = {
    "name": "Example DNS Inc.",
    "kind": "vendor",
    "roles": ["dns vendor"],
    "note": "Contract 4711, around the clock",
}
RUNBOOK = """# {title}

## Where to look

1. The error rate by zone, on the dashboard of {title}.
2. Was anything released within the last hour? `stanch deploy` lists it.

## Customer impact

Is it all customers or one region? Support sees it first: ask in #support.

## Roll back

1. Roll back first when a release is younger than an hour.
2. Drain one zone when only that zone fails.

## Degraded mode

Switch the newest feature off. What it saved stays.

## Escalate

The team's lead, then the on-call person of the platform.
"""


def values(folder: Path, *, port: int, phone: str, meter: str) -> dict[str, Any]:
    """The settings as plain values. ``phone``: where pages go; ``meter``: who answers what is measured."""
    return {
        "data": str(folder / "data"), "port": port, "intake_keys": {"alertmanager": "demo-only-key"}, "secret_key": "only-for-the-demo",
        "integrations": {"webhook": {}, "prometheus": {"url": meter}},
        "policy": {
            "criteria_every": 60, "just_culture": ["ada", "grace"],
            "services": {name: _service(folder, name, meter) for name in SERVICES},
            "contacts": {person: _contact(person, phone) for person in PEOPLE} | {"dns-vendor": VENDOR | {"reach": [f"webhook:{phone}dns"]}},
            "schedules": {team: _schedule(team) for team in LEADS},
            "escalation": {team: {"steps": [{"notify": [f"schedule:{team}"], "wait": 300}, {"notify": [LEADS[team]], "wait": 300}]} for team in LEADS}
            | {"default": {"steps": [{"notify": ["schedule:platform"], "wait": 300}]}},
            "heartbeats": HEARTBEATS,
            "rules": [{"match": {"severity": "info"}, "disposition": "noise", "name": "information only"},
                      {"match": {"severity": "ticket"}, "disposition": "ticket", "name": "can wait"}],
        },
    }  # fmt: skip


def _contact(person: str, phone: str) -> dict[str, Any]:
    name, team = PEOPLE[person]
    lead = LEADS[team] if LEADS[team] != person else "grace"
    reach = [f"webhook:{phone}{person}", {"to": f"webhook:{phone}{person}/second", "after": 120}]
    return {
        "name": name,
        "reach": reach,
        "lead": "" if lead == person else lead,
        "roles": ["leadership"] if person == "grace" else [],
    }


def _schedule(team: str) -> dict[str, Any]:
    people = [person for person, (_, own) in PEOPLE.items() if own == team]
    day = {"people": people, "start": "2025-01-06T09:00", "name": "primary", "rotation": "weekly"}
    if team != "storefront":
        return {"title": team.capitalize(), "time_zone": "Europe/Berlin", "layers": [day]}
    # The storefront has no night shift yet: that gap is there to be seen.
    hours = [{"start": "07:00", "until": "22:00"}]
    return {"title": "Storefront", "time_zone": "Europe/Berlin", "layers": [day | {"only": hours}]}


def _service(folder: Path, name: str, meter: str) -> dict[str, Any]:
    title, team, core, public, needs = SERVICES[name]
    lever = [sys.executable, "-m", "stanch.demo.year.lever", str(folder / "levers"), name]

    def move(what: str, text: str, kind: str, target: str, **more: Any) -> dict[str, Any]:
        return {
            "name": what, "title": text, "kind": kind, "adapter": "command", "target": target, "observe_seconds": 120,
            "run": {"argv": [*lever, what]}, "undo": {"argv": [*lever, what, "--undo"]}, **more,
        }  # fmt: skip

    moves = [
        move("rollback", f"Roll {title} back to the release before", "rollback", f"{name}, both zones", effect_seconds=60, undo_seconds=90),
        move("drain-zone-b", f"Move the traffic of {title} away from zone-b", "traffic_shift", f"{name} in zone-b",
             zone="zone-b", reversibility="instant", blast_radius="zone",
             effect_seconds=10, undo_seconds=10),
        move("restart", f"Restart {title}, one instance after the other", "custom", f"{name}, 6 instances", effect_seconds=120, undo_seconds=0),
    ]  # fmt: skip
    if public:
        moves.append(move("switch-off-new", "Switch the newest feature off", "feature_flag", f"{name}: new-{name}", reversibility="instant",
                          feature=f"new-{name}", users_lose="the newest feature", effect_seconds=15, undo_seconds=15))  # fmt: skip
    criteria = [
        {"name": "error rate", "source": "http_json", "query": f"{meter}{name}#error_rate", "below": 0.01},
        {"name": "p95 latency", "source": "http_json", "query": f"{meter}{name}#latency", "below": 0.8, "unit": "s"},
    ]
    return {
        "name": name, "title": title, "team": team, "core": core, "escalation": team, "depends_on": needs, "criteria": criteria, "criteria_hold": 300,
        "mitigations": moves, "runbook": RUNBOOK.format(title=title) if core else "", "runbook_reviewed": "2026-06-01" if name != "ledger" else "",
        "contacts": {"dns": "dns-vendor"} if name == "edge" else {}, **watching(name, meter),
        **({"public_name": public, "public_group": "Shop"} if public else {}),
    }  # fmt: skip
