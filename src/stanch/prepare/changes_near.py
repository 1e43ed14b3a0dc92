"""The changes of a service near an onset: the same ones for the playbooks, the ranking and the evidence (R17)."""

from stanch.db.transaction import Row
from stanch.kernel.suspicion import LOOK_AHEAD, LOOK_BACK
from stanch.timeline.unit_of_work import UnitOfWork

MOST = 20
COLUMNS = "id, service, release, previous, deployed_at, reversible, reason, author, summary, link, identity, kind"


def changes_near(uow: UnitOfWork, services: list[str], onset: int, until: int = 0) -> dict[str, list[Row]]:
    """By service the latest rows of ``deploys`` first, within the window of ``kernel.suspicion``, or to ``until`` if that is later (microseconds)."""
    found: dict[str, list[Row]] = {service: [] for service in services}
    for start in range(0, len(services), 200):
        names = {f"s{n}": service for n, service in enumerate(services[start : start + 200])}
        rows = uow.tx.all(
            f"SELECT {COLUMNS} FROM (SELECT d.*, ROW_NUMBER() OVER (PARTITION BY d.service ORDER BY d.deployed_at DESC) AS place FROM deploys d "
            f"WHERE d.service IN ({', '.join(f':{name}' for name in names)}) AND d.deployed_at BETWEEN :since AND :until) n "
            "WHERE place <= :most ORDER BY deployed_at DESC",
            since=onset - LOOK_BACK,
            until=max(onset + LOOK_AHEAD, until),
            most=MOST,
            **names,
        )
        for row in rows:
            found[row["service"]].append(row)
    return found
