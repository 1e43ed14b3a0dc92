"""What follows for the pages of an incident when its alerts clear, are silenced, or may wake people again (R2)."""

from stanch.respond.page_pause import asked_by_alert, over, silenced, why_over
from stanch.respond.reactions import request_page
from stanch.timeline.entries import Entry
from stanch.timeline.facts.detect import SignalSilenced, SilenceEnded
from stanch.timeline.facts.paging import Acknowledged, PageReplaced
from stanch.timeline.facts.respond import Said
from stanch.timeline.record import Record
from stanch.timeline.unit_of_work import UnitOfWork


def say_that_escalation_rests(uow: UnitOfWork, entry: Entry, record: Record) -> None:
    """Writes into the record why escalation stopped although nobody had acknowledged: no alert is left that wakes anybody."""
    if any(page.waiting() and page.next_at is not None and over(record, page) for page in record.pages.values()):
        why, again = why_over(record), "one fires again"
        if any(signal.firing for signal in record.signals.values()):
            again = "one fires again or a silence ends"
        text = f"{why[:1].upper()}{why[1:]}: nobody else is woken for it, unless {again}. The incident stays open until somebody closes it."
        uow.append(record.id, Said(text), author="stanch", source="machine")


def acknowledge_or_rest(uow: UnitOfWork, entry: Entry, record: Record) -> None:
    """Whoever acknowledges the last firing alert has the page; a silence pauses the page."""
    facts = entry.facts
    assert isinstance(facts, SignalSilenced)
    if facts.how == "acknowledged":
        for page in [page for page in record.pages.values() if page.waiting() and silenced(record, page)]:
            uow.append(record.id, Acknowledged(facts.by, page.page))
    say_that_escalation_rests(uow, entry, record)


def page_anew(uow: UnitOfWork, entry: Entry, record: Record) -> None:
    """A silence ended and the alert still fires: it pages as new, unless another alert's page is under way."""
    facts = entry.facts
    assert isinstance(facts, SilenceEnded)
    if not facts.firing:
        return
    others = [s for s in record.signals.values() if s.firing and not s.silenced and s.fingerprint != facts.fingerprint]
    waiting = [page for page in record.pages.values() if page.waiting()]
    rested = [page for page in waiting if asked_by_alert(page) and not others]
    for page in rested:
        uow.append(record.id, PageReplaced(page.page))
    if len(rested) == len(waiting):
        request_page(uow, record, f"{facts.name} still fires, and is not silenced any more")
