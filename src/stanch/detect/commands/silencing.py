"""Commands that acknowledge or silence a signal, until a moment or until it clears (R1)."""

from typing import Annotated, Any

import msgspec

from stanch.db.locks import Lock
from stanch.detect import silencing
from stanch.detect.ahead import read_moved
from stanch.detect.commands.signals import signal_of
from stanch.detect.signals import set_timer, subject_of
from stanch.kernel.clock import DAY, MINUTE
from stanch.kernel.command import Done, command
from stanch.kernel.errors import Conflict, Invalid
from stanch.kernel.moments import given_moment
from stanch.prepare.called import called_by
from stanch.timeline.unit_of_work import UnitOfWork

LONGEST = 366 * DAY
Fingerprint = Annotated[
    str, msgspec.Meta(max_length=1000, description="The signal's fingerprint, as 'stanch signals' shows it.")
]
Reason = Annotated[str, msgspec.Meta(max_length=2_000, description="Why; it is shown while it lasts.")]
Until = Annotated[str, msgspec.Meta(max_length=100, description="A moment; until it clears by default.")]
Minutes = Annotated[int, msgspec.Meta(ge=0, le=LONGEST // MINUTE, description="So many from now, in place of 'until'.")]


class Hold(msgspec.Struct):
    """For which signal, why, and for how long."""

    fingerprint: Fingerprint
    reason: Reason
    until: Until = ""
    minutes: Minutes = 0


class Silence(Hold):
    """A signal wakes nobody for now: until a moment, or until it clears. Then it is judged anew."""


@command(
    "silence",
    Silence,
    noun="silences",
    positional=("fingerprint", "reason"),
    example="stanch silence k/1a2b3c4d 'The disk is being replaced' --minutes 120",
)
def silence(uow: UnitOfWork, asked: Silence) -> Done:
    """R1: known, and nobody is to be woken for it."""
    return _begin(uow, asked, "silenced")


class TakeSignal(Hold):
    """Say that you look after a signal: it wakes nobody until a moment, or until it clears. Then it is judged anew."""


@command(
    "ack-signal",
    TakeSignal,
    noun="signal-acknowledgements",
    positional=("fingerprint", "reason"),
    example="stanch ack-signal k/1a2b3c4d 'I restart the importer' --minutes 30",
)
def ack_signal(uow: UnitOfWork, asked: TakeSignal) -> Done:
    """R1: somebody has it, before it is an incident or within one."""
    return _begin(uow, asked, "acknowledged")


class Unsilence(msgspec.Struct):
    """End what was silenced or acknowledged: the signal is judged anew now, and pages if it still fires."""

    fingerprint: Fingerprint


@command(
    "unsilence",
    Unsilence,
    noun="ended-silences",
    positional=("fingerprint",),
    example="stanch unsilence k/1a2b3c4d",
    ahead=read_moved,
)
def unsilence(uow: UnitOfWork, asked: Unsilence) -> Done:
    """R1."""
    uow.tx.one_at_a_time(Lock.FOLDING)
    row = signal_of(uow, asked.fingerprint)
    if not row["silence"]:
        raise Conflict(f"{row['name']} is not silenced.", hint="'stanch signals' says what became of it.")
    silencing.end(uow, row, subject_of(uow, row), f"{uow.actor.name} ended it")
    set_timer(uow)
    after = "It is judged anew." if row["state"] == "firing" else "It does not fire now."
    return Done(f"{row['name']} is not {row['silence']} any more. {after}", row["incident"])


def _begin(uow: UnitOfWork, asked: Hold, how: silencing.How) -> Done:
    uow.tx.one_at_a_time(Lock.FOLDING)  # no signal is judged between the read and the silence
    row = signal_of(uow, asked.fingerprint)
    reason = " ".join(asked.reason.split())
    if not reason:
        raise Invalid(
            "Say why nobody is woken for it.", field="reason", hint="One sentence; it is shown while it lasts."
        )
    until = _until(uow, asked)
    if until is None and row["state"] != "firing":
        raise Conflict(
            f"{row['name']} does not fire, so it cannot be {how} until it clears.", field="until", hint="Name a moment."
        )
    silencing.begin(uow, row, how, reason, until)
    set_timer(uow)
    fresh: dict[str, Any] = signal_of(uow, asked.fingerprint)
    return Done(f"{row['name']} is {silencing.sentence(fresh, called_by(uow.policy))}.", row["incident"])


def _until(uow: UnitOfWork, asked: Hold) -> int | None:
    if asked.until and asked.minutes:
        raise Invalid("Give a moment or minutes, not both.", field="until")
    if asked.minutes:
        return uow.now + asked.minutes * MINUTE
    if not asked.until:
        return None
    at = given_moment(asked.until, "until")
    if at <= uow.now:
        raise Invalid(f"{asked.until} has passed.", field="until", hint="Leave it out to silence it until it clears.")
    if at > uow.now + LONGEST:
        raise Invalid("A silence lasts a year at most.", field="until", hint="Change the rule that sends it instead.")
    return at
