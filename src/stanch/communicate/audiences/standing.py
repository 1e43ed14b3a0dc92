"""Where each audience stands (R31): what is owed when, by how much it is late, and who was told by what. Pure."""

import msgspec

from stanch.kernel.audiences import AUDIENCES, STORED, Audience
from stanch.kernel.clock import hour_minute, spell
from stanch.kernel.policy import Policy
from stanch.timeline.audience_clock import AudienceClock, audience_clock
from stanch.timeline.kept import Update
from stanch.timeline.record import Record


class Standing(msgspec.Struct, frozen=True):
    """One audience as of a moment. ``due_at``: when its next update is owed; ``overdue``: in microseconds, 0 while it is not late."""

    audience: Audience
    due_at: int | None
    overdue: int
    promised: bool
    sentence: str
    told: str


def standings(record: Record, policy: Policy, now: int) -> list[Standing]:
    """Every audience, in order."""
    return [_standing(record, policy, now, audience) for audience in AUDIENCES]


def _standing(record: Record, policy: Policy, now: int, audience: Audience) -> Standing:
    clock = audience_clock(record, policy, audience)
    late = max(0, now - clock.due) if clock else 0
    last = record.last_update(STORED[audience])
    return Standing(
        audience, clock.due if clock else None, late, bool(clock and clock.promise), _sentence(record, clock, now, audience),
        told_of(record, last[2]) if last else "",
    )  # fmt: skip


def _sentence(record: Record, clock: AudienceClock | None, now: int, audience: Audience) -> str:
    """What is owed, in words: ``You promised 14:40 UTC, in 12 min``."""
    if clock is None:
        if audience == "customers" and record.private:
            return "This incident is private: customers are told nothing"
        return "Nothing is owed" if record.live() else "No further update is owed"
    at = f"{hour_minute(clock.due)} UTC"
    begins = (
        f"You promised {at}"
        if clock.promise
        else f"The {'first' if clock.last is None else 'next'} update is due at {at}"
    )
    return (
        f"{begins}: overdue by {spell(now - clock.due)}"
        if now > clock.due
        else f"{begins}, in {spell(clock.due - now)}"
    )


def told_of(record: Record, update: Update) -> str:
    """Who was told of an update by what, and who could not be; empty where it was sent to nobody."""
    deliveries = record.deliveries.get(update.position, {})
    last = record.last_update(update.audience)
    newest = last is not None and last[2].position == update.position
    told = [f"{name} by {each.by} at {hour_minute(each.at)}" for name, each in deliveries.items() if each.ok]
    said = [f"Told {', '.join(told)}"] if told else []
    for each in deliveries.values():
        if not each.ok:
            after = "" if not each.again else "; it is tried again" if newest else "; a newer update took its place"
            said.append(f"{each.problem}{after}")
    return ". ".join(said)
