"""Catch me up (R34, R35): what is new since somebody looked last, or everything for who joins."""

from typing import Annotated

import msgspec

from stanch.kernel.answers import Moment
from stanch.kernel.clock import MINUTE
from stanch.kernel.command import command
from stanch.respond.brief import catch_up
from stanch.respond.commands import IncidentId
from stanch.timeline.entries import Entry
from stanch.timeline.record import Record, fold
from stanch.timeline.unit_of_work import Application, UnitOfWork

# A reader who was away for longer than this gets a summary of what is new; a shorter absence counts as the same visit.
AWAY = 5 * MINUTE
NOTED_EVERY = 2 * MINUTE


class CatchUp(msgspec.Struct):
    """What happened since you last looked at an incident, or wrote in it; all of it if you join now. At most ten lines."""

    incident: IncidentId
    everything: Annotated[bool, msgspec.Meta(description="As for somebody who joins.")] = False
    since: Annotated[int, msgspec.Meta(ge=0, description="Only what came after the entry of this number.")] = 0


class CaughtUp(msgspec.Struct, frozen=True):
    """At most ten lines. ``since``: the moment after which they tell; None: from the beginning. ``after``: that entry's number."""

    lines: list[str]
    since: Moment | None
    after: int

    def line(self) -> str:
        """For chat."""
        return "\n".join(self.lines)


@command(
    "catchup",
    CatchUp,
    positional=("incident",),
    reading=True,
    example="stanch catchup INC-1",
)
def catchup(uow: UnitOfWork, asked: CatchUp) -> CaughtUp:
    """R35: since I last looked, or for who joins."""
    entries = uow.entries(asked.incident)
    after = 0 if asked.everything else asked.since or last_there(uow, asked.incident, entries)
    return caught_up(uow, fold(entries), entries, after)


def caught_up(uow: UnitOfWork, record: Record, entries: list[Entry], after: int) -> CaughtUp:
    """The lines about everything after an entry."""
    lines = catch_up(record, entries, uow.policy, uow.now, after)
    return CaughtUp(
        lines, entries[after - 1].recorded_at if 0 < after <= len(entries) else None, min(after, len(entries))
    )


def last_there(uow: UnitOfWork, incident: str, entries: list[Entry]) -> int:
    """The newest entry that whoever acts has seen before they were away, or wrote; 0 for who was never there."""
    row = uow.tx.one(
        "SELECT position, before, at FROM looked WHERE incident = :incident AND person = :person",
        incident=incident, person=uow.actor.asker(),
    )  # fmt: skip
    seen = 0 if row is None else int(row["position"] if uow.now - row["at"] > AWAY else row["before"])
    wrote = max((x.position for x in entries if x.author == uow.actor.asker()), default=0)
    return max(seen, wrote)


def note_look(application: Application, person: str, incident: str, position: int) -> None:
    """Keep that somebody looked at the page: every two minutes at most, so that many who look write little."""
    now = application.clock.now()
    with application.database.reading() as tx:
        row = tx.one("SELECT at FROM looked WHERE incident = :i AND person = :p", i=incident, p=person)
    if row is not None and now - row["at"] < NOTED_EVERY:
        return
    # Coarse on purpose: a finer moment could reveal who wrote an unnamed entry just before (R38).
    now -= now % NOTED_EVERY
    with application.database.transaction() as tx:
        tx.execute(
            "INSERT INTO looked (incident, person, position, before, at) VALUES (:i, :p, :n, 0, :now) "
            "ON CONFLICT (incident, person) DO UPDATE SET before = CASE WHEN excluded.at - looked.at > :away "
            "THEN looked.position ELSE looked.before END, position = excluded.position, at = excluded.at",
            i=incident, p=person, n=position, now=now, away=AWAY,
        )  # fmt: skip
