"""What people may ask about SLOs."""

from typing import Annotated, Any

import msgspec

from stanch.detect.slo import rules, store
from stanch.kernel.clock import iso, spell
from stanch.kernel.command import command
from stanch.kernel.errors import NotFound
from stanch.timeline.unit_of_work import UnitOfWork


class Slos(msgspec.Struct):
    """Service level objectives: burn rates, the error budget that is left, and whether that pages, with its arithmetic."""

    service: Annotated[str, msgspec.Meta(description="Only those of this service.")] = ""


@command("slo", Slos, group="detect", noun="slos", positional=("service",), reading=True)
def list_slos(uow: UnitOfWork, asked: Slos) -> list[dict[str, Any]]:
    """Every SLO as it was measured last (R4). Raises ``NotFound`` for a service without one."""
    states = store.read(uow, asked.service)
    if asked.service and not states:
        known = ", ".join(sorted(s.name for s in uow.policy.services.values() if s.slos)) or "none yet"
        raise NotFound(f"'{asked.service}' has no SLO in the catalog.", hint=f"Services with SLOs: {known}.")
    return [row(state) for state in states]


def row(state: store.State) -> dict[str, Any]:
    """An SLO for people and programs: burn rates by window, the budget left as a share, moments in RFC 3339."""
    burns, left = state.burns(), state.budget_remaining()
    lasts = None if left is None else rules.time_to_exhaustion(left, burns.get("1h", 0), state.slo)
    return {
        "service": state.service,
        "slo": state.slo.name,
        "objective": state.slo.objective,
        "verdict": state.action,
        "reason": state.reason,
        "proposal": state.proposal,
        "burns": {span: round(burns[span], 3) for span in rules.SPANS if span in burns},
        "budget_remaining": None if left is None else round(left, 4),
        "exhausted_in": "" if lasts is None else spell(lasts),
        "problem": "; ".join(filter(None, [state.problem, *rules.check(state.slo)])),
        "since": iso(state.since) if state.since else "",
        "measured_at": iso(state.measured["1h"][2]) if "1h" in state.measured else "",
    }
