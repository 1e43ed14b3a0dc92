"""A signal is added to an incident by hand: the only way into a private one, which attracts nothing from outside (P6)."""

from typing import Annotated

import msgspec

from stanch.detect.ahead import read_moved
from stanch.detect.disposing import attach
from stanch.detect.signals import set_timer
from stanch.kernel.command import Done, command
from stanch.kernel.errors import Conflict, NotFound
from stanch.timeline.unit_of_work import UnitOfWork


class Attach(msgspec.Struct):
    """Add a signal to an incident by hand."""

    incident: Annotated[str, msgspec.Meta(description="The incident, such as INC-1.", max_length=40)]
    fingerprint: Annotated[
        str,
        msgspec.Meta(
            min_length=1, max_length=500, description="The signal's fingerprint, as 'stanch signals' shows it."
        ),
    ]


@command(
    "attach",
    Attach,
    noun="attached-signals",
    positional=("fingerprint",),
    example="stanch attach INC-1 1a2b3c4d5e6f7a8b",
    ahead=read_moved,
)
def attach_by_hand(uow: UnitOfWork, asked: Attach) -> Done:
    """R1, P6: whoever sees the incident may do it. A signal of another incident stays there: it says nothing of where it would go."""
    record = uow.live(asked.incident)
    rows = uow.tx.all(
        "SELECT s.*, i.private AS private FROM signals s LEFT JOIN incidents i ON i.id = s.incident "
        "WHERE s.fingerprint = :fingerprint",
        fingerprint=asked.fingerprint,
    )
    if not uow.may_see(rows[0]["incident"] if rows else "", not rows or bool(rows[0]["private"])) or not rows:
        raise NotFound(
            f"There is no signal '{asked.fingerprint}'.", field="fingerprint", hint="'stanch signals' lists them."
        )
    row = dict(rows[0])
    if row["incident"] == record.id:
        raise Conflict(f"{row['name']} is part of {record.id} already.", field="fingerprint")
    if row["incident"]:
        raise Conflict(
            f"{row['name']} is part of {row['incident']}.",
            field="fingerprint",
            hint=f"'stanch triage {asked.fingerprint} ticket' takes it out there.",
        )
    uow.tx.execute(
        "UPDATE signals SET incident = :incident, disposition = 'incident', decided_by = :by, reason = :reason, hold_until = NULL "
        "WHERE fingerprint = :fingerprint",
        incident=record.id,
        by=uow.actor.name,
        reason=f"{uow.actor.name} added it by hand",
        fingerprint=row["fingerprint"],
    )
    attach(uow, record.id, row)
    set_timer(uow)
    return Done(f"{row['name']} is part of {record.id} now.", record.id, str(row["fingerprint"]))
