"""Which entries a person may correct (R10): what people wrote. What a machine wrote is what it saw, and stays as it is."""

from stanch.kernel.actor import ENGINE
from stanch.kernel.errors import Invalid
from stanch.timeline.entries import Entry
from stanch.timeline.facts.respond import Amended
from stanch.timeline.record import Record
from stanch.timeline.unit_of_work import UnitOfWork


def by_machine(entry: Entry) -> bool:
    """Whether no person wrote it."""
    return entry.author == ENGINE.name or entry.source in ("alert", "machine")


def correctable(entry: Entry) -> bool:
    """Whether a person may correct it: one who was wrong in a correction corrects the entry itself once more."""
    return not by_machine(entry) and not isinstance(entry.facts, Amended)


def numbered(uow: UnitOfWork, record: Record, position: int, field: str) -> Entry:
    """The entry of that number. Raises ``Invalid`` where the timeline has none, as for a number of another incident."""
    if position > record.entries:
        raise Invalid(
            f"{record.id} has no entry {position}; its newest is entry {record.entries}.",
            field=field,
            hint=f"'stanch show {record.id}' numbers them.",
        )
    return uow.entries(record.id, after=position - 1, most=1)[0]


def check_correctable(uow: UnitOfWork, record: Record, position: int) -> None:
    """Raises ``Invalid`` for an entry that there is not, that a machine wrote, or that is a correction itself."""
    entry = numbered(uow, record, position, "corrects")
    said = f"“{entry.facts.sentence()[:80]}”"
    if by_machine(entry):
        raise Invalid(
            f"Entry {position} of {record.id} was written by a machine, and stays as it is: {said}.",
            field="corrects",
            hint="Say a line of your own about it.",
        )
    if isinstance(entry.facts, Amended):
        raise Invalid(
            f"Entry {position} of {record.id} is itself a correction.",
            field="corrects",
            hint=f"Correct entry {entry.facts.position} again: --corrects {entry.facts.position}.",
        )


def corrections(entries: list[Entry]) -> dict[int, int]:
    """By the number of each corrected entry, the number of its newest correction."""
    return {x.facts.position: x.position for x in entries if isinstance(x.facts, Amended)}
