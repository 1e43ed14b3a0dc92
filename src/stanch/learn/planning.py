"""Planning a postmortem: full or short, who leads it, until when, its state, and its meeting (R42, R43)."""

from typing import Annotated, Literal

import msgspec

from stanch.kernel.clock import day, iso
from stanch.kernel.command import Done, command
from stanch.kernel.errors import Conflict, Denied, Invalid
from stanch.kernel.moments import given_moment
from stanch.learn.action_items.asking import unreached
from stanch.learn.confidential.rules import took_part
from stanch.learn.meeting import meeting_file
from stanch.prepare.known_people import known_person, same_person
from stanch.prepare.oncall.people import contact_key
from stanch.respond.message_effect import tell
from stanch.timeline.facts.learn import MeetingMoved, PostmortemDecided, PostmortemPlanned, PostmortemStage
from stanch.timeline.record import Record
from stanch.timeline.unit_of_work import UnitOfWork

Moment = Annotated[str, msgspec.Meta(max_length=60)]


class Plan(msgspec.Struct):
    """Plan the postmortem of a closed incident: full or short, who leads it, until when, its state, and its meeting."""

    incident: str
    form: Annotated[
        Literal["", "postmortem", "review"],
        msgspec.Meta(description="A full postmortem or a short review, other than decided; needs a reason."),
    ] = ""
    reason: Annotated[str, msgspec.Meta(max_length=2_000, description="Why the form is another one.")] = ""
    facilitator: Annotated[str, msgspec.Meta(max_length=200, description="The person who leads it.")] = ""
    due: Annotated[Moment, msgspec.Meta(description="Until when it is published.")] = ""
    stage: Annotated[
        Literal["", "draft", "in_review"], msgspec.Meta(description="A published one that goes back is reopened.")
    ] = ""
    meeting: Annotated[Moment, msgspec.Meta(description="When the meeting is, such as 2026-06-04T14:00Z.")] = ""
    cancel_meeting: Annotated[bool, msgspec.Meta(description="There is no meeting; who took part is told.")] = False


@command(
    "plan", Plan, group="learn", noun="plan", example="stanch plan INC-1 --facilitator ben --meeting 2026-06-04T14:00Z"
)
def plan(uow: UnitOfWork, asked: Plan) -> Done:
    """R43: the decision is deliberate and can be argued; R42: the meeting can be moved."""
    record = uow.record(asked.incident)
    if record.drill is not None:
        raise Conflict(
            f"{record.id} is a drill: it has a debrief and no postmortem.",
            hint=f"'stanch debrief {record.id}' shows it.",
        )
    if record.closed_at is None or record.status != "closed":
        raise Conflict(
            f"{record.id} is {record.status}.", hint="Closing it decides on the postmortem; then it is planned."
        )
    said = [
        *([_decide(uow, record, asked)] if asked.form else []),
        *([_lead(uow, record, asked)] if asked.facilitator or asked.due else []),
        *([_stage(uow, record, asked.stage)] if asked.stage else []),
        *([_meet(uow, record, asked.meeting)] if asked.meeting else []),
        *([_cancel(uow, record)] if asked.cancel_meeting else []),
    ]
    if asked.meeting and asked.cancel_meeting:
        raise Invalid("A meeting is moved or cancelled, not both.", field="cancel_meeting", hint="Say one of them.")
    if not said:
        raise Invalid(
            "There is nothing to plan.",
            field="form",
            hint="Give a form with a reason, a facilitator, a date, a stage or a meeting.",
        )
    return Done(f"Postmortem of {record.id}: {'; '.join(said)}.", record.id)


def _decide(uow: UnitOfWork, record: Record, asked: Plan) -> str:
    reason = asked.reason.strip()
    if not reason:
        raise Invalid("Another form than decided needs a reason.", field="reason", hint="Say why.")
    if asked.form == record.postmortem_form:
        raise Conflict(f"It is {_named(record.postmortem_form)} already.")
    uow.append(
        record.id,
        PostmortemDecided(asked.form or "review", [*record.postmortem_reasons, f"{uow.actor.name}: {reason}"]),
    )
    return f"{_named(asked.form)} is due"


def _named(form: str) -> str:
    return "a full postmortem" if form == "postmortem" else "a short review"


def _lead(uow: UnitOfWork, record: Record, asked: Plan) -> str:
    person = known_person(uow, asked.facilitator, "facilitator") if asked.facilitator else record.facilitator
    due = given_moment(asked.due, "due") if asked.due else record.postmortem_due_at
    if due is not None and asked.due and due <= uow.now:
        raise Invalid("That date has passed.", field="due", hint="Give one that is to come.")
    if asked.facilitator and not same_person(uow, person, record.facilitator):
        _may_pass_the_lead(uow, record)
    uow.append(record.id, PostmortemPlanned(person, due))
    return f"{person or 'nobody yet'} leads it" + (f", due {day(due)}" if due else "")


def _may_pass_the_lead(uow: UnitOfWork, record: Record) -> None:
    """R44: who leads reads what was told in confidence, so the lead is passed on, not taken. Raises ``Denied``."""
    commander = record.holder("incident_commander")
    if uow.actor.admin or same_person(uow, uow.actor.name, commander):
        return
    if record.facilitator:
        if same_person(uow, uow.actor.name, record.facilitator):
            return
        others = "the Incident Commander or an administrator" if commander else "or an administrator"
        hint = f"The lead is passed on by {record.facilitator}{', ' if commander else ' '}{others}."
        raise Denied(f"{record.facilitator} leads the postmortem of {record.id}.", hint=hint)
    if not any(same_person(uow, uow.actor.name, name) for name in took_part(record, uow.entries(record.id))):
        raise Denied(
            f"Only who took part in {record.id} says who leads its postmortem.", hint="An administrator can, too."
        )


def _stage(uow: UnitOfWork, record: Record, stage: Literal["", "draft", "in_review"]) -> str:
    now = "reopened" if record.published_at else stage
    uow.append(record.id, PostmortemStage(stage or "draft", reopened=bool(record.published_at)))
    return now.replace("_", " ")


def _meet(uow: UnitOfWork, record: Record, text: str) -> str:
    at = given_moment(text, "meeting")
    if at <= uow.now:
        raise Invalid("That moment has passed.", field="meeting", hint="Give one that is to come.")
    uow.append(record.id, MeetingMoved(at))
    when = f"the meeting is on {iso(at)[:16].replace('T', ' ')} UTC"
    return f"{when}, {_tell_who_took_part(uow, record, f'The postmortem of {record.id}: {when}.')}"


def _cancel(uow: UnitOfWork, record: Record) -> str:
    if record.postmortem_at is None:
        raise Conflict(f"{record.id} has no meeting that could be cancelled.")
    at = record.postmortem_at
    uow.append(record.id, MeetingMoved(at, cancelled=True))
    text = f"the meeting on {iso(at)[:16].replace('T', ' ')} UTC is cancelled"
    return f"{text}, {_tell_who_took_part(uow, record, f'The postmortem of {record.id}: {text}.')}"


def _tell_who_took_part(uow: UnitOfWork, record: Record, text: str) -> str:
    """R42: everybody else who took part is told of the meeting, with its calendar file in mail; says who can be."""
    link = uow.application.installation.link(f"/incidents/{record.id}/postmortem.ics")
    people = {contact_key(uow.policy.contacts, name) or name for name in took_part(record, uow.entries(record.id))}
    others = sorted(person for person in people if not same_person(uow, person, uow.actor.name))
    said = text + (f" Calendar file: {link}" if link else "")
    told = [person for person in others if not unreached(uow, record, person)]
    calendar = meeting_file(uow, record.id).decode() if told else ""
    key = f"meeting:{record.id}:{record.entries}"
    for person in told:
        tell(uow, record.id, key, person, f"[{record.id}] The postmortem's meeting", said, calendar)
    return f"told: {', '.join(told) or 'nobody, since nobody else who took part can be'}"
