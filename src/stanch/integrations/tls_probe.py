"""Checks the certificate that ``host:port`` shows: its chain, its name, and when it ends (R6, R13).

Protocols that begin in the clear (STARTTLS) are not spoken; probe their TLS port.
"""

import socket
import ssl
import time
from typing import Annotated

import msgspec

from stanch.kernel.clock import SystemClock
from stanch.kernel.policy import Probe
from stanch.kernel.sentences import counted
from stanch.ports import ProbeAnswer, Prober
from stanch.ports.address import host_port
from stanch.ports.integration import Integration

DAY_SECONDS = 86_400
# Days before its end from which an expiring certificate is urgent; earlier it makes a ticket.
WAKES_BELOW_DAYS = 3.0
# X509_V_ERR_* of OpenSSL (x509_vfy.h) that people need to tell apart.
PROBLEMS = {
    9: "the certificate is not valid yet",
    10: "the certificate has expired",
    18: "the certificate is self-signed",
    19: "the certificate's chain ends in one that nobody trusts",
    20: "the certificate's issuer is not known (is the intermediate certificate missing?)",
    21: "the certificate's chain is incomplete (is the intermediate certificate missing?)",
    62: "the certificate is for another name",
    64: "the certificate is for another address",
}


class Settings(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Each field says what it is for."""

    ca_file: Annotated[str, msgspec.Meta(description="Certificates to trust instead of the system's.")] = ""


class TlsProbe:
    """One handshake for each check, verified as a browser would."""

    name: str = "tls"

    def __init__(self, settings: Settings) -> None:
        self.context = ssl.create_default_context(cafile=settings.ca_file or None)

    def check(self, probe: Probe) -> ProbeAnswer:
        """``warn_days`` before its end the answer is a failure that is not urgent; from three days on it is."""
        began = time.perf_counter()
        try:
            host, port = host_port(probe.url)
            with socket.create_connection((host, port), probe.timeout) as connection:
                connection.settimeout(max(0.01, probe.timeout - (time.perf_counter() - began)))
                with self.context.wrap_socket(connection, server_hostname=host) as shown:
                    certificate = shown.getpeercert() or {}
        except ssl.SSLCertVerificationError as error:
            said = PROBLEMS.get(error.verify_code, error.verify_message)
            return ProbeAnswer(False, f"{said} ({probe.url})", _milliseconds(began))
        except ssl.SSLError as error:
            return ProbeAnswer(False, f"no TLS: {error.reason or error}", _milliseconds(began))
        except TimeoutError:
            return ProbeAnswer(False, f"no answer within {probe.timeout:g} s", _milliseconds(began))
        except socket.gaierror as error:
            return ProbeAnswer(False, f"the name cannot be resolved: {error.strerror}", _milliseconds(began))
        except (OSError, ValueError) as error:
            return ProbeAnswer(False, f"no connection: {error}", _milliseconds(began))
        return _judged(certificate, probe, _milliseconds(began))


def build(settings: Settings) -> Prober:
    """For the scanner in main. Raises ``ValueError`` for a ``ca_file`` that cannot be read."""
    try:
        return TlsProbe(settings)
    except (OSError, ssl.SSLError) as error:
        raise ValueError(f"tls_probe: ca_file '{settings.ca_file}' cannot be read: {error}") from None


def _judged(certificate: object, probe: Probe, took: float) -> ProbeAnswer:
    ends_text = str(certificate.get("notAfter", "")) if isinstance(certificate, dict) else ""
    left = (ssl.cert_time_to_seconds(ends_text) - SystemClock().now() / 1_000_000) / DAY_SECONDS
    said = f"the certificate ends in {counted(round(left), 'day')}, on {ends_text}"
    if left < probe.warn_days:
        return ProbeAnswer(False, said, took, urgent=left < WAKES_BELOW_DAYS)
    return ProbeAnswer(True, said, took)


def _milliseconds(began: float) -> float:
    return round((time.perf_counter() - began) * 1000, 1)


INTEGRATION = Integration("TLS certificate probe", "probers", Settings, build)
