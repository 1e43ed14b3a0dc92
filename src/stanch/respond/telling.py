"""Messages to a person that are no pages: questions and reminders. They are not escalated."""

from stanch.ports import Message
from stanch.prepare.sending import Sending, lane_of
from stanch.timeline.effects import Effect
from stanch.timeline.unit_of_work import UnitOfWork

MOST_ATTEMPTS = 60


def tell(uow: UnitOfWork, incident: str, key: str, person: str, title: str, text: str) -> None:
    """Write it to the outbox for every way to reach a contact (R48); the same key is said once."""
    contact = uow.policy.contacts.get(person)
    for way in contact.ways() if contact else []:
        payload = {"person": person, "reach": way.to, "title": title[:200], "text": text}
        uow.effect(f"{key}:{way.to}", "message", incident, payload, lane=lane_of(way.to))


class MessageHandler(Sending):
    """The effect ``message``: something said to a person that wakes nobody; tried for more than two days."""

    kind = purpose = "message"

    def message(self, effect: Effect) -> Message:
        link = f"{self.application.installation.url}/incidents/{effect.incident}"
        return Message(effect.key, effect.payload["title"], effect.payload["text"], link, urgent=False)

    def wait_seconds(self, attempts: int) -> float | None:
        return min(3600, 5 << min(attempts, 10)) if attempts < MOST_ATTEMPTS else None
