"""Reads the action items from what is kept of them: sums by the database (R47-R49)."""

from collections import Counter
from collections.abc import Callable
from typing import Any

from stanch.db.transaction import Row
from stanch.kernel.clock import DAY
from stanch.learn.figures.answers import YEAR, Age, Item, Tally
from stanch.learn.figures.reading import Cell, Reading
from stanch.learn.figures.scope import Scope, last_days
from stanch.timeline.unit_of_work import UnitOfWork

AGES = (("under two weeks", 14), ("two to six weeks", 42), ("six to twelve weeks", 84), ("over twelve weeks", 100_000))
OWNERS = 100
# Open items; the bound, which every date is above, leads SQLite to the index of open ones.
OPEN = "done_at IS NULL AND due_at > -9000000000000000000"


def by_month(found: Reading) -> list[Tally]:
    """Items added in this time, by ``2026-11`` and so on."""
    return _tallies(found, "purpose", lambda cell: f"{cell.month // 100}-{cell.month % 100:02d}")


def by_purpose(found: Reading) -> list[Tally]:
    """By what they do about the next incident."""
    return _tallies(found, "purpose", lambda cell: cell.name or "not set")


def by_owner(found: Reading) -> list[Tally]:
    """Those with the most items first."""
    return sorted(_tallies(found, "owner", lambda cell: cell.name), key=lambda tally: -tally.total)[:OWNERS]


def by_team(found: Reading) -> list[Tally]:
    """By the team that owns the service today."""
    services = found.scope.uow.policy.services

    def team(cell: Cell) -> str:
        service = services.get(cell.name)
        return (service.team if service else "") or "no team"

    return _tallies(found, "service", team)


def _tallies(found: Reading, about: str, name: Callable[[Cell], str]) -> list[Tally]:
    """Done and all in the order of their names."""
    done, total = Counter[str](), Counter[str]()
    for cell in found.of(about):
        done[name(cell)] += cell.good
        total[name(cell)] += cell.n
    return [Tally(each, done[each], total[each]) for each in sorted(total) if total[each]]


def completed(scope: Scope) -> Tally:
    """How many of the items added in this time are done."""
    cells = Reading(scope, ("purpose",)).of("purpose")
    return Tally("all", sum(cell.good for cell in cells), sum(cell.n for cell in cells))


def completed_in_a_year(uow: UnitOfWork) -> Tally:
    """How many of the items added within a year are done: the figure wherever the reader chooses no other time."""
    return completed(Scope(uow, *last_days(uow.now, YEAR), None))


def ages(scope: Scope) -> list[Age]:
    """Every open item by its age, whenever it was added."""
    limits = {f"age{n}": scope.uow.now - days * DAY for n, (_, days) in enumerate(AGES)}
    band = " ".join(f"WHEN added_at > :age{n} THEN {n}" for n in range(len(AGES)))
    # The bound chooses the index that has every column.
    bound = "done_at IS NULL AND added_at > 0" if scope.services is None else OPEN
    rows = scope.all(
        f"SELECT CASE {band} ELSE {len(AGES) - 1} END AS band, COUNT(*) AS n, SUM(CASE WHEN due_at < :now THEN 1 ELSE 0 END) AS late "
        f"FROM learning_items WHERE {bound} AND {scope.whenever()} GROUP BY 1 ORDER BY 1",
        **limits,
    )
    return [Age(AGES[row["band"]][0], int(row["n"]), int(row["late"])) for row in rows]


def listed(scope: Scope, condition: str, order: str, limit: int, skip: int = 0, **values: Any) -> list[Item]:
    """Items that fit a condition, which is a caller's constant and never comes from a request."""
    rows = scope.all(
        f"SELECT * FROM learning_items WHERE {condition} AND {scope.whenever()} ORDER BY {order} LIMIT :most OFFSET :first",
        most=limit, first=skip, **values,
    )  # fmt: skip
    return [_item(row, scope.uow.now) for row in rows]


def _item(row: Row, now: int) -> Item:
    late = row["done_at"] is None and row["due_at"] < now
    if row["done_at"] is not None:
        state = "done" if row["completed"] else "dropped"
    elif row["drop_reason"]:
        state = "waiting"
    else:
        state = "overdue" if late else "open"
    return Item(
        row["incident"], row["item"], row["title"], row["owner"], row["service"], row["purpose"], row["priority"], state, late,
        row["added_at"], row["due_at"], row["done_at"], row["drop_reason"],
    )  # fmt: skip
