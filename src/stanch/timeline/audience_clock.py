"""When the next update for an audience is due (R31): what a post promised, else the cadence of the severity. Pure."""

import msgspec

from stanch.kernel.audiences import AUDIENCES, STORED, Audience
from stanch.kernel.clock import SECOND
from stanch.kernel.policy import Policy
from stanch.timeline.record import Record

# After these states customers are owed no further word at a time.
OVER = ("resolved", "postmortem")


class AudienceClock(msgspec.Struct, frozen=True):
    """``due``: when the next update must be out. ``last``: when the one before it went out, None before the first.

    ``promise``: the words of that post from which the moment was read; empty where it is the cadence's or was given apart.
    """

    audience: Audience
    due: int
    last: int | None
    promise: str = ""


def audience_clock(record: Record, policy: Policy, audience: Audience) -> AudienceClock | None:
    """The clock of one audience, or None where nothing is owed: no cadence and no promise, or it is over.

    Customers are owed a first word within minutes of the detection (R33), and are told nothing of what is private (P6).
    When the severity changes after a post, the new cadence counts from the change, if that is earlier than was promised.
    """
    if not record.live():
        return None
    every = policy.update_every(audience, record.severity_name())
    last = record.last_update(STORED[audience])
    changed = record.severity_changed_at
    if last is None and audience == "customers":
        return _first_word(record, policy)
    if last is None:
        if not every:
            return None
        return AudienceClock(audience, max(record.declared_at, changed or 0) + every, None)
    at, _, post = last
    if audience == "customers" and (record.private or post.state in OVER):
        return None
    if post.next_at is None:
        return AudienceClock(audience, max(at, changed or 0) + every, at) if every else None
    if every and changed and at < changed and changed + every < post.next_at:
        return AudienceClock(audience, changed + every, at)
    return AudienceClock(audience, post.next_at, at, post.promise)


def _first_word(record: Record, policy: Policy) -> AudienceClock | None:
    """R33: customers hear something within ``acknowledge_public_within`` of the detection, where the severity asks for a public post."""
    if record.private or record.detected_at is None or not policy.severity(record.severity_name()).public_post:
        return None
    return AudienceClock("customers", record.detected_at + int(policy.acknowledge_public_within * SECOND), None)


def final_word_owed(record: Record) -> bool:
    """Whether customers still read of something that is over for those who responded (R33, R42): no post has said so to them."""
    last = record.last_update("public")
    ended = record.status == "closed" and not record.merged_into
    return ended and not record.private and record.drill is None and last is not None and last[2].state not in OVER


def said_over_too_soon(record: Record) -> bool:
    """Whether customers still read that it is over, of something that was reopened (R33, R42)."""
    last = record.last_update("public")
    back = record.live() and record.reopened_at is not None and not record.private and record.drill is None
    return back and last is not None and last[2].state in OVER


def next_updates(record: Record, policy: Policy) -> list[AudienceClock]:
    """The clocks of all audiences, once one of them was told anything: whatever is promised or owed next."""
    clocks = [clock for each in AUDIENCES if (clock := audience_clock(record, policy, each))]
    return clocks if any(clock.last is not None for clock in clocks) else []


def next_update_at(record: Record, policy: Policy) -> int | None:
    """When the next update for engineers is due, once there was one."""
    clock = audience_clock(record, policy, "engineers")
    return clock.due if clock and clock.last is not None else None
