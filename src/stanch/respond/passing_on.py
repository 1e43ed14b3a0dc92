"""Passing a page on without having it: *I cannot, wake the next* and *ask somebody instead* (R2). Within one transaction."""

import msgspec

from stanch.kernel.clock import hour_minute, iso
from stanch.kernel.contacts import Contact
from stanch.kernel.errors import Conflict
from stanch.prepare.oncall.people import contact_key, shown_name
from stanch.prepare.page_tests import attempts
from stanch.prepare.reachability import failing, reach_problem
from stanch.respond.drilled import may_be_woken
from stanch.respond.page_pause import over, why_over
from stanch.respond.reactions import escalate, held_until, send_page, stepping_of
from stanch.timeline.facts.paging import PageHanded, PageRefused
from stanch.timeline.page import Page
from stanch.timeline.record import Record
from stanch.timeline.unit_of_work import UnitOfWork


class Offer(msgspec.Struct, frozen=True):
    """Somebody who could be paged by name. ``problem``: why they cannot be, as the end of a sentence; else empty.

    ``doubt``: why it is not known whether a page arrives; it is tried all the same.
    """

    person: str
    name: str
    by: list[str]
    problem: str = ""
    doubt: str = ""

    def line(self) -> str:
        """For chat."""
        return f"{self.name}: {self.problem or 'by ' + ', '.join(self.by)}{f', who {self.doubt}' if self.doubt else ''}"


def offers(uow: UnitOfWork, record: Record, page: Page | None, *, asker: str = "") -> list[Offer]:
    """Everybody of ours: first those who can be reached now, then those who cannot and why. ``asker`` is left out."""
    # Imported late: the help of a command needs no database.
    from stanch.identity.people import names

    contacts, notifiers = uow.policy.contacts, frozenset(uow.application.world.notifiers)
    found = []
    for key, contact in contacts.items():
        if contact.kind != "vendor" and key != asker:
            kinds = list(dict.fromkeys(method.to.partition(":")[0] for method in contact.methods()))
            agreed = "" if may_be_woken(uow, record, key) else "has not agreed to be paged by the drill"
            problem = reach_problem(contact, notifiers, sure=False) or agreed or _said_no(key, page)
            found.append(
                Offer(key, contact.name, kinds, problem, "" if problem else _doubt(uow, key, contact, notifiers))
            )
    for name in names(uow.tx):
        if name != asker and not contact_key(contacts, name):
            found.append(Offer(name, name, [], "signs in, and has no contact method"))
    return sorted(
        found, key=lambda offer: (bool(offer.problem), bool(offer.doubt), offer.name.casefold(), offer.person)
    )


def _said_no(person: str, page: Page | None) -> str:
    if page is None:
        return ""
    if person in page.refused:
        return "has said that they cannot take it"
    return "is being paged for it already" if person in (*page.people, *page.handed) else ""


def hand(uow: UnitOfWork, record: Record, page: Page, person: str, reason: str) -> str:
    """The page goes to one more person, who can be reached; its steps and their moments stay. Answers with a sentence."""
    if not page.waiting():
        raise Conflict("Nobody is wanted for this page any more.", field="page")
    uow.append(record.id, PageHanded(page.page, person, reason.strip()))
    send_page(uow, record, page, f"hand{len(page.handed)}", [person])
    name = shown_name(uow.policy.contacts, person)
    goes = f"The page goes to {name} as well. Until somebody says 'I have it', the escalation goes on."
    return f"{goes}{in_doubt(uow, [person])}"


def in_doubt(uow: UnitOfWork, people: list[str]) -> str:
    """A sentence, after a blank, for each of those who are paged though nobody knows whether it arrives; else empty (R8)."""
    notifiers = frozenset(uow.application.world.notifiers)
    contacts = [(person, uow.policy.contacts[person]) for person in people]
    return "".join(f" {c.name} {why}." for person, c in contacts if (why := _doubt(uow, person, c, notifiers)))


def _doubt(uow: UnitOfWork, person: str, contact: Contact, notifiers: frozenset[str]) -> str:
    return reach_problem(contact, notifiers) or failing(person, contact, attempts(uow), notifiers, uow.now)


def refuse(uow: UnitOfWork, record: Record, page: Page, person: str, reason: str) -> str:
    """Somebody cannot take it: the next step is reached in the same commit, or the record says why it is not."""
    if person in page.refused:
        return "You have said so already; it moves nothing on again."
    refusing = {*page.refused, person}
    then = _why_not(uow, record, page, refusing)
    uow.append(record.id, PageRefused(page.page, person, reason.strip(), then))
    if then:
        return f"Noted: {then}."
    step = page.step
    escalate(uow, record, page)
    if page.step == step:
        return f"Noted. Nobody else is woken before {_moment(page)}."
    return f"Noted. The page goes to {', '.join(shown_name(uow.policy.contacts, p) for p in page.people)} now."


def _why_not(uow: UnitOfWork, record: Record, page: Page, refused: set[str]) -> str:
    """Why nobody else is woken at once; empty when somebody is. The end of a sentence."""
    if over(record, page):
        return f"{why_over(record)}, so nobody else is woken"
    if page.step < 0:
        return f"nobody is woken before {_moment(page)}, as was said already"
    if held_until(uow, record, page) is not None or stepping_of(uow, record, page, refused) is not None:
        return ""
    still = [p for p in (*page.people, *page.handed) if p not in refused and p not in page.acknowledgers]
    also = f"; {', '.join(shown_name(uow.policy.contacts, p) for p in still)} may still answer" if still else ""
    later = f" until the next step at {hour_minute(page.next_at)} UTC" if page.next_at else ""
    return f"nobody further can be woken{later}: no step that is left reaches anybody else{also}"


def _moment(page: Page) -> str:
    return f"{iso(page.next_at or 0)[:16].replace('T', ' ')} UTC"
