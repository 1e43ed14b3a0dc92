"""The effect ``chat``: a room follows its incident, one step after another, in order and each once (R34)."""

from typing import Any

import msgspec

from stanch.chat.rooms import RoomRow, load, save
from stanch.chat.steps import Look, Step, Tell, look
from stanch.kernel.clock import SECOND
from stanch.ports import Failed
from stanch.ports.chat import Chat
from stanch.timeline.effects import Effect, EffectHandler
from stanch.timeline.unit_of_work import UnitOfWork

# Seconds after which a refused step is retried: the missing permission may have been granted meanwhile.
REFUSED_AGAIN, LONGEST_WAIT = 300, 60


class _Tried(msgspec.Struct):
    """A step and what came of it."""

    step: Step
    answer: Any

    def __str__(self) -> str:
        return str(self.answer)


class ChatHandler(EffectHandler):
    """One effect for each room. It is re-armed by every entry, and goes on until the room is as it should be."""

    kind = "chat"
    in_drill = "room"

    def wanted(self, uow: UnitOfWork, effect: Effect) -> bool:
        """In the leasing transaction: the attempt is counted, and how far its message tells is fixed, before it leaves."""
        found = self._look(uow, effect)
        step = found.next() if found else None
        if found is None or step is None:
            return False
        found.row.tries += 1
        if isinstance(step, Tell):
            found.row.sending = step.until
        save(uow, found.row)
        return True

    def perform(self, effect: Effect) -> Any:
        with self.application.reading() as uow:
            found = self._look(uow, effect)
            step = found.next() if found else None
        if found is None or step is None:
            return None
        try:
            return _Tried(step, step.perform(found.chat, found.row))
        except Failed as failed:
            return _Tried(step, failed)

    def settle(self, uow: UnitOfWork, effect: Effect, answer: Any) -> int | None:
        row = load(uow, effect.payload["chat"], effect.incident)
        if row is None:
            return None
        if isinstance(answer, _Tried):
            if isinstance(answer.answer, Failed):
                return self._failed(uow, row, answer.step, answer.answer)
            answer.step.done(uow, row, answer.answer)
            row.tries, row.problem = 0, ""
            save(uow, row)
        elif isinstance(answer, Exception):
            return self._again(uow, row, str(answer), None)
        found = self._look(uow, effect)
        if found is None or found.next() is None:
            return None
        return uow.now + int(found.chat.pace * SECOND)

    def _failed(self, uow: UnitOfWork, row: RoomRow, step: Step, failed: Failed) -> int | None:
        if failed.again:
            return self._again(uow, row, failed.detail, failed.after)
        go_on = step.refused(uow, row, failed)
        row.tries, row.problem = 0, failed.detail[:300]
        save(uow, row)
        return uow.now + (1 if go_on else REFUSED_AGAIN) * SECOND

    @staticmethod
    def _again(uow: UnitOfWork, row: RoomRow, problem: str, after: float | None) -> int:
        row.problem = problem[:300]
        save(uow, row)
        return uow.now + int(max(after or 0, min(LONGEST_WAIT, 2 ** min(row.tries, 6))) * SECOND)

    def _look(self, uow: UnitOfWork, effect: Effect) -> Look | None:
        chat: Chat | None = self.application.world.chats.get(effect.payload["chat"])
        row = load(uow, effect.payload["chat"], effect.incident) if chat else None
        return look(uow, chat, row) if chat and row else None
