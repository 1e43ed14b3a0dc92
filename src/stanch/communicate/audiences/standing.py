"""Where each audience stands (R31): what is owed when, by how much it is late, and who was told by what. Pure."""

import msgspec

from stanch.kernel.audiences import AUDIENCES, STORED, Audience
from stanch.kernel.clock import hour_minute, spell, utc_time
from stanch.kernel.policy import Policy
from stanch.timeline.audience_clock import AudienceClock, audience_clock
from stanch.timeline.delivery import Delivery
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
    at = utc_time(clock.due, now)
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
    for name, each in deliveries.items():
        if not each.ok:
            after = "" if not each.again else _again(name, each) if newest else "a newer update took its place"
            said.append("; ".join(filter(None, (each.problem, after))))
    return ". ".join(said)


def _again(name: str, delivery: Delivery) -> str:
    """What comes of an update that did not arrive: it is sent again only where there is somewhere to send it to."""
    if not name:
        return "whoever it names within two days is sent this one, unless a newer one comes first"
    return "it is tried again" if delivery.by else "looked at again for two days, unless a newer one comes first"
