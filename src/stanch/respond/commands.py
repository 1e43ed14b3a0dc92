"""Declaring an incident, noting a line in its timeline, and declining a prompt. One transaction each."""

from typing import Annotated

import msgspec

from stanch.kernel.command import Done, command
from stanch.kernel.errors import Conflict, Invalid, NotFound
from stanch.kernel.filling import incident_id, title_of
from stanch.kernel.moments import past_moment
from stanch.kernel.severities import Role, Severity
from stanch.kernel.spelling import spelt
from stanch.prepare.known_people import known_person, same_person
from stanch.prepare.oncall.people import meant
from stanch.prepare.page_tests import unwoken
from stanch.respond.correcting import check_correctable
from stanch.respond.harm.told import read_ahead
from stanch.timeline.facts.detect import Declared
from stanch.timeline.facts.prompting import PromptDeclined
from stanch.timeline.facts.respond import Amended, ImpactSet, Said, SeveritySet
from stanch.timeline.facts.roles import RoleTaken
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
        msgspec.Meta(
            description="By a name of your policy, SEV-1 (worst) to SEV-4 unless it has others; can be set later."
        ),
    ] = None
    private: Annotated[bool, msgspec.Meta(description="Only you and admins see it.")] = False
    incident_commander: Annotated[str, msgspec.Meta(max_length=200, description="Who decides; 'me' for you.")] = ""
    operations_lead: Annotated[str, msgspec.Meta(max_length=200, description="Who acts.")] = ""
    communications_lead: Annotated[str, msgspec.Meta(max_length=200, description="Who speaks to others.")] = ""
    scribe: Annotated[str, msgspec.Meta(max_length=200, description="Who writes down.")] = ""
    began: Annotated[str, msgspec.Meta(max_length=40, description="When it began, if that is known.")] = ""
    because: Annotated[Line, msgspec.Meta(description="Why it is an incident.")] = ""
    investigation: Annotated[
        str, msgspec.Meta(max_length=40, description="The investigation that this is, such as INC-3.")
    ] = ""
    real: Annotated[bool, msgspec.Meta(description="It is no drill, although you take part in one.")] = False


@command(
    "declare",
    Declare,
    noun="incidents",
    positional=("title",),
    example="stanch declare 'Checkout is down' --service shop --severity SEV-2",
    ahead=lambda _, asked: read_ahead(" ".join(asked.title.split()), asked.impact),
)
def declare(uow: UnitOfWork, asked: Declare) -> Done:
    """R5: one command with nothing but a title. R2: who is woken follows in the same commit."""
    title = title_of(asked.title, "Say in a few words what is wrong.")
    stated = tier(uow, asked.severity) if asked.severity else None
    quiet = stated is not None  # then the severity decides, which is said in the next entry
    roles = _roles_of(uow, asked)
    facts = Declared(
        title,
        asked.service,
        past_moment(asked.began, uow.now, "began"),
        asked.private,
        asked.because.strip(),
        quiet=quiet,
    )
    if asked.investigation:
        record = uow.record(incident_id(asked.investigation))
        if record.status != "investigating":
            raise Conflict(f"{record.id} is {record.status}.", field="investigation", hint="Declare without it.")
        incident = record.id
        service = asked.service or record.service
        uow.append(incident, msgspec.structs.replace(facts, service=service, private=record.private))
    else:
        if not asked.real:
            _ask_whether_it_is_real(uow)
        incident = uow.open(facts)
    if stated:
        uow.append(incident, SeveritySet(stated))
    if asked.impact:
        uow.append(incident, ImpactSet(asked.impact))
    for role, person in roles.items():
        uow.append(incident, RoleTaken(role, person, given=not same_person(uow, person, uow.actor.name)))
        if uow.record(incident).private:
            uow.admit(incident, person)
    more = [text for text in (_unknown(uow, asked.service.strip()), unwoken(uow)) if text]
    return Done(f"{incident} declared: {title}" + (f". {' '.join(more)}" if more else ""), incident)


def _unknown(uow: UnitOfWork, service: str) -> str:
    """That the catalog does not have the service that was named: nothing follows from its name."""
    known = uow.policy.services
    if not service or not known or service in known:
        return ""
    near = meant(service, list(known))
    asked = f" ({near[:1].lower()}{near[1:]})" if near else ""
    return f"The catalog has no service '{service}'{asked}, so nothing follows from its name."


def _ask_whether_it_is_real(uow: UnitOfWork) -> None:
    """Whoever is in a drill that nobody has declared yet most likely means that one; in earnest it would wake people (R40)."""
    drill = uow.tx.one(
        "SELECT i.id FROM incidents i JOIN members m ON m.incident = i.id WHERE i.drill = 1 AND i.status = 'investigating' "
        "AND m.person = :me ORDER BY i.number DESC LIMIT 1",
        me=uow.actor.name,
    )
    if drill:
        hint = f"With --investigation {drill['id']} it is the drill; with --real people are paged."
        raise Conflict(f"You take part in the drill {drill['id']}: is this it, or is it real?", field="real", hint=hint)


def _roles_of(uow: UnitOfWork, asked: Declare) -> dict[Role, str]:
    """R25: roles are declared when the incident opens. Raises ``Invalid`` for a name that is nobody's."""
    typed: dict[Role, str] = {
        "incident_commander": asked.incident_commander, "operations_lead": asked.operations_lead,
        "communications_lead": asked.communications_lead, "scribe": asked.scribe,
    }  # fmt: skip
    return {role: known_person(uow, name, role) for role, name in typed.items() if name.strip()}


TellOfCorrection = Annotated[
    bool, msgspec.Meta(description="Whether whoever follows the status page gets the correction of a public post.")
]


class Say(msgspec.Struct):
    """Add a line to the timeline: what you see, what you try, what you decided."""

    incident: IncidentId
    text: Text
    at: Annotated[str, msgspec.Meta(description="When it happened, if not now; in UTC unless it has an offset.")] = ""
    corrects: Annotated[int, msgspec.Meta(ge=0, description="The number of an entry that this line corrects.")] = 0
    tell: TellOfCorrection = False


@command(
    "say", Say, noun="notes", positional=("text",), example="stanch say INC-1 'Errors began right after v2 went out'"
)
def say(uow: UnitOfWork, asked: Say) -> Done:
    """R27: the fastest input there is. A correction is a visible amending entry (R10)."""
    record = uow.record(asked.incident)
    text = asked.text.strip()
    if not text:
        raise Invalid("There is nothing to say.", field="text", hint="Write a line.")
    if asked.corrects:
        check_correctable(uow, record, asked.corrects)
        entry = uow.append(asked.incident, Amended(asked.corrects, text, asked.tell))
        return Done(f"Entry {asked.corrects} of {asked.incident} is corrected.", asked.incident, str(entry.position))
    if asked.tell:
        raise Invalid(
            "Subscribers are told of corrections only.", field="tell", hint="Name the post: --corrects NUMBER."
        )
    entry = uow.append(asked.incident, Said(text), happened_at=past_moment(asked.at, uow.now))
    return Done(f"Noted in {asked.incident}.", asked.incident, str(entry.position))


class Decline(msgspec.Struct):
    """Say no to a prompt; it is not asked again unless what it rests on changes."""

    incident: IncidentId
    key: Annotated[str, msgspec.Meta(min_length=1, max_length=300)]
    reason: Line = ""


@command(
    "decline",
    Decline,
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
    if prompt.needs_answer:
        raise Conflict(
            "This prompt needs an answer and cannot be declined.", hint=f"Answer it: {prompt.actions[0].label}."
        )
    uow.append(asked.incident, PromptDeclined(asked.key, asked.reason, prompt.evidence()))
    returns = " unless what it rests on changes" if prompt.rests_on else ""
    return Done(f"Noted; it will not be asked again{returns}.", asked.incident)


def tier(uow: UnitOfWork, name: str) -> Severity:
    """A severity as the policy writes it, however it is spelt. Raises ``Invalid`` with those there are."""
    known = uow.policy.tiers()
    found = spelt(name, known)
    if found not in known:
        hint = f"Write one of {', '.join(known)}."
        raise Invalid(f"There is no severity '{name}'.", field="severity", hint=hint)
    return found
