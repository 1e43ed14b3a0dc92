"""Verifies the hash chain of each timeline, then the chain of all heads (P5)."""

import msgspec

from stanch.kernel.errors import NotFound
from stanch.timeline import store
from stanch.timeline.heads import Checkpoint, Fault, Seals
from stanch.timeline.unit_of_work import UnitOfWork


class Checked(msgspec.Struct, frozen=True):
    """One incident and how many entries it has; ``wrong``: what is not as it was. The chain of heads has an empty name."""

    incident: str
    entries: int
    wrong: str | None = None


def verify(uow: UnitOfWork, seals: Seals, incident: str = "", against: Checkpoint | None = None) -> list[Checked]:
    """Everything that the actor may see, or one incident. Raises ``NotFound`` for what one may not see (P6)."""
    rows = uow.tx.all("SELECT id, private FROM incidents ORDER BY number")
    seen = [row["id"] for row in rows if uow.may_see(row["id"], bool(row["private"]))]
    faults = [fault for fault in seals.faults(uow.tx, against) if _told(uow, fault, seen)]
    if incident:
        faults = [fault for fault in faults if fault.incident in ("", incident)]
        if incident not in seen and not any(fault.incident == incident for fault in faults):
            raise NotFound(f"There is no incident {incident}.", hint="'stanch incidents' lists those you may see.")
        seen = [name for name in seen if name == incident]
    found = [Checked(name, *store.verify(uow.tx, name)) for name in seen]
    wrong = {each.incident for each in found if each.wrong}
    return found + [Checked(fault.incident, 0, fault.text) for fault in faults if fault.incident not in wrong]


def _told(uow: UnitOfWork, fault: Fault, seen: list[str]) -> bool:
    """Faults of private incidents are shown to administrators and members only."""
    return uow.actor.admin or not fault.private or fault.incident in seen
