"""Each update reaches each subscriber once (R33): queued in small commits, sent by a few threads, written down as it goes.

After a crash, what was recorded as sent is not sent again. Messages that were being sent then, at most one for each thread, are sent
again with the same Message-ID or webhook-id, by which mailboxes and receivers know it: lost would be worse.
"""

import queue
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from stanch.communicate.components import pages
from stanch.communicate.status_page import snapshots
from stanch.communicate.subscribers.messages import Update, update_of
from stanch.communicate.subscribers.sending import Transports
from stanch.communicate.subscribers.store import Subscriber, leave, subscriber_of
from stanch.kernel.clock import DAY, MINUTE, SECOND
from stanch.kernel.errors import NotFound
from stanch.ports import Failed, Gone
from stanch.timeline.effects import Effect, EffectHandler
from stanch.timeline.unit_of_work import UnitOfWork

AT_ONCE, BATCH, ATTEMPTS = 8, 500, 6
DEAD_AFTER = 5 * DAY


class AnnounceHandler(EffectHandler):
    """One update to all who follow its page."""

    kind = "status_announce"
    patient = True

    def perform(self, effect: Effect) -> int | None:
        """When those that failed are due again; None when everybody has it."""
        updates = self._updates(effect)
        if updates:
            self._queue(effect.key, updates)
            transports = Transports(self.application, self.application.installation.url)
            try:
                while batch := self._due(effect.key):
                    self._send(effect.key, batch, updates, transports)
            finally:
                transports.close()
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
            (each.name, update_of(each, effect.key, said["event"], said["post"], bool(said.get("reminder"))))
            for each in found
        )
        return {name: update for name, update in updates if update}

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

    def _send(self, key: str, batch: list[Subscriber], updates: dict[str, Update], transports: Transports) -> None:
        """Each thread sends its next message after the last one is recorded on disk; results are committed in batches."""
        done: queue.SimpleQueue[tuple[Subscriber, Failed | None, threading.Event]] = queue.SimpleQueue()
        over = threading.Event()

        def one(subscriber: Subscriber) -> None:
            if over.is_set():
                return
            failed: Failed | None = None
            try:
                transports.send(subscriber, updates[subscriber.page])
            except Failed as error:
                failed = error
            written = threading.Event()
            done.put((subscriber, failed, written))
            while not written.wait(0.5):
                if over.is_set():
                    return

        with ThreadPoolExecutor(AT_ONCE) as pool:
            futures = [pool.submit(one, subscriber) for subscriber in batch]
            try:
                self._write_down(key, len(batch), done, futures)
            finally:
                over.set()
        for future in futures:
            future.result()

    def _write_down(self, key: str, wanted: int, done: Any, futures: list[Any]) -> None:
        seen = 0
        while seen < wanted:
            try:
                found = [done.get(timeout=0.2)]
            except queue.Empty:
                if any(future.done() and future.exception() for future in futures):
                    return  # a thread failed with another exception: it is raised where the thread's result is awaited
                continue
            while not done.empty():
                found.append(done.get())
            with self.application.uow() as uow:
                well = [each for each, failed, _ in found if failed is None and each.failing_since is None]
                uow.tx.many(
                    "UPDATE status_deliveries SET state = 'sent', attempts = attempts + 1 WHERE announcement = :key AND subscriber = :id",
                    [{"key": key, "id": subscriber.id} for subscriber in well],
                )
                for subscriber, failed, _ in found:
                    if failed is not None or subscriber.failing_since is not None:
                        _outcome(uow, key, subscriber, failed)
            for _, _, written in found:
                written.set()
            seen += len(found)


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
        "UPDATE status_subscribers SET failing_since = :since, error = :error WHERE id = :id",
        since=(subscriber.failing_since or uow.now) if failed else None, error=failed.detail[:200] if failed else "", id=subscriber.id,
    )  # fmt: skip


class QuestionHandler(EffectHandler):
    """Sends the confirmation request of a subscription once; when it cannot be delivered, the subscription is deleted."""

    kind = "subscriber_question"

    def perform(self, effect: Effect) -> None:
        """Raises ``Failed``."""
        with self.application.reading() as uow:
            row = uow.tx.one("SELECT * FROM status_subscribers WHERE id = :id", id=effect.payload["subscriber"])
            names = {name: page.title for name, page in pages(uow.policy).items()}
        if row is None:
            raise NotFound("gone")
        transports = Transports(self.application, self.application.installation.url)
        try:
            transports.question(subscriber_of(row), names.get(row["page"], "the status page"))
        finally:
            transports.close()

    def settle(self, uow: UnitOfWork, effect: Effect, answer: Any) -> int | None:
        """A few attempts within minutes; after that the person has to ask again."""
        if isinstance(answer, Failed) and answer.again and effect.attempts < ATTEMPTS:
            later: int = uow.now + 10 * SECOND * 2**effect.attempts
            return later
        return None


def forget_announced(uow: UnitOfWork) -> None:
    """At start: deletes the queue positions of updates that were delivered long ago."""
    uow.tx.execute(
        "DELETE FROM status_announcements WHERE NOT EXISTS (SELECT 1 FROM outbox o WHERE o.key = status_announcements.id)"
    )
