"""Rows that figures are made of, kept by each process while nothing changes that they are read from.

Each write of an incident's rows gives it a new random number, in the same transaction. The sum of these numbers is read each
time: it says of what is committed whether it is the same as before, whichever replica wrote it, and no writer waits for another.
"""

from __future__ import annotations

from collections.abc import Hashable
from secrets import randbits
from threading import Lock
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from stanch.db.transaction import Row
from stanch.kernel.kept import Kept
from stanch.learn.figures.scope import Scope
from stanch.timeline.unit_of_work import UnitOfWork

if TYPE_CHECKING:
    from stanch.db.connection import Database

# So many views, and of each only the answers of so many rows; the view that was asked for the longest ago goes first.
VIEWS, ROWS = 32, 2_000
# Whoever is invited to more private incidents is answered anew each time.
PRIVATE = 500

View = dict[Hashable, list[Row]]


def new_change() -> int:
    """The number of one write: the sum of those of eight million incidents fits in 64 bits."""
    return randbits(40)


_VIEWS: WeakKeyDictionary[Database, Kept[View]] = WeakKeyDictionary()
_LOCK = Lock()


def views(database: Database) -> Kept[View]:
    """The rows of statements of a database, by all that their answers depend on."""
    with _LOCK:
        return _VIEWS.setdefault(database, Kept(VIEWS))


class KeptScope(Scope):
    """A scope of whole days whose statements do not ask for the moment; what was answered before is not read again."""

    def __init__(self, uow: UnitOfWork, since: int, until: int, services: list[str] | None) -> None:
        super().__init__(uow, since, until, services)
        del self.values["now"]
        # Read before the rows: newer rows may then stand under an older state, which never returns.
        state, private = (
            uow.once("learning_state", lambda: _state(uow)),
            uow.once("learning_private", lambda: _private(uow)),
        )
        self._view: View = {}
        if private is not None and len(private) > PRIVATE:
            return
        # The rows are read by the incidents of the key, not by who is invited when they are read: others share them (P6).
        names = {f"private{n}": name for n, name in enumerate(private or ())}
        self.visible = (
            "1 = 1" if private is None
            else f"(private = 0 OR incident IN ({', '.join(':' + name for name in names)}))" if names
            else "private = 0"
        )  # fmt: skip
        self.values |= names
        key = (state, private, since, until, None if self.services is None else tuple(self.services))
        self._view = views(uow.application.database).get(key, dict)

    def all(self, sql: str, **values: Any) -> list[Row]:
        """As of ``Scope``. The rows are shared and must not be changed."""
        key = (sql, tuple(sorted(values.items())))
        rows = self._view.get(key)
        if rows is None:
            rows = super().all(sql, **values)
            if len(rows) <= ROWS:
                self._view[key] = rows
        return rows

    def one(self, sql: str, **values: Any) -> Row | None:
        """As of ``Scope``."""
        return next(iter(self.all(sql, **values)), None)


def _state(uow: UnitOfWork) -> tuple[int, int]:
    """Another one after each commit that wrote rows."""
    row = uow.tx.one("SELECT COUNT(*) AS n, SUM(change) AS changes FROM learning_incidents")
    return (int(row["n"]), int(row["changes"] or 0)) if row else (0, 0)


def _private(uow: UnitOfWork) -> tuple[str, ...] | None:
    """The private incidents that count for whoever asks; None: all of them (P6)."""
    if uow.actor.admin:
        return None
    rows = uow.tx.all(
        "SELECT m.incident FROM members m JOIN learning_incidents l ON l.incident = m.incident "
        "WHERE m.person = :person AND l.private = 1 ORDER BY m.incident",
        person=uow.actor.name,
    )
    return tuple(row["incident"] for row in rows)
