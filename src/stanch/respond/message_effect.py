"""Messages to a person that are no pages: questions and reminders. They are not escalated."""

from stanch.ports import Message
from stanch.prepare.contact_methods import prompt_methods
from stanch.prepare.oncall.people import contact_key
from stanch.prepare.sending import Sending, queue
from stanch.respond.recipients import may_be_told
from stanch.timeline.effects import Effect
from stanch.timeline.record import Record
from stanch.timeline.unit_of_work import UnitOfWork

MOST_ATTEMPTS = 60


def tell(uow: UnitOfWork, incident: str, key: str, person: str, title: str, text: str, calendar: str = "") -> None:
    """Write it to the outbox for every contact method (R48); the same key is said once. ``calendar``: a file that mail carries."""
    contact = uow.policy.contacts.get(person)
    for method in contact.methods() if contact else []:
        payload = {"person": person, "reach": method.to, "title": title[:200], "text": text}
        payload |= {"calendar": calendar} if calendar else {}
        queue(uow, key, "message", incident, payload)


def notify(uow: UnitOfWork, record: Record, key: str, person: str, text: str) -> None:
    """Tell somebody an answer once, by the method they chose for what is asked of them; who cannot be told reads it in the record."""
    contact = contact_key(uow.policy.contacts, person)
    if not contact or not may_be_told(uow, record, contact):
        return
    methods, _ = prompt_methods(uow.policy.contacts[contact], uow.application.world.notifiers, may_wake=False)
    for reach in methods[:1]:
        payload = {"person": contact, "reach": reach, "title": f"[{record.id}] {record.title}"[:200], "text": text}
        queue(uow, f"notice:{record.id}:{key}", "message", record.id, payload)


class MessageHandler(Sending):
    """The effect ``message``: something said to a person that wakes nobody; tried for more than two days."""

    kind = purpose = "message"
    in_drill = "told"

    def message(self, effect: Effect) -> Message:
        link = f"{self.application.installation.url}/incidents/{effect.incident}"
        payload = effect.payload
        return Message(
            effect.key, payload["title"], payload["text"], link, urgent=False, calendar=payload.get("calendar", "")
        )

    def wait_seconds(self, attempts: int) -> float | None:
        return min(3600, 5 << min(attempts, 10)) if attempts < MOST_ATTEMPTS else None
