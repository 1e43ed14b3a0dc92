"""What finds changes that no webhook told: each project is read at intervals, and every open ticket once a day (formats/19, 19.4)."""

from typing import Any

from stanch.kernel.clock import DAY, MINUTE, SECOND
from stanch.ports import Failed
from stanch.ports.failures import Paused
from stanch.ports.tracker import Ticket
from stanch.tickets import rows
from stanch.tickets.rules import away, digests_there
from stanch.timeline.effects import Effect, EffectHandler
from stanch.timeline.incident_rows import SEEN, seen_by
from stanch.timeline.unit_of_work import UnitOfWork

EVERY, OVERLAP, REFUSED_AGAIN = 5 * MINUTE, 5 * MINUTE, 15 * MINUTE
# So many tickets that nobody has looked at for a day are read by one reading.
AT_ONCE = 50


class ReadHandler(EffectHandler):
    """The effect ``tracker_read``: one project of one tracker, for as long as a ticket of ours is in it."""

    kind = "tracker_read"
    lease_seconds = 120.0

    def wanted(self, uow: UnitOfWork, effect: Effect) -> bool:
        found = uow.tx.one(
            f"SELECT 1 AS yes FROM tickets WHERE tracker = :tracker AND place = :place AND {rows.LIVE} LIMIT 1",
            **effect.payload,
        )
        return found is not None and effect.payload["tracker"] in self.application.world.trackers

    def perform(self, effect: Effect) -> list[Ticket]:
        with self.application.reading() as uow:
            place = uow.tx.one(
                "SELECT read_until FROM tracker_places WHERE tracker = :tracker AND place = :place", **effect.payload
            )
        tracker = self.application.world.trackers[effect.payload["tracker"]]
        return tracker.changed(effect.payload["place"], (int(place["read_until"]) if place else 0) - OVERLAP)

    def settle(self, uow: UnitOfWork, effect: Effect, answer: Any) -> int | None:
        if isinstance(answer, Exception):
            return self._failed(uow, effect, answer)
        newest = max((each.updated_at for each in answer), default=0)
        uow.tx.execute(
            "UPDATE tracker_places SET read_until = CASE WHEN read_until < :newest THEN :newest ELSE read_until END, problem = '', "
            "problem_since = 0 WHERE tracker = :tracker AND place = :place",
            newest=min(newest, uow.now),
            **effect.payload,
        )
        for each in answer:
            row = rows.by_remote(uow, effect.payload["tracker"], each.id)
            if row and (row.theirs != digests_there(row.id, each) or row.ticket != each.key):
                rows.hinted(uow, row)
        self._unseen(uow, effect)
        return uow.now + EVERY

    @staticmethod
    def _unseen(uow: UnitOfWork, effect: Effect) -> None:
        found = uow.tx.all(
            "SELECT id FROM tickets WHERE tracker = :tracker AND place = :place AND state = 'linked' AND open = 1 AND checked_at < :before "
            "ORDER BY checked_at LIMIT :most",
            before=uow.now - DAY,
            most=AT_ONCE,
            **effect.payload,
        )
        for each in found:
            if row := rows.load(uow, each["id"]):
                rows.see_to(uow, row.kind, row.tracker, row.incident, row.id)

    @staticmethod
    def _failed(uow: UnitOfWork, effect: Effect, error: Exception) -> int:
        if isinstance(error, Paused):
            return uow.now + int((error.after or 0) * SECOND)
        again = not isinstance(error, Failed) or error.again
        uow.tx.execute(
            "UPDATE tracker_places SET problem = :problem, problem_since = CASE WHEN problem_since = 0 THEN :now ELSE problem_since END "
            "WHERE tracker = :tracker AND place = :place",
            problem=str(error)[:300],
            now=uow.now,
            **effect.payload,
        )
        after = (error.after or 0) if isinstance(error, Failed) else 0
        return uow.now + max(int(after * SECOND), EVERY if again else REFUSED_AGAIN)


def seed(uow: UnitOfWork) -> None:
    """At start and when the configuration has changed: all that is followed is looked at, and every project read."""
    for row in uow.tx.all(
        f"SELECT id, kind, tracker, incident FROM tickets WHERE state = 'wanted' OR (problem <> '' AND {rows.LIVE})"
    ):
        rows.see_to(uow, row["kind"], row["tracker"], row["incident"], row["id"])
    for row in uow.tx.all(f"SELECT DISTINCT tracker, place FROM tickets WHERE {rows.LIVE}"):
        rows.watch(uow, row["tracker"], row["place"])


def troubles(uow: UnitOfWork) -> list[str]:
    """Projects that cannot be read and tickets that cannot be filed or told, for doctor and the pages; of incidents that one may see (P6)."""
    found = [
        f"{row['place']}: {away(rows.title_of(uow, row['tracker']), row['problem_since'], uow.now)}: {row['problem']}"
        for row in uow.tx.all("SELECT * FROM tracker_places WHERE problem <> '' ORDER BY tracker, place")
    ]
    for row in uow.tx.all(
        f"SELECT t.id FROM tickets t LEFT JOIN incidents i ON i.id = t.incident WHERE t.problem <> '' AND t.{rows.LIVE} "
        f"AND (i.id IS NULL OR {SEEN}) ORDER BY t.problem_since LIMIT 20",
        **seen_by(uow.actor),
    ):
        ticket = rows.load(uow, row["id"])
        if ticket:
            name = ticket.ticket or "a ticket that is to be filed"
            found.append(
                f"{ticket.incident} {ticket.subject}: {name}: {ticket.trouble(rows.title_of(uow, ticket.tracker), uow.now)}".strip()
            )
    return found


def away_since(uow: UnitOfWork, tracker: str, place: str) -> str:
    """What is wrong with a project, in words; empty for nothing."""
    sql = "SELECT problem, problem_since FROM tracker_places WHERE tracker = :tracker AND place = :place AND problem <> ''"
    row = uow.tx.one(sql, tracker=tracker, place=place)
    return away(rows.title_of(uow, tracker), row["problem_since"], uow.now) if row else ""


def heard(uow: UnitOfWork, tracker: str, identity: str, remotes: tuple[str, ...]) -> bool:
    """A webhook: what it is about is read again. False for one that was heard before."""
    sql = (
        "INSERT INTO tracker_heard (tracker, id, at) VALUES (:tracker, :id, :now) ON CONFLICT (tracker, id) DO NOTHING"
    )
    if identity and not uow.tx.execute(sql, tracker=tracker, id=identity[:200], now=uow.now):
        return False
    for remote in remotes:
        if row := rows.by_remote(uow, tracker, remote):
            rows.hinted(uow, row)
    return True
