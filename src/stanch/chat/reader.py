"""One reading thread for each chat; with several replicas only one reads at a time (R30)."""

import os
import secrets
import threading

import msgspec

from stanch.chat.inbound import InboundEvents, groups
from stanch.kernel.clock import MINUTE, SECOND
from stanch.kernel.errors import Problem
from stanch.kernel.logs import log
from stanch.ports import Failed
from stanch.ports.chat import Chat, Reading
from stanch.timeline.unit_of_work import Application, UnitOfWork

# Seconds: the wait of one long poll, the lease of a reader, and the pause between attempts after a failure.
WAIT, LEASE, FAILED_AGAIN = 10.0, 15, 5.0


class NotLeased(Exception):
    """Another replica reads this chat now."""


class ChatReader:
    """Reads one chat: the token of a reading is stored in the commit of the last of what it brought."""

    def __init__(self, application: Application, chat: Chat) -> None:
        self.application, self.chat, self.name = application, chat, f"listens to {chat.name}"
        self.hearer = InboundEvents(application, chat)
        self.owner = f"{os.getpid()}-{secrets.token_hex(4)}"

    def run(self, stopping: threading.Event) -> None:
        """Until it is told to stop."""
        while not stopping.is_set():
            pause = FAILED_AGAIN
            try:
                pause = 0.0 if self.turn(WAIT) else FAILED_AGAIN
            except Failed as failed:
                pause = max(failed.after or 0, FAILED_AGAIN if failed.again else 60.0)
            except Problem as problem:
                log.error("a chat is not heard", chat=self.chat.name, error=problem.detail)
            except Exception:
                if not stopping.is_set():
                    log.exception("a chat is not heard", chat=self.chat.name)
            stopping.wait(pause)
        self.chat.end()

    def turn(self, wait: float = 0) -> bool:
        """Read once and write it down; False while another replica reads. Raises ``Failed``, which is kept for settings."""
        token = self._lease(wait)
        if token is None:
            return False
        try:
            reading = self.chat.read(token, self._rooms(), wait)
        except Failed as failed:
            self._failed(failed)
            raise
        try:
            self._store(reading)
        except NotLeased:
            return False
        self.chat.stored(reading)
        return True

    def _lease(self, wait: float) -> str | None:
        """The token from which to go on, if no other replica reads."""
        with self.application.uow() as uow:
            uow.tx.execute(
                "INSERT INTO chat_reading (chat) VALUES (:chat) ON CONFLICT (chat) DO NOTHING", chat=self.chat.name
            )
            taken = uow.tx.execute(
                "UPDATE chat_reading SET owner = :owner, leased_until = :until "
                "WHERE chat = :chat AND (owner = :owner OR leased_until < :now)",
                owner=self.owner,
                until=uow.now + int((LEASE + wait) * SECOND),
                chat=self.chat.name,
                now=uow.now,
            )
            row = uow.tx.one("SELECT token FROM chat_reading WHERE chat = :chat", chat=self.chat.name)
        return str(row["token"]) if taken and row else None

    def reclaim(self) -> None:
        """At the start of the only process of a database: an earlier reader has ended."""
        with self.application.uow() as uow:
            uow.tx.execute("UPDATE chat_reading SET leased_until = 0 WHERE chat = :chat", chat=self.chat.name)

    def _rooms(self) -> list[str]:
        with self.application.reading() as uow:
            rows = uow.tx.all(
                "SELECT r.room FROM chat_rooms r JOIN incidents i ON i.id = r.incident WHERE r.chat = :chat AND r.room <> '' "
                "AND (i.status <> 'closed' OR i.changed_at > :since)",
                chat=self.chat.name,
                since=uow.now - 24 * 60 * MINUTE,
            )
        return [row["room"] for row in rows]

    def _store(self, reading: Reading) -> None:
        with self.application.reading() as uow:
            deleted = [event for window in reading.windows for event in self.hearer.missing(uow, window)]
        together = groups([*reading.events, *deleted])
        for place, group in enumerate(together):
            self.hearer.ahead(group)
            with self.application.uow(source="chat") as uow:
                self.hearer.take(uow, group)
                if place == len(together) - 1:
                    self._keep(uow, reading.token)
        if not together:
            with self.application.uow() as uow:
                self._keep(uow, reading.token)

    def _keep(self, uow: UnitOfWork, token: str) -> None:
        kept = uow.tx.execute(
            "UPDATE chat_reading SET token = :token, read_at = :now, problem = '' WHERE chat = :chat AND owner = :owner",
            token=token,
            now=uow.now,
            chat=self.chat.name,
            owner=self.owner,
        )
        if not kept:
            raise NotLeased

    def _failed(self, failed: Failed) -> None:
        with self.application.uow() as uow:
            uow.tx.execute(
                "UPDATE chat_reading SET problem = :problem, problem_at = :now WHERE chat = :chat",
                problem=failed.detail[:300],
                now=uow.now,
                chat=self.chat.name,
            )


class ChatHealth(msgspec.Struct, frozen=True):
    """The state of a chat connection, for doctor and settings. Moments in microseconds; 0: never."""

    chat: str
    read_at: int
    problem: str
    problem_at: int
    rooms: int
    troubles: list[str]


def heeds(application: Application) -> list[ChatHealth]:
    """Each configured chat: whether it is read, and the problems of its rooms; private incidents are left out (P6)."""
    found = []
    with application.reading() as uow:
        for chat in sorted(application.world.chats):
            row = uow.tx.one("SELECT * FROM chat_reading WHERE chat = :chat", chat=chat)
            rooms = uow.tx.all(
                "SELECT r.incident, r.room, r.problem FROM chat_rooms r JOIN incidents i ON i.id = r.incident "
                "WHERE r.chat = :chat AND i.private = 0",
                chat=chat,
            )
            troubles = [f"{r['incident']}: {r['problem']}" for r in rooms if r["problem"]]
            found.append(
                ChatHealth(
                    chat, row["read_at"] if row else 0, row["problem"] if row else "", row["problem_at"] if row else 0,
                    sum(bool(r["room"]) for r in rooms), troubles[:20],
                )
            )  # fmt: skip
    return found
