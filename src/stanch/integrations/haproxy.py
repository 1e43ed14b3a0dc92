"""Drains, stops, readies and weighs servers through HAProxy's runtime API (formats/07, 7.1 to 7.4)."""

import csv
import re
import socket
import threading

import msgspec

from stanch.ports import Arguments, Failed, Mitigator

PORT = "mitigator"
NAME = re.compile(r"[A-Za-z0-9_.:-]+")
WEIGHT = re.compile(r"[0-9]{1,3}%?")
FORCED_MAINT = 0x01
FORCED_DRAIN = 0x08
OUT_OF_SERVICE = 0x01 | 0x02 | 0x04 | 0x08 | 0x10 | 0x20
FLAGS = {
    0x01: "maint",
    0x02: "maint (inherited)",
    0x04: "maint (configured)",
    0x08: "drain",
    0x10: "drain (inherited)",
    0x20: "maint (DNS)",
}
STAT_COLUMNS = ("svname", "status", "weight", "act", "scur", "qcur", "econ", "eresp", "hrsp_5xx")

Servers = dict[str, dict[str, str]]


class Settings(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """``socket``: path of the stats socket with ``level admin``; ``timeout`` in seconds per command."""

    socket: str
    timeout: float = 5.0


class Plan(msgspec.Struct, frozen=True):
    """Arguments after validation; ``weight`` only for the action ``weight``."""

    action: str
    backend: str
    servers: list[str]
    weight: str = ""

    def takes_away(self) -> bool:
        """Whether the servers get no more new traffic."""
        return self.action in ("drain", "maint") or (self.action == "weight" and int(self.weight.rstrip("%")) == 0)

    def line(self, server: str) -> str:
        """The command for one server."""
        if self.action == "weight":
            return f"set weight {self.backend}/{server} {self.weight}"
        return f"set server {self.backend}/{server} state {self.action}"


class Haproxy:
    """Arguments: ``action`` (drain, ready, maint, weight), ``backend``, ``servers`` or ``server``, ``weight``."""

    name: str = "haproxy"

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.lock = threading.Lock()

    def run(self, arguments: Arguments) -> str:
        """Change the servers and confirm it by reading the state again; answers with one line per server.

        Raises ``Failed`` when a name is unknown, when no active server would be left (nothing is changed then), when
        HAProxy refuses, or when the state afterwards is not the wanted one.
        """
        plan = read(arguments)
        with self.lock:
            before = self._state(plan.backend)
            _known(plan, before)
            _leaves_one(plan, before)
            self._change(plan)
            after = self._state(plan.backend)
        _confirmed(plan, after)
        return "\n".join(_difference(plan.backend, name, before[name], after[name]) for name in plan.servers)

    def describe(self, arguments: Arguments) -> str:
        """The state of every server of the backend, then HAProxy's own statistics of it. Raises ``Failed``."""
        backend = _checked(arguments, "backend")
        servers = self._state(backend)
        lines = [f"{backend}/{name}: {_words(row)}" for name, row in servers.items()]
        return "\n".join(lines + self._statistics(backend))

    def _change(self, plan: Plan) -> None:
        """One command at a time: chained answers cannot be told apart."""
        for position, server in enumerate(plan.servers):
            said = self._ask(plan.line(server)).strip()
            if said:
                done = f" (already changed: {', '.join(plan.servers[:position])})" if position else ""
                raise Failed(f"HAProxy refused '{plan.line(server)}': {said}{done}", again=False)

    def _state(self, backend: str) -> Servers:
        answer = self._ask(f"show servers state {backend}")
        servers = parse_state(answer)
        if servers is None:
            raise Failed(f"HAProxy on backend '{backend}': {answer.strip()[:300] or 'no answer'}", again=False)
        return servers

    def _statistics(self, backend: str) -> list[str]:
        rows = csv.DictReader(self._ask(f"show stat {backend} 6 -1").removeprefix("# ").splitlines())
        return [" ".join(f"{column}={row.get(column) or '-'}" for column in STAT_COLUMNS) for row in rows]

    def _ask(self, line: str) -> str:
        """One line, then read until HAProxy closes. Raises ``Failed`` (again: setting a state twice is harmless)."""
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
                connection.settimeout(self.settings.timeout)
                connection.connect(self.settings.socket)
                connection.sendall(line.encode("ascii") + b"\n")
                answer = bytearray()
                while chunk := connection.recv(65536):
                    answer += chunk
        except OSError as error:
            raise Failed(f"HAProxy's socket {self.settings.socket} cannot be used: {error}", again=True) from error
        return answer.decode("utf-8", "replace")


def build(settings: Settings) -> Mitigator:
    """For the scanner in main."""
    return Haproxy(settings)


def read(arguments: Arguments) -> Plan:
    """Validate; names go into a command line, so a line break or ``;`` in them must never pass. Raises ``Failed``."""
    action = arguments.get("action")
    if action not in ("drain", "ready", "maint", "weight"):
        raise Failed(f"action is {action!r}; write drain, ready, maint or weight", again=False)
    servers = arguments.get("servers", arguments.get("server", []))
    names = [servers] if isinstance(servers, str) else list(dict.fromkeys(servers))
    if not names:
        raise Failed("servers is missing; name at least one server of the backend", again=False)
    for name in names:
        _check_name(name, "servers")
    weight = _weight(arguments) if action == "weight" else ""
    return Plan(str(action), _checked(arguments, "backend"), names, weight)


def parse_state(answer: str) -> Servers | None:
    """``show servers state`` by its header line, as server name -> column -> text; None when it is another answer."""
    lines = answer.split("\n")
    if len(lines) < 2 or lines[0].strip() != "1" or not lines[1].startswith("# "):
        return None
    header = lines[1][2:].split()
    rows = [dict(zip(header, line.split(), strict=False)) for line in lines[2:] if line.strip()]
    return {row["srv_name"]: row for row in rows if "srv_name" in row}


def active(row: dict[str, str]) -> bool:
    """Whether a server gets new traffic: running, no flag that takes it out, and a weight."""
    return row["srv_op_state"] != "0" and not _flags(row) & OUT_OF_SERVICE and row["srv_uweight"] != "0"


def _checked(arguments: Arguments, key: str) -> str:
    value = arguments.get(key)
    if not isinstance(value, str):
        raise Failed(f"{key} is missing; write its name", again=False)
    _check_name(value, key)
    return value


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


def _known(plan: Plan, servers: Servers) -> None:
    for name in plan.servers:
        if name not in servers:
            raise Failed(
                f"backend '{plan.backend}' has no server '{name}'; it has {', '.join(servers) or 'none'}",
                again=False,
            )


def _leaves_one(plan: Plan, servers: Servers) -> None:
    """Without active servers a backend is DOWN and answers 503 to everyone (seen live)."""
    now = {name for name, row in servers.items() if active(row)}
    if plan.takes_away() and now & set(plan.servers) and not now - set(plan.servers):
        raise Failed(
            f"refused: '{plan.backend}' would have no active server left (active now: {', '.join(sorted(now))}); "
            "make another server ready first",
            again=False,
        )


def _confirmed(plan: Plan, servers: Servers) -> None:
    for name in plan.servers:
        row = servers.get(name)
        if row is None or not _wanted(plan, row):
            state = _words(row) if row else "gone"
            raise Failed(f"HAProxy accepted it, but {plan.backend}/{name} is {state} afterwards", again=False)


def _wanted(plan: Plan, row: dict[str, str]) -> bool:
    if plan.action == "weight":
        return plan.weight.endswith("%") or row["srv_uweight"] == str(int(plan.weight))
    flags = _flags(row)
    if plan.action == "ready":
        return not flags & (FORCED_MAINT | FORCED_DRAIN)
    return bool(flags & (FORCED_DRAIN if plan.action == "drain" else FORCED_MAINT))


def _flags(row: dict[str, str]) -> int:
    return int(row["srv_admin_state"])


def _words(row: dict[str, str]) -> str:
    """``ready, running, weight 10 of 10``."""
    flags = [word for bit, word in FLAGS.items() if _flags(row) & bit]
    running = {"0": "stopped", "1": "starting", "2": "running", "3": "stopping"}.get(row["srv_op_state"], "?")
    return f"{' + '.join(flags) or 'ready'}, {running}, weight {row['srv_uweight']} of {row['srv_iweight']}"


def _difference(backend: str, name: str, before: dict[str, str], after: dict[str, str]) -> str:
    return (
        f"{backend}/{name}: {_words(before)} -> {_words(after)} "
        f"(admin_state {before['srv_admin_state']} -> {after['srv_admin_state']})"
    )
