"""The newest measurements of each incident's criteria, kept in the database so that any replica can judge and draw them."""

from stanch.timeline.unit_of_work import UnitOfWork


def keep(uow: UnitOfWork, incident: str, values: dict[str, float]) -> None:
    """Store one round of measurements at this moment."""
    uow.tx.many(
        "INSERT INTO measurements (incident, name, at, value) VALUES (:incident, :name, :at, :value) ON CONFLICT DO NOTHING",
        [{"incident": incident, "name": name, "at": uow.now, "value": value} for name, value in values.items()],
    )


def series(uow: UnitOfWork, incident: str, name: str, start: int = 0, end: int = 2**62) -> list[tuple[int, float]]:
    """(moment, value) pairs of a criterion between two moments, oldest first."""
    rows = uow.tx.all(
        "SELECT at, value FROM measurements WHERE incident = :incident AND name = :name AND at >= :start AND at < :end ORDER BY at",
        incident=incident,
        name=name,
        start=start,
        end=end,
    )
    return [(row["at"], row["value"]) for row in rows]


def all_series(uow: UnitOfWork, incident: str) -> dict[str, list[tuple[int, float]]]:
    """Every criterion's series of an incident."""
    found: dict[str, list[tuple[int, float]]] = {}
    for row in uow.tx.all(
        "SELECT name, at, value FROM measurements WHERE incident = :incident ORDER BY at", incident=incident
    ):
        found.setdefault(row["name"], []).append((row["at"], row["value"]))
    return found
