"""A correction of a public post is public too: the same approval and wording checks apply (R8, R10, R33)."""

from stanch.communicate.rules import approvers, may_approve, suggestions, wording
from stanch.kernel.errors import Denied, Invalid
from stanch.timeline.entries import Entry
from stanch.timeline.facts.communicate import UpdatePosted
from stanch.timeline.facts.respond import Amended
from stanch.timeline.record import Record
from stanch.timeline.unit_of_work import UnitOfWork


def check_correction(uow: UnitOfWork, entry: Entry, record: Record) -> None:
    """Raises ``Denied`` without the required approval, and ``Invalid`` for texts that must not be public."""
    assert isinstance(entry.facts, Amended)
    corrected = next((x.facts for x in uow.entries(record.id) if x.position == entry.facts.position), None)
    if not isinstance(corrected, UpdatePosted) or corrected.audience != "public":
        return
    if not may_approve(record, uow.policy, uow.actor.name):
        raise Denied(f"A public post needs the word of {approvers(record, uow.policy)}.", hint="Ask one of them.")
    leaks = [found for found in wording(entry.facts.text, uow.policy, corrected.state) if found.second_yes]
    if leaks:
        raise Invalid(f"Customers would read this: {' '.join(suggestions(leaks))}", field="text", hint="Reword it.")
