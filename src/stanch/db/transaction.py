"""The transaction that features write through. It knows SQL text and parameters, and nothing of the product."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlalchemy import Connection

Row = Mapping[str, Any]


class Transaction:
    """Statements of one transaction; ``after_commit`` callbacks wake those who wait for what was written."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._after: list[Callable[[], None]] = []
        self.dialect: str = connection.dialect.name

    def execute(self, sql: str, **values: Any) -> int:
        """Run a statement with ``:name`` parameters; answers with the count of rows touched."""
        from stanch.db.connection import statement

        return self._connection.execute(statement(sql), values).rowcount

    def many(self, sql: str, rows: Sequence[Mapping[str, Any]]) -> None:
        """Run one statement for each row of parameters."""
        from stanch.db.connection import statement

        if rows:
            self._connection.execute(statement(sql), [dict(row) for row in rows])

    def all(self, sql: str, **values: Any) -> list[Row]:
        """Every row of a query."""
        from stanch.db.connection import statement

        return list(self._connection.execute(statement(sql), values).mappings())  # type: ignore[arg-type]

    def one(self, sql: str, **values: Any) -> Row | None:
        """The first row of a query, or None."""
        from stanch.db.connection import statement

        return self._connection.execute(statement(sql), values).mappings().first()  # type: ignore[return-value]

    def driver(self, sql: str) -> None:
        """Run SQL as it stands, without parameters (migrations)."""
        self._connection.exec_driver_sql(sql)

    def skip_locked(self) -> str:
        """The suffix that lets replicas lease different rows; SQLite has one writer and needs none."""
        return " FOR UPDATE SKIP LOCKED" if self.dialect == "postgresql" else ""

    def for_update(self) -> str:
        """The suffix that makes concurrent writers of one row wait for each other."""
        return " FOR UPDATE" if self.dialect == "postgresql" else ""

    def one_at_a_time(self, lock: int) -> None:
        """Let transactions that take the same lock number follow each other; on SQLite all writers do anyway."""
        if self.dialect == "postgresql":
            self.execute("SELECT pg_advisory_xact_lock(:lock)", lock=lock)

    def after_commit(self, callback: Callable[[], None]) -> None:
        """Call back once the commit is on disk; never when it fails."""
        self._after.append(callback)

    def notify(self, channel: str) -> None:
        """Tell the other replicas (PostgreSQL ``NOTIFY``); within one process ``after_commit`` does it."""
        if self.dialect == "postgresql":
            from stanch.db.connection import statement

            self._connection.execute(statement("SELECT pg_notify('stanch', :channel)"), {"channel": channel})

    def run_after_commit(self) -> None:
        """For the database only: the commit has succeeded."""
        for callback in self._after:
            callback()
