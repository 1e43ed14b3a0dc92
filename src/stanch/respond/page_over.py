"""Edits the messages of a page once it is acknowledged or over, so that they say who has it (R2)."""

from stanch.prepare.oncall.people import shown_name
from stanch.prepare.sending import lane_of
from stanch.respond.recipients import may_be_told
from stanch.timeline.entries import Entry
from stanch.timeline.page import Page, Receipt
from stanch.timeline.record import Record
from stanch.timeline.unit_of_work import UnitOfWork


def say_that_it_is_over(uow: UnitOfWork, entry: Entry, record: Record) -> None:
    """After every entry that ends pages, and after a late delivery. Each message is edited once."""
    for page in record.pages.values():
        sent = {(each.reach, each.reference): each for each in page.receipts if each.ok and each.reference}
        for receipt in sent.values() if not page.waiting() else ():
            if may_be_told(uow, record, receipt.person):
                text = _text(uow, record, page, receipt)
                payload = {"reach": receipt.reach, "reference": receipt.reference, "text": text}
                key = f"page-over:{page.page}:{receipt.reach}:{receipt.reference}"
                uow.effect(key, "withdraw", record.id, payload, lane=lane_of(receipt.reach))


def _text(uow: UnitOfWork, record: Record, page: Page, receipt: Receipt) -> str:
    if page.acknowledged_at is None:
        return "You are paged for it anew." if record.live() else "It is over. Nobody is needed."
    if receipt.person in page.acknowledgers:
        return "You have it."
    names = [shown_name(uow.policy.contacts, person) for person in page.acknowledgers]
    return f"{' and '.join(names)} {'have' if len(names) > 1 else 'has'} it."
