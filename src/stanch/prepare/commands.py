"""Reading the catalog."""

from typing import Any

import msgspec

from stanch.kernel.command import command
from stanch.timeline.desk import Desk


class Services(msgspec.Struct):
    """The services of the catalog, with what each depends on and what can be done for it."""


@command("services", Services, group="prepare", noun="services", reading=True)
def services(desk: Desk, _asked: Services) -> list[dict[str, Any]]:
    """Every service (R7)."""
    return [
        {
            "name": s.name,
            "title": s.label(),
            "core": s.core,
            "depends_on": s.depends_on,
            "mitigations": [m.name for m in s.mitigations],
            "criteria": [c.name for c in s.criteria],
            "probes": [p.name for p in s.probes],
            "runbook": bool(s.runbook),
        }
        for s in sorted(desk.policy.services.values(), key=lambda s: s.name)
    ]
