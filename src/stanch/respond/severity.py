"""The severity that the measurements propose, kept beside the one that people state (R3)."""

from stanch.detect.slo import rules, store
from stanch.detect.slo.severity import Impact, Proposal, propose, scope_of
from stanch.timeline.entries import Entry
from stanch.timeline.facts.respond import SeverityProposed
from stanch.timeline.record import Record
from stanch.timeline.unit_of_work import UnitOfWork


def reconsider(uow: UnitOfWork, entry: Entry, record: Record) -> None:
    """After what changes burn, impact or scope: a new proposal is an entry, the same one again is not."""
    propose_for(uow, record)


def remeasured(uow: UnitOfWork, service: str) -> None:
    """A service's SLOs were measured: the live incidents of that service are looked at again."""
    for row in uow.tx.all(
        "SELECT id FROM incidents WHERE service = :service AND status IN ('open', 'mitigated')", service=service
    ):
        propose_for(uow, uow.record(row["id"]))


def propose_for(uow: UnitOfWork, record: Record) -> None:
    """Append the proposal if it is another one than before. A lower one does not replace a higher one by itself."""
    proposal = proposal_for(uow, record)
    if not record.live() or proposal.severity is None:
        return
    if record.proposed is None or proposal.severity < record.proposed.severity:
        facts = SeverityProposed(proposal.severity, proposal.sentence)
        uow.append(record.id, facts, author="stanch", source="machine")


def proposal_for(uow: UnitOfWork, record: Record) -> Proposal:
    """What burn, impact and scope ask for together right now: the highest over the SLOs of the service."""
    impact = record.impact_facts
    known = Impact(impact.core_function_down, impact.data_at_risk, impact.security, impact.users_share)
    scope = scope_of(uow.policy, record.service)
    verdicts = [verdict_of(state) for state in store.read(uow, record.service)] if record.service else []
    found = [propose(verdict, known, scope) for verdict in verdicts if verdict] or [propose(None, known, scope)]
    return min(found, key=lambda proposal: proposal.severity or "SEV-9")


def verdict_of(state: store.State) -> rules.Verdict | None:
    """The verdict on what was measured last, or None for an SLO that was never measured."""
    ratios = {span: ratio for span, (ratio, _, _) in state.measured.items()}
    events = {span: count for span, (_, count, _) in state.measured.items()}
    return rules.judge(state.slo, ratios, events) if ratios else None
