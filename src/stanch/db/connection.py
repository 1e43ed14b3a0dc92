"""Opens SQLite (WAL, synchronous=FULL) or PostgreSQL and hands out transactions."""

import os
import threading
import time
from collections.abc import Hashable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, event, make_url
from sqlalchemy.engine import Dialect, Engine, ExceptionContext
from sqlalchemy.exc import ArgumentError, DBAPIError, InterfaceError, InvalidatePoolError, OperationalError

from stanch.db.ahead import Pages
from stanch.db.transaction import ReadingTransaction, Row, Transaction
from stanch.kernel.errors import Invalid, Problem, Unavailable

# libpq's own words, in seconds but the last: a server whose host vanished is given up, not waited for by a thread that pages.
PATIENCE = {
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
}
# A connection that has answered within so many seconds is not asked whether it lives: it would be asked on each use.
TRUSTED_SECONDS = 2.0
# How long a connection to SQLite waits for another process that writes.
BUSY_SECONDS = 30


class Database:
    """A database by URL: ``sqlite:////path/stanch.db`` or ``postgresql://user@host:port/name``.

    ``writing`` is held by this process's writers of a SQLite file, also by those with a connection of their own.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.writing = threading.RLock()
        self.engine = _open(url)
        self.dialect: str = self.engine.dialect.name
        # The driver for SQLite opens no transactions here, so each statement stands alone already.
        alone = self.dialect == "postgresql"
        self._pages = Pages()
        self._alone = self.engine.execution_options(isolation_level="AUTOCOMMIT") if alone else self.engine

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """Write: commits when the block ends well, and then calls the after-commit callbacks.

        On SQLite one writer at a time is the rule of the engine, so writers of this process queue on a lock
        instead of polling the file's. Raises ``Unavailable`` when the database cannot be reached.
        """
        lock = self.writing if self.dialect == "sqlite" else nullcontext()
        with lock, _problems(), self.engine.connect() as connection:
            if self.dialect == "sqlite":
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            done = Transaction(connection)
            yield done
            connection.commit()
        done.run_after_commit()

    @contextmanager
    def reading(self, page: Hashable = None) -> Iterator[Transaction]:
        """Read: on SQLite one consistent snapshot, rolled back at the end; PostgreSQL shows each query what is committed then.

        So nothing is begun there: that would be two more round trips. ``page``: what it asks each time is asked there at once.
        """
        page = page if self.dialect == "postgresql" else None
        with _problems(), self._alone.connect() as connection:
            if self.dialect == "sqlite":
                connection.exec_driver_sql("BEGIN")
            done = ReadingTransaction(connection, self._pages.expected(page) if page else ())
            yield done
            connection.rollback()
        if page:
            self._pages.note(page, tuple(done.asked))

    def select(self, sql: str, **values: Any) -> list[Row]:
        """The rows of one query without a transaction around it: one round trip, for what is asked over and over."""
        with _problems(), self._alone.connect() as connection:
            return Transaction(connection).all(sql, **values)

    def empty_log(self) -> bool:
        """Of SQLite: write the log (WAL) into the file and empty it, so that nothing old can be read in it; whether it could be.

        Somebody who reads is not waited for: writers would wait as well.
        """
        with self.writing, self.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA busy_timeout = 20")
            try:
                row = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()
            finally:
                connection.exec_driver_sql(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")
        return int(row[0]) == 0

    def shared_now(self) -> int | None:
        """What time it is for all replicas (UTC, microseconds): the clock of PostgreSQL; None on SQLite, which has one process."""
        if self.dialect != "postgresql":
            return None
        rows = self.select("SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000 AS BIGINT) AS now")
        return int(rows[0]["now"])

    def close(self) -> None:
        """Close the connections; one that a thread still uses is closed when it gives it back."""
        event.listen(self.engine, "checkin", lambda _connection, record: record.close())
        self.engine.dispose()


@contextmanager
def _problems() -> Iterator[None]:
    """What the database says in the words of the product, where it is not a fault of ours."""
    try:
        yield
    except DBAPIError as error:
        if problem := _problem(error):
            raise problem from error
        raise


def _problem(error: DBAPIError) -> Problem | None:
    """Trying again helps when the database was away, and not when a value is more than it can hold (SQLSTATE class 54).

    None for what is neither: a fault of ours.
    """
    if not (isinstance(error, (OperationalError, InterfaceError)) or error.connection_invalidated):
        return None
    if str(getattr(error.orig, "sqlstate", "") or "").startswith("54"):
        return Invalid(f"The database cannot hold that: {_cause(error)}.", hint="Something in it is far too long.")
    return Unavailable(f"The database did not answer: {_cause(error)}.")


def _cause(error: DBAPIError) -> str:
    return str(error.orig).strip().splitlines()[0] if error.orig else "unknown cause"


def _open(url: str) -> Engine:
    if url.startswith("sqlite:///"):
        path = Path(url.removeprefix("sqlite:///"))
        path.parent.mkdir(parents=True, exist_ok=True)
        with suppress(OSError):  # an unwritable folder is reported by the first write
            # SQLite gives its journal the mode of the file: alerts, names and addresses are for the owner's eyes.
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
            path.chmod(0o600)
        engine = create_engine(
            url,
            pool_size=8,
            max_overflow=32,
            pool_use_lifo=True,  # the connection that has the newest pages in its memory
            hide_parameters=True,  # an error's text must not tell what was to be written
            connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False},
        )
        event.listen(engine, "connect", _prepare_sqlite)
        return engine
    if url.startswith(("postgresql://", "postgres://")):
        try:
            driver = make_url(url.replace("postgres://", "postgresql://", 1)).set(drivername="postgresql+psycopg")
        except (ArgumentError, ValueError):  # its text would contain the password
            raise Invalid(
                "The address of the database cannot be read.", hint="Write postgresql://user:password@host:5432/name."
            ) from None
        asked = {name: value for name, value in PATIENCE.items() if name not in driver.query}
        engine = create_engine(
            driver, pool_size=8, max_overflow=16, pool_use_lifo=True, hide_parameters=True, connect_args=asked
        )
        event.listen(engine, "handle_error", _demoted)
        event.listen(engine, "connect", _answered)
        event.listen(engine, "checkin", _answered)
        event.listen(engine, "checkout", partial(_alive, engine.dialect))
        return engine
    raise Invalid(
        f"'{url.split(':', 1)[0]}' is not a database that stanch speaks.",
        hint="Use sqlite:///path/to/stanch.db or postgresql://user@host/name.",
    )


def _answered(_connection: object, record: Any) -> None:
    record.info["answered"] = time.monotonic()


def _alive(dialect: Dialect, connection: Any, record: Any, _fairy: object) -> None:
    """One that rested may have died meanwhile: it is asked, and when it is silent, all that rest are given up."""
    if time.monotonic() - record.info["answered"] < TRUSTED_SECONDS:
        return
    try:
        dialect.do_ping(connection)
    except dialect.loaded_dbapi.Error as error:
        raise InvalidatePoolError from error


def _demoted(context: ExceptionContext) -> None:
    """After a fail-over old connections may lead to a read-only server (25006): all are closed and opened anew."""
    if getattr(context.original_exception, "sqlstate", "") == "25006":
        context.is_disconnect = True


def _prepare_sqlite(connection: Any, _record: object) -> None:
    # The driver must not open transactions by itself, since writers use BEGIN IMMEDIATE.
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON", "cache_size=-8000"):
        connection.execute(f"PRAGMA {pragma}")
