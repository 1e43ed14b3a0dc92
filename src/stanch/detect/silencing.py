"""A signal that a person has acknowledged or silenced wakes nobody: until a moment, or until it clears (R1).

At its end it is judged anew. A silence until it clears ends with the clearing, so that a recurrence pages as any other.
"""

from collections.abc import Callable
from typing import Any, Literal

from stanch.detect import maintenance, rules
from stanch.detect.disposing import LIVE, dispose
from stanch.detect.rules import SignalDecision, Subject
from stanch.kernel.clock import iso
from stanch.timeline.facts.detect import SignalSilenced, SilenceEnded
from stanch.timeline.unit_of_work import UnitOfWork

How = Literal["acknowledged", "silenced"]
_END = "silence = '', silenced_by = '', silence_reason = '', silenced_at = NULL, silenced_until = NULL"


def begin(uow: UnitOfWork, row: dict[str, Any], how: How, reason: str, until: int | None) -> None:
    """From now on it wakes nobody. A signal within its hold stays there; the timeline of its incident gets an entry."""
    undecided = ", disposition = '', reason = '', decided_by = ''" if not row["incident"] else ""
    uow.tx.execute(
        f"UPDATE signals SET silence = :how, silenced_by = :by, silence_reason = :reason, silenced_at = :now, silenced_until = :until, "
        f"hold_until = NULL, acknowledged_by = CASE WHEN :how = 'acknowledged' THEN :by ELSE acknowledged_by END{undecided} "
        "WHERE fingerprint = :fingerprint",
        how=how,
        by=uow.actor.name,
        reason=reason,
        now=uow.now,
        until=until,
        fingerprint=row["fingerprint"],
    )
    if _live(uow, row["incident"]):
        facts = SignalSilenced(row["fingerprint"], row["name"], how, uow.actor.name, reason, until)
        uow.append(row["incident"], facts)


def copied(uow: UnitOfWork, row: dict[str, Any], incident: str) -> None:
    """A signal moves to another incident with its silence."""
    if row["silence"]:
        uow.append(
            incident,
            SignalSilenced(
                row["fingerprint"], row["name"], row["silence"], row["silenced_by"], row["silence_reason"], row["silenced_until"]
            ),
        )  # fmt: skip


def sentence(row: Any, called: Callable[[str], str] = str) -> str:
    """Who silenced it, until when and why, without a full stop; empty for a signal that is not silenced. ``called``: how people are called."""
    if not row["silence"]:
        return ""
    until = (
        f"until {iso(row['silenced_until'])[:16].replace('T', ' ')} UTC" if row["silenced_until"] else "until it clears"
    )
    return f"{row['silence']} by {called(row['silenced_by'])} {until}: {row['silence_reason']}"


def end(uow: UnitOfWork, row: dict[str, Any], subject: Subject, why: str) -> None:
    """The silence is over, and the signal is judged anew: what still fires pages as new (R2)."""
    lifted(uow, row)
    incident = row["incident"] if _live(uow, row["incident"]) else ""
    firing = row["state"] == "firing"
    if incident:
        uow.append(incident, SilenceEnded(row["fingerprint"], row["name"], why, firing))
    elif firing:
        fresh = dict(
            row,
            incident="",
            silence="",
            acknowledged_by="" if row["silence"] == "acknowledged" else row["acknowledged_by"],
        )
        again = maintenance.held_until(uow, row["service"]) or row["first_seen"] + rules.hold_of(subject, uow.policy)
        if again > uow.now:  # it started firing again just now: its own hold applies first
            uow.tx.execute(
                "UPDATE signals SET hold_until = :again, incident = '', disposition = '' WHERE fingerprint = :fingerprint",
                again=again, fingerprint=row["fingerprint"],
            )  # fmt: skip
        else:
            verdict = rules.still_firing(subject, 0, uow.policy, f"still firing when {_whose(row)} ended ({why})")
            dispose(uow, fresh, verdict, "rule")


def over(uow: UnitOfWork, row: dict[str, Any], why: str) -> None:
    """The silence ends without a new judgement, since a person has decided otherwise."""
    lifted(uow, row)
    if _live(uow, row["incident"]):
        uow.append(row["incident"], SilenceEnded(row["fingerprint"], row["name"], why))


def cleared(uow: UnitOfWork, row: dict[str, Any]) -> None:
    """It stopped firing: a silence until it clears is over; one until a moment goes on."""
    if row["silence"] and row["silenced_until"] is None:
        over(uow, row, "it cleared")


def noise(row: dict[str, Any]) -> SignalDecision:
    """What becomes of a signal that cleared while it was silenced and belonged to no incident."""
    return SignalDecision("noise", f"cleared while it was {sentence(row)}")


def lifted(uow: UnitOfWork, row: dict[str, Any]) -> None:
    """Take the silence off the signal's row; what was acknowledged by it is not any more."""
    taken = ", acknowledged_by = ''" if row["silence"] == "acknowledged" else ""
    uow.tx.execute(f"UPDATE signals SET {_END}{taken} WHERE fingerprint = :fingerprint", fingerprint=row["fingerprint"])


def _whose(row: dict[str, Any]) -> str:
    return f"the {'acknowledgement' if row['silence'] == 'acknowledged' else 'silence'} by {row['silenced_by']}"


def _live(uow: UnitOfWork, incident: str) -> bool:
    if not incident:
        return False
    return uow.tx.one(f"SELECT 1 AS yes FROM incidents WHERE id = :id AND status IN {LIVE}", id=incident) is not None
