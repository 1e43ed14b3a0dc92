"""Announcements in channels that only listen: Teams, Mattermost, Google Chat, Discord (R34, formats/17)."""

from typing import Any

import msgspec

from stanch.kernel.clock import HOUR, SECOND, hour_minute
from stanch.ports import Failed
from stanch.ports.announcing import Announcement
from stanch.prepare.called import called_by
from stanch.timeline.audience_clock import next_update_at
from stanch.timeline.effects import Effect, EffectHandler, arm
from stanch.timeline.entries import Entry
from stanch.timeline.facts.communicate import UpdatePosted
from stanch.timeline.incident_rows import SEEN, seen_by
from stanch.timeline.record import Record
from stanch.timeline.unit_of_work import UnitOfWork

# The kinds of entries that are announced; a private incident is announced nowhere (P6).
KINDS = frozenset({"declared", "severity_set", "update_posted", "mitigated", "resolved", "closed", "reopened"})
# Waits after failed attempts, in seconds. After half an hour of failures only the newest announcement is sent.
WAITS, LONGEST = (1, 10, 30, 60, 240), HOUR // 2


class AnnouncementState(msgspec.Struct):
    """How far one incident was announced in one place."""

    name: str
    incident: str
    posted: int = 0
    number: int = 0
    tries: int = 0
    since: int = 0
    problem: str = ""


def announce(uow: UnitOfWork, entry: Entry, record: Record) -> None:
    """The reaction to entries that are announced."""
    if record.private or not record.declared_at or not is_announced(entry):
        return
    for name in uow.application.world.announcers:
        uow.tx.execute(
            "INSERT INTO announced (name, incident, posted) VALUES (:name, :incident, :posted) "
            "ON CONFLICT (name, incident) DO NOTHING",
            name=name,
            incident=record.id,
            posted=entry.position - 1,
        )
        key = f"announcement:{name}:{record.id}"
        arm(uow, key, "announcement", record.id, {"to": name}, lane=f"announcement {name}")


def is_announced(entry: Entry) -> bool:
    """Whether an entry is announced to people outside of the response. Public posts are on the status page instead."""
    return entry.kind in KINDS and not (isinstance(entry.facts, UpdatePosted) and entry.facts.audience != "internal")


def troubles(uow: UnitOfWork) -> list[str]:
    """What cannot be announced, for doctor and settings; of incidents that one may see (P6)."""
    rows = uow.tx.all(
        "SELECT a.name, a.incident, a.problem FROM announced a JOIN incidents i ON i.id = a.incident "
        f"WHERE a.problem <> '' AND {SEEN} ORDER BY a.name, a.incident LIMIT 20",
        **seen_by(uow.actor),
    )
    return [f"{row['name']}, {row['incident']}: {row['problem']}" for row in rows]


class AnnouncementHandler(EffectHandler):
    """The effect ``announcement``: the next one of an incident in one place, in order."""

    kind = "announcement"

    def wanted(self, uow: UnitOfWork, effect: Effect) -> bool:
        return effect.payload["to"] in self.application.world.announcers and self._next(uow, effect) is not None

    def perform(self, effect: Effect) -> Any:
        with self.application.reading() as uow:
            found = self._next(uow, effect)
            if found is None:
                return None
            place, entry = found
            announcement = self._announcement(uow, uow.record(effect.incident), place, entry)
        return self.application.world.announcers[place.name].announce(announcement)

    def settle(self, uow: UnitOfWork, effect: Effect, answer: Any) -> int | None:
        found = self._next(uow, effect)
        if found is None:
            return None
        place, entry = found
        if isinstance(answer, Exception):
            return self._failed(uow, effect, place, entry, answer)
        place.posted, place.number, place.tries, place.since, place.problem = entry.position, place.number + 1, 0, 0, ""
        self._save(uow, place)
        return uow.now + SECOND if self._next(uow, effect) else None

    def _failed(
        self, uow: UnitOfWork, effect: Effect, place: AnnouncementState, entry: Entry, answer: Exception
    ) -> int | None:
        again = not isinstance(answer, Failed) or answer.again
        place.problem, place.since = str(answer)[:300], place.since or uow.now
        if again and uow.now - place.since < LONGEST:
            wait = WAITS[min(place.tries, len(WAITS) - 1)]
            place.tries += 1
            self._save(uow, place)
            after = answer.after if isinstance(answer, Failed) and answer.after else 0
            return uow.now + int(max(wait, after) * SECOND)
        newest = [e for e in uow.entries(effect.incident, after=place.posted) if is_announced(e)][-1]
        place.posted = max(entry.position, newest.position - 1) if again else newest.position
        place.tries, place.since = 0, 0
        self._save(uow, place)
        return uow.now + WAITS[-1] * SECOND if self._next(uow, effect) else None

    def _announcement(self, uow: UnitOfWork, record: Record, place: AnnouncementState, entry: Entry) -> Announcement:
        policy, severity, called = uow.policy, record.severity_name() or "", called_by(uow.policy)
        due = next_update_at(record, policy)
        return Announcement(
            f"{place.name}/{record.id}/{entry.position}", place.number + 1, record.id, record.title,
            f"{record.status}, {record.phase}", entry.facts.told(called), severity,
            called(record.holder("incident_commander")), f"{hour_minute(due)} UTC" if due else "",
            self.application.installation.link(f"/incidents/{record.id}"), policy.rung(severity) if severity else 0,
        )  # fmt: skip

    @staticmethod
    def _next(uow: UnitOfWork, effect: Effect) -> tuple[AnnouncementState, Entry] | None:
        row = uow.tx.one(
            "SELECT * FROM announced WHERE name = :name AND incident = :incident",
            name=effect.payload["to"],
            incident=effect.incident,
        )
        if row is None:
            return None
        place = AnnouncementState(*(row[name] for name in AnnouncementState.__struct_fields__))
        for entry in uow.entries(effect.incident, after=place.posted):
            if is_announced(entry):
                return place, entry
        return None

    @staticmethod
    def _save(uow: UnitOfWork, place: AnnouncementState) -> None:
        uow.tx.execute(
            "UPDATE announced SET posted = :posted, number = :number, tries = :tries, since = :since, problem = :problem "
            "WHERE name = :name AND incident = :incident",
            **msgspec.structs.asdict(place),
        )
