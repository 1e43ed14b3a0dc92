"""Figures in parts of some hundred incidents each, kept by each process while nothing changes that they are read from.

Each write of an incident's rows gives it a new random number, in the same transaction. The sums of these numbers are read each
time: they say of what is committed which parts are the same as before, whichever replica wrote them, and no writer waits for
another. After a change only the part with its incident is read again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable
from secrets import randbits
from threading import Lock
from typing import TYPE_CHECKING, Any, Generic, TypeVar
from weakref import WeakKeyDictionary

from stanch.kernel.kept import Kept
from stanch.learn.figures.scope import Scope
from stanch.timeline.unit_of_work import UnitOfWork

if TYPE_CHECKING:
    from stanch.db.connection import Database

P = TypeVar("P")
W = TypeVar("W")
# So many incidents in a row by their number are a part: with fewer less is read again after a change, and more parts are put together.
PART = 512
# The tables whose rows have the number of their incident.
NUMBERED = ("learning_incidents", "learning_items")
# So many values of parts are kept in all, and so many whole answers; those that were asked for the longest ago go first.
VALUES, WHOLES = 2_000_000, 500
# Whoever is invited to more private incidents is answered anew each time.
PRIVATE = 500


class Reading(Generic[P, W]):
    """A statement over one table of the figures, read by parts: each is folded, and they are joined.

    ``columns``: what is selected of the table's rows, summed up by part and by those of them in ``by`` (None: not summed up);
    ``moment``: the column that the period is about. The rows to fold begin with the number of the part.
    """

    def __init__(
        self,
        table: str,
        moment: str,
        columns: str,
        by: str | None,
        fold: Callable[[list[Any]], P],
        join: Callable[[list[P]], W],
    ) -> None:
        self.table, self.moment, self.columns, self.by = table, moment, columns, by
        self.fold, self.join = fold, join

    def sql(self, numbers: str, condition: str, list_of: str) -> str:
        """The statement for the incidents whose numbers fit a condition, and the rows that fit another."""
        if self.table in NUMBERED:
            source = f"(SELECT *, number / {PART} AS part FROM {self.table} WHERE {numbers}) AS t"
        else:
            of = f"(SELECT incident, number / {PART} AS part FROM learning_incidents WHERE {numbers}) AS n"
            source = f"{of} JOIN {self.table} USING (incident)"
        by = "" if self.by is None else f" GROUP BY part{self.by and ', '}{self.by}"
        return f"SELECT part, {self.columns.format(list_of=list_of)} FROM {source} WHERE {condition}{by}"


class Part:
    """What a reading made of a part, and how many values that takes."""

    def __init__(self, value: Any, size: int) -> None:
        self.value, self.size = value, size


class Views:
    """What is kept of a database."""

    def __init__(self) -> None:
        self.parts: Kept[Part] = Kept(VALUES, lambda part: part.size)
        self.wholes: Kept[Any] = Kept(WHOLES)


def new_change() -> int:
    """The number of one write: the sum of those of eight million incidents fits in 64 bits."""
    return randbits(40)


_VIEWS: WeakKeyDictionary[Database, Views] = WeakKeyDictionary()
_LOCK = Lock()


def views(database: Database) -> Views:
    """What is kept of a database, by all that it depends on."""
    with _LOCK:
        return _VIEWS.setdefault(database, Views())


def forget(database: Database) -> None:
    """As in a new process."""
    with _LOCK:
        _VIEWS.pop(database, None)


class KeptScope(Scope):
    """A scope of whole days whose figures do not ask for the moment; what was answered before is not read again."""

    def __init__(self, uow: UnitOfWork, since: int, until: int, services: list[str] | None) -> None:
        super().__init__(uow, since, until, services)
        del self.values["now"]
        # Read before the rows: newer rows may then stand under an older state, which never returns.
        self._states = uow.once("learning_states", lambda: _states(uow))
        private = uow.once("learning_private", lambda: _private(uow))
        self._views = views(uow.application.database)
        if private is not None and sum(map(len, private.values())) > PRIVATE:
            self._views, private = Views(), {}
        elif private is not None:
            # The rows are read by the incidents of the key, not by who is invited when they are read: others share them (P6).
            names = {f"private{n}": name for n, name in enumerate(name for of in private.values() for name in of)}
            listed = f"(private = 0 OR incident IN ({', '.join(':' + name for name in names)}))"
            self.visible = listed if names else "private = 0"
            self.values |= names
        else:
            self.visible = "1 = 1"
        self._private: dict[int, tuple[str, ...]] = private or {}
        self._key = (private is None, since, until, None if self.services is None else tuple(self.services))

    def read(self, reading: Reading[Any, W]) -> W:
        """What a reading comes to. It is shared and must not be changed."""
        return self.kept(reading, lambda: reading.join(self._parts(reading)))

    def kept(self, key: Hashable, make: Callable[[], W]) -> W:
        """What was made under this name for the same scope, while no part has changed."""
        whole = (key, self._key, tuple(self._states.items()), tuple(self._private.items()))
        found: W = self._views.wholes.get(whole, make)
        return found

    def _parts(self, reading: Reading[P, Any]) -> list[P]:
        """Every part in order: what is not at hand is read."""
        keys: dict[int, Hashable] = {
            part: (reading, self._key, part, state, self._private.get(part)) for part, state in self._states.items()
        }
        kept = {part: self._views.parts.find(key) for part, key in keys.items()}
        made = self._made(reading, [part for part, there in kept.items() if there is None])
        return [(there or self._views.parts.put(keys[part], made[part])).value for part, there in kept.items()]

    def _made(self, reading: Reading[Any, Any], parts: list[int]) -> dict[int, Part]:
        """These parts, read in one statement."""
        if not parts:
            return {}
        bounds, numbers = _ranges(parts)
        rows: dict[int, list[Any]] = {part: [] for part in parts}
        sql = reading.sql(numbers, self.where(reading.moment), self.uow.tx.list_of())
        for row in self.uow.tx.tuples(sql, **self.values, **bounds):
            rows[row[0]].append(row)
        summed = reading.by == ""
        return {part: Part(reading.fold(of), _size(of, summed=summed)) for part, of in rows.items()}


def _size(rows: list[Any], *, summed: bool) -> int:
    """About how many values there are: a row that sums up all holds the values of a column as one text."""
    texts = sum(len(value) // 8 for row in rows for value in row if isinstance(value, str)) if summed else 0
    return 1 + sum(map(len, rows)) + texts


def _ranges(parts: list[int]) -> tuple[dict[str, int], str]:
    """Values and condition for the numbers of the incidents of parts in order, parts side by side in one range."""
    ranges: list[list[int]] = []
    for part in parts:
        if ranges and ranges[-1][1] == part * PART:
            ranges[-1][1] += PART
        else:
            ranges.append([part * PART, (part + 1) * PART])
    values = {
        f"{end}{n}": value for n, pair in enumerate(ranges) for end, value in zip(("from", "to"), pair, strict=True)
    }
    return values, " OR ".join(f"number >= :from{n} AND number < :to{n}" for n in range(len(ranges)))


def _states(uow: UnitOfWork) -> dict[int, tuple[int, int]]:
    """By part in order: another one after each commit that wrote its rows."""
    sql = f"SELECT number / {PART} AS part, COUNT(*), SUM(change) FROM learning_incidents GROUP BY 1"
    return {part: (count, int(changes)) for part, count, changes in sorted(uow.tx.tuples(sql))}


def _private(uow: UnitOfWork) -> dict[int, tuple[str, ...]] | None:
    """By part the private incidents that count for whoever asks; None: all of them (P6)."""
    if uow.actor.admin:
        return None
    found: defaultdict[int, list[str]] = defaultdict(list)
    rows = uow.tx.tuples(
        f"SELECT l.number / {PART} AS part, m.incident FROM members m JOIN learning_incidents l ON l.incident = m.incident "
        "WHERE m.person = :person AND l.private = 1 ORDER BY 1, 2",
        person=uow.actor.name,
    )
    for part, incident in rows:
        found[part].append(incident)
    return {part: tuple(names) for part, names in found.items()}
