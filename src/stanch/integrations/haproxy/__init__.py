"""Drains, stops, readies and weighs servers through HAProxy's runtime API (formats/07, 7.1 to 7.4)."""

import socket
import threading
from typing import Annotated

import msgspec

from stanch.integrations.haproxy.plan import NAME, Plan, checked, confirmed, known, objection, read
from stanch.integrations.haproxy.state import (
    Row,
    Servers,
    carrying,
    difference,
    in_words,
    parse_state,
    parse_statistics,
    restorable,
    statistics_line,
    weight_share,
    with_statistics,
)
from stanch.kernel.policy import Mitigation
from stanch.ports import Applied, Arguments, EvidenceItem, Extent, Failed, Mitigator, Preview, Say
from stanch.ports.integration import Integration


class Settings(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Each field says what it is for."""

    socket: Annotated[str, msgspec.Meta(description="Path of the stats socket with 'level admin'.")]
    timeout: Annotated[float, msgspec.Meta(description="Seconds to wait for each command.")] = 5.0
    zones: Annotated[
        dict[str, list[str]],
        msgspec.Meta(description="Zone -> the servers in it, so that a whole zone is offered to be drained."),
    ] = {}
    observe_seconds: Annotated[
        float, msgspec.Meta(description="Seconds that the effect of what is offered is watched.")
    ] = 60


class Haproxy:
    """Arguments: ``action`` (drain, ready, maint, weight, restore), ``backend``, ``servers`` or ``server``, ``weight``, ``states``."""

    name: str = "haproxy"

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.lock = threading.Lock()

    def run(self, arguments: Arguments, say: Say) -> Applied:
        """Change the servers and confirm it by reading the state again; answers with one line per server.

        Raises ``Failed`` when a name is unknown, when no active server would be left (nothing is changed then), when
        HAProxy refuses, or when the state afterwards is not the wanted one.
        """
        plan = read(arguments)
        with self.lock:
            before = self._state(plan.backend)
            known(plan, before)
            if refusal := objection(plan, before):
                raise Failed(f"refused: {refusal}", again=False)
            self._change(plan, say)
            after = self._state(plan.backend)
        confirmed(plan, after)
        lines = [difference(plan.backend, name, before[name], after[name]) for name in plan.servers]
        found = [restorable(before[name]) for name in plan.servers]
        undo: dict[str, str | list[str]] = {
            "action": "restore", "backend": plan.backend, "servers": plan.servers, "states": found,
        }  # fmt: skip
        changed = any(restorable(before[name]) != restorable(after[name]) for name in plan.servers)
        return Applied("\n".join(lines), undo if changed else {}, changed)

    def preview(self, arguments: Arguments) -> Preview:
        """Which servers, how they are now, and how much of the traffic they carry. Raises ``Failed``."""
        plan = read(arguments)
        servers = self._state(plan.backend)
        known(plan, servers)
        busy = carrying(servers)
        touched = [name for name in plan.servers if name in busy]
        share = weight_share(servers, plan.servers)
        count = len(touched) if plan.takes_away() else len(plan.servers)
        extent = Extent(count, max(count, len(busy)), "server", share)
        commands = [line for name in plan.servers for line in plan.lines(name)]
        now = [f"{plan.backend}/{name} is {in_words(servers[name])}" for name in plan.servers]
        refusal = objection(plan, servers)
        idle = "it carries no traffic now: none would be moved" if plan.takes_away() and not touched else ""
        return Preview("\n".join([*now, *commands]), extent, [each for each in (refusal, idle) if each])

    def describe(self, arguments: Arguments) -> list[EvidenceItem]:
        """The state of every server of the backend, then HAProxy's own statistics of it. Raises ``Failed``."""
        backend = checked(arguments, "backend")
        lines = [f"{backend}/{name}: {in_words(row)}" for name, row in self._state(backend).items()]
        statistics = self._statistics(backend)
        return [EvidenceItem(f"pool {backend}", "\n".join(lines + [statistics_line(row) for row in statistics]))]

    def offers(self, address: str) -> list[Mitigation]:
        """Draining each server of a backend, and each zone of it that is configured. Raises ``Failed``."""
        if not NAME.fullmatch(address):
            raise Failed(f"'{address}' is not the name of a backend", again=False)
        servers = self._state(address)
        zones = {zone: [s for s in names if s in servers] for zone, names in self.settings.zones.items()}
        of = {server: zone for zone, names in zones.items() for server in names}
        found = [self._drain(address, zone, names, zone, True) for zone, names in zones.items() if names]
        alone = {names[0] for names in zones.values() if len(names) == 1}
        return found + [self._drain(address, s, [s], of.get(s, ""), False) for s in servers if s not in alone]

    def _drain(self, backend: str, what: str, servers: list[str], zone: str, whole_zone: bool) -> Mitigation:
        target = f"{backend}: {', '.join(servers)}"
        title = f"Move all traffic away from {zone}" if whole_zone else f"Move traffic away from {what}"
        return Mitigation(
            name=f"{backend}-drain-{what}", title=title, kind="traffic_shift", adapter=self.name, target=target,
            run={"action": "drain", "backend": backend, "servers": servers},
            reversibility="instant", blast_radius="zone" if whole_zone else "component", effect_seconds=5, undo_seconds=2,
            zone=zone, observe_seconds=self.settings.observe_seconds, needs=["the servers that stay can carry the traffic"], own_undo=True,
            risk="the load of the others grows; sessions bound to these servers stay until they end",
        )  # fmt: skip

    def _change(self, plan: Plan, say: Say) -> None:
        """One command at a time: chained answers cannot be told apart."""
        for position, server in enumerate(plan.servers):
            for line in plan.lines(server):
                said = self._ask(line).strip()
                if said:
                    done = f" (already changed: {', '.join(plan.servers[:position])})" if position else ""
                    raise Failed(f"HAProxy refused '{line}': {said}{done}", again=False)
                say(line)

    def _state(self, backend: str) -> Servers:
        answer = self._ask(f"show servers state {backend}")
        servers = parse_state(answer)
        if servers is None:
            raise Failed(f"HAProxy on backend '{backend}': {answer.strip()[:300] or 'no answer'}", again=False)
        return with_statistics(servers, self._statistics(backend))

    def _statistics(self, backend: str) -> list[Row]:
        """Of its servers and of the backend itself: types 4 and 2."""
        return parse_statistics(self._ask(f"show stat {backend} 6 -1"))

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


INTEGRATION = Integration("HAProxy", "mitigators", Settings, build, ("offers",))
