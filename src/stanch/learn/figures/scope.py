"""What is looked at: whose view, which time, which services (P6)."""

from collections.abc import Iterable
from typing import Any

from stanch.db.transaction import Row
from stanch.kernel.clock import DAY
from stanch.timeline.unit_of_work import UnitOfWork

VISIBLE = "(private = 0 OR :admin = 1 OR incident IN (SELECT incident FROM members WHERE person = :person))"


def last_days(now: int, days: int) -> tuple[int, int]:
    """Since and until when: so many days and what there is of today, in UTC."""
    today = now - now % DAY
    return today - days * DAY, today + DAY


def between(column: str, since: int, until: int) -> str:
    """The condition with its numbers in it: PostgreSQL plans a statement with parameters once for all, and then for few rows."""
    return f"{column} >= {since:d} AND {column} < {until:d}"


class Scope:
    """Since and until when, and of which services; None: of all, also of those that the catalog no longer knows."""

    def __init__(self, uow: UnitOfWork, since: int, until: int, services: Iterable[str] | None) -> None:
        self.uow = uow
        self.services = None if services is None else sorted(services)
        self.values: dict[str, Any] = {
            "since": since, "until": until, "admin": int(uow.actor.admin), "person": uow.actor.name, "now": uow.now,
            **{f"service{n}": name for n, name in enumerate(self.services or ())},
        }  # fmt: skip

    def where(self, moment: str) -> str:
        """The condition on a table whose moment is in this column."""
        return f"{self.whenever()} AND {between(moment, self.values['since'], self.values['until'])}"

    def whenever(self) -> str:
        """The condition on a table's rows of any time."""
        if self.services is None:
            return VISIBLE
        # As rows, PostgreSQL hashes them; a list of parameters would be compared one after another.
        names = ", ".join(f"(:service{n})" for n in range(len(self.services)))
        return f"{VISIBLE} AND service IN (VALUES {names})" if names else "1 = 0"

    def all(self, sql: str, **values: Any) -> list[Row]:
        """Rows of a statement with these conditions' values."""
        return self.uow.tx.all(sql, **{**self.values, **values})

    def one(self, sql: str, **values: Any) -> Row | None:
        """The first row likewise."""
        return self.uow.tx.one(sql, **{**self.values, **values})
