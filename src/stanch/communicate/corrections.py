"""A correction of a post: a public one needs the same approval and wording checks, and a corrected promise moves the clock (R8, R10, R31, R33)."""

from stanch.communicate.audiences.posting import promised
from stanch.communicate.rules import approvers, may_approve, suggestions, wording
from stanch.kernel.audiences import AUDIENCE_OF
from stanch.kernel.errors import Denied, Invalid
from stanch.timeline.audience_clock import OVER
from stanch.timeline.entries import Entry
from stanch.timeline.facts.communicate import PromiseCorrected, UpdatePosted
from stanch.timeline.facts.respond import Amended
from stanch.timeline.record import Record
from stanch.timeline.unit_of_work import UnitOfWork


def check_correction(uow: UnitOfWork, entry: Entry, record: Record) -> None:
    """Raises ``Denied`` without the required approval, and ``Invalid`` for texts that must not be public."""
    assert isinstance(entry.facts, Amended)
    found = next((x for x in uow.entries(record.id) if x.position == entry.facts.position), None)
    posted = found.facts if found is not None and isinstance(found.facts, UpdatePosted) else None
    public = posted is not None and posted.audience == "public" and not record.private
    if entry.facts.tell and not public:
        raise Invalid(f"Entry {entry.facts.position} is no public post, so nobody follows it.", field="tell")
    if found is None or posted is None:
        return
    if posted.audience == "public":
        _check_public(uow, entry.facts, posted, record)
    _move_promise(uow, entry.facts, found, record)


def _check_public(uow: UnitOfWork, amended: Amended, corrected: UpdatePosted, record: Record) -> None:
    if not may_approve(record, uow.policy, uow.actor.name):
        raise Denied(f"A public post needs the word of {approvers(record, uow.policy)}.", hint="Ask one of them.")
    leaks = [found for found in wording(amended.text, uow.policy, corrected.state) if found.second_yes]
    if leaks:
        raise Invalid(f"Customers would read this: {' '.join(suggestions(leaks))}", field="text", hint="Reword it.")


def _move_promise(uow: UnitOfWork, amended: Amended, posted: Entry, record: Record) -> None:
    """What the corrected words promise counts from when the post went out (R31); only of the newest post of its audience."""
    facts = posted.facts
    assert isinstance(facts, UpdatePosted)
    last = record.last_update(facts.audience)
    if last is None or last[2].position != posted.position or facts.state in OVER:
        return
    owed = promised(uow, record, AUDIENCE_OF[facts.audience], amended.text, said_at=posted.happened_at)
    if owed.words != last[2].promise or (owed.words and owed.at != last[2].next_at):
        uow.append(record.id, PromiseCorrected(posted.position, facts.audience, owed.at, owed.words))
