"""The database transaction that features write through: SQL text and parameters."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from stanch.db.ahead import Statement, at_once
from stanch.db.locks import Lock
from stanch.kernel.errors import Invalid

if TYPE_CHECKING:
    from sqlalchemy import Connection, CursorResult, TextClause

Row = Mapping[str, Any]
# What a reading transaction remembers: so many answers at once, and only of so many rows.
ANSWERS, SHORT = 100, 50


@lru_cache(maxsize=512)
def _parsed(sql: str) -> TextClause:
    """A statement, parsed once. The library is imported late, so that ``--help`` stays quick."""
    from sqlalchemy import text

    return text(sql)


class Transaction:
    """Statements of one transaction; ``after_commit`` callbacks wake those who wait for what was written."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._after: list[Callable[[], None]] = []
        self.dialect: str = connection.dialect.name

    def execute(self, sql: str, **values: Any) -> int:
        """Run a statement with ``:name`` parameters; answers with the count of rows touched."""
        return self._run(sql, values).rowcount

    def many(self, sql: str, rows: Sequence[Mapping[str, Any]]) -> None:
        """Run one statement for each row of parameters."""
        if rows:
            self._run(sql, [dict(row) for row in rows])

    def all(self, sql: str, **values: Any) -> list[Row]:
        """Every row of a query."""
        return list(self._run(sql, values).mappings())  # type: ignore[arg-type]

    def tuples(self, sql: str, **values: Any) -> list[tuple[Any, ...]]:
        """Every row of a query by the place of its columns, for thousands of rows: half the time of ``all``."""
        return self._run(sql, values).all()  # type: ignore[return-value]

    def one(self, sql: str, **values: Any) -> Row | None:
        """The first row of a query, or None."""
        return self._run(sql, values).mappings().first()  # type: ignore[return-value]

    def driver(self, sql: str) -> None:
        """Run SQL as it stands, without parameters (migrations)."""
        self._connection.exec_driver_sql(sql)

    def skip_locked(self) -> str:
        """The suffix that lets replicas lease different rows; SQLite has one writer and needs none."""
        return " FOR UPDATE SKIP LOCKED" if self.dialect == "postgresql" else ""

    def for_update(self) -> str:
        """The suffix that makes concurrent writers of one row wait for each other."""
        return " FOR UPDATE" if self.dialect == "postgresql" else ""

    def one_at_a_time(self, lock: Lock) -> None:
        """Let transactions that take the same lock follow each other; on SQLite all writers do anyway."""
        if self.dialect == "postgresql":
            self.execute("SELECT pg_advisory_xact_lock(:lock)", lock=int(lock))

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """What is written in it is undone when it raises; the transaction itself goes on."""
        with self._connection.begin_nested():
            yield

    def after_commit(self, callback: Callable[[], None]) -> None:
        """Call back once the commit is on disk; never when it fails."""
        self._after.append(callback)

    def end_snapshot(self) -> None:
        """Of a reading transaction: what is held of the database is given up until the next statement."""
        self._connection.rollback()

    def notify(self, channel: str) -> None:
        """Tell the other replicas (PostgreSQL ``NOTIFY``); within one process ``after_commit`` does it."""
        if self.dialect == "postgresql":
            self._run("SELECT pg_notify('stanch', :channel)", {"channel": channel})

    def run_after_commit(self) -> None:
        """For the database only: the commit has succeeded."""
        for callback in self._after:
            callback()

    def _run(self, sql: str, values: Any) -> CursorResult[Any]:
        """A text that no database keeps (NUL, half a character) is kept without that; the drivers refuse it before it
        is sent, so the transaction goes on. Raises ``Invalid`` for any other value that a column cannot hold.
        """
        from sqlalchemy.exc import DataError

        try:
            return self._connection.execute(_parsed(sql), values)
        except (DataError, UnicodeEncodeError, OverflowError) as error:
            fit = [_fit(row) for row in values] if isinstance(values, list) else _fit(values)
            if fit == values:
                cause = str(getattr(error, "orig", error)).strip().partition("\n")[0]
                raise Invalid(f"The database cannot keep this: {cause}.") from error
        return self._connection.execute(_parsed(sql), fit)


class ReadingTransaction(Transaction):
    """One that looks: a query that is asked again is answered from memory, where the answer is short.

    ``expected``: what will be asked, which PostgreSQL is asked at once. ``asked``: what was.
    """

    def __init__(self, connection: Connection, expected: tuple[Statement, ...] = ()) -> None:
        super().__init__(connection)
        self.asked: dict[Statement, None] = {}
        self._answers: dict[Any, Any] = {}
        self._ahead: dict[Statement, Any] = at_once(connection, expected) if expected else {}

    def execute(self, sql: str, **values: Any) -> int:
        """As of ``Transaction``."""
        self._forget()
        return super().execute(sql, **values)

    def all(self, sql: str, **values: Any) -> list[Row]:
        """As of ``Transaction``."""
        key = sql, tuple(values.items())
        found = self._answers.get(key)
        if found is None:
            found = self._rows(key)
            if len(found) <= SHORT:
                self._keep(key, found)
        return list(found)

    def one(self, sql: str, **values: Any) -> Row | None:
        """As of ``Transaction``."""
        key = "one", sql, tuple(values.items())
        if key not in self._answers:
            self._keep(key, next(iter(self._rows(key[1:])), None))
        found: Row | None = self._answers[key]
        return found

    def end_snapshot(self) -> None:
        """As of ``Transaction``."""
        self._forget()
        super().end_snapshot()

    def _rows(self, statement: Statement) -> list[Row]:
        self.asked[statement] = None
        ahead = self._ahead.pop(statement, None)
        return super().all(statement[0], **dict(statement[1])) if ahead is None else ahead

    def _forget(self) -> None:
        self._answers.clear()
        self._ahead.clear()

    def _keep(self, key: Any, answer: Any) -> None:
        if len(self._answers) >= ANSWERS:
            self._answers.clear()
        self._answers[key] = answer


def _fit(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _kept(value) if isinstance(value, str) else value for name, value in values.items()}


def _kept(text: str) -> str:
    return text.replace("\x00", "\ufffd").encode("utf-8", "replace").decode()
