"""Handing a role over in two steps (R35): offered with a summary, acknowledged by the other. Until then it stays."""

from typing import Annotated

import msgspec

from stanch.kernel.command import Done, command
from stanch.kernel.errors import Conflict, Denied, Invalid, NotFound
from stanch.kernel.policy import ROLE_TITLES
from stanch.kernel.severities import Role
from stanch.prepare.known_people import known_person, same_person
from stanch.prepare.oncall.people import contact_key
from stanch.prepare.page_tests import attempts
from stanch.prepare.reachability import failing
from stanch.respond.brief import BLANK, summary
from stanch.respond.commands import IncidentId, Line
from stanch.respond.message_effect import notify
from stanch.respond.recipients import why_untold
from stanch.respond.roles.free import free_people
from stanch.timeline.facts.roles import HandoffAnswered, HandoffOffered, RoleTaken, short
from stanch.timeline.record import Record
from stanch.timeline.unit_of_work import UnitOfWork
from stanch.timeline.working_together import Handoff


class HandOver(msgspec.Struct):
    """Hand your role over: offer it with a summary, or answer an offer with --acknowledge or --decline."""

    incident: IncidentId
    to: Annotated[str, msgspec.Meta(max_length=200, description="Who takes it.")] = ""
    role: Role = "incident_commander"
    summary: Annotated[
        str,
        msgspec.Meta(max_length=10_000, description="What they need to know; drafted from the record when left out."),
    ] = ""
    acknowledge: Annotated[bool, msgspec.Meta(description="You take the role that is offered to you.")] = False
    decline: Annotated[Line, msgspec.Meta(description="Why you cannot take it.")] = ""
    withdraw: Annotated[bool, msgspec.Meta(description="Take your offer back.")] = False


@command("handoff", HandOver, noun="handoffs", positional=("to",), example="stanch handoff INC-1 ben")
def handoff(uow: UnitOfWork, asked: HandOver) -> Done:
    """R35: "You are now IC" is acknowledged; the outgoing one stays until then."""
    record = uow.live(asked.incident)
    if asked.acknowledge:
        return _take(uow, record, _offered_to_me(uow, record, asked.role))
    if asked.decline.strip():
        return _decline(uow, record, _offered_to_me(uow, record, asked.role), asked.decline.strip())
    if asked.withdraw:
        return _withdraw(uow, record, asked.role)
    if not asked.to.strip():
        free = ", ".join(free_people(uow, record))
        raise Invalid("Say who takes it.", field="to", hint=f"Free now: {free}." if free else "Name a person.")
    return offer(uow, record, asked.role, known_person(uow, asked.to, "to"), asked.summary)


def offer(uow: UnitOfWork, record: Record, role: Role, to: str, text: str) -> Done:
    """Offer a role that whoever acts has. Raises ``Denied`` for anybody else, and ``Conflict``."""
    holder, title = record.holder(role), ROLE_TITLES[role]
    if not holder:
        raise Conflict(f"Nobody is {title} of {record.id}.", field="role", hint="Take the role, or give it to someone.")
    if not same_person(uow, holder, uow.actor.name):
        raise Denied(
            f"{holder} is {title} of {record.id}, not you.", hint="Only the holder hands a role over; ask them for it."
        )
    if same_person(uow, to, holder):
        raise Conflict(f"{to} is {title} already.", field="to")
    words = text.strip() or summary(record, uow.policy, uow.now)
    identity = f"HO{len(record.handoffs) + 1}"
    if record.private:
        uow.admit(record.id, to)
    uow.append(record.id, HandoffOffered(identity, role, holder, to, words.replace(BLANK, "not said")))
    said = f"{to} is offered the role of {short(role)}; you have it until they acknowledge."
    return Done(f"{said}{tell_them(uow, record, to)}", record.id, identity)


def tell_them(uow: UnitOfWork, record: Record, person: str) -> str:
    """A sentence, after a blank, where stanch cannot tell somebody of what they are asked, or could not the last time; else empty."""
    if why := why_untold(uow, record, person):
        return f" stanch cannot tell {person}, who {why}: tell them yourself."
    contact = uow.policy.contacts[contact_key(uow.policy.contacts, person)]
    notifiers = frozenset(uow.application.world.notifiers)
    doubt = failing(contact_key(uow.policy.contacts, person), contact, attempts(uow), notifiers, uow.now)
    return f" {contact.name} {doubt}: tell them yourself." if doubt else ""


def _take(uow: UnitOfWork, record: Record, offered: Handoff) -> Done:
    role: Role = offered.role  # type: ignore[assignment]
    answered = uow.append(record.id, HandoffAnswered(offered.handoff, role, offered.to, "acknowledged"))
    take(uow, record, role, offered.to)
    notify(
        uow,
        record,
        f"handoff:{answered.position}",
        offered.outgoing,
        f"{offered.to} is now {short(role)}. You are not any more.",
    )
    return Done(f"You are now {short(role)} of {record.id}.", record.id, offered.handoff)


def take(uow: UnitOfWork, record: Record, role: Role, person: str, *, given: bool = False) -> None:
    """The role moves; whoever else had asked for it hears who has it now."""
    others = [r.person for r in record.requests.get(role, []) if not same_person(uow, r.person, person)]
    taken = uow.append(record.id, RoleTaken(role, person, given))
    for other in others:
        notify(
            uow,
            record,
            f"request-over:{taken.position}",
            other,
            f"{person} is {short(role)} now; you had asked for it.",
        )


def _decline(uow: UnitOfWork, record: Record, offered: Handoff, reason: str) -> Done:
    role: Role = offered.role  # type: ignore[assignment]
    answered = uow.append(record.id, HandoffAnswered(offered.handoff, role, offered.to, "declined", reason))
    text = f"{answered.facts.sentence()}. You are still {short(role)}."
    notify(uow, record, f"handoff:{answered.position}", offered.outgoing, text)
    return Done(f"{offered.outgoing} stays {short(role)} of {record.id}.", record.id, offered.handoff)


def _withdraw(uow: UnitOfWork, record: Record, role: Role) -> Done:
    mine = [h for h in record.handoffs.values() if h.role == role and h.standing == "offered"]
    if not mine or not same_person(uow, mine[0].outgoing, uow.actor.name):
        raise NotFound(f"You offer nobody the role of {ROLE_TITLES[role]}.")
    uow.append(record.id, HandoffAnswered(mine[0].handoff, role, mine[0].outgoing, "withdrawn"))
    return Done(f"You stay {short(role)} of {record.id}.", record.id, mine[0].handoff)


def _offered_to_me(uow: UnitOfWork, record: Record, role: Role) -> Handoff:
    """The offer to whoever acts: of this role, else the only one there is. Raises ``NotFound``."""
    mine = [h for h in record.handoffs.values() if h.standing == "offered" and same_person(uow, h.to, uow.actor.name)]
    found = next((h for h in mine if h.role == role), mine[0] if len(mine) == 1 else None)
    if found is None:
        raise NotFound(f"Nobody offers you the role of {ROLE_TITLES[role]} in {record.id}.")
    return found


class DraftHandoff(msgspec.Struct):
    """The summary that a handoff would carry, drafted from the record; blanks are yours to fill."""

    incident: IncidentId


class Draft(msgspec.Struct, frozen=True):
    """A summary to edit, and who is on call and free."""

    summary: str
    free: list[str]

    def line(self) -> str:
        """For chat."""
        return self.summary


@command(
    "handoff-draft",
    DraftHandoff,
    reading=True,
    example="stanch handoff-draft INC-1",
)
def draft(uow: UnitOfWork, asked: DraftHandoff) -> Draft:
    """R35: impact, severity, tried, hypotheses, next action, next update, what is open."""
    record = uow.record(asked.incident)
    return Draft(summary(record, uow.policy, uow.now), free_people(uow, record))
