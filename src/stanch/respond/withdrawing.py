"""Withdraws prompts that have been answered (R31): messages that can be edited are edited; the others are left as they are."""

from typing import Any

from stanch.kernel.clock import SECOND
from stanch.ports import Editor, Failed, Message
from stanch.prepare.sending import lane_of
from stanch.timeline.effects import Effect, EffectHandler
from stanch.timeline.facts.prompting import PromptWithdrawn
from stanch.timeline.raised_prompt import EditableMessage
from stanch.timeline.record import Record
from stanch.timeline.unit_of_work import Due, UnitOfWork

MOST_ATTEMPTS = 40


def withdraw_clock(uow: UnitOfWork, record: Record) -> list[Due]:
    """As soon as something is not asked any more of which there is a message that can be edited."""
    sent = {key for key, asked in record.prompted.items() if asked.sent}
    if not sent or not sent - {prompt.key for prompt in uow.prompts(record)}:
        return []
    return [Due(f"withdraw:{record.entries}", record.changed_at, withdraw)]


def withdraw(uow: UnitOfWork, record: Record) -> None:
    """Each message that carried it is edited once: what is still asked in it, and what is not."""
    asked = {prompt.key for prompt in uow.prompts(record)}
    over = [key for key, found in record.prompted.items() if found.sent and key not in asked]
    messages = {(sent.reach, sent.reference): sent for key in over for sent in record.prompted[key].sent}
    for sent in messages.values():
        payload = {"reach": sent.reach, "reference": sent.reference, "text": _text(record, sent, asked)}
        key = f"withdraw:{record.id}:{record.entries}:{sent.reach}:{sent.reference}"
        uow.effect(key, "withdraw", record.id, payload, lane=lane_of(sent.reach))
    uow.append(record.id, PromptWithdrawn(over, " ".join(record.prompted[key].text for key in over)))


def _text(record: Record, sent: EditableMessage, asked: set[str]) -> str:
    """The lines of a message as it stands now."""
    lines = []
    for key in sent.keys:
        text = record.prompted[key].text
        lines.append(text if key in asked else f"No longer asked: {text}")
    return lines[0] if len(lines) == 1 else "\n".join(f"- {line}" for line in lines)


class WithdrawHandler(EffectHandler):
    """The effect ``withdraw``: edits one message. What cannot be edited stays as it is; nothing further is said."""

    kind = "withdraw"
    in_drill = "room"  # it edits what was sent to somebody who takes part

    def perform(self, effect: Effect) -> str:
        kind, _, _address = effect.payload["reach"].partition(":")
        notifier: object = self.application.world.notifiers.get(kind)
        if not isinstance(notifier, Editor):
            raise Failed(f"'{kind}' cannot edit", again=False)
        url = f"{self.application.installation.url}/incidents/{effect.incident}"
        with self.application.reading() as uow:
            title = f"[{effect.incident}] {uow.record(effect.incident).title}"[:200]
        message = Message(effect.key, title, effect.payload["text"], url, urgent=False)
        return notifier.edit(effect.payload["reference"], message)

    def settle(self, uow: UnitOfWork, effect: Effect, answer: Any) -> int | None:
        if not isinstance(answer, Failed) or not answer.again or effect.attempts >= MOST_ATTEMPTS:
            return None
        return uow.now + int(max(min(300, 5 << min(effect.attempts, 10)), answer.after or 0) * SECOND)
