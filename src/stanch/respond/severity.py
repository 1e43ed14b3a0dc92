"""The severity that the measurements propose, kept beside the one that people state (R3)."""

from stanch.detect.slo import rules, store
from stanch.detect.slo.severity import Impact, Proposal, QuotedSign, Sign, propose, scope_of
from stanch.kernel.clock import MINUTE
from stanch.respond.words_of_harm import DATA, OUTAGE, RISK, SECURITY, means_it
from stanch.timeline.entries import Entry
from stanch.timeline.facts.respond import SeverityProposed
from stanch.timeline.record import Record
from stanch.timeline.unit_of_work import UnitOfWork

LAST = 4
STANDS = 10 * MINUTE
SIGNS: dict[Sign, str] = {"data": DATA, "security": SECURITY, "outage": OUTAGE}


def reconsider(uow: UnitOfWork, entry: Entry, record: Record) -> None:
    """After what changes burn, impact or scope: a new proposal is an entry, the same one again is not."""
    propose_for(uow, record)


def remeasured(uow: UnitOfWork, service: str) -> None:
    """A service's SLOs were measured: the live incidents of that service are looked at again."""
    for row in uow.tx.all(
        "SELECT id FROM incidents WHERE service = :service AND status IN ('open', 'mitigated') AND drill = 0",
        service=service,
    ):
        record = uow.record(row["id"])
        proposal, before = proposal_for(uow, record), record.proposed
        lower = before is not None and (proposal.rung or LAST) > uow.policy.rung(before.severity)
        # Avoids flapping near a bound: a proposal is lowered only after it has stood for a while.
        if not lower or uow.now - record.proposed_at >= STANDS:
            propose_for(uow, record)


def propose_for(uow: UnitOfWork, record: Record) -> None:
    """Append the proposal if it is another one than before, be it higher or lower."""
    proposal = proposal_for(uow, record)
    if not record.live() or (proposal.severity is None and record.proposed is None):
        return
    severity, sentence = proposal.severity, proposal.sentence
    if severity is None:  # nothing asks for one any more: the last tier
        severity = uow.policy.severity_at(LAST)
        sentence = f"{sentence.removesuffix(': no incident proposed')}: {severity} proposed"
    if record.proposed is None or severity != record.proposed.severity:
        if severity == record.severity_name():  # what is set already is not proposed
            sentence = sentence.removesuffix(f"{severity} proposed") + f"that is {severity}"
        facts = SeverityProposed(severity, sentence)
        uow.append(record.id, facts, author="stanch", source="machine")


def proposal_for(uow: UnitOfWork, record: Record) -> Proposal:
    """What burn, impact and scope ask for together right now: the highest over the SLOs of the service."""
    impact = record.impact_facts
    by_people, by_alerts = _said(record)
    risk = "as stated" if impact.elevated_risk else _quoted([*by_people, *by_alerts], RISK)
    told = [
        QuotedSign(sign, quote, by_person)
        for by_person, said in ((True, by_people), (False, by_alerts))
        for sign, pattern in SIGNS.items()
        if (quote := _quoted(said, pattern))
    ]
    known = Impact(
        impact.core_function_down, impact.data_at_risk, impact.security, impact.users_share, risk, tuple(told)
    )
    scope = scope_of(uow.policy, record.service)
    own = record.service and record.drill is None  # what is really measured says nothing about a drill
    evaluations = [evaluation_of(state) for state in store.read(uow, record.service)] if own else []
    found = [propose(verdict, known, scope, uow.policy) for verdict in evaluations if verdict]
    found = found or [propose(None, known, scope, uow.policy)]
    return min(found, key=lambda proposal: proposal.rung or LAST + 1)


def _said(record: Record) -> tuple[list[str], list[str]]:
    """What people say of the harm, and what the firing alerts do; a title is somebody's, or that of an alert."""
    alerts = [f"{s.name}: {s.summary}" for s in record.signals.values() if s.firing]
    title = [] if any(record.title in (s.name, s.summary) for s in record.signals.values()) else [record.title]
    return [*([record.impact.value] if record.impact else []), *title], alerts


def _quoted(said: list[str], pattern: str) -> str:
    """The first text that says it, in quotes and whole, so that redacting the text takes this copy with it; empty where none does."""
    found = next((text for text in said if means_it(text, pattern)), "")
    return f"“{found}”" if found else ""


def evaluation_of(state: store.SloState) -> rules.SloEvaluation | None:
    """The evaluation of the newest measurement, or None for an SLO that was never measured."""
    ratios = {span: ratio for span, (ratio, _, _) in state.measured.items()}
    events = {span: count for span, (_, count, _) in state.measured.items()}
    return rules.judge(state.slo, ratios, events) if ratios else None
