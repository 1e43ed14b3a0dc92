"""The effect ``chat_answer``: what somebody gets back for a command, also after a crash or an outage.

In a room it is one message, found again by its key. What goes to one person alone is kept nowhere that stanch could look:
where nobody knows whether it arrived it is said again, and says so.
"""

from typing import Any

import msgspec

from stanch.chat.accounts import acting
from stanch.chat.run_line import ALONE, ROOM, Reply, carry, understand
from stanch.kernel.clock import SECOND
from stanch.kernel.errors import Invalid, Problem
from stanch.ports import Failed
from stanch.ports.chat import ChatMessage
from stanch.timeline.effects import Effect, EffectHandler
from stanch.timeline.unit_of_work import Application, UnitOfWork

# About a day: a minute apart after the first few.
MOST_ATTEMPTS = 1440
AGAIN = "(Perhaps for the second time.) "


def read(application: Application, person: str, line: str, incident: str, *, aloud: bool) -> Reply:
    """What a reading command answers. ``aloud``: everybody in the room hears it, so nothing private of elsewhere is said.

    Raises ``Problem``.
    """
    with application.reading() as uow:
        uow.actor = acting(uow, person)
        understood = understand(uow, line, incident)
        if aloud and understood.command and understood.command.name in ALONE:
            hint = "Open your profile on the page; in Slack '/stanch me' answers you alone."
            raise Invalid(f"'{understood.command.name}' is about you, and everybody here would read it.", hint=hint)
        if aloud and (understood.elsewhere or not understood.incident):
            uow.actor = msgspec.structs.replace(ROOM, aloud_for=person)
        return carry(uow, understood)


class AnswerHandler(EffectHandler):
    """A reading command is carried out here: it may ask a real system, and no writer waits for that."""

    kind = "chat_answer"
    in_drill = "room"

    def perform(self, effect: Effect) -> Any:
        asked = effect.payload
        chat = self.application.world.chats.get(asked["chat"])
        if chat is None:
            raise Failed(f"no chat '{asked['chat']}' is configured", again=False)
        text = asked["text"]
        if asked["line"]:
            try:
                aloud = not asked["answer_to"]
                text = read(self.application, asked["person"], asked["line"], asked["incident"], aloud=aloud).text
            except Problem as problem:
                text = problem.sentence()
        if asked["answer_to"] and effect.attempts > 1:
            text = AGAIN + text
        message = ChatMessage(effect.key, text, reply_to=asked["reply_to"], answer_to=asked["answer_to"])
        return chat.post(asked["room"], message, again=effect.attempts > 1)

    def settle(self, uow: UnitOfWork, effect: Effect, answer: Any) -> int | None:
        if not isinstance(answer, Exception) or effect.attempts >= MOST_ATTEMPTS:
            return None
        if isinstance(answer, Failed) and not answer.again:
            return None
        after = answer.after if isinstance(answer, Failed) and answer.after else 0
        return uow.now + int(max(after, min(60, 2**effect.attempts)) * SECOND)
