"""The severity that the measurements propose, kept beside the one that people state (R3)."""

from stanch.detect.slo import rules, store
from stanch.detect.slo.severity import Impact, Proposal, Scope, Told, propose, scope_of
from stanch.kernel.clock import MINUTE, utc_time
from stanch.kernel.policy import Policy
from stanch.respond.harm.reading import says_no_harm
from stanch.respond.harm.told import alert_text, alert_told, impact_told, title_told, unread
from stanch.timeline.entries import Entry
from stanch.timeline.facts.respond import SeverityProposed
from stanch.timeline.incident_rows import OF_SERVICE
from stanch.timeline.record import Record
from stanch.timeline.unit_of_work import UnitOfWork

LAST = 4
STANDS = 10 * MINUTE


def reconsider(uow: UnitOfWork, entry: Entry, record: Record) -> None:
    """After what changes burn, impact or scope: a new proposal is an entry, the same one again is not."""
    propose_for(uow, record)


def remeasured(uow: UnitOfWork, service: str) -> None:
    """A service's SLOs were measured: the live incidents of that service are looked at again."""
    for row in uow.tx.all(
        f"SELECT i.id FROM incidents i WHERE {OF_SERVICE} AND i.status IN ('open', 'mitigated') AND i.drill = 0",
        service=service,
    ):
        record = uow.record(row["id"])
        proposal, before = proposal_for(uow, record), record.proposed
        lower = before is not None and _lower(proposal, before.severity, uow.policy)
        # Avoids flapping near a bound: a proposal is lowered only after it has stood for a while.
        if not lower or uow.now - record.proposed_at >= STANDS:
            propose_for(uow, record)


def _lower(proposal: Proposal, than: str, policy: Policy) -> bool:
    return (proposal.rung or LAST) > policy.rung(than)


def propose_for(uow: UnitOfWork, record: Record) -> None:
    """Append the proposal if it is another one than before, be it higher or lower."""
    proposal = proposal_for(uow, record)
    if not record.live() or (proposal.severity is None and record.proposed is None):
        return
    if record.proposed is not None and _only_unread(record) and _lower(proposal, record.proposed.severity, uow.policy):
        return
    severity, sentence = proposal.severity, proposal.sentence
    if severity is None:  # nothing asks for one any more: the last tier
        severity = uow.policy.severity_at(LAST)
        sentence = f"{sentence.removesuffix(': no incident proposed')}: {severity} proposed"
    if (
        record.proposed is None
        or severity != record.proposed.severity
        or _restated(record, severity, sentence, uow.policy)
    ):
        if severity == record.severity_name():  # what is set already is not proposed
            sentence = sentence.removesuffix(f"{severity} proposed") + f"that is {severity}"
        facts = SeverityProposed(severity, sentence, proposal.by_words)
        uow.append(record.id, facts, author="stanch", source="machine")


def _restated(record: Record, severity: str, sentence: str, policy: Policy) -> bool:
    """Whether a worse tier than the one that is set rests on another impact than when a person set that one."""
    stated, impact, before = record.severity, record.impact, record.proposed
    if stated is None or impact is None or before is None or policy.rung(severity) >= policy.rung(stated.value):
        return False
    return impact.at > max(stated.at, record.proposed_at) and sentence != before.text


def _only_unread(record: Record) -> bool:
    """Whether all that is new are words which name no known harm: those never lower what other words asked for."""
    assert record.proposed is not None
    return record.proposed.by_words and unread(record.impact_facts)


def proposal_for(uow: UnitOfWork, record: Record) -> Proposal:
    """What burn, impact and scope ask for together right now: the highest over the SLOs of its services."""
    impact = record.impact_facts
    scope = scope_of(uow.policy, record.service)
    risk = "as stated" if impact.elevated_risk else ""
    share, told = record.users_counted, _told(record, scope)
    known = Impact(_looked(record), impact.data_at_risk, impact.security, share, risk, told)
    measured = record.services() if record.drill is None else []  # what is really measured says nothing about a drill
    found = [
        propose(verdict, known, scope_of(uow.policy, name), uow.policy)
        for name in measured
        for state in store.read(uow, name)
        if (verdict := evaluation_of(state))
    ]
    found = found or [propose(None, known, scope, uow.policy)]
    return min(found, key=lambda proposal: proposal.rung or LAST + 1)


def _looked(record: Record) -> bool | None:
    """What somebody said last of the core function; a count without a word of it takes back no outage, unless its text does."""
    impact = record.impact_facts
    if impact.core_function_down is None and record.said_down and not says_no_harm(impact.text):
        return True
    return impact.core_function_down


def why_proposed(uow: UnitOfWork, record: Record) -> str:
    """The sentence of the proposal that stands, with what is measured now; one that is measured no more names its moment."""
    stands = record.proposed
    if stands is None:
        return ""
    now = proposal_for(uow, record)
    if now.severity == stands.severity and now.by_words == stands.by_words:
        return now.sentence
    return f"{stands.text} (at {utc_time(record.proposed_at, uow.now)})"


def _told(record: Record, scope: Scope) -> tuple[Told, ...]:
    """What people say of the harm, and what the firing alerts do; a title is somebody's, or that of an alert."""
    firing = [s for s in record.signals.values() if s.firing]
    found = impact_told(record.impact.value, scope) if record.impact else []
    if not any(record.title in (s.name, s.summary) for s in record.signals.values()):
        found += title_told(record.title, scope)
    return (*found, *(told for s in firing for told in alert_told(alert_text(s.name, s.summary), scope)))


def evaluation_of(state: store.SloState) -> rules.SloEvaluation | None:
    """The evaluation of the newest measurement, or None for an SLO that was never measured."""
    ratios = {span: ratio for span, (ratio, _, _) in state.measured.items()}
    events = {span: count for span, (_, count, _) in state.measured.items()}
    return rules.judge(state.slo, ratios, events) if ratios else None
