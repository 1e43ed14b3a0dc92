"""What a page asked of the database the last two times is asked again at once: one round trip to PostgreSQL instead of one for each query.

Only statements with their parameters are kept, never an answer. So nothing can be old, and nobody is shown another's answer:
a statement that the page does not ask for again is asked in vain.
"""

from __future__ import annotations

from collections.abc import Hashable
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import msgspec

from stanch.kernel.kept import Kept

if TYPE_CHECKING:
    from sqlalchemy import Connection, Dialect

# The text of a statement, and its parameters by name.
Statement = tuple[str, tuple[tuple[str, Any], ...]]
# So many characters of statements are kept, about.
CHARACTERS = 4_000_000


class Asked(msgspec.Struct, frozen=True):
    """The statements of a page. ``again``: those that it had asked the time before as well, with the same parameters."""

    every: tuple[Statement, ...]
    again: tuple[Statement, ...]

    def characters(self) -> int:
        """How long they are."""
        return sum(len(sql) + sum(len(str(value)) for _, value in values) for sql, values in self.every)


class Pages:
    """By the key of a page and its reader what was asked for it."""

    def __init__(self) -> None:
        self._kept: Kept[Asked] = Kept(CHARACTERS, Asked.characters)

    def expected(self, page: Hashable) -> tuple[Statement, ...]:
        """What will be asked, as far as one can tell."""
        found = self._kept.find(page)
        return found.again if found else ()

    def note(self, page: Hashable, asked: tuple[Statement, ...]) -> None:
        """What was asked this time."""
        before = self._kept.find(page)
        known = set(before.every) if before else ()
        self._kept.put(page, Asked(asked, tuple(each for each in asked if each in known)))


def at_once(connection: Connection, statements: tuple[Statement, ...]) -> dict[Statement, list[dict[str, Any]]]:
    """The rows of each statement, of PostgreSQL's pipeline; nothing when one of them fails: asked alone it says why."""
    from psycopg import Connection as Driver
    from psycopg import Error

    driver = connection.connection.driver_connection
    assert isinstance(driver, Driver)
    try:
        with driver.pipeline():
            cursors = [driver.execute(_written(sql, connection.dialect), dict(values)) for sql, values in statements]
        return {each: _rows(cursor) for each, cursor in zip(statements, cursors, strict=True)}
    except Error:
        return {}


def _rows(cursor: Any) -> list[dict[str, Any]]:
    names = [column.name for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


@lru_cache(maxsize=512)
def _written(sql: str, dialect: Dialect) -> Any:
    """A statement with the driver's own names of parameters."""
    from sqlalchemy import text

    return str(text(sql).compile(dialect=dialect)).encode()
