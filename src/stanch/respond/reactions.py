"""What follows from an entry, in the same transaction; and the clocks of the response."""

from typing import Any

import msgspec

from stanch.kernel.clock import HOUR, MINUTE, SECOND
from stanch.kernel.ids import new_id
from stanch.prepare.oncall.people import contact_key, shown_name
from stanch.prepare.sending import queue
from stanch.respond.drilled import may_be_woken
from stanch.respond.escalation import (
    ResolvedTargets,
    Stepping,
    escalation_of,
    last_resort,
    next_step,
    of_page,
    policy_of,
    waits_until,
)
from stanch.respond.page_pause import over
from stanch.respond.recipients import may_be_told
from stanch.respond.targets import reached
from stanch.timeline.entries import Entry
from stanch.timeline.facts.detect import Declared
from stanch.timeline.facts.drill import PageWithheld
from stanch.timeline.facts.paging import PagePutOff, PageRequested, PageStepped
from stanch.timeline.facts.respond import PhaseShifted, SeveritySet
from stanch.timeline.page import Page
from stanch.timeline.record import Record
from stanch.timeline.unit_of_work import Due, UnitOfWork

# With nobody in the contacts a page is retried with growing pauses, until a contact exists.
NOBODY_AGAIN = 5 * MINUTE


def page_when_declared(uow: UnitOfWork, entry: Entry, record: Record) -> None:
    """Someone is woken in the same commit (R2)."""
    assert isinstance(entry.facts, Declared)
    if not entry.facts.quiet:
        request_page(uow, record, "declared")


def page_when_reopened(uow: UnitOfWork, entry: Entry, record: Record) -> None:
    """Come back by itself, or opened again while nobody had it yet (R2)."""
    if entry.source == "alert":
        request_page(uow, record, "it came back")
    elif record.pages and record.acknowledged_at is None:
        request_page(uow, record, "opened again, and nobody ever had it")


def page_when_severe(uow: UnitOfWork, entry: Entry, record: Record) -> None:
    """Raised to a severity that pages (R2)."""
    facts = entry.facts
    assert isinstance(facts, SeveritySet)
    if record.live() and uow.policy.severity(facts.severity).pages:
        if not record.pages:
            request_page(uow, record, f"severity is {facts.severity}")
            return
        for page in list(record.pages.values()):
            if page.step < 0 and page.waiting() and page.next_at and page.next_at > uow.now:
                escalate(uow, record, page)  # it waited for working hours; a higher severity may page now


def request_page(uow: UnitOfWork, record: Record, reason: str, escalation: str = "", person: str = "") -> str:
    """Ask for people by the service's escalation policy, or for one person, and reach the first step in the same commit.

    Answers with the page's id; with an empty text where a drill wakes nobody (R40).
    """
    if record.drill is not None and not _wakes(uow, record, person):
        withheld = PageWithheld(reason, _in_earnest(uow, record, escalation, person))
        uow.append(record.id, withheld, author="stanch", source="machine")
        return ""
    page = new_id("page")
    by = "" if person else escalation or uow.policy.service(record.service).escalation
    uow.append(record.id, PageRequested(page, by, reason, person, policy_of(uow.policy, by) if by else None))
    escalate(uow, record, record.pages[page])
    return page


def _wakes(uow: UnitOfWork, record: Record, person: str) -> bool:
    """Whether a drill may wake the named person, or anybody of its own."""
    wanted = [person] if person else list(uow.policy.contacts)
    return any(may_be_woken(uow, record, key) for key in wanted)


def _in_earnest(uow: UnitOfWork, record: Record, escalation: str, person: str) -> list[str]:
    """Whom the first step would wake if this were no drill."""
    steps = escalation_of(uow.policy, escalation or uow.policy.service(record.service).escalation).steps
    targets = [person] if person else steps[0].notify
    return [shown_name(uow.policy.contacts, key) for key in reached(uow, targets).people]


def escalate(uow: UnitOfWork, record: Record, page: Page) -> None:
    """Reach the next step: a receipt row in the outbox for each person and each contact method.

    Whether it is the hour for it, who is on call and what the policy says is asked now, not when the page was requested.
    """
    until = held_until(uow, record, page)
    if until is not None:
        uow.append(record.id, PagePutOff(page.page, until, f"{record.severity_name()} waits for working hours"))
        return
    stepping = stepping_of(uow, record, page, {*page.refused})
    if stepping is None and page.step < 0:
        everybody = last_resort(
            uow.policy, [p for each in _found(uow, record, page, set()).values() for p in each.problems]
        )
        stepping = msgspec.structs.replace(everybody, people=_may_hear(uow, record, everybody.people))
    if stepping is None:
        uow.append(record.id, PageStepped(page.page, page.step + 1, []))
        return
    if not stepping.people:
        later = uow.now + min(max(uow.now - page.requested_at, NOBODY_AGAIN), HOUR)
        uow.append(record.id, PagePutOff(page.page, later, "nobody in the contacts can be reached"))
        return
    step, people = stepping.step, stepping.people
    next_at = None if stepping.last else uow.now + int(step.wait * SECOND)
    uow.append(
        record.id,
        PageStepped(page.page, stepping.number, people, next_at, step.acknowledge == "all", stepping.passed),
    )
    send_page(uow, record, page, str(stepping.number), people)


def held_until(uow: UnitOfWork, record: Record, page: Page) -> int | None:
    """Until when the severity holds the page back; whoever is paged by name is paged now."""
    return None if page.person else waits_until(uow.policy, record.severity_name(), uow.now)


def stepping_of(uow: UnitOfWork, record: Record, page: Page, refused: set[str]) -> Stepping | None:
    """The next step of a page that is for now and reaches somebody who has not refused it."""
    policy = of_page(uow.policy, page)
    return next_step(policy, page.step, _found(uow, record, page, refused), uow.policy, uow.now)


def _may_hear(uow: UnitOfWork, record: Record, people: list[str]) -> list[str]:
    """Where no policy names whom to wake, a private incident wakes its members and administrators only (P6)."""
    if not record.private:
        return people
    if record.drill is not None:
        return [person for person in people if may_be_woken(uow, record, person)]
    # Imported late: the help of a command needs no database.
    from stanch.identity.people import everybody_in

    admins = {contact_key(uow.policy.contacts, person.name) for person in everybody_in(uow.tx) if person.admin}
    return [person for person in people if person in admins or may_be_told(uow, record, person)]


def _found(uow: UnitOfWork, record: Record, page: Page, refused: set[str]) -> dict[int, ResolvedTargets]:
    found = {}
    named = bool(page.person or policy_of(uow.policy, page.escalation))
    for place, step in enumerate(of_page(uow.policy, page).steps):
        whole = reached(uow, step.notify)
        if not named:
            whole = msgspec.structs.replace(whole, people=_may_hear(uow, record, whole.people))
        said = [f"{person} cannot take it" for person in whole.people if person in refused]
        asleep = [person for person in whole.people if not may_be_woken(uow, record, person)]
        said += [f"{person} has not agreed to be paged by the drill" for person in asleep]
        found[place] = ResolvedTargets(
            [p for p in whole.people if p not in {*refused, *asleep}], [*whole.problems, *said]
        )
    return found


def send_page(uow: UnitOfWork, record: Record, page: Page, step: str, people: list[str]) -> None:
    """Into the outbox for each person and each of their methods; ``step`` makes the keys of one round."""
    for person in people:
        if record.private and record.drill is None:
            uow.admit(record.id, person)  # whoever is woken for it is invited (P6)
        for method in uow.policy.contacts[person].methods():
            payload: dict[str, Any] = {"page": page.page, "person": person, "reach": method.to}
            due = uow.now + int(method.after * SECOND)
            queue(uow, f"page:{page.page}:{step}:{person}", "page", record.id, payload, due_at=due)


def page_clock(uow: UnitOfWork, record: Record) -> list[Due]:
    """The next step of every page that nobody has acknowledged."""
    if not record.live():
        return []
    return [
        Due(f"page:{page.page}:{page.step}:{page.next_at}", page.next_at, _escalating(page.page))
        for page in record.pages.values()
        if page.next_at is not None and page.waiting() and not over(record, page)
    ]


def _escalating(page: str) -> Any:
    return lambda uow, record: escalate(uow, record, record.pages[page])


def follow_phase(uow: UnitOfWork, entry: Entry, record: Record) -> None:
    """A mitigation started during triage shifts the phase to Mitigate (R12)."""
    if record.phase in ("detect", "triage"):
        uow.append(record.id, PhaseShifted("mitigate", "a mitigation was started"), author="stanch", source="machine")
