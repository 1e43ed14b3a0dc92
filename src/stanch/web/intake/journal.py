"""The intake journal: one row for each post, many posts a commit.

Posts that arrive while a commit is under way share the next one, so a slow disk makes batches instead of a queue.
"""

from __future__ import annotations

import asyncio
import queue
import threading
from typing import TYPE_CHECKING, Any

from stanch.kernel.errors import Problem, Unavailable

if TYPE_CHECKING:
    from stanch.main import Stanch

# integration key, format, received at, body, state, note, about, request
Row = tuple[str, str, int, bytes, str, str, str, str]
BATCH = 1000


class Journal:
    """One writer thread, one connection of its own, one transaction for everything that waits."""

    def __init__(self, stanch: Stanch) -> None:
        self._application = stanch.application
        self._database = stanch.application.database
        self._queue: queue.SimpleQueue[tuple[Row, asyncio.Future[None]] | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._proxy: Any = None
        mark = "?" if self._database.dialect == "sqlite" else "%s"
        self._sql = f"INSERT INTO intake (intake_key, format, received_at, body, state, note, about, request) VALUES ({', '.join([mark] * 8)})"

    def put(self, row: Row, loop: asyncio.AbstractEventLoop) -> asyncio.Future[None]:
        """A future that is done once the row is committed; it fails with ``Unavailable``."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, args=(loop,), name="journal", daemon=True)
            self._thread.start()
        future: asyncio.Future[None] = loop.create_future()
        self._queue.put((row, future))
        return future

    def close(self) -> None:
        """Write the waiting posts, and stop."""
        if self._thread is not None:
            self._queue.put(None)
            self._thread.join(10)
            self._thread = None

    def _run(self, loop: asyncio.AbstractEventLoop) -> None:
        going = True
        while going:
            batch = [self._queue.get()]
            try:
                while len(batch) < BATCH:
                    batch.append(self._queue.get_nowait())
            except queue.Empty:
                pass
            going = None not in batch
            waiting = [item for item in batch if item is not None]
            if waiting:
                self._serve(loop, waiting)
        self._disconnect()

    def _serve(self, loop: asyncio.AbstractEventLoop, waiting: list[tuple[Row, asyncio.Future[None]]]) -> None:
        problem: Problem | None = None
        try:
            self._commit([row for row, _ in waiting])
        except Exception as error:
            # Any error of the driver: no post of the batch is acknowledged, and the next batch uses a new connection.
            problem = Unavailable(f"The intake journal could not be written: {error}.", hint="Send it again.")
            self._disconnect()
        try:
            loop.call_soon_threadsafe(_settle, [future for _, future in waiting], problem)
        except RuntimeError:
            pass  # the event loop has ended with those who waited; committed rows stay
        if problem is None:
            self._application.received()

    def _commit(self, rows: list[Row]) -> None:
        if self._proxy is None:
            self._proxy = self._database.engine.raw_connection()
        connection = self._proxy.driver_connection
        if self._database.dialect != "sqlite":
            with connection.cursor() as cursor:
                cursor.executemany(self._sql, rows)
            connection.commit()
            return
        with self._database.writing:
            connection.execute("BEGIN IMMEDIATE")
            try:
                connection.executemany(self._sql, rows)
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    def _disconnect(self) -> None:
        proxy, self._proxy = self._proxy, None
        if proxy is not None:
            try:
                proxy.invalidate()
            except Exception:
                pass  # the connection was broken already


def _settle(futures: list[asyncio.Future[None]], problem: Problem | None) -> None:
    for future in futures:
        if future.done():
            continue  # the sender disconnected
        if problem is None:
            future.set_result(None)
        else:
            future.set_exception(problem)
