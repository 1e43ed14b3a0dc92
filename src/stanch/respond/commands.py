"""What people may say and decide during a response. One transaction each."""

from typing import Annotated, Literal

import msgspec

from stanch.kernel.clock import spell
from stanch.kernel.command import Done, command
from stanch.kernel.errors import Conflict, Invalid, NotFound
from stanch.kernel.filling import incident_id
from stanch.kernel.moments import past_moment
from stanch.kernel.policy import PHASES, Phase
from stanch.kernel.severities import Severity
from stanch.kernel.spelling import spelt
from stanch.prepare.page_tests import unwoken
from stanch.timeline.facts.deciding import HypothesisStated
from stanch.timeline.facts.detect import Declared
from stanch.timeline.facts.prompting import PromptDeclined
from stanch.timeline.facts.recover import Mitigated
from stanch.timeline.facts.respond import Amended, ImpactSet, PhaseShifted, Said, SeveritySet
from stanch.timeline.phase_moves import UNDO_WITHIN, phase_before
from stanch.timeline.record import Record
from stanch.timeline.unit_of_work import UnitOfWork

Text = Annotated[str, msgspec.Meta(min_length=1, max_length=10_000)]
Line = Annotated[str, msgspec.Meta(max_length=2_000)]
Name = Annotated[str, msgspec.Meta(max_length=200)]
IncidentId = Annotated[str, msgspec.Meta(description="The incident, such as INC-1.", max_length=40)]


class Declare(msgspec.Struct):
    """Declare an incident. A title is enough; the rest can follow."""

    title: Annotated[str, msgspec.Meta(min_length=1, max_length=300, description="What is wrong, in a few words.")]
    service: Annotated[str, msgspec.Meta(max_length=200, description="The affected service, if you know.")] = ""
    impact: Annotated[str, msgspec.Meta(max_length=2_000, description="What customers see.")] = ""
    severity: Annotated[
        Annotated[str, msgspec.Meta(max_length=40)] | None,
        msgspec.Meta(description="SEV-1 to SEV-4, or a name of your own policy; can be set later."),
    ] = None
    private: Annotated[bool, msgspec.Meta(description="Only you and admins see it.")] = False
    investigation: Annotated[
        str, msgspec.Meta(max_length=40, description="The investigation that this is, such as INC-3.")
    ] = ""


@command(
    "declare",
    Declare,
    group="respond",
    noun="incidents",
    positional=("title",),
    example="stanch declare 'Checkout is down' --service shop --severity SEV-2",
)
def declare(uow: UnitOfWork, asked: Declare) -> Done:
    """R5: one command with nothing but a title. R2: who is woken follows in the same commit."""
    title = " ".join(asked.title.split())
    if not title:
        raise Invalid("The title is empty.", field="title", hint="Say in a few words what is wrong.")
    stated = tier(uow, asked.severity) if asked.severity else None
    quiet = stated is not None  # then the severity decides, which is said in the next entry
    facts = Declared(title, asked.service, private=asked.private, quiet=quiet)
    if asked.investigation:
        record = uow.record(incident_id(asked.investigation))
        if record.status != "investigating":
            raise Conflict(f"{record.id} is {record.status}.", field="investigation", hint="Declare without it.")
        incident = record.id
        service = asked.service or record.service
        uow.append(incident, msgspec.structs.replace(facts, service=service, private=record.private))
    else:
        incident = uow.open(facts)
    if stated:
        uow.append(incident, SeveritySet(stated))
    if asked.impact:
        uow.append(incident, ImpactSet(asked.impact))
    alone = unwoken(uow)
    return Done(f"{incident} declared: {title}" + (f". {alone}" if alone else ""), incident)


class Say(msgspec.Struct):
    """Add a line to the timeline: what you see, what you try, what you decided."""

    incident: IncidentId
    text: Text
    at: Annotated[str, msgspec.Meta(description="When it happened, if not now; in UTC unless it has an offset.")] = ""
    corrects: Annotated[int, msgspec.Meta(ge=0, description="The number of an entry that this line corrects.")] = 0


@command(
    "say",
    Say,
    group="respond",
    noun="notes",
    positional=("text",),
    example="stanch say INC-1 'Errors began right after v2 went out'",
)
def say(uow: UnitOfWork, asked: Say) -> Done:
    """R27: the fastest input there is. A correction is a visible amending entry (R10)."""
    record = uow.record(asked.incident)
    text = asked.text.strip()
    if not text:
        raise Invalid("There is nothing to say.", field="text", hint="Write a line.")
    if asked.corrects:
        if asked.corrects > record.entries:
            raise Invalid(f"{asked.incident} has no entry {asked.corrects}.", field="corrects")
        entry = uow.append(asked.incident, Amended(asked.corrects, text))
    else:
        entry = uow.append(asked.incident, Said(text), happened_at=past_moment(asked.at, uow.now))
    return Done(f"Noted in {asked.incident}.", asked.incident, str(entry.position))


class ShiftPhase(msgspec.Struct):
    """Shift the phase deliberately: detect, triage, mitigate, resolve or learn."""

    incident: IncidentId
    phase: Phase | None = None
    reason: Line = ""
    undo: Annotated[bool, msgspec.Meta(description="Take the last move back, as if it had not been.")] = False


@command(
    "phase",
    ShiftPhase,
    group="respond",
    noun="phase",
    positional=("phase",),
    example="stanch phase INC-1 mitigate --reason 'The cause is clear enough to act'",
)
def phase(uow: UnitOfWork, asked: ShiftPhase) -> Done:
    """R12. Going back is normal. Reaching Resolve says that the harm is stopped: mitigated (R15)."""
    record = uow.record(asked.incident)
    if asked.undo:
        return _undo_phase(uow, record, asked)
    if asked.phase is None:
        raise Invalid("Say which phase.", field="phase", hint=f"It is one of: {', '.join(PHASES)}.")
    if record.phase == asked.phase:
        raise Conflict(f"{asked.incident} is in {asked.phase.capitalize()} already.")
    if record.status == "closed" and asked.phase != "learn":
        raise Conflict(f"{asked.incident} is closed.", hint="Reopen it first.")
    back = PHASES.index(asked.phase) < PHASES.index(record.phase)
    uow.append(asked.incident, PhaseShifted(asked.phase, asked.reason))
    if asked.phase == "resolve" and record.mitigated_at is None:
        uow.append(asked.incident, Mitigated(asked.reason))
    return Done(f"{asked.incident} moved {'back ' if back else ''}to {asked.phase.capitalize()}.", asked.incident)


def _undo_phase(uow: UnitOfWork, record: Record, asked: ShiftPhase) -> Done:
    """A move by mistake is taken back with its time and its *mitigated*; one that has stood for long was none."""
    back = phase_before(record, uow.now)
    if back is None:
        raise Conflict(
            f"{record.id} has not moved within the last {spell(UNDO_WITHIN)}.",
            field="undo",
            hint="Move it by naming the phase.",
        )
    if asked.phase not in (None, back):
        raise Conflict(f"{record.id} came from {back.capitalize()}.", field="phase", hint="Look again.")
    uow.append(record.id, PhaseShifted(back, asked.reason, undo=True))
    return Done(f"{record.id} is back in {back.capitalize()}, as if it had not moved.", record.id)


class SetSeverity(msgspec.Struct):
    """State how bad it is, SEV-1 (worst) to SEV-4, or by the names that your policy has."""

    incident: IncidentId
    severity: Annotated[str, msgspec.Meta(min_length=1, max_length=40)]
    reason: Line = ""


@command(
    "severity",
    SetSeverity,
    group="respond",
    noun="severity",
    positional=("severity",),
    example="stanch severity INC-1 SEV-2 --reason 'Part of the customers'",
)
def severity(uow: UnitOfWork, asked: SetSeverity) -> Done:
    """R2: set by people. R3: overruling what the measurements propose takes a reason, which stays in the record."""
    proposed, stated = uow.record(asked.incident).proposed, tier(uow, asked.severity)
    if proposed and proposed.severity != stated and not asked.reason.strip():
        raise Invalid(
            f"The measurements propose another one. {proposed.text}.",
            field="reason",
            hint=f"Say why it is {stated}.",
        )
    uow.append(asked.incident, SeveritySet(stated, asked.reason))
    meaning = uow.policy.severity(stated).meaning
    return Done(f"{asked.incident} is {stated}{f': {meaning}' if meaning else ''}.", asked.incident)


def tier(uow: UnitOfWork, name: str) -> Severity:
    """A severity as the policy writes it, however it is spelt. Raises ``Invalid`` with those there are."""
    known = uow.policy.tiers()
    found = spelt(name, known)
    if found not in known:
        hint = f"Write one of {', '.join(known)}."
        raise Invalid(f"There is no severity '{name}'.", field="severity", hint=hint)
    return found


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
    group="respond",
    noun="impact",
    positional=("text",),
    example="stanch impact INC-1 'Three of ten checkouts fail' --users-percent 30",
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


class State(msgspec.Struct):
    """State a possible cause, or say where one stands now."""

    incident: IncidentId
    text: Line = ""
    standing: Literal["open", "leading", "rejected", "confirmed"] = "leading"
    hypothesis: Annotated[str, msgspec.Meta(description="The id of an earlier one, to change its standing.")] = ""


@command(
    "hypothesis",
    State,
    group="respond",
    noun="hypotheses",
    positional=("text",),
    example="stanch hypothesis INC-1 'Release v2 breaks part of the checkouts'",
)
def hypothesis(uow: UnitOfWork, asked: State) -> Done:
    """R10, R36: the leading one is among the six facts."""
    record = uow.record(asked.incident)
    earlier = record.hypotheses.get(asked.hypothesis)
    if asked.hypothesis and earlier is None:
        raise NotFound(f"{asked.incident} has no hypothesis {asked.hypothesis}.")
    text = asked.text.strip() or (earlier.text if earlier else "")
    if not text:
        raise Invalid("The hypothesis is empty.", field="text", hint="Say what it might be.")
    identity = asked.hypothesis or f"H{len(record.hypotheses) + 1}"
    uow.append(asked.incident, HypothesisStated(identity, text, asked.standing))
    return Done(f"Hypothesis {identity} is {asked.standing}: {text}", asked.incident, identity)


class Decline(msgspec.Struct):
    """Say no to a prompt; it is not asked again unless what it rests on changes."""

    incident: IncidentId
    key: Annotated[str, msgspec.Meta(min_length=1, max_length=300)]
    reason: Line = ""


@command(
    "decline",
    Decline,
    group="respond",
    noun="declined",
    positional=("key",),
    example="stanch decline INC-1 severity --reason 'Not known yet'",
)
def decline(uow: UnitOfWork, asked: Decline) -> Done:
    """R12: a person accepts or declines with a word."""
    prompt = uow.prompt(uow.record(asked.incident), asked.key)
    if asked.key.startswith("investigation:") and not asked.reason.strip():
        raise Invalid("Say why it is not declared.", field="reason", hint="One sentence; it stays in the record.")
    if prompt is None:
        raise NotFound(
            f"Nothing called '{asked.key}' is asked of {asked.incident}.", field="key", hint="Look at it again."
        )
    uow.append(asked.incident, PromptDeclined(asked.key, asked.reason, prompt.evidence()))
    returns = " unless what it rests on changes" if prompt.rests_on else ""
    return Done(f"Noted; it will not be asked again{returns}.", asked.incident)
