"""Checks that a name resolves, and to what (R13). Every failure is an answer, none an exception."""

import time
from typing import Annotated

import msgspec

from stanch.kernel.policy import Probe
from stanch.ports import ProbeAnswer, Prober
from stanch.ports.integration import Integration


class Settings(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Each field says what it is for."""

    nameservers: Annotated[list[str], msgspec.Meta(description="Addresses to ask instead of the system's.")] = []
    port: Annotated[int, msgspec.Meta(description="The port of these name servers.")] = 53


class DnsProbe:
    """Resolves without a cache. The target is ``name`` or ``name TYPE``, such as ``example.org MX``."""

    name: str = "dns"

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def check(self, probe: Probe) -> ProbeAnswer:
        """A and AAAA together unless a type is named; ``expect`` must be among the answers."""
        import dns.exception
        import dns.resolver

        began = time.perf_counter()
        name, _, kind = probe.url.strip().partition(" ")
        try:
            resolver = dns.resolver.Resolver(configure=not self.settings.nameservers)
            if self.settings.nameservers:
                resolver.nameservers = list(self.settings.nameservers)
            resolver.port, resolver.lifetime = self.settings.port, probe.timeout
            found = _ask(resolver, name, [kind.strip().upper()] if kind.strip() else ["A", "AAAA"], probe.timeout)
        except dns.resolver.NXDOMAIN:
            return ProbeAnswer(False, f"there is no name '{name}'", _milliseconds(began))
        except dns.resolver.NoNameservers as error:
            return ProbeAnswer(False, f"the name servers fail: {str(error)[:200]}", _milliseconds(began))
        except dns.resolver.LifetimeTimeout:
            return ProbeAnswer(False, f"no answer within {probe.timeout:g} s", _milliseconds(began))
        except (dns.exception.DNSException, OSError, ValueError) as error:
            return ProbeAnswer(
                False, f"cannot be asked: {str(error)[:200] or type(error).__name__}", _milliseconds(began)
            )
        took, said = _milliseconds(began), ", ".join(found)
        if not found:
            return ProbeAnswer(False, f"'{name}' exists, without such a record", took)
        if probe.expect and probe.expect.rstrip(".") not in (each.rstrip(".") for each in found):
            return ProbeAnswer(False, f"resolves to {said}, not to {probe.expect}", took, said)
        return ProbeAnswer(True, f"resolves to {said}"[:300], took, said)


def build(settings: Settings) -> Prober:
    """For the scanner in main."""
    return DnsProbe(settings)


def _ask(resolver: "object", name: str, kinds: list[str], seconds: float) -> list[str]:
    """Every answer, as text. The limit is for all types together."""
    import dns.resolver

    assert isinstance(resolver, dns.resolver.Resolver)
    end, found = time.monotonic() + seconds, list[str]()
    for kind in kinds:
        left = max(0.05, end - time.monotonic())
        answer = resolver.resolve(name, kind, raise_on_no_answer=False, lifetime=left)
        found += [str(record) for record in answer.rrset or []]
    return sorted(found)


def _milliseconds(began: float) -> float:
    return round((time.perf_counter() - began) * 1000, 1)


INTEGRATION = Integration("DNS probe", "probers", Settings, build)
