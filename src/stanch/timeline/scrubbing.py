"""On SQLite what a redaction took out leaves the file as well: the index of words, and the log beside the file (design, section 4).

The file itself overwrites what is deleted (``secure_delete``). PostgreSQL does so when it vacuums, by itself.
"""

from stanch.kernel.clock import MINUTE, SECOND
from stanch.timeline import full_text
from stanch.timeline.effects import Effect, EffectHandler
from stanch.timeline.unit_of_work import UnitOfWork


def scrub(uow: UnitOfWork, after: str) -> None:
    """Soon, outside of this transaction. ``after``: what took something out, as a part of a key."""
    if uow.tx.dialect == "sqlite":
        uow.effect(f"{ScrubHandler.kind}:{after}", ScrubHandler.kind, "", {})


class ScrubHandler(EffectHandler):
    """The effect ``scrub``: in small steps, so that no writer waits."""

    kind = "scrub"
    patient = True

    def perform(self, effect: Effect) -> bool:
        """Whether nothing is left; somebody who reads a long time keeps the log as it is."""
        database = self.application.database
        first = True
        while True:
            with database.transaction() as tx:
                if full_text.merge(tx, first=first):
                    break
            first = False
        return database.empty_log()

    def settle(self, uow: UnitOfWork, effect: Effect, answer: object) -> int | None:
        if answer is True:
            return None
        wait: int = min(SECOND << min(effect.attempts, 10), 5 * MINUTE)
        return uow.now + wait
