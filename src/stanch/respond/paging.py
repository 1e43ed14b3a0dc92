"""Sends one page to one address, at least once with one key, and keeps the receipt (P2)."""

import hmac
from hashlib import sha256
from typing import Any

from stanch.kernel.clock import SECOND
from stanch.ports import Failed, Message, Notifier
from stanch.prepare import reaching
from stanch.timeline.effects import Effect
from stanch.timeline.entries import PageSent
from stanch.timeline.unit_of_work import Application, UnitOfWork

# Seconds between attempts of one page, the last again and again while somebody is wanted: the escalation goes on meanwhile by
# its own clock, and a way that is away for an hour must not be the end of it.
RETRIES = (1, 2, 5, 15, 30, 60, 300)
# From then on only every so many attempts are written down: an hour apart.
NOTED_EVERY = 12


def acknowledge_code(secret: str, incident: str, page: str, person: str) -> str:
    """The signature of an acknowledge link: bound to one person and one page."""
    return hmac.new(secret.encode(), f"ack\x1f{incident}\x1f{page}\x1f{person}".encode(), sha256).hexdigest()[:40]


class PageHandler:
    """The effect ``page``."""

    kind = "page"
    at_most_once = False
    urgent = True
    lease_seconds = 5.0

    def __init__(self, application: Application, notifiers: dict[str, Notifier], url: str, secret: str) -> None:
        self.application = application
        self.notifiers = notifiers
        self.url = url
        self.secret = secret

    def wanted(self, uow: UnitOfWork, effect: Effect) -> bool:
        """None leaves after its acknowledgement is recorded."""
        page = uow.record(effect.incident).pages.get(effect.payload["page"])
        if page is None or not page.waiting() or effect.payload["person"] in page.acknowledgers:
            return False
        return uow.record(effect.incident).live()

    def perform(self, effect: Effect) -> str:
        with self.application.reading() as uow:
            record = uow.record(effect.incident)
        person, page = effect.payload["person"], effect.payload["page"]
        link = f"{self.url}/incidents/{record.id}"
        code = acknowledge_code(self.secret, record.id, page, person)
        text = "\n".join(
            [
                record.title,
                f"Service: {record.service or 'not named'}",
                f"Severity: {record.severity_name() or 'not set yet'}",
                f"Open it: {link}",
            ]
        )
        acknowledge = f"{self.url}/ack/{record.id}/{page}/{person}/{code}"
        message = Message(effect.key, f"[{record.id}] {record.title}"[:200], text, link, acknowledge)
        return reaching.send(self.notifiers, effect.payload["reach"], message)

    def settle(self, uow: UnitOfWork, effect: Effect, answer: Any) -> int | None:
        ok = not isinstance(answer, Exception)
        again = not ok and (not isinstance(answer, Failed) or answer.again)
        detail = answer.detail if isinstance(answer, Failed) else str(answer)
        page, person, reach = effect.payload["page"], effect.payload["person"], effect.payload["reach"]
        if not again or effect.attempts <= len(RETRIES) or effect.attempts % NOTED_EVERY == 0:
            uow.append(effect.incident, PageSent(page, person, reach, ok, effect.attempts, detail[:300], effect.key))
        reaching.note(uow, person, reach, ok, detail, "page")
        if not again:
            return None
        wait = RETRIES[min(effect.attempts, len(RETRIES)) - 1]
        asked = answer.after if isinstance(answer, Failed) and answer.after else 0
        return uow.now + int(max(wait, asked) * SECOND)

    def lost(self, uow: UnitOfWork, effect: Effect) -> None:
        raise TypeError("pages are sent at least once")
