"""Setting criteria, resolving, closing, reopening."""

from typing import Annotated

import msgspec

from stanch.kernel.clock import DAY, SECOND, spell
from stanch.kernel.command import Done, command
from stanch.kernel.errors import Conflict, Invalid
from stanch.kernel.policy import Criterion
from stanch.recover.rules import Standing, checklist, proposed, standing, still_firing
from stanch.timeline.audience_clock import said_over_too_soon
from stanch.timeline.facts.recover import Closed, CriteriaSet, Mitigated, Reopened, Resolved
from stanch.timeline.facts.respond import PhaseShifted
from stanch.timeline.record import CriterionState, Record
from stanch.timeline.unit_of_work import UnitOfWork


class SetCriteria(msgspec.Struct):
    """Say what 'recovered' means: the proposed criteria, or your own; with neither, see what is set."""

    incident: str
    propose: Annotated[bool, msgspec.Meta(description="Use those that the catalog proposes.")] = False
    criterion: Annotated[
        str, msgspec.Meta(description="Your own: 'NAME: SOURCE QUERY < 0.01' (or > for at least).", max_length=2000)
    ] = ""
    hold: Annotated[float, msgspec.Meta(gt=0, le=7 * 86400, description="Seconds that all must hold.")] | None = None


@command("criteria", SetCriteria, positional=("criterion",), example="stanch criteria INC-1 --propose")
def criteria(uow: UnitOfWork, asked: SetCriteria) -> Done:
    """R41: explicit before the mitigation completes. Own ones are added to those already set."""
    record = uow.record(asked.incident)
    chosen, hold = proposed(record, uow.policy)
    if asked.criterion:
        chosen = [*(s.criterion for s in record.criteria.values()), parse(asked.criterion)]
    elif not asked.propose and asked.hold is None:
        return Done(_as_set(record, chosen, standing(record, uow.policy, uow.now)), asked.incident)
    if not chosen:
        raise Invalid(
            f"The catalog proposes no criteria for {', '.join(record.services()) or 'any service'}.",
            field="criterion",
            hint="Write your own: 'errors: http_json http://...#error_rate < 0.01'.",
        )
    held = asked.hold or record.criteria_hold or hold
    uow.append(asked.incident, CriteriaSet(chosen, held))
    return Done(f"Recovered means: {'; '.join(c.name for c in chosen)}.", asked.incident)


def _as_set(record: Record, chosen: list[Criterion], now_standing: Standing) -> str:
    """What is set and where each stands; else what could be set."""
    if not record.criteria:
        could = (
            f"The catalog proposes: {'; '.join(c.name for c in chosen)}. Set them with --propose, or"
            if chosen
            else "Set"
        )
        return f"No recovery criteria are set. {could} your own: 'NAME: SOURCE QUERY < 0.01'."
    each = [f"{name} {_word(state)}" for name, state in record.criteria.items()]
    over = "it may be resolved" if now_standing.may_resolve else f"not yet: {'; '.join(now_standing.reasons)}"
    return f"Recovered means, all for {spell(int(record.criteria_hold * SECOND))}: {'; '.join(each)}. {over[0].upper()}{over[1:]}."


def _word(state: CriterionState) -> str:
    if state.value is None:
        return f"(not measured: {state.detail})" if state.since else "(not measured)"
    return f"({'holds' if state.holds else 'does not hold'}: {state.detail or f'{state.value:g}'})"


def parse(text: str) -> Criterion:
    """Read ``NAME: SOURCE QUERY < NUMBER``. Raises ``Invalid`` saying what is missing."""
    name, colon, rest = text.partition(":")
    for sign in ("<", ">"):
        query, found, bound = rest.rpartition(sign)
        source, _, expression = query.strip().partition(" ")
        if colon and found and source and expression:
            try:
                number = float(bound)
            except ValueError:
                raise Invalid(f"'{bound.strip()}' is not a number.", field="criterion") from None
            return Criterion(
                name.strip(),
                source,
                expression.strip(),
                below=number if sign == "<" else None,
                above=number if sign == ">" else None,
            )
    raise Invalid("A criterion reads 'NAME: SOURCE QUERY < NUMBER'.", field="criterion")


class Resolve(msgspec.Struct):
    """Call it resolved. Before the criteria have held, that takes a reason."""

    incident: str
    reason: Annotated[str, msgspec.Meta(max_length=2000)] = ""
    override: Annotated[
        bool, msgspec.Meta(description="Resolve although the criteria have not held, or none are set.")
    ] = False
    cause_unknown: Annotated[bool, msgspec.Meta(description="The cause is not known yet; a follow-up is created.")] = (
        False
    )


@command("resolve", Resolve, noun="resolution", positional=("reason",), example="stanch resolve INC-1")
def resolve(uow: UnitOfWork, asked: Resolve) -> Done:
    """R41: offered when all hold; earlier only with a reason in the record. R15: cause unknown is allowed."""
    if uow.record(asked.incident).status == "resolved":
        raise Conflict(f"{asked.incident} is resolved already.")
    record = uow.live(asked.incident)
    now_standing = standing(record, uow.policy, uow.now)
    early = not now_standing.may_resolve
    if early and not asked.override:
        first = "Wait" if now_standing.set else f"Set them with 'stanch criteria {record.id} --propose'"
        if any(state.value is None and state.since for state in record.criteria.values()):
            first = f"'stanch criteria {record.id}' says why something cannot be measured: mend that"
        raise Conflict(
            f"Not yet: {'; '.join(now_standing.reasons)}.", hint=f"{first}, or give --override with a reason."
        )
    if early and not asked.reason.strip():
        without = "before the criteria have held" if now_standing.set else "without recovery criteria"
        raise Invalid(f"Resolving {without} needs a reason.", field="reason")
    if record.mitigated_at is None and record.tried():
        uow.append(asked.incident, Mitigated("resolved"))
    if record.phase != "resolve":
        uow.append(asked.incident, PhaseShifted("resolve", "resolved"))
    uow.append(asked.incident, Resolved(asked.reason, early, not asked.cause_unknown, now_standing.set))
    firing = still_firing(record) if record.drill is None else ""
    return Done(f"{asked.incident} is resolved.{f' {firing}.' if firing else ''}", asked.incident)


class Close(msgspec.Struct):
    """Close a resolved incident: decides on the postmortem and starts the three weeks.

    A small one that is still open is resolved and closed in one step, with a reason; a false alarm of any severity too.
    """

    incident: str
    reason: Annotated[str, msgspec.Meta(max_length=2000, description="Why a small one can be closed at once.")] = ""
    false_alarm: Annotated[bool, msgspec.Meta(description="There was nothing: it owes no postmortem and no post.")] = (
        False
    )


@command("close", Close, noun="closing", positional=("reason",), example="stanch close INC-1")
def close(uow: UnitOfWork, asked: Close) -> Done:
    """R42. The postmortem meeting is set a day ahead, while memory is fresh."""
    record = uow.record(asked.incident)
    if record.status == "closed":
        raise Conflict(f"{asked.incident} is closed already.")
    if record.status != "resolved":
        uow.live(asked.incident)
    if asked.false_alarm:
        uow.append(asked.incident, Closed(false_alarm=True, reason=asked.reason.strip()))
        return _closed(record, f"{asked.incident} is closed as a false alarm.")
    small = record.severity is None or uow.policy.small(record.severity_name())
    if record.live() and asked.reason.strip() and small:
        resolve(uow, Resolve(asked.incident, asked.reason, override=True))
    if record.status != "resolved":
        raise Conflict(f"{asked.incident} is {record.status}.", hint="Resolve it first.")
    uow.append(asked.incident, Closed(uow.now + DAY if record.drill is None else None))
    return _closed(record, f"{asked.incident} is closed.")


def _closed(record: Record, message: str) -> Done:
    if record.drill is not None:
        return Done(message, record.id, hint=f"'stanch debrief {record.id}' says how the team did.")
    left = [text for done, text in checklist(record) if not done]
    return Done(message + (f" Still open: {'; '.join(left)}." if left else ""), record.id)


class Reopen(msgspec.Struct):
    """It came back, or was never gone."""

    incident: str
    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=2000)]


@command(
    "reopen",
    Reopen,
    noun="reopening",
    positional=("reason",),
    example="stanch reopen INC-1 'Errors are back in zone-b'",
)
def reopen(uow: UnitOfWork, asked: Reopen) -> Done:
    """R42: a recurrence soon after resolve reopens."""
    record = uow.record(asked.incident)
    if record.live():
        raise Conflict(f"{asked.incident} is open.")
    if not record.declared_at or record.merged_into:
        uow.live(asked.incident)
    uow.append(asked.incident, Reopened(asked.reason))
    told = " Customers still read that it is over." if said_over_too_soon(uow.record(asked.incident)) else ""
    return Done(f"{asked.incident} is open again.{told}", asked.incident)
