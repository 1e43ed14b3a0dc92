"""The effect that follows one ticket: made once, then read, compared, and what changed here told to the tracker (R47)."""

from abc import abstractmethod
from typing import Any, ClassVar

import msgspec

from stanch.kernel.clock import HOUR, SECOND
from stanch.ports import Failed, Gone
from stanch.ports.failures import Paused
from stanch.ports.tracker import Field, NewTicket, Ticket, TicketChange, Tracker
from stanch.tickets import rows
from stanch.tickets.rows import TicketRow
from stanch.tickets.rules import FIELDS, Differences, Ours, compare, digest, digests_here, digests_there, value_there
from stanch.timeline.effects import Effect, EffectHandler
from stanch.timeline.unit_of_work import UnitOfWork

LONGEST_WAIT = 300


class Seen(msgspec.Struct):
    """What the tracker said. ``pushed``: by field, the digest of what it was told; ``after``: what it was then."""

    ticket: Ticket
    made: bool = False
    pushed: dict[str, str] = {}
    after: Ticket | None = None

    def __str__(self) -> str:
        return self.ticket.key


class TicketHandler(EffectHandler):
    """One effect for each ticket, armed by every change here and every hint from there, until both say the same.

    It may run twice: a ticket is found again by its mark, and changes are idempotent.
    """

    lease_seconds = 60.0
    # What is kept alike on both sides.
    fields: ClassVar[tuple[Field, ...]] = FIELDS

    @abstractmethod
    def ours(self, uow: UnitOfWork, row: TicketRow) -> Ours | None:
        """What it says here; None: there is nothing to follow any more."""

    @abstractmethod
    def text(self, uow: UnitOfWork, row: TicketRow) -> str:
        """The text of a new ticket."""

    def note(self, uow: UnitOfWork, row: TicketRow, state: str) -> str:
        """What is written beside a change of the state."""
        return ""

    def made(self, uow: UnitOfWork, row: TicketRow, ticket: Ticket) -> None:
        """It is there."""

    def refused(self, uow: UnitOfWork, row: TicketRow, words: str) -> None:
        """Something that it was told it did not take."""

    def moved(self, uow: UnitOfWork, row: TicketRow, before: str) -> None:
        """It has another key."""

    def gone(self, uow: UnitOfWork, row: TicketRow, detail: str) -> None:
        """It was deleted."""

    @abstractmethod
    def take(self, uow: UnitOfWork, row: TicketRow, field: Field, ticket: Ticket) -> None:
        """It was changed there, and not here."""

    def differs(self, uow: UnitOfWork, row: TicketRow, field: Field, ours: Ours, ticket: Ticket) -> None:
        """It was changed on both sides."""

    def agreed(self, uow: UnitOfWork, row: TicketRow, field: Field) -> None:
        """A conflict is over: both say the same."""

    def wanted(self, uow: UnitOfWork, effect: Effect) -> bool:
        """In the leasing transaction: this attempt is written down before anything leaves."""
        row = rows.load(uow, effect.payload["ticket"])
        if row is None or row.state not in ("wanted", "linked") or row.tracker not in self.application.world.trackers:
            return False
        if self.ours(uow, row) is None:
            return False
        row.tried_at, row.trying_at = row.trying_at if row.state == "wanted" else 0, uow.now
        rows.save(uow, row)
        return True

    def perform(self, effect: Effect) -> Any:
        with self.application.reading() as uow:
            row = rows.load(uow, effect.payload["ticket"])
            ours = self.ours(uow, row) if row else None
            if row is None or ours is None:
                return None
            text = self.text(uow, row) if row.state == "wanted" else ""
            note = self.note(uow, row, ours.state)
        tracker = self.application.world.trackers[row.tracker]
        return self._make(tracker, row, ours, text) if row.state == "wanted" else self._follow(tracker, row, ours, note)

    @staticmethod
    def _make(tracker: Tracker, row: TicketRow, ours: Ours, text: str) -> Seen:
        wanted = NewTicket(row.id, row.place, ours.title, text, row.created_at, row.tried_at, ours.account, ours.due)
        ticket = tracker.create(wanted)
        # One that was found is of an earlier attempt, and may say what was true then: everything is told once more.
        return Seen(
            ticket, True, {} if ticket.found else digests_here(row.id, ours) | {"state": digest(row.id, "open")}
        )

    def _follow(self, tracker: Tracker, row: TicketRow, ours: Ours, note: str) -> Seen:
        try:
            ticket = tracker.read(row.reference())
        except Gone:
            # Trackers say the same of a ticket that was deleted and of a project that we may not see any more.
            tracker.check([row.place])
            raise
        push = compare(row.id, ours, ticket, row.ours, row.theirs, row.conflicts, self.fields).push
        if not push:
            return Seen(ticket)
        told: dict[str, Any] = {field: ours.told(field) for field in push}
        change = TicketChange(**told, note=note if "state" in push else "")
        after = tracker.change(ticket.reference(row.id), change)
        return Seen(ticket, False, {field: digest(row.id, ours.value(field)) for field in push}, after)

    def settle(self, uow: UnitOfWork, effect: Effect, answer: Any) -> int | None:
        row = rows.load(uow, effect.payload["ticket"])
        if row is None or answer is None:
            return None
        if isinstance(answer, Gone) and row.state == "linked":
            row.state, row.problem, row.problem_since = "gone", "", 0
            rows.save(uow, row)
            self.gone(uow, row, answer.detail)
            return None
        if isinstance(answer, Exception):
            return self._failed(uow, row, answer)
        row.tries, row.problem, row.problem_since, row.checked_at = 0, "", 0, uow.now
        self._seen(uow, row, answer)
        rows.save(uow, row)
        return self._again(uow, row, answer)

    def _failed(self, uow: UnitOfWork, row: TicketRow, error: Exception) -> int:
        """Retried for ever: a missing permission may be granted later."""
        again = not isinstance(error, Failed) or error.again
        row.problem, row.problem_since, row.away = (
            str(error)[:300],
            row.problem_since or uow.now,
            int(again and not isinstance(error, Paused)),
        )
        row.tries += 1
        rows.save(uow, row)
        after = (error.after or 0) if isinstance(error, Failed) else 0
        wait = max(after, min(LONGEST_WAIT, 2 ** min(row.tries, 9))) * SECOND
        return uow.now + int(wait if again else HOUR)

    def _seen(self, uow: UnitOfWork, row: TicketRow, seen: Seen) -> None:
        latest = seen.after or seen.ticket
        before, row.remote, row.ticket, row.place = row.ticket, latest.id, latest.key, latest.place
        row.url, row.there, row.open = latest.url, latest.words or latest.state, int(latest.state == "open")
        if seen.made:
            row.state, row.ours, row.theirs = "linked", dict(seen.pushed), digests_there(row.id, latest)
            self.made(uow, row, latest)
            return
        if before != row.ticket:
            self.moved(uow, row, before)
            rows.watch(uow, row.tracker, row.place)
        if latest.dropped:
            self.refused(uow, row, "; ".join(latest.dropped))
        for field, told in seen.pushed.items():
            row.ours[field] = told
            if (value := value_there(latest, field)) is not None:  # type: ignore[arg-type]
                row.theirs[field] = digest(row.id, value)
        ours = self.ours(uow, row)
        if ours is not None:
            self._differences(uow, row, ours, seen.ticket, self._left(row, ours, seen))

    def _left(self, row: TicketRow, ours: Ours, seen: Seen) -> Differences:
        """What is still to be done about what was read; what has been told to the tracker is done."""
        found = compare(row.id, ours, seen.ticket, row.ours, row.theirs, row.conflicts, self.fields)
        for names in (found.take, found.agreed, found.conflicts):
            names[:] = [field for field in names if field not in seen.pushed]
        return found

    def _differences(self, uow: UnitOfWork, row: TicketRow, ours: Ours, ticket: Ticket, found: Differences) -> None:
        theirs = digests_there(row.id, ticket)
        for field in found.conflicts:
            row.conflicts[field] = theirs[field]
            self.differs(uow, row, field, ours, ticket)
        for field in found.agreed:
            if row.conflicts.pop(field, None):
                self.agreed(uow, row, field)
        for field in found.take:
            self.take(uow, row, field, ticket)
        now = self.ours(uow, row) or ours
        for field in (*found.take, *found.agreed):
            row.ours[field] = digest(row.id, now.value(field))
            if field in theirs:
                row.theirs[field] = theirs[field]

    def _again(self, uow: UnitOfWork, row: TicketRow, seen: Seen) -> int | None:
        """When to look again: both do not say the same yet, or something happened there while it was read."""
        ours, fresh = self.ours(uow, row), rows.load(uow, row.id)
        if ours is None or fresh is None:
            return None
        left = compare(row.id, ours, seen.after or seen.ticket, row.ours, row.theirs, row.conflicts, self.fields)
        hinted = fresh.hinted_at >= row.trying_at and fresh.hinted_at > 0
        return uow.now + SECOND if left.any() or hinted else None
