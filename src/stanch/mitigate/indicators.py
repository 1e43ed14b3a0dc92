"""What tells how a service is doing: its criteria, its SLOs, its probes, and those of the services that need it (R41)."""

import msgspec

from stanch.detect.slo.queries import errors, total
from stanch.kernel.policy import Criterion, Policy, Service
from stanch.timeline.record import Record

# The shortest window of the SRE Workbook's table: recovery shows in it first.
SLO_WINDOW = "5m"
PROBE = "probe"


def indicators(record: Record, policy: Policy) -> tuple[list[Criterion], float]:
    """Criteria that the catalog proposes, and the longest hold in seconds; the service's own first, its dependants' after.

    Declared criteria take precedence over derived ones: no SLO or probe is added to a service's criteria
    under the same source and query. A drill has those of its script only (R40).
    """
    if record.drill is not None:
        return record.drill.criteria, record.drill.hold
    if named := record.services():
        needing = [name for each in named for name in policy.dependants(each)]
        services = [policy.service(name) for name in dict.fromkeys((*named, *needing))]
    else:
        services = list(policy.services.values())
    found: dict[str, Criterion] = {}
    for service in services:
        for criterion in [*service.criteria, *_derived(service)]:
            name = criterion.name if criterion.name not in found else f"{service.label()}: {criterion.name}"
            found.setdefault(name, msgspec.structs.replace(criterion, name=name))
    return list(found.values()), max((s.criteria_hold for s in services if s.criteria or _derived(s)), default=1800)


def _derived(service: Service) -> list[Criterion]:
    slos = [
        Criterion(
            f"{slo.title or slo.name}: error share over 5 min",
            slo.source,
            f"{errors(slo, SLO_WINDOW)} / {total(slo, SLO_WINDOW)}",
            below=round(1 - slo.objective / 100, 9),
        )
        for slo in service.slos
    ]
    return slos + [
        Criterion(f"probe {probe.name} is green", PROBE, f"{service.name}:{probe.name}", above=1)
        for probe in service.probes
    ]
