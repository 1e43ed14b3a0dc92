"""Removes redacted texts from signals and from the intake journal (design, section 4)."""

from typing import Any

import msgspec

from stanch.kernel.clock import MINUTE, SECOND
from stanch.timeline.effects import Effect, EffectHandler
from stanch.timeline.entries import Entry
from stanch.timeline.facts.detect import SignalAttached
from stanch.timeline.facts.statement import REDACTED
from stanch.timeline.record import Record
from stanch.timeline.redaction import masked, masked_json, taken
from stanch.timeline.scrubbing import scrub
from stanch.timeline.unit_of_work import UnitOfWork

AT_ONCE = 500
WIPED = b'{"redacted": true}'


def forget_signals(uow: UnitOfWork, entry: Entry, record: Record) -> None:
    """The alerts of the incident lose the texts at once; the bodies that brought them are looked through as an effect."""
    old, texts = taken(uow, entry)
    if old is None:
        return
    rows = uow.tx.all("SELECT * FROM signals WHERE incident = :incident", incident=entry.incident)
    for row in rows:
        whole = isinstance(old, SignalAttached) and row["fingerprint"] == old.fingerprint
        uow.tx.execute(
            "UPDATE signals SET name = :name, summary = :summary, labels = :labels, annotations = :annotations, link = :link "
            "WHERE fingerprint = :fingerprint",
            fingerprint=row["fingerprint"],
            name=masked(row["name"], texts),
            summary=REDACTED if whole else masked(row["summary"], texts),
            labels="{}" if whole else masked_json(row["labels"], texts),
            annotations="{}" if whole else masked_json(row["annotations"], texts),
            link="" if whole else masked(row["link"], texts),
        )
    if rows and texts:
        since = min(row["first_seen"] for row in rows) - MINUTE
        payload = {"texts": texts, "since": since, "until": uow.now}
        # Belongs to no incident: outbox rows of the incident are redacted too, and this one needs the texts until it is done.
        uow.effect(f"forget:{entry.incident}:{entry.position}", ForgetHandler.kind, "", payload)


class ForgetHandler(EffectHandler):
    """The effect ``forget``: erases bodies of posts that contain a redacted text. Its own payload is deleted when it is done."""

    kind = "forget"
    lease_seconds = 120.0

    def perform(self, effect: Effect) -> int:
        """How many still wait to be read, and so could not be wiped."""
        written = [
            form for text in effect.payload["texts"] for form in (text.encode(), msgspec.json.encode(text)[1:-1])
        ]
        after, waiting = 0, 0
        while True:
            with self.application.reading() as uow:
                rows = uow.tx.all(
                    f"SELECT id, state, received_at, body FROM intake WHERE id > :after ORDER BY id LIMIT {AT_ONCE}",
                    after=after,
                )
            found = [row for row in rows if self._holds(effect, row, written)]
            waiting += len([row for row in found if row["state"] == "new"])
            self._wipe([row["id"] for row in found if row["state"] != "new"])
            if len(rows) < AT_ONCE:
                return waiting
            after = int(rows[-1]["id"])

    @staticmethod
    def _holds(effect: Effect, row: Any, written: list[bytes]) -> bool:
        within = effect.payload["since"] <= row["received_at"] <= effect.payload["until"]
        return within and any(form in bytes(row["body"]) for form in written)

    def _wipe(self, ids: list[int]) -> None:
        if ids:
            with self.application.database.transaction() as tx:
                tx.many("UPDATE intake SET body = :body WHERE id = :id", [{"id": each, "body": WIPED} for each in ids])

    def settle(self, uow: UnitOfWork, effect: Effect, answer: object) -> int | None:
        if answer != 0:
            return uow.now + 5 * SECOND
        uow.tx.execute("UPDATE outbox SET payload = '{}' WHERE key = :key", key=effect.key)
        scrub(uow, effect.key)
        return None
