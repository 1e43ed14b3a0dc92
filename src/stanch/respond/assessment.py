"""What people state of an incident: its severity, what customers feel, and what may be the cause (R3, R10)."""

from typing import Annotated, Literal

import msgspec

from stanch.kernel.command import Done, command
from stanch.kernel.errors import Invalid, NotFound
from stanch.respond import facts
from stanch.respond.commands import IncidentId, Line, Text, tier
from stanch.respond.harm.told import read_ahead
from stanch.respond.severity import why_proposed
from stanch.timeline.facts.deciding import HypothesisStated
from stanch.timeline.facts.respond import ImpactSet, SeveritySet
from stanch.timeline.unit_of_work import UnitOfWork


class SetSeverity(msgspec.Struct):
    """State how bad it is, by the name of a severity of your policy."""

    incident: IncidentId
    severity: Annotated[str, msgspec.Meta(min_length=1, max_length=40)]
    reason: Line = ""


@command(
    "severity",
    SetSeverity,
    positional=("severity",),
    example="stanch severity INC-1 SEV-2 --reason 'Part of the customers'",
)
def severity(uow: UnitOfWork, asked: SetSeverity) -> Done:
    """R2: set by people. R3: overruling what the measurements propose takes a reason, which stays in the record."""
    record, stated = uow.record(asked.incident), tier(uow, asked.severity)
    proposed = facts.proposed(record, uow.policy)
    if proposed and proposed.severity != stated and not asked.reason.strip():
        raise Invalid(
            f"{'The words' if proposed.by_words else 'The measurements'} propose another one. {why_proposed(uow, record)}.",
            field="reason",
            hint=f"Say why it is {stated}.",
        )
    uow.append(asked.incident, SeveritySet(stated, asked.reason))
    meaning = uow.policy.severity(stated).meaning
    return Done(f"{asked.incident} is {stated}{f': {meaning}' if meaning else ''}.", asked.incident)


class SetImpact(msgspec.Struct):
    """Say what customers feel, in words they could check."""

    incident: IncidentId
    text: Text
    core_function_down: Annotated[
        bool | None, msgspec.Meta(description="Whether a core function is unavailable; leave out if nobody has looked.")
    ] = None
    data_at_risk: Annotated[bool, msgspec.Meta(description="Data is lost or wrong, or may be.")] = False
    security: Annotated[bool, msgspec.Meta(description="A security incident is in progress.")] = False
    users_percent: Annotated[
        Annotated[float, msgspec.Meta(ge=0, le=100)] | None,
        msgspec.Meta(description="The share of users that is hit, in percent."),
    ] = None
    elevated_risk: Annotated[
        bool, msgspec.Meta(description="Protection is gone: backups stopped, one replica left.")
    ] = False


@command(
    "impact",
    SetImpact,
    positional=("text",),
    example="stanch impact INC-1 'Three of ten checkouts fail' --users-percent 30",
    ahead=lambda _, asked: read_ahead(asked.text.strip()),
)
def impact(uow: UnitOfWork, asked: SetImpact) -> Done:
    """R10: one of the six facts. R3: what is known of it moves the proposed severity."""
    uow.record(asked.incident)
    share = None if asked.users_percent is None else asked.users_percent / 100
    facts = ImpactSet(
        asked.text.strip(), asked.core_function_down, asked.data_at_risk, asked.security, share, asked.elevated_risk
    )
    uow.append(asked.incident, facts)
    return Done(f"Customer impact of {asked.incident} noted.", asked.incident)


class StateHypothesis(msgspec.Struct):
    """State a possible cause, or say where one stands now."""

    incident: IncidentId
    text: Line = ""
    standing: Literal["open", "leading", "rejected", "confirmed"] = "leading"
    hypothesis: Annotated[str, msgspec.Meta(description="The id of an earlier one, to change its standing.")] = ""
    because: Annotated[Line, msgspec.Meta(description="Why it stands so now.")] = ""


@command(
    "hypothesis",
    StateHypothesis,
    noun="hypotheses",
    positional=("text",),
    example="stanch hypothesis INC-1 'Release v2 breaks part of the checkouts'",
)
def hypothesis(uow: UnitOfWork, asked: StateHypothesis) -> Done:
    """R10, R36: the leading one is among the six facts."""
    record = uow.record(asked.incident)
    earlier = record.hypotheses.get(asked.hypothesis)
    if asked.hypothesis and earlier is None:
        raise NotFound(f"{asked.incident} has no hypothesis {asked.hypothesis}.")
    text = asked.text.strip() or (earlier.text if earlier else "")
    if not text:
        raise Invalid("The hypothesis is empty.", field="text", hint="Say what it might be.")
    identity = asked.hypothesis or f"H{len(record.hypotheses) + 1}"
    uow.append(asked.incident, HypothesisStated(identity, text, asked.standing, asked.because.strip()))
    return Done(f"Hypothesis {identity} is {asked.standing}: {text}", asked.incident, identity)
