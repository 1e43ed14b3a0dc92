"""The figures of the learning page: completion of action items first (R49). Private incidents count only for those who may see them (P6)."""

from statistics import quantiles

import msgspec

from stanch.kernel.answers import Moment, Span
from stanch.kernel.policy import PHASES
from stanch.timeline import store
from stanch.timeline.record import fold
from stanch.timeline.unit_of_work import UnitOfWork


class OpenItem(msgspec.Struct):
    """An action item that is not done."""

    incident: str
    item: str
    title: str
    owner: str
    due_at: Moment
    overdue: bool


class PhaseTime(msgspec.Struct):
    """Time in a phase over all closed incidents, microseconds."""

    phase: str
    median: Span
    p90: Span


class Learning(msgspec.Struct):
    """``completion`` None: there is no action item yet. Dropped items count as not completed."""

    items_total: int = 0
    items_done: int = 0
    completion: float | None = None
    by_owner: list[tuple[str, int, int]] = msgspec.field(default_factory=list)
    open_items: list[OpenItem] = msgspec.field(default_factory=list)
    phases: list[PhaseTime] = msgspec.field(default_factory=list)
    incidents: int = 0

    def line(self) -> str:
        """For chat."""
        if self.completion is None:
            return "There is no action item yet."
        late = sum(item.overdue for item in self.open_items)
        return f"{self.items_done} of {self.items_total} action items are done; {late} of those open are overdue."


def learning(uow: UnitOfWork) -> Learning:
    """Computed over every incident that the actor may see."""
    found, owners, spells = Learning(), {}, {phase: [] for phase in PHASES}  # type: ignore[var-annotated]
    for row in uow.tx.all("SELECT id, private FROM incidents ORDER BY number"):
        if not uow.may_see(row["id"], bool(row["private"])):
            continue
        record = fold(store.read(uow.tx, row["id"]))
        found.incidents += 1
        for spell in record.spells:
            if spell.until is not None:
                spells[spell.phase].append(spell.until - spell.since)
        for item in record.action_items.values():
            done = item.done_at is not None and not item.dropped
            tally = owners.setdefault(item.owner, [0, 0])
            tally[0] += done
            tally[1] += 1
            if item.done_at is None:
                found.open_items.append(
                    OpenItem(record.id, item.item, item.title, item.owner, item.due_at, item.due_at < uow.now)
                )
    found.items_done, found.items_total = (sum(t[i] for t in owners.values()) for i in (0, 1))
    found.completion = found.items_done / found.items_total if found.items_total else None
    found.by_owner = sorted((owner, t[0], t[1]) for owner, t in owners.items())
    found.phases = [PhaseTime(phase, *_percentiles(times)) for phase, times in spells.items() if times]
    return found


def _percentiles(times: list[int]) -> tuple[int, int]:
    if len(times) == 1:
        return times[0], times[0]
    cuts = quantiles(times, n=10, method="inclusive")
    return int(cuts[4]), int(cuts[8])
