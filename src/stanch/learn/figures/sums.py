"""What each incident adds to the figures, kept as sums by month in the transaction that writes its rows (R49).

A writer appends to ``learning_changes`` what became more or less, so that no writer waits for another; a job adds that up in
``learning_sums``. Figures are read from both in one statement, so they are those of what is committed.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import msgspec

from stanch.db.locks import Lock
from stanch.db.transaction import Transaction
from stanch.kernel.clock import DAY, SECOND
from stanch.learn.figures.of_record import PHASE_SPANS, SHARES, SPANS
from stanch.timeline.unit_of_work import Application, UnitOfWork

SPAN_NAMES = (*SPANS, *PHASE_SPANS)
# So many lines of changes are added up in one transaction.
AT_ONCE = 5_000
# What a sum is about, its month (202611, UTC), a name, a service and 1 for private incidents (P6): of so many so many are as they should be.
Name = tuple[str, int, str, str, int]
Sums = dict[Name, tuple[int, int]]
COLUMNS = ("about", "month", "name", "service", "private", "n", "good")


def month_of(at: int) -> int:
    """Such as 202611, in UTC."""
    return _month_of_day(at // DAY)


@lru_cache(maxsize=12_000)
def _month_of_day(day: int) -> int:
    when = datetime.fromtimestamp(day * DAY // SECOND, UTC)
    return when.year * 100 + when.month


def bucket(span: int) -> int:
    """The number of the range that a span (microseconds) lies in; 8 to each doubling, in their order."""
    places = max(0, span.bit_length() - 4)
    return (places << 3) + (span >> places)


def bounds(number: int) -> tuple[int, int]:
    """The least span in a range, and the least one above it."""
    places = max(0, (number >> 3) - 1)
    least = number - (places << 3)
    return least << places, (least + 1) << places


def of_rows(rows: Mapping[str, Iterable[Mapping[str, Any]]]) -> Sums:
    """What the rows of one incident, by their table, add to the sums."""
    n, good = Counter[Name](), Counter[Name]()
    for head in rows["learning_incidents"]:
        if head["ended_at"] is None:
            continue
        month, private = month_of(head["ended_at"]), head["private"]
        n["ended", month, "", "", private] += 1
        for _, whole, kept in SHARES:
            n[whole, month, "", "", private] += head[whole]
            good[whole, month, "", "", private] += head[kept]
        for span in SPAN_NAMES:
            if head[span] is not None:
                n[span, month, str(bucket(head[span])), "", private] += 1
    for item in rows["learning_items"]:
        for about in ("purpose", "owner", "service"):
            name = (about, item["month"], item[about], "", item["private"])
            n[name] += 1
            good[name] += item["completed"]
    for factor in rows["learning_factors"]:
        n["factor", month_of(factor["ended_at"]), factor["factor"], factor["service"], factor["private"]] += 1
    return {name: (many, good[name]) for name, many in n.items() if many or good[name]}


def put(tx: Transaction, incident: str, change: int, rows: Mapping[str, Iterable[Mapping[str, Any]]]) -> None:
    """Write what an incident's rows add to the sums beside what they added before. ``change``: the number of the write of its rows."""
    known = tx.one("SELECT content FROM learning_summed WHERE incident = :id", id=incident)
    before = _read(known["content"]) if known else {}
    after = of_rows(rows)
    changes = []
    for name in {**before, **after}:
        more = [a - b for a, b in zip(after.get(name, (0, 0)), before.get(name, (0, 0)), strict=True)]
        if any(more):
            changes.append(dict(zip(COLUMNS, (*name, *more), strict=True)))
    tx.many(
        f"INSERT INTO learning_changes ({', '.join(COLUMNS)}) VALUES ({', '.join(f':{name}' for name in COLUMNS)})",
        changes,
    )
    tx.execute(
        "INSERT INTO learning_summed (incident, change, content) VALUES (:id, :change, :content) "
        "ON CONFLICT (incident) DO UPDATE SET change = excluded.change, content = excluded.content",
        id=incident,
        change=change,
        content=msgspec.json.encode([(*name, *sums) for name, sums in after.items()]).decode(),
    )


def _read(content: str) -> Sums:
    rows = msgspec.json.decode(content, type=list[tuple[str, int, str, str, int, int, int]])
    return {row[:5]: row[5:] for row in rows}


def missing(uow: UnitOfWork, most: int) -> list[str]:
    """Incidents whose rows are not in the sums as they are: of a release without sums, also of a replica that still runs it."""
    rows = uow.tx.all(
        "SELECT l.incident FROM learning_incidents l LEFT JOIN learning_summed s ON s.incident = l.incident "
        "WHERE s.incident IS NULL OR s.change <> l.change ORDER BY l.number DESC LIMIT :most",
        most=most,
    )
    return [row["incident"] for row in rows]


def fill(uow: UnitOfWork, incident: str) -> None:
    """Bring the sums up to an incident's rows as they are."""
    rows = {
        table: uow.tx.all(f"SELECT * FROM {table} WHERE incident = :id", id=incident)
        for table in ("learning_incidents", "learning_items", "learning_factors")
    }
    put(uow.tx, incident, rows["learning_incidents"][0]["change"], rows)


def add_up(application: Application) -> None:
    """Add what was appended to the sums until nothing is left, some thousand lines in a transaction."""
    while application.database.select("SELECT 1 AS yes FROM learning_changes LIMIT 1"):
        with application.database.transaction() as tx:
            tx.one_at_a_time(Lock.SUMMING)
            if _add_some(tx) < AT_ONCE:
                return


def _add_some(tx: Transaction) -> int:
    names = ", ".join(COLUMNS)
    rows = tx.tuples(
        "DELETE FROM learning_changes WHERE id IN (SELECT id FROM learning_changes ORDER BY id LIMIT :most) "
        f"RETURNING {names}", most=AT_ONCE,
    )  # fmt: skip
    n, good = Counter[Name](), Counter[Name]()
    for row in rows:
        n[row[:5]] += row[5]
        good[row[:5]] += row[6]
    tx.many(
        f"INSERT INTO learning_sums ({names}) VALUES ({', '.join(f':{name}' for name in COLUMNS)}) "
        "ON CONFLICT (about, name, service, month, private) "
        "DO UPDATE SET n = learning_sums.n + excluded.n, good = learning_sums.good + excluded.good",
        [dict(zip(COLUMNS, (*name, many, good[name]), strict=True)) for name, many in n.items() if many or good[name]],
    )
    return len(rows)
