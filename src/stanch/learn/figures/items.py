"""Reads the action items from what is kept of them: sums by the database (R47-R49)."""

from collections import Counter
from typing import Any

from stanch.db.transaction import Row
from stanch.kernel.clock import DAY
from stanch.learn.figures.answers import YEAR, Age, Item, Tally
from stanch.learn.figures.kept import KeptScope, Reading
from stanch.learn.figures.scope import Scope, last_days
from stanch.timeline.unit_of_work import UnitOfWork

# By month and purpose, by owner or by service: how many items are done, and how many there are.
Sums = dict[tuple[Any, ...], tuple[int, int]]


def _summed(by: str) -> Reading[Sums, Sums]:
    return Reading("learning_items", "added_at", f"{by}, SUM(completed), COUNT(*)", by, _folded, _joined)


def _folded(rows: list[Any]) -> Sums:
    return {tuple(names): (int(done), total) for _, *names, done, total in rows}


def _joined(parts: list[Sums]) -> Sums:
    found: Sums = {}
    for part in parts:
        for names, (done, total) in part.items():
            there = found.get(names)
            found[names] = (there[0] + done, there[1] + total) if there else (done, total)
    return found


_BY_MONTH, _BY_OWNER, _BY_SERVICE = _summed("month, purpose"), _summed("owner"), _summed("service")
AGES = (("under two weeks", 14), ("two to six weeks", 42), ("six to twelve weeks", 84), ("over twelve weeks", 100_000))
OWNERS = 100


def by_month_and_purpose(scope: KeptScope) -> tuple[list[Tally], list[Tally]]:
    """Items added in this time, by ``2026-11`` and so on, and by what they do about the next incident."""
    months, purposes = Counts(), Counts()
    for (month, purpose), (done, total) in scope.read(_BY_MONTH).items():
        months.add(f"{month // 100}-{month % 100:02d}", done, total)
        purposes.add(purpose or "not set", done, total)
    return months.tallies(), purposes.tallies()


def by_owner(scope: KeptScope) -> list[Tally]:
    """Those with the most items first."""
    owners = Counts()
    for (owner,), (done, total) in scope.read(_BY_OWNER).items():
        owners.add(owner, done, total)
    return sorted(owners.tallies(), key=lambda tally: -tally.total)[:OWNERS]


def by_team(scope: KeptScope) -> list[Tally]:
    """By the team that owns the service today."""
    services, teams = scope.uow.policy.services, Counts()
    for (name,), (done, total) in scope.read(_BY_SERVICE).items():
        service = services.get(name)
        teams.add((service.team if service else "") or "no team", done, total)
    return teams.tallies()


class Counts:
    """Done and all, by name."""

    def __init__(self) -> None:
        self.done, self.total = Counter[str](), Counter[str]()

    def add(self, name: str, done: int, total: int) -> None:
        """Add the sums of a row."""
        self.done[name] += done
        self.total[name] += total

    def tallies(self) -> list[Tally]:
        """In the order of their names."""
        return [Tally(name, self.done[name], self.total[name]) for name in sorted(self.total)]


def completed(scope: KeptScope) -> Tally:
    """How many of the items added in this time are done."""
    sums = scope.read(_BY_MONTH).values()
    return Tally("all", sum(done for done, _ in sums), sum(total for _, total in sums))


def completed_in_a_year(uow: UnitOfWork) -> Tally:
    """How many of the items added within a year are done: the figure wherever the reader chooses no other time."""
    return completed(KeptScope(uow, *last_days(uow.now, YEAR), None))


def ages(scope: Scope) -> list[Age]:
    """Every open item by its age, whenever it was added."""
    limits = {f"age{n}": scope.uow.now - days * DAY for n, (_, days) in enumerate(AGES)}
    band = " ".join(f"WHEN added_at > :age{n} THEN {n}" for n in range(len(AGES)))
    rows = scope.all(
        f"SELECT CASE {band} ELSE {len(AGES) - 1} END AS band, COUNT(*) AS n, SUM(CASE WHEN due_at < :now THEN 1 ELSE 0 END) AS late "
        # The bound chooses the index that has every column.
        f"FROM learning_items WHERE done_at IS NULL AND added_at > 0 AND {scope.whenever()} GROUP BY 1 ORDER BY 1",
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
