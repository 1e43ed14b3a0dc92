"""Reads the sums of a scope: whole months from what is kept, days at its ends and what is private from the rows (R49, P6)."""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import accumulate
from typing import Any, NamedTuple

from stanch.kernel.clock import SECOND
from stanch.learn.figures.answers import ENOUGH
from stanch.learn.figures.of_record import SHARES
from stanch.learn.figures.scope import Scope, between
from stanch.learn.figures.sums import SPAN_NAMES, bounds, bucket, month_of

# What is asked for month by month; everything else over the whole time.
BY_MONTH = ("ended", "purpose", "resolve")
OF_ITEMS = ("purpose", "owner", "service")
WHOLES = tuple(whole for _, whole, _ in SHARES)
# Everything that there are sums about.
ABOUTS = (*OF_ITEMS, "ended", *WHOLES, *SPAN_NAMES, "factor")


class Cell(NamedTuple):
    """Of ``n``, ``good`` are as they should be. ``month``: 0 where the months are not told apart."""

    month: int
    name: str
    service: str
    n: int
    good: int


class Rank(NamedTuple):
    """Which value of a span is looked for: the one after ``skip`` others of its range, of those that ended in a time."""

    span: str
    number: int
    skip: int
    since: int
    until: int


class Reading:
    """What the figures of a scope are made of, by what it is about.

    ``spans``: by name and month (0: not told apart) how many lie in each range, or have each value where all of them are read from rows.
    """

    def __init__(self, scope: Scope, abouts: Sequence[str]) -> None:
        self.scope, self._cells = scope, defaultdict[str, list[Cell]](list)
        self.spans = defaultdict[tuple[str, int], Counter[int]](Counter)
        self._first, self._after = _whole_months(scope)
        self._exact = scope.services is not None or self._first >= self._after
        if not self._exact:
            self._sums(", ".join(f"'{about}'" for about in abouts))
        items = [about for about in abouts if about in OF_ITEMS]
        if items:
            self._items(items)
        if len(items) < len(abouts):
            self._incidents()
            self._factors()

    def of(self, about: str) -> list[Cell]:
        """The cells about one thing; the same name may stand in several."""
        return self._cells[about]

    def _sums(self, named: str) -> None:
        """One statement, so that what is just being added up is seen once."""
        by_month = f"about IN ({', '.join(repr(about) for about in BY_MONTH)})"
        halves = []
        for table in ("learning_sums", "learning_changes"):
            source = (
                f"CAST(SUM(n) AS BIGINT), CAST(SUM(good) AS BIGINT) FROM {table} "
                f"WHERE about IN ({named}) AND {between('month', self._first, self._after)} AND private <= {self.scope.values['admin']:d}"
            )
            halves += [
                f"SELECT about, 0, name, service, {source} AND NOT {by_month} GROUP BY about, name, service",
                f"SELECT about, month, name, service, {source} AND {by_month} GROUP BY about, month, name, service",
            ]
        for about, month, name, service, n, good in self.scope.uow.tx.tuples(" UNION ALL ".join(halves)):
            if about in SPAN_NAMES:
                self.spans[about, month][int(name)] += n
            else:
                self._cells[about].append(Cell(month, name, service, n, good))

    def _rows(self, table: str, moment: str, columns: str, group: str = "") -> list[tuple[Any, ...]]:
        """What the sums do not hold: each piece of the scope."""
        parts = [f"SELECT {columns} FROM {table} WHERE {piece}{group}" for piece in self._pieces(moment)]
        return self.scope.uow.tx.tuples(" UNION ALL ".join(parts), **self.scope.values) if parts else []

    def _pieces(self, moment: str) -> list[str]:
        """Conditions on the rows that are in no sum of the scope's."""
        scope = self.scope
        if self._exact:
            return [scope.where(moment)]
        since, until = scope.values["since"], scope.values["until"]
        whole, rest = first_of(self._first), first_of(self._after)
        pieces = [f"{scope.whenever()} AND {between(moment, since, whole)}"] if since < whole else []
        if rest < until:
            pieces.append(f"{scope.whenever()} AND {between(moment, rest, until)}")
        if not scope.values["admin"]:
            pieces.append(
                f"private = 1 AND incident IN (SELECT incident FROM members WHERE person = :person) AND {between(moment, whole, rest)}"
            )
        return pieces

    def _items(self, abouts: list[str]) -> None:
        rows = self._rows("learning_items", "added_at", f"month, completed, {', '.join(abouts)}")
        months, completed, *columns = zip(*rows, strict=True) if rows else [()] * (2 + len(abouts))
        for about, names in zip(abouts, columns, strict=True):
            of = months if about in BY_MONTH else (0,) * len(rows)
            counted = Counter(zip(of, names, completed, strict=True))
            self._cells[about] += [Cell(month, name, "", n, n * done) for (month, name, done), n in counted.items()]

    def _incidents(self) -> None:
        wholes = ", ".join(f"{whole}, {good}" for _, whole, good in SHARES)
        rows = self._rows("learning_incidents", "ended_at", f"ended_at, {wholes}, {', '.join(SPAN_NAMES)}")
        if not rows:
            return
        ended, *columns = zip(*rows, strict=True)
        months = list(map(month_of, ended))
        self._cells["ended"] += [Cell(month, "", "", n, 0) for month, n in Counter(months).items()]
        for place, whole in enumerate(WHOLES):
            self._cells[whole].append(Cell(0, "", "", sum(columns[2 * place]), sum(columns[2 * place + 1])))
        for span, values in zip(SPAN_NAMES, columns[2 * len(WHOLES) :], strict=True):
            of_month = defaultdict[int, list[int]](list)
            for month, value in zip(months, values, strict=True) if span in BY_MONTH else ():
                of_month[month].append(value)
            for month, those in (of_month or {0: values}).items():
                known = [value for value in those if value is not None]
                self.spans[span, month].update(known if self._exact else map(bucket, known))

    def _factors(self) -> None:
        rows = self._rows("learning_factors", "ended_at", "factor, service, COUNT(*)", " GROUP BY factor, service")
        self._cells["factor"] += [Cell(0, factor, service, n, 0) for factor, service, n in rows]

    def over_all(self, span: str) -> Counter[int]:
        """How many spans there are of each number, over the whole time."""
        found = Counter[int]()
        for (name, _), counted in self.spans.items():
            if name == span:
                found.update(counted)
        return found

    def values(self, wanted: list[Rank]) -> list[int]:
        """The values of these ranks; of a range of one span nothing needs to be read."""
        texts, values, limits = [], dict[str, int](), list[int]()
        for n, rank in enumerate(wanted):
            least, above = (rank.number, rank.number + 1) if self._exact else bounds(rank.number)
            limits.append(least)
            if above - least > 1:
                values |= {
                    f"least{n}": least,
                    f"above{n}": above,
                    f"skip{n}": rank.skip,
                    f"since{n}": rank.since,
                    f"until{n}": rank.until,
                }
                texts.append(
                    f"SELECT * FROM (SELECT {n} AS n, {rank.span} FROM learning_incidents WHERE {rank.span} >= :least{n} AND {rank.span} < :above{n} "
                    f"AND ended_at >= :since{n} AND ended_at < :until{n} AND {self.scope.whenever()} "
                    f"ORDER BY {rank.span} LIMIT 1 OFFSET :skip{n}) AS t{n}"
                )
        found = (
            dict(self.scope.uow.tx.tuples(" UNION ALL ".join(texts), **self.scope.values, **values)) if texts else {}
        )
        # On PostgreSQL a row may have been changed since the sums were read: the range that it was in is still true of it.
        return [found.get(n, least) for n, least in enumerate(limits)]


def ranks(span: str, counted: Counter[int], of_hundred: Sequence[int], since: int, until: int) -> list[Rank | None]:
    """Where the nearest ranks of so many in a hundred lie, by how many spans there are of each number; None: there are too few."""
    n = counted.total()
    if n < ENOUGH:
        return [None for _ in of_hundred]
    numbers = sorted(counted)
    until_here = list(accumulate(map(counted.__getitem__, numbers)))
    found = list[Rank | None]()
    for share in of_hundred:
        place = bisect_left(until_here, -(-n * share // 100))
        before = until_here[place - 1] if place else 0
        found.append(Rank(span, numbers[place], -(-n * share // 100) - before - 1, since, until))
    return found


def first_of(month: int) -> int:
    """The moment at which a month such as 202611 begins (UTC); also of 202613, the January after it."""
    year, of_year = divmod(month, 100)
    return int(datetime(year + of_year // 13, (of_year - 1) % 12 + 1, 1, tzinfo=UTC).timestamp()) * SECOND


def _whole_months(scope: Scope) -> tuple[int, int]:
    """The first month that is wholly in the time of a scope, and the first after those; nothing has happened yet that is later than now."""
    since, until = scope.values["since"], scope.values["until"]
    first = month_of(max(since, 0))
    first += since > first_of(first)
    return first, month_of(until) + (until > scope.uow.now)
