"""Who may contribute, and when it is shown (R44). Pure."""

from collections.abc import Iterable

from stanch.kernel.clock import DAY, day
from stanch.timeline.entries import Entry
from stanch.timeline.record import Record

# The fewest participants: with fewer, readers could tell who wrote it.
FEWEST = 3
MACHINES = ("machine", "alert", "unnamed")


def took_part(record: Record, entries: Iterable[Entry]) -> set[str]:
    """Whoever wrote, held a role, was paged or acknowledged, by the names that stand in the timeline."""
    found = {entry.author for entry in entries if entry.source not in MACHINES}
    found |= {
        str(person)
        for entry in entries
        if (person := getattr(entry.facts, "person", "")) and entry.kind == "role_taken"
    }
    for page in record.pages.values():
        found |= {*page.people, *page.acknowledgers}
    return found - {"stanch", "unnamed"}


def next_day(now: int) -> int:
    """The next midnight in UTC, in microseconds: what was written today is shown from then on, and in no order."""
    return (now // DAY + 1) * DAY


def today(now: int) -> str:
    """All that is kept of when: ``2026-11-27``."""
    return day(now)
