"""Checks that something takes connections at ``host:port`` (R13). Every failure is an answer, none an exception."""

import socket
import time

import msgspec

from stanch.kernel.policy import Probe
from stanch.ports import ProbeAnswer, Prober
from stanch.ports.address import host_port
from stanch.ports.integration import Integration

GREETING_BYTES = 4_096


class Settings(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Nothing to set."""


class TcpProbe:
    """Connects; where ``expect`` is given, waits for a greeting that contains it (SMTP's ``220``, SSH's ``SSH-2.0``)."""

    name: str = "tcp"

    def check(self, probe: Probe) -> ProbeAnswer:
        """One new connection. The time limit holds for all of it."""
        began, deadline = time.perf_counter(), time.monotonic() + probe.timeout
        try:
            with socket.create_connection(host_port(probe.url), probe.timeout) as connection:
                took = _milliseconds(began)
                if not probe.expect:
                    return ProbeAnswer(True, "takes connections", took)
                said = _greeting(connection, probe.expect, deadline)
        except TimeoutError:
            return ProbeAnswer(False, f"no connection within {probe.timeout:g} s", _milliseconds(began))
        except socket.gaierror as error:
            return ProbeAnswer(False, f"the name cannot be resolved: {error.strerror}", _milliseconds(began))
        except (OSError, ValueError) as error:
            return ProbeAnswer(False, f"no connection: {error}", _milliseconds(began))
        if probe.expect in said:
            return ProbeAnswer(True, "takes connections and greets as expected", took, said)
        seen = f"it said {said.strip()[:100]!r}" if said else "it said nothing"
        return ProbeAnswer(False, f"connected, without '{probe.expect}': {seen}", _milliseconds(began), said)


def build(settings: Settings) -> Prober:
    """For the scanner in main."""
    return TcpProbe()


def _greeting(connection: socket.socket, expected: str, deadline: float) -> str:
    said = b""
    while expected.encode() not in said and len(said) < GREETING_BYTES and (left := deadline - time.monotonic()) > 0:
        connection.settimeout(left)
        try:
            chunk = connection.recv(GREETING_BYTES)
        except TimeoutError:
            break
        if not chunk:
            break
        said += chunk
    return said.decode("utf-8", "replace").replace("\x00", "")


def _milliseconds(began: float) -> float:
    return round((time.perf_counter() - began) * 1000, 1)


INTEGRATION = Integration("TCP probe", "probers", Settings, build)
