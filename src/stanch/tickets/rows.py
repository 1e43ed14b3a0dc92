"""The rows of ``tickets``: what is filed where, and what both sides said when they last agreed (R47)."""

import uuid
from typing import Any

import msgspec

from stanch.db.transaction import Row
from stanch.kernel.filing import Filing
from stanch.ports.tracker import TicketReference
from stanch.tickets.rules import away
from stanch.timeline.effects import arm
from stanch.timeline.unit_of_work import UnitOfWork

LIVE = "state IN ('wanted', 'linked')"
CHUNK = 200
_JSON = ("ours", "theirs", "conflicts")


class TicketRow(msgspec.Struct):
    """One ticket. ``id``: the mark by which the tracker's copy is known. ``kind``: the effect that follows it.

    ``subject``: the action item of ``incident``, or the fingerprint of a signal. ``there``: how the tracker calls its state.
    ``ours``, ``theirs``: digests of the fields as they last agreed; ``conflicts``: by field, the digest of theirs when it began.
    ``tried_at``: when it was tried before ``trying_at``. ``away``: the problem is that the tracker does not answer.
    """

    id: str
    kind: str
    tracker: str
    place: str
    incident: str
    subject: str
    details: int
    state: str
    remote: str
    ticket: str
    url: str
    there: str
    open: int
    ours: dict[str, str]
    theirs: dict[str, str]
    conflicts: dict[str, str]
    tries: int
    tried_at: int
    trying_at: int
    hinted_at: int
    checked_at: int
    problem: str
    problem_since: int
    away: int
    created_at: int

    def reference(self) -> TicketReference:
        """For the tracker."""
        return TicketReference(self.remote, self.ticket, self.place, self.id)

    def trouble(self, title: str, now: int) -> str:
        """What keeps it from being followed, in words; empty for nothing."""
        if not self.problem:
            return ""
        return f"{away(title, self.problem_since, now)}: {self.problem}" if self.away else self.problem


def load(uow: UnitOfWork, mark: str) -> TicketRow | None:
    """By its mark."""
    row = uow.tx.one("SELECT * FROM tickets WHERE id = :id", id=mark)
    return _row(row) if row else None


def live(uow: UnitOfWork, kind: str, incident: str, subject: str) -> TicketRow | None:
    """The one that is followed for something."""
    sql = f"SELECT * FROM tickets WHERE kind = :kind AND incident = :incident AND subject = :subject AND {LIVE}"
    row = uow.tx.one(sql, kind=kind, incident=incident, subject=subject)
    return _row(row) if row else None


def of_incidents(uow: UnitOfWork, kind: str, incidents: list[str]) -> list[TicketRow]:
    """The newest of each of their subjects."""
    found: dict[tuple[str, str], TicketRow] = {}
    for start in range(0, len(incidents), CHUNK):
        names = {f"i{place}": name for place, name in enumerate(incidents[start : start + CHUNK])}
        marks = ", ".join(f":{name}" for name in names)
        sql = f"SELECT * FROM tickets WHERE incident IN ({marks}) AND kind = :kind ORDER BY created_at, id"
        found |= {(row["incident"], row["subject"]): _row(row) for row in uow.tx.all(sql, kind=kind, **names)}
    return list(found.values())


def newest(uow: UnitOfWork, kind: str, most: int, *, problems: bool, all_private: bool, person: str) -> list[TicketRow]:
    """The newest that a person may see (P6), also those that are gone; ``problems``: only those about which there is something to do."""
    trouble = (
        f" AND t.{LIVE} AND (t.problem <> '' OR t.conflicts <> '{{}}' OR EXISTS (SELECT 1 FROM tracker_places p WHERE "
        "p.tracker = t.tracker AND p.place = t.place AND p.problem <> ''))"
    )
    seen = "(i.private = 0 OR EXISTS (SELECT 1 FROM members m WHERE m.incident = t.incident AND m.person = :person))"
    found = uow.tx.all(
        "SELECT t.* FROM tickets t JOIN incidents i ON i.id = t.incident WHERE t.kind = :kind"
        f"{trouble if problems else ''} AND {'1 = 1' if all_private else seen} ORDER BY t.created_at DESC, t.id LIMIT :most",
        kind=kind,
        most=most,
        **({} if all_private else {"person": person}),
    )
    return [_row(row) for row in found]


def by_remote(uow: UnitOfWork, tracker: str, remote: str) -> TicketRow | None:
    """The one of ours that a tracker knows by this identity."""
    sql = "SELECT * FROM tickets WHERE tracker = :tracker AND remote = :remote AND state = 'linked'"
    row = uow.tx.one(sql, tracker=tracker, remote=remote)
    return _row(row) if row else None


def save(uow: UnitOfWork, row: TicketRow) -> None:
    """Write everything but its key, and hints, which come from elsewhere meanwhile."""
    values: dict[str, Any] = msgspec.structs.asdict(row)
    del values["hinted_at"]
    values |= {name: msgspec.json.encode(values[name]).decode() for name in _JSON}
    sets = ", ".join(f"{name} = :{name}" for name in values if name != "id")
    uow.tx.execute(f"UPDATE tickets SET {sets} WHERE id = :id", **values)


def want(uow: UnitOfWork, kind: str, incident: str, subject: str, filing: Filing) -> None:
    """A ticket follows: the row with its mark is written before anything is asked for."""
    mark = str(uuid.uuid4())
    uow.tx.execute(
        "INSERT INTO tickets (id, kind, tracker, place, incident, subject, details, created_at) VALUES "
        "(:id, :kind, :tracker, :place, :incident, :subject, :details, :now)",
        id=mark, kind=kind, tracker=filing.tracker, place=filing.place, incident=incident, subject=subject,
        details=int(filing.details), now=uow.now,
    )  # fmt: skip
    see_to(uow, kind, filing.tracker, incident, mark)
    watch(uow, filing.tracker, filing.place)


def see_to(uow: UnitOfWork, kind: str, tracker: str, incident: str, mark: str) -> None:
    """Schedule its effect now."""
    arm(uow, f"{kind}:{mark}", kind, incident, {"ticket": mark}, lane=f"tracker {tracker}")


def hinted(uow: UnitOfWork, row: TicketRow) -> None:
    """Something happened to it there: it is read again, also when it is being read right now."""
    uow.tx.execute("UPDATE tickets SET hinted_at = :now WHERE id = :id", now=uow.now, id=row.id)
    see_to(uow, row.kind, row.tracker, row.incident, row.id)


def watch(uow: UnitOfWork, tracker: str, place: str) -> None:
    """The project is read at intervals from now on."""
    uow.tx.execute(
        "INSERT INTO tracker_places (tracker, place, read_until) VALUES (:tracker, :place, :now) ON CONFLICT (tracker, place) DO NOTHING",
        tracker=tracker,
        place=place,
        now=uow.now,
    )
    payload = {"tracker": tracker, "place": place}
    arm(uow, f"tracker_read:{tracker}:{place}", "tracker_read", "", payload, lane=f"tracker {tracker}")


def title_of(uow: UnitOfWork, tracker: str) -> str:
    """How people call a tracker; the integration's name where it is not configured any more."""
    found = uow.application.world.trackers.get(tracker)
    return found.title if found else tracker


def _row(row: Row) -> TicketRow:
    values = {name: row[name] for name in TicketRow.__struct_fields__}
    return TicketRow(**values | {name: msgspec.json.decode(values[name]) for name in _JSON})
