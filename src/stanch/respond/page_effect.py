"""Sends one page to one address, at least once with one key, and keeps the receipt (P2)."""

from typing import Any
from urllib.parse import quote

from stanch.ports import Message
from stanch.ports.signature import link_code
from stanch.prepare.sending import Sending
from stanch.respond.page_pause import silenced
from stanch.respond.recipients import may_be_told
from stanch.timeline.effects import Effect
from stanch.timeline.facts.paging import PageSent
from stanch.timeline.unit_of_work import UnitOfWork

# Seconds between attempts of one page, the last again and again while somebody is wanted: the escalation goes on meanwhile by
# its own clock, and a method that is away for an hour must not be the end of it.
RETRIES = (1, 2, 5, 15, 30, 60, 300)
# From then on only every so many attempts are written down: an hour apart.
NOTED_EVERY = 12


def acknowledge_code(secret: str, incident: str, page: str, person: str) -> str:
    """The signature of an acknowledge link: bound to one person and one page."""
    return link_code(secret, "ack", incident, page, person)


class PageHandler(Sending):
    """The effect ``page``."""

    kind = purpose = "page"
    lease_seconds = 5.0
    in_drill = "woken"

    def wanted(self, uow: UnitOfWork, effect: Effect) -> bool:
        """None leaves after its acknowledgement is recorded, nor to who cannot take it or may not see the incident any more."""
        record, person = uow.record(effect.incident), effect.payload["person"]
        page = record.pages.get(effect.payload["page"])
        if page is None or not page.waiting() or person in (*page.acknowledgers, *page.refused):
            return False
        return record.live() and not silenced(record, page) and may_be_told(uow, record, person)

    def message(self, effect: Effect) -> Message:
        url, secret = self.application.installation.url, self.application.installation.secret_key
        with self.application.reading() as uow:
            record = uow.record(effect.incident)
        person, page = effect.payload["person"], effect.payload["page"]
        link = f"{url}/incidents/{record.id}"
        code = acknowledge_code(secret, record.id, page, person)
        text = "\n".join(
            [
                record.title,
                f"Service: {', '.join(record.services()) or 'not named'}",
                f"Severity: {record.severity_name() or 'not set yet'}",
                f"Open it: {link}",
            ]
        )
        acknowledge = f"{url}/ack/{record.id}/{page}/{quote(person, safe='')}/{code}"
        return Message(effect.key, f"[{record.id}] {record.title}"[:200], text, link, acknowledge, topic=page)

    def wait_seconds(self, attempts: int) -> float:
        return RETRIES[min(attempts, len(RETRIES)) - 1]

    def record_attempt(self, uow: UnitOfWork, effect: Effect, *, answer: Any, ok: bool, final: bool) -> None:
        page, person, reach = effect.payload["page"], effect.payload["person"], effect.payload["reach"]
        if final or effect.attempts <= len(RETRIES) or effect.attempts % NOTED_EVERY == 0:
            said, reference = str(answer)[:300], getattr(answer, "reference", "")
            uow.append(effect.incident, PageSent(page, person, reach, ok, effect.attempts, said, effect.key, reference))
