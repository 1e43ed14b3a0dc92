"""The arguments of an action on a backend, after validation."""

import re

import msgspec

from stanch.integrations.haproxy.state import FORCED_DRAIN, FORCED_MAINT, Row, Servers, active, flags, in_words
from stanch.ports import Arguments, Failed

NAME = re.compile(r"[A-Za-z0-9_.:-]+")
WEIGHT = re.compile(r"[0-9]{1,3}%?")
STATE = re.compile(r"(ready|drain|maint) ([0-9]{1,3})")
ACTIONS = ("drain", "ready", "maint", "weight", "restore")


class Plan(msgspec.Struct, frozen=True):
    """``weight`` only for the action ``weight``; ``states`` (``ready 10``), one for each server, only for ``restore``."""

    action: str
    backend: str
    servers: list[str]
    weight: str = ""
    states: list[str] = []

    def takes_away(self) -> set[str]:
        """The servers that get no more new traffic."""
        if self.action == "restore":
            gone = [s for s, state in zip(self.servers, self.states, strict=True) if not state.startswith("ready")]
        elif self.action == "weight":
            gone = self.servers if int(self.weight.rstrip("%")) == 0 else []
        else:
            gone = self.servers if self.action in ("drain", "maint") else []
        return set(gone)

    def lines(self, server: str) -> list[str]:
        """The commands for one server."""
        name = f"{self.backend}/{server}"
        if self.action == "weight":
            return [f"set weight {name} {self.weight}"]
        if self.action == "restore":
            forced, weight = self.states[self.servers.index(server)].split()
            return [f"set server {name} state {forced}", f"set weight {name} {weight}"]
        return [f"set server {name} state {self.action}"]

    def wanted(self, server: str, row: Row) -> bool:
        """Whether a server is, afterwards, as it was meant to be."""
        action, weight = self.action, self.weight
        if action == "restore":
            action, weight = self.states[self.servers.index(server)].split()
            if row["srv_uweight"] != weight:
                return False
        if action == "weight":
            return weight.endswith("%") or row["srv_uweight"] == str(int(weight))
        if action == "ready":
            return not flags(row) & (FORCED_MAINT | FORCED_DRAIN)
        return bool(flags(row) & (FORCED_DRAIN if action == "drain" else FORCED_MAINT))


def read(arguments: Arguments) -> Plan:
    """Validate; names go into a command line, so a line break or ``;`` in them must never pass. Raises ``Failed``."""
    action = arguments.get("action")
    if action not in ACTIONS:
        raise Failed(f"action is {action!r}; write drain, ready, maint, weight or restore", again=False)
    names = _list(arguments.get("servers", arguments.get("server", [])))
    if not names:
        raise Failed("servers is missing; name at least one server of the backend", again=False)
    for name in names:
        _check_name(name, "servers")
    weight = _weight(arguments) if action == "weight" else ""
    states = _list(arguments.get("states", [])) if action == "restore" else []
    if action == "restore" and (len(states) != len(names) or not all(STATE.fullmatch(s) for s in states)):
        raise Failed("states must name, for each server, a state and a weight, like 'ready 10'", again=False)
    if len(set(names)) != len(names):
        names = list(dict.fromkeys(names)) if action != "restore" else names
    return Plan(str(action), checked(arguments, "backend"), names, weight, states)


def checked(arguments: Arguments, key: str) -> str:
    """A name that may go into a command line. Raises ``Failed``."""
    value = arguments.get(key)
    if not isinstance(value, str):
        raise Failed(f"{key} is missing; write its name", again=False)
    _check_name(value, key)
    return value


def known(plan: Plan, servers: Servers) -> None:
    """Raises ``Failed`` for a server that the backend does not have."""
    for name in plan.servers:
        if name not in servers:
            has = ", ".join(servers) or "none"
            raise Failed(f"backend '{plan.backend}' has no server '{name}'; it has {has}", again=False)


def objection(plan: Plan, servers: Servers) -> str:
    """Without active servers a backend is DOWN and answers 503 to everyone (seen live); an empty text when some are left."""
    now, gone = {name for name, row in servers.items() if active(row)}, plan.takes_away()
    if not now & gone or now - gone:
        return ""
    return (
        f"'{plan.backend}' would have no active server left (active now: {', '.join(sorted(now))}); "
        "make another server ready first"
    )


def confirmed(plan: Plan, servers: Servers) -> None:
    """Raises ``Failed`` when a server is not, afterwards, as it was meant to be."""
    for name in plan.servers:
        row = servers.get(name)
        if row is None or not plan.wanted(name, row):
            state = in_words(row) if row else "gone"
            raise Failed(f"HAProxy accepted it, but {plan.backend}/{name} is {state} afterwards", again=False)


def _list(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


def _check_name(name: str, key: str) -> None:
    if not NAME.fullmatch(name):
        raise Failed(f"{key}: {name!r} is not a name HAProxy can have; letters, digits and _ . : - only", again=False)


def _weight(arguments: Arguments) -> str:
    weight = arguments.get("weight")
    if not isinstance(weight, str) or not WEIGHT.fullmatch(weight):
        raise Failed(
            f'weight is {weight!r}; write "0" to "256", or a share of the configured one like "50%"',
            again=False,
        )
    return weight
