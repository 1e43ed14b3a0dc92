"""Which services an incident affects, and what can be done to them as the catalog has it (R16). Pure."""

from stanch.kernel.policy import Policy
from stanch.timeline.record import Record


def firing_services(record: Record) -> list[str]:
    """The services that alerts fire on, in the order in which they came."""
    return list(dict.fromkeys(name for s in record.signals.values() if s.firing and (name := s.labels.get("service"))))


def hit_services(record: Record) -> list[str]:
    """The services that people or alerts say are affected, the main one first."""
    return list(dict.fromkeys([*record.services(), *firing_services(record)]))


def affected(record: Record, policy: Policy) -> list[str]:
    """The services that are named or that alerts fire on, what they depend on, near or far, and what depends on them; without a service, every one.

    Whichever alert came first, the set is the same; the incident's own service stands first (R16).
    """
    hit = hit_services(record)
    if not hit:
        return list(policy.services)
    needed = [name for service in hit for name in policy.needed(service)]
    needing = [name for service in hit for name in policy.dependants(service)]
    return list(dict.fromkeys([*hit, *needed, *needing]))


def nothing_at_hand(record: Record, policy: Policy) -> bool:
    """Whether no mitigation is declared for any of them, and none of them runs on a system that could offer one."""
    if record.drill is not None:
        return not record.drill.mitigations
    services = [policy.service(name) for name in affected(record, policy)]
    return not any(service.mitigations or service.runs_on for service in services)
