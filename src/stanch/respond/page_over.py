"""Edits the messages of a page once it is acknowledged or over, so that they say who has it (R2)."""

import msgspec

from stanch.prepare.oncall.people import shown_name
from stanch.respond.recipients import may_be_told
from stanch.timeline.entries import Entry
from stanch.timeline.page import Page, Receipt
from stanch.timeline.record import Record
from stanch.timeline.unit_of_work import UnitOfWork


def say_that_it_is_over(uow: UnitOfWork, entry: Entry, record: Record) -> None:
    """After every entry that ends pages, and after a late delivery. Each message is edited once."""
    for page in record.pages.values():
        sent = {(each.reach, each.reference): each for each in page.receipts if each.ok and each.reference}
        edited = _edited(uow, record, page) if sent and not page.waiting() else set()
        for receipt in sent.values() if not page.waiting() else ():
            if receipt.reference not in edited and may_be_told(uow, record, receipt.person):
                text = _text(uow, record, page, receipt)
                payload = {"reach": receipt.reach, "reference": receipt.reference, "text": text}
                key = f"page-over:{page.page}:{receipt.reach}:{receipt.reference}"
                uow.effect(key, "withdraw", record.id, payload, lane=receipt.reach)


def _edited(uow: UnitOfWork, record: Record, page: Page) -> set[str]:
    """The messages that are edited already, also by an earlier release, whose keys held the address."""
    rows = uow.tx.all(
        "SELECT key, payload FROM outbox WHERE incident = :incident AND kind = 'withdraw'", incident=record.id
    )
    return {
        msgspec.json.decode(r["payload"])["reference"] for r in rows if r["key"].startswith(f"page-over:{page.page}:")
    }


def _text(uow: UnitOfWork, record: Record, page: Page, receipt: Receipt) -> str:
    if page.acknowledged_at is None:
        return "You are paged for it anew." if record.live() else "It is over. Nobody is needed."
    if receipt.person in page.acknowledgers:
        return "You have it."
    names = [shown_name(uow.policy.contacts, person) for person in page.acknowledgers]
    return f"{' and '.join(names)} {'have' if len(names) > 1 else 'has'} it."
