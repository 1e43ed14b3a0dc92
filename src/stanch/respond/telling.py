"""Something said to a person that wakes nobody: a question that waits, a reminder."""

from typing import Any

from stanch.kernel.clock import SECOND
from stanch.ports import Failed, Message, Notifier
from stanch.prepare import reaching
from stanch.timeline.effects import Effect
from stanch.timeline.unit_of_work import Application, UnitOfWork


def tell(uow: UnitOfWork, incident: str, key: str, person: str, title: str, text: str) -> None:
    """Write it to the outbox for each way to reach a contact; the same key is said once."""
    contact = uow.policy.contacts.get(person)
    for way in contact.ways() if contact else []:
        payload = {"person": person, "reach": way.to, "title": title[:200], "text": text}
        uow.effect(f"{key}:{way.to}", "message", incident, payload)


class MessageHandler:
    """The effect ``message``: something said to a person that wakes nobody; tried for a day."""

    kind = "message"
    at_most_once = False
    urgent = True
    lease_seconds = 15.0

    def __init__(self, application: Application, notifiers: dict[str, Notifier], url: str) -> None:
        self.application = application
        self.notifiers = notifiers
        self.url = url

    def wanted(self, uow: UnitOfWork, effect: Effect) -> bool:
        return True

    def perform(self, effect: Effect) -> str:
        link = f"{self.url}/incidents/{effect.incident}"
        message = Message(effect.key, effect.payload["title"], effect.payload["text"], link, urgent=False)
        return reaching.send(self.notifiers, effect.payload["reach"], message)

    def settle(self, uow: UnitOfWork, effect: Effect, answer: Any) -> int | None:
        ok = not isinstance(answer, Exception)
        reaching.note(uow, effect.payload.get("person", ""), effect.payload["reach"], ok, str(answer), "message")
        if isinstance(answer, Failed) and answer.again and effect.attempts < 60:
            return uow.now + min(3600, 5 << min(effect.attempts, 10)) * SECOND
        return None

    def lost(self, uow: UnitOfWork, effect: Effect) -> None:
        raise TypeError("messages may be sent again")
