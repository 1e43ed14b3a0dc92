"""Pages as people handle them: asking for one, having it, passing it on (R2). One transaction each."""

from collections.abc import Callable
from typing import Annotated

import msgspec

from stanch.kernel.clock import iso
from stanch.kernel.command import Done, command
from stanch.kernel.errors import Invalid, NotFound
from stanch.prepare.known_people import known_person
from stanch.prepare.oncall.people import contact_key, shown_name
from stanch.respond.commands import IncidentId, Line
from stanch.respond.passing_on import Offer, hand, in_doubt, offers, refuse
from stanch.respond.reactions import request_page
from stanch.timeline.facts.paging import Acknowledged
from stanch.timeline.page import Page
from stanch.timeline.record import Record
from stanch.timeline.unit_of_work import UnitOfWork

WhichPage = Annotated[str, msgspec.Meta(description="One page; all open ones by default.", max_length=200)]


class PagePeople(msgspec.Struct):
    """Wake a person by name, or people by an escalation policy."""

    incident: IncidentId
    person: Annotated[
        str, msgspec.Meta(max_length=200, description="A person; or the name of an escalation policy.")
    ] = ""
    escalation: Annotated[str, msgspec.Meta(description="The escalation policy; the service's own by default.")] = ""
    reason: Line = ""


@command(
    "page",
    PagePeople,
    noun="pages",
    positional=("person",),
    example="stanch page INC-1 ben --reason 'The database team is needed'",
)
def page(uow: UnitOfWork, asked: PagePeople) -> Done:
    """Page a person at once, whatever the hour, or by policy; steps follow until someone acknowledges."""
    record = uow.live(asked.incident)
    person, escalation = asked.person.strip(), asked.escalation.strip()
    if person in uow.policy.escalation and not contact_key(uow.policy.contacts, person) and not escalation:
        person, escalation = "", person
    if person and escalation:
        raise Invalid("Name a person or an escalation policy, not both.", field="escalation")
    if escalation and escalation not in uow.policy.escalation:
        known = ", ".join(sorted(uow.policy.escalation)) or "none is configured"
        raise Invalid(f"There is no escalation policy '{escalation}'.", field="escalation", hint=f"Known: {known}.")
    key = reachable(uow, record, None, person) if person else ""
    identity = request_page(uow, record, asked.reason or f"{uow.actor.name} asked for help", escalation, key)
    if not identity:
        return Done("This is a drill: nobody is paged. The timeline says whom it would be in earnest.", record.id)
    made = record.pages[identity]
    doubt = in_doubt(uow, made.people) if made.step >= 0 else ""
    return Done(f"{_outcome(uow, made)} for {record.id}.{doubt}", record.id, identity)


def _outcome(uow: UnitOfWork, page: Page) -> str:
    """The state of the request: a page that waits for its hour has not woken anybody yet."""
    if page.step < 0 and page.next_at:
        return f"Nobody is woken before {iso(page.next_at)[:16].replace('T', ' ')} UTC"
    return f"Paging {_names(uow, page.people)}"


class Acknowledge(msgspec.Struct):
    """Say that you have the page: nobody else is woken."""

    incident: IncidentId
    page: WhichPage = ""


@command("ack", Acknowledge, noun="acknowledgements", positional=("page",), example="stanch ack INC-1")
def ack(uow: UnitOfWork, asked: Acknowledge) -> Done:
    """P2: nothing leaves after this, beyond what is in flight. A second acknowledgement changes nothing."""
    record = uow.record(asked.incident)
    waiting = _waiting(record, asked.page)
    if not waiting:
        return _nobody_wanted(record)
    person = own_key(uow)
    uow.append(record.id, Acknowledged(person, asked.page))
    missing = [name for p in waiting for name in p.people if p.waiting() and name not in p.acknowledgers]
    if missing:
        return Done(f"Noted. All must acknowledge: {', '.join(missing)} still to come.", record.id)
    return Done(f"{person} has {record.id}.", record.id)


class WakeNext(msgspec.Struct):
    """Say that you cannot take the page: the next step of its escalation is woken at once."""

    incident: IncidentId
    page: WhichPage = ""
    reason: Line = ""


@command(
    "wake-next",
    WakeNext,
    noun="refused-pages",
    positional=("reason",),
    example="stanch wake-next INC-1 'I am on a train without a network'",
)
def wake_next(uow: UnitOfWork, asked: WakeNext) -> Done:
    """R2: the next step starts at once instead of after its wait. Repeating the command has no further effect."""
    return _pass_on(uow, asked, lambda record, page: refuse(uow, record, page, own_key(uow), asked.reason))


class AskInstead(msgspec.Struct):
    """Ask a person to take a page that waits: it goes to them as well. Nobody has it by that, and the escalation goes on."""

    incident: IncidentId
    person: Annotated[str, msgspec.Meta(min_length=1, max_length=200, description="Who is asked.")]
    page: WhichPage = ""
    reason: Line = ""


@command(
    "ask-instead",
    AskInstead,
    noun="handed-pages",
    positional=("person",),
    example="stanch ask-instead INC-1 ben --reason 'Ben knows the queue'",
)
def ask_instead(uow: UnitOfWork, asked: AskInstead) -> Done:
    """R2, R8: only somebody who can be reached is asked."""

    def ask(record: Record, page: Page) -> str:
        return hand(uow, record, page, reachable(uow, record, page, asked.person), asked.reason)

    return _pass_on(uow, asked, ask)


class Askable(msgspec.Struct):
    """Who could be paged for an incident by name, and who could not, and why."""

    incident: IncidentId
    page: Annotated[str, msgspec.Meta(description="A page that would be handed on.", max_length=200)] = ""


@command("askable", Askable, reading=True, example="stanch askable INC-1")
def askable(uow: UnitOfWork, asked: Askable) -> list[Offer]:
    """R8: those who can be reached first."""
    record = uow.record(asked.incident)
    waiting = _waiting(record, asked.page) if asked.page else []
    return offers(uow, record, waiting[0] if waiting else None)


def reachable(uow: UnitOfWork, record: Record, page: Page | None, text: str) -> str:
    """The contact's key of somebody who can be paged. Raises ``Invalid`` that says why not, and who could be."""
    name = known_person(uow, text, "person")
    key = contact_key(uow.policy.contacts, name)
    every = offers(uow, record, page)
    found = next((offer for offer in every if offer.person == (key or name)), None)
    if found and not found.problem:
        return found.person
    able = ", ".join(offer.name for offer in every if not offer.problem) or "nobody"
    why = found.problem if found else "has no contact method"
    raise Invalid(f"{found.name if found else name} {why}.", field="person", hint=f"Who can be paged: {able}.")


def own_key(uow: UnitOfWork) -> str:
    """Whoever acts, as the contacts call them."""
    return contact_key(uow.policy.contacts, uow.actor.name) or uow.actor.name


def _waiting(record: Record, page: str) -> list[Page]:
    """The pages that somebody is wanted for. Raises ``NotFound`` for one that is not there."""
    if page and page not in record.pages:
        raise NotFound(f"{record.id} has no page {page}.", field="page")
    return [each for each in record.pages.values() if each.waiting() and page in ("", each.page)]


def _pass_on(uow: UnitOfWork, asked: WakeNext | AskInstead, pass_on: Callable[[Record, Page], str]) -> Done:
    """Each page that waits and is meant is passed on; the same sentence is said once."""
    record = uow.live(asked.incident)
    said = [pass_on(record, page) for page in _waiting(record, asked.page)]
    return Done(" ".join(dict.fromkeys(said)), record.id) if said else _nobody_wanted(record)


def _nobody_wanted(record: Record) -> Done:
    having = next((p.acknowledged_by for p in reversed(record.pages.values()) if p.acknowledged_by), "")
    return Done(f"Nobody is being paged for {record.id}" + (f": {having} has it." if having else "."), record.id)


def _names(uow: UnitOfWork, people: list[str]) -> str:
    return ", ".join(shown_name(uow.policy.contacts, person) for person in people)
