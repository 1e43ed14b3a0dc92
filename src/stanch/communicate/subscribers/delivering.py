"""Each update reaches each subscriber once (R33): queued in small commits, sent by a few threads, written down as it goes.

What has left is noted before it leaves, so that a process that takes over sends nothing again that was handed over completely; where no
answer had come it is recorded as unsure. Only after a power failure, or on another machine, a few messages leave again, with the same
Message-ID or webhook-id (docs/adr/0013).
"""

import queue
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec

from stanch.communicate.components import pages
from stanch.communicate.status_page import snapshots
from stanch.communicate.subscribers.handovers import FREE, LEAVING, SLOTS, TAKEN, Handovers, left_behind, path_of
from stanch.communicate.subscribers.messages import Update, update_of
from stanch.communicate.subscribers.sending import Transports
from stanch.communicate.subscribers.store import Subscriber, leave, subscriber_of
from stanch.kernel.clock import DAY, MINUTE, SECOND
from stanch.kernel.errors import NotFound
from stanch.kernel.logs import log
from stanch.ports import Failed, Gone
from stanch.timeline.effects import Effect, EffectHandler
from stanch.timeline.unit_of_work import Application, UnitOfWork

AT_ONCE, BATCH, ATTEMPTS = 8, 500, 6
DEAD_AFTER = 5 * DAY
# Messages a second: ten thousand within a minute, and most of the interpreter's time left to whatever wakes people.
PER_SECOND = 300
# Seconds in which outcomes are collected for one commit, where commits hold up others.
COLLECT = 0.25


class AnnounceHandler(EffectHandler):
    """One update to all who follow its page."""

    kind = "status_announce"
    patient = True

    def perform(self, effect: Effect) -> int | None:
        """When those that failed are due again; None when everybody has it."""
        updates = self._updates(effect)
        if updates:
            self._queue(effect.key, updates)
            self._take_over(effect.key)
            sender = Sender(self.application, effect.key)
            try:
                while batch := self._due(effect.key):
                    self._send(effect.key, batch, updates, sender)
            finally:
                sender.close()
            sender.handovers.close()  # only where all is in the database
        with self.application.reading() as uow:
            row = uow.tx.one(
                "SELECT MIN(due_at) AS due FROM status_deliveries WHERE announcement = :id AND state = 'queued'",
                id=effect.key,
            )
        return int(row["due"]) if row and row["due"] is not None else None

    def settle(self, uow: UnitOfWork, effect: Effect, answer: Any) -> int | None:
        """Rows of finished deliveries are deleted."""
        if isinstance(answer, Exception):
            return uow.now + 10 * SECOND
        if answer is not None:
            return max(int(answer), uow.now + SECOND)
        uow.tx.execute("DELETE FROM status_deliveries WHERE announcement = :id", id=effect.key)
        return None

    def _updates(self, effect: Effect) -> dict[str, Update]:
        said = effect.payload
        with self.application.reading() as uow:
            found = snapshots(uow, self.application.installation.url)
        updates = (
            (each.name, update_of(each, effect.key, said["event"], said["post"], said.get("about", "")))
            for each in found
        )
        return {name: update for name, update in updates if update}

    def _take_over(self, key: str) -> None:
        """What an earlier process had sent and not recorded."""
        taken, leaving = left_behind(folder_of(self.application), key)
        if not (taken or leaving):
            return
        change = "UPDATE status_deliveries SET state = :state WHERE announcement = :key AND subscriber = :id AND state = 'queued'"
        with self.application.uow() as uow:
            for subscriber in taken:
                uow.tx.execute(change, state="sent", key=key, id=subscriber)
            for subscriber in leaving:
                if uow.tx.execute(change, state="unsure", key=key, id=subscriber):
                    uow.tx.execute(
                        "UPDATE status_subscribers SET unsure_at = :now WHERE id = :id", now=uow.now, id=subscriber
                    )

    def _queue(self, key: str, updates: dict[str, Update]) -> None:
        """Queues everybody who is to get it, in order of their number, so that it resumes after a crash."""
        while True:
            with self.application.uow() as uow:
                uow.tx.execute("INSERT INTO status_announcements (id) VALUES (:id) ON CONFLICT (id) DO NOTHING", id=key)
                after = (
                    uow.tx.one("SELECT queued_to FROM status_announcements WHERE id = :id", id=key) or {"queued_to": 0}
                )["queued_to"]
                rows = uow.tx.all(
                    f"SELECT * FROM status_subscribers WHERE id > :after ORDER BY id LIMIT {BATCH}", after=after
                )
                if not rows:
                    return
                chosen = [
                    row["id"] for row in rows if row["state"] == "active" and self._follows(subscriber_of(row), updates)
                ]
                uow.tx.many(
                    "INSERT INTO status_deliveries (announcement, subscriber, state, due_at) VALUES (:id, :subscriber, 'queued', :now) "
                    "ON CONFLICT (announcement, subscriber) DO NOTHING",
                    [{"id": key, "subscriber": number, "now": uow.now} for number in chosen],
                )
                uow.tx.execute(
                    "UPDATE status_announcements SET queued_to = :to WHERE id = :id", to=rows[-1]["id"], id=key
                )

    @staticmethod
    def _follows(subscriber: Subscriber, updates: dict[str, Update]) -> bool:
        update = updates.get(subscriber.page)
        if update is None:
            return False
        return (
            not subscriber.components
            or not update.event.components
            or bool(set(subscriber.components) & set(update.event.components))
        )

    def _due(self, key: str) -> list[Subscriber]:
        with self.application.reading() as uow:
            rows = uow.tx.all(
                "SELECT s.* FROM status_deliveries d JOIN status_subscribers s ON s.id = d.subscriber "
                f"WHERE d.announcement = :id AND d.state = 'queued' AND d.due_at <= :now ORDER BY s.id LIMIT {BATCH}",
                id=key,
                now=uow.now,
            )
        return [subscriber_of(row) for row in rows]

    def _send(self, key: str, batch: list[Subscriber], updates: dict[str, Update], sender: "Sender") -> None:
        """A few threads send; this one writes down what became of it, and gives their slots back."""
        done: queue.SimpleQueue[Outcome] = queue.SimpleQueue()
        over = threading.Event()

        def one(subscriber: Subscriber) -> None:
            try:
                if (slot := sender.slot(over)) is not None:
                    done.put(sender.send(slot, subscriber, updates[subscriber.page]))
            except BaseException:
                over.set()
                raise

        with ThreadPoolExecutor(AT_ONCE) as pool:
            futures = [pool.submit(one, subscriber) for subscriber in batch]
            try:
                self._write_down(key, len(batch), done, over, sender)
            finally:
                over.set()
        for future in futures:
            future.result()

    def _write_down(self, key: str, wanted: int, done: Any, over: threading.Event, sender: "Sender") -> None:
        seen = 0
        while seen < wanted and not over.is_set():
            found = self._finished(done, wanted - seen)
            if found:
                with self.application.uow() as uow:
                    _write(uow, key, found)
            for outcome in found:
                sender.handovers.release(outcome.slot)
            seen += len(found)

    def _finished(self, done: Any, wanted: int) -> list["Outcome"]:
        """On SQLite every commit holds up all other writers of the product, so outcomes are collected for a moment there."""
        found: list[Outcome] = []
        until = time.monotonic() + COLLECT
        while len(found) < min(wanted, SLOTS // 2):
            wait = until - time.monotonic() if self.application.database.dialect == "sqlite" or not found else 0
            try:
                found.append(done.get(timeout=wait) if wait > 0 else done.get_nowait())
            except queue.Empty:
                break
        return found


class Outcome(msgspec.Struct, frozen=True):
    """What became of one message. ``slot``: where it stands in the file of what has left."""

    slot: int
    subscriber: Subscriber
    failed: Failed | None


class Sender:
    """Sends in several threads, and notes in a file that outlives the process what has left and what was taken."""

    def __init__(self, application: Application, key: str) -> None:
        self.handovers = Handovers(folder_of(application), key)
        self._own = threading.local()
        self._transports = Transports(application, application.installation.url, self._leaving)
        self._pace, self._next = threading.Lock(), time.monotonic()

    def slot(self, over: threading.Event) -> int | None:
        """A free slot, when it is time for the next message; None when nothing more is to be sent."""
        with self._pace:
            now = time.monotonic()
            self._next = max(self._next, now - 0.1) + 1 / PER_SECOND
        wait = self._next - now
        if over.wait(max(0.0, wait)):
            return None
        while not over.is_set():
            with suppress(queue.Empty):
                return self.handovers.free.get(timeout=0.5)
        return None

    def send(self, slot: int, subscriber: Subscriber, update: Update) -> Outcome:
        """One message."""
        self.handovers.begin(slot, subscriber.id)
        self._own.slot = slot
        try:
            self._transports.send(subscriber, update)
        except Exception as error:  # nobody after this one goes without
            failed = error if isinstance(error, Failed) else Failed(f"it could not be sent: {error}", again=True)
            if failed is not error:
                log.error("a message to a subscriber could not be sent", subscriber=subscriber.id, error=repr(error))
            self.handovers.mark(slot, FREE)
            return Outcome(slot, subscriber, failed)
        self.handovers.mark(slot, TAKEN)
        return Outcome(slot, subscriber, None)

    def close(self) -> None:
        """Close the connections."""
        self._transports.close()

    def _leaving(self) -> None:
        self.handovers.mark(self._own.slot, LEAVING)


def folder_of(application: Application) -> Path:
    """Where the files of what has left are."""
    return application.installation.data / "leaving"


def _write(uow: UnitOfWork, key: str, found: list[Outcome]) -> None:
    plain = [each for each in found if not (each.failed or each.subscriber.failing_since or each.subscriber.unsure_at)]
    uow.tx.many(
        "UPDATE status_deliveries SET state = 'sent', attempts = attempts + 1 WHERE announcement = :key AND subscriber = :id",
        [{"key": key, "id": each.subscriber.id} for each in plain],
    )
    for each in found:
        if each not in plain:
            _outcome(uow, key, each.subscriber, each.failed)


def _outcome(uow: UnitOfWork, key: str, subscriber: Subscriber, failed: Failed | None) -> None:
    if isinstance(failed, Gone):
        leave(uow, subscriber.id)
        return
    row = uow.tx.one(
        "SELECT attempts FROM status_deliveries WHERE announcement = :key AND subscriber = :id",
        key=key,
        id=subscriber.id,
    )
    attempts = int(row["attempts"]) + 1 if row else 1
    again = failed is not None and failed.again and attempts < ATTEMPTS
    uow.tx.execute(
        "UPDATE status_deliveries SET state = :state, attempts = :attempts, due_at = :due WHERE announcement = :key AND subscriber = :id",
        state="queued" if again else "failed" if failed else "sent", attempts=attempts, due=uow.now + MINUTE * 4**attempts, key=key,
        id=subscriber.id,
    )  # fmt: skip
    if (
        failed
        and subscriber.kind != "mail"
        and subscriber.failing_since
        and uow.now - subscriber.failing_since > DEAD_AFTER
    ):
        leave(uow, subscriber.id)  # an address that has taken nothing for days
        return
    uow.tx.execute(
        "UPDATE status_subscribers SET failing_since = :since, error = :error, unsure_at = :unsure WHERE id = :id",
        since=(subscriber.failing_since or uow.now) if failed else None, error=failed.detail[:200] if failed else "",
        unsure=subscriber.unsure_at if failed else None, id=subscriber.id,
    )  # fmt: skip


class QuestionHandler(EffectHandler):
    """Sends the confirmation request of a subscription; one that nobody can ever answer is deleted."""

    kind = "subscriber_question"

    def wanted(self, uow: UnitOfWork, effect: Effect) -> bool:
        """Not of who has confirmed or left meanwhile, nor where the page is no more."""
        row = uow.tx.one("SELECT page, state FROM status_subscribers WHERE id = :id", id=effect.payload["subscriber"])
        return row is not None and row["state"] == "pending" and row["page"] in pages(uow.policy)

    def perform(self, effect: Effect) -> None:
        """Raises ``Failed``."""
        with self.application.reading() as uow:
            row = uow.tx.one("SELECT * FROM status_subscribers WHERE id = :id", id=effect.payload["subscriber"])
            page = pages(uow.policy).get(row["page"] if row else "")
        if row is None or page is None:
            raise NotFound("gone")
        transports = Transports(self.application, self.application.installation.url)
        try:
            transports.question(subscriber_of(row), page)
        finally:
            transports.close()

    def settle(self, uow: UnitOfWork, effect: Effect, answer: Any) -> int | None:
        """A few attempts within minutes; after that the person has to ask again."""
        if isinstance(answer, Failed) and answer.again and effect.attempts < ATTEMPTS:
            later: int = uow.now + 10 * SECOND * 2**effect.attempts
            return later
        if isinstance(answer, Gone):
            leave(uow, effect.payload["subscriber"])
        return None


def forget_announced(uow: UnitOfWork) -> None:
    """At start: deletes the queue positions and files of updates that were delivered long ago."""
    folder = folder_of(uow.application)
    kept = {
        path_of(folder, row["key"])
        for row in uow.tx.all(
            "SELECT key FROM outbox WHERE kind = 'status_announce' AND state IN ('waiting', 'running')"
        )
    }
    for path in folder.glob("*"):
        if path not in kept:
            path.unlink(missing_ok=True)
    uow.tx.execute(
        "DELETE FROM status_announcements WHERE NOT EXISTS (SELECT 1 FROM outbox o WHERE o.key = status_announcements.id)"
    )
