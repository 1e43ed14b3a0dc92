"""What people may ask about SLOs."""

from typing import Annotated

import msgspec

from stanch.detect.slo import rules, store
from stanch.kernel.answers import Moment
from stanch.kernel.clock import spell
from stanch.kernel.command import command
from stanch.kernel.errors import NotFound
from stanch.timeline.unit_of_work import UnitOfWork


class Slos(msgspec.Struct):
    """Service level objectives: burn rates, the error budget that is left, and whether that pages, with its arithmetic."""

    service: Annotated[str, msgspec.Meta(description="Only those of this service.")] = ""


class SloRow(msgspec.Struct, frozen=True):
    """An SLO: burn rates by window, the budget that is left as a share, and when that would be used up."""

    service: str
    slo: str
    objective: float
    verdict: str
    reason: str
    proposal: str
    burns: dict[str, float]
    budget_remaining: float | None
    exhausted_in: str
    problem: str
    since: Moment | None
    measured_at: Moment | None

    def line(self) -> str:
        """For chat."""
        return " · ".join(
            word for word in (f"{self.service} {self.slo}", self.verdict, self.reason, self.problem) if word
        )


@command("slo", Slos, noun="slos", positional=("service",), reading=True, example="stanch slo --service shop")
def list_slos(uow: UnitOfWork, asked: Slos) -> list[SloRow]:
    """Every SLO as it was measured last (R4). Raises ``NotFound`` for a service without one."""
    states = store.read(uow, asked.service)
    if asked.service and not states:
        known = ", ".join(sorted(s.name for s in uow.policy.services.values() if s.slos)) or "none yet"
        raise NotFound(f"'{asked.service}' has no SLO in the catalog.", hint=f"Services with SLOs: {known}.")
    return [row(state) for state in states]


def row(state: store.SloState) -> SloRow:
    """An SLO as it was measured last."""
    burns, left = state.burns(), state.budget_remaining()
    lasts = None if left is None else rules.time_to_exhaustion(left, burns.get("1h", 0), state.slo)
    return SloRow(
        state.service,
        state.slo.name,
        state.slo.objective,
        state.action,
        state.reason,
        state.proposal,
        {span: round(burns[span], 3) for span in rules.SPANS if span in burns},
        None if left is None else round(left, 4),
        "" if lasts is None else spell(lasts),
        "; ".join(filter(None, [state.problem, *rules.check(state.slo)])),
        state.since or None,
        state.measured["1h"][2] if "1h" in state.measured else None,
    )
