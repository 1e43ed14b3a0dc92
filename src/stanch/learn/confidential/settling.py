"""At the end of a day its contributions are stored again together, so that place and time of storage tell nothing about the author."""

from stanch.learn.confidential.rules import next_day, today
from stanch.timeline.unit_of_work import UnitOfWork

AT_ONCE = 5000


def run_due(uow: UnitOfWork) -> None:
    """In one transaction and in the order of their random ids, so that neither place nor transaction tells one from another."""
    rows = uow.tx.all(
        "SELECT id, incident, day, text FROM contributions WHERE settled = 0 AND day < :today ORDER BY id LIMIT :most",
        today=today(uow.now),
        most=AT_ONCE,
    )
    for row in rows:
        uow.tx.execute("DELETE FROM contributions WHERE id = :id", id=row["id"])
    for row in rows:
        uow.tx.execute(
            "INSERT INTO contributions (id, incident, day, text, settled) VALUES (:id, :incident, :day, :text, 1)",
            **row,
        )
    left = uow.tx.one("SELECT 1 AS yes FROM contributions WHERE settled = 0")
    uow.timer("contributions", next_day(uow.now) if left else None)
