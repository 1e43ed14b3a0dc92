"""Facts about recovery criteria, mitigated, resolved, closed and reopened."""

from stanch.kernel.clock import hour_minute, spell
from stanch.kernel.policy import Criterion
from stanch.timeline.facts.statement import Statement
from stanch.timeline.record import CriterionState, Line, Record


class CriteriaSet(Statement, frozen=True, tag="criteria_set"):
    """What recovery means here, stated before the mitigation completes (R41). ``hold_seconds``: how long all must keep."""

    criteria: list[Criterion]
    hold_seconds: float

    def sentence(self) -> str:
        names = "; ".join(c.name for c in self.criteria)
        return f"Recovered means: {names}, all for {spell(int(self.hold_seconds * 1_000_000))}"

    def apply(self, record: Record, entry: Line) -> None:
        before = record.criteria
        record.criteria = {
            c.name: before[c.name] if c.name in before and before[c.name].criterion == c else CriterionState(c)
            for c in self.criteria
        }
        record.criteria_hold = self.hold_seconds
        record.criteria_set_at = record.criteria_set_at or entry.happened_at
        record.criteria_held_at = None


class CriterionTurned(Statement, frozen=True, tag="criterion_turned"):
    """A criterion began to hold, was breached, or could not be measured (``value`` None)."""

    KEPT = ("name",)

    name: str
    holds: bool
    value: float | None
    detail: str = ""

    def sentence(self) -> str:
        if self.value is None:
            return f"Criterion '{self.name}' cannot be measured: {self.detail}"
        return f"Criterion '{self.name}' {'holds' if self.holds else 'is breached'}: {self.detail or f'{self.value:g}'}"

    def apply(self, record: Record, entry: Line) -> None:
        state = record.criteria.get(self.name)
        if state is None:
            return
        if state.holds and not self.holds:
            state.broke_at = entry.happened_at
        state.holds, state.value, state.detail, state.since = self.holds, self.value, self.detail, entry.happened_at
        if not self.holds:
            record.criteria_held_at = None


class CriteriaHeld(Statement, frozen=True, tag="criteria_held"):
    """Every criterion kept its bound for the whole hold: resolving is offered (R41)."""

    since: int

    def sentence(self) -> str:
        return f"All recovery criteria have held since {hour_minute(self.since)} UTC"

    def apply(self, record: Record, entry: Line) -> None:
        record.criteria_held_at = entry.happened_at


class Mitigated(Statement, frozen=True, tag="mitigated"):
    """An action stopped the harm; the incident is not resolved yet (R15). Harm that ended by itself was not mitigated."""

    reason: str = ""

    def sentence(self) -> str:
        return "Mitigated" + (f": {self.reason}" if self.reason else "")

    def apply(self, record: Record, entry: Line) -> None:
        record.status, record.mitigated_at = "mitigated", entry.happened_at


class Resolved(Statement, frozen=True, tag="resolved"):
    """Stable by the stated criteria, or earlier with a reason (R41). Cause unknown is allowed and leaves a follow-up.

    ``criteria``: whether any were set.
    """

    reason: str = ""
    override: bool = False
    cause_known: bool = True
    criteria: bool = True

    def sentence(self) -> str:
        early = (
            f" {'before the criteria held' if self.criteria else 'without recovery criteria'}" if self.override else ""
        )
        unknown = "; the cause is not known yet" if not self.cause_known else ""
        return f"Resolved{early}" + (f": {self.reason}" if self.reason else "") + unknown

    def apply(self, record: Record, entry: Line) -> None:
        record.status, record.resolved_at, record.cause_known = "resolved", entry.happened_at, self.cause_known
        record.end_pages(entry.happened_at)


class Closed(Statement, frozen=True, tag="closed"):
    """The response has ended; learning goes on (R42). ``false_alarm``: there was no incident, so no postmortem is due."""

    postmortem_at: int | None = None
    false_alarm: bool = False
    reason: str = ""

    def sentence(self) -> str:
        return ("Closed as a false alarm" if self.false_alarm else "Closed") + (
            f": {self.reason}" if self.reason else ""
        )

    def apply(self, record: Record, entry: Line) -> None:
        record.status, record.closed_at, record.postmortem_at = "closed", entry.happened_at, self.postmortem_at
        record.false_alarm = self.false_alarm
        record.end_pages(entry.happened_at)
        record.shift("learn", entry.happened_at)


class Reopened(Statement, frozen=True, tag="reopened"):
    """The incident was reopened: it came back, or had not ended."""

    reason: str

    def sentence(self) -> str:
        return f"Reopened: {self.reason}"

    def apply(self, record: Record, entry: Line) -> None:
        record.status, record.mitigated_at, record.resolved_at, record.closed_at = "open", None, None, None
        record.criteria_held_at, record.false_alarm = None, False
        record.shown_at = record.measured = None
        record.reopened_at = entry.happened_at
        record.shift("mitigate", entry.happened_at)


Facts = CriteriaSet | CriterionTurned | CriteriaHeld | Mitigated | Resolved | Closed | Reopened
