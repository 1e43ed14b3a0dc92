"""Signals: what came in, what became of each, and how a person changes that (R1)."""

from typing import Annotated, Any, Literal

import msgspec

from stanch.detect import rules, silencing
from stanch.detect.ahead import read_moved, title_of
from stanch.detect.disposing import attach, dispose
from stanch.detect.signal_tickets import told_of
from stanch.detect.signals import set_timer
from stanch.kernel.answers import Moment
from stanch.kernel.clock import HOUR
from stanch.kernel.command import Done, command
from stanch.kernel.errors import Conflict, NotFound
from stanch.kernel.filling import incident_id
from stanch.prepare.called import called_by
from stanch.timeline.facts.detect import Declared, Merged, SignalDetached
from stanch.timeline.unit_of_work import UnitOfWork


class Signals(msgspec.Struct):
    """The newest signals, what became of each, and why."""

    limit: Annotated[int, msgspec.Meta(ge=1, le=1000, description="How many, newest first.")] = 50
    disposition: Annotated[
        str,
        msgspec.Meta(
            description="Only these: incident, ticket, noise, held, or silenced (by hand, also acknowledged)."
        ),
    ] = ""
    service: Annotated[str, msgspec.Meta(max_length=200, description="Only of this service.")] = ""
    origin: Annotated[str, msgspec.Meta(max_length=200, description="Only by this key.")] = ""
    state: Annotated[Literal["", "firing", "resolved"], msgspec.Meta(description="Only firing, or only resolved.")] = ""
    why: Annotated[str, msgspec.Meta(max_length=1000, description="Only with exactly this reason.")] = ""


class SignalRow(msgspec.Struct, frozen=True):
    """A signal and what became of it. ``from``: the key by which it came. ``silence``: by whom, until when and why it wakes nobody.

    ``ticket``: of normal work, where it is filed; empty for everything else.
    """

    fingerprint: str
    name: str
    service: str
    severity: str
    summary: str
    state: str
    disposition: str
    reason: str
    decided_by: str
    incident: str
    repeats: int
    flapping: bool
    acknowledged_by: str
    silence: str
    ticket: str
    origin: str = msgspec.field(name="from")
    starts_at: Moment
    last_seen: Moment

    def line(self) -> str:
        """For chat."""
        words = (
            self.name,
            self.service,
            self.state,
            self.disposition,
            self.incident,
            self.ticket,
            self.reason,
            self.silence,
        )
        return " · ".join(word for word in words if word)


@command("signals", Signals, reading=True, example="stanch signals --limit 20")
def list_signals(uow: UnitOfWork, asked: Signals) -> list[SignalRow]:
    """Signals (R1). Those of a private incident one may not see are left out (P6)."""
    wanted = {
        "disposition": asked.disposition, "service": asked.service, "intake_key": asked.origin, "state": asked.state, "reason": asked.why
    }  # fmt: skip
    silenced = wanted["disposition"] == "silenced"
    wanted = {column: value for column, value in wanted.items() if value and not (silenced and column == "disposition")}
    tests = [f"s.{column} = :{column}" for column in wanted] + (["s.silence <> ''"] if silenced else [])
    # Within the query: how many of the asked number are left would tell that there are others (P6).
    seen = "(COALESCE(i.private, 0) = 0 OR :admin = 1 OR m.person IS NOT NULL)"
    rows = uow.tx.all(
        "SELECT s.*, COALESCE(i.private, 0) AS private FROM signals s LEFT JOIN incidents i ON i.id = s.incident "
        "LEFT JOIN members m ON m.incident = s.incident AND m.person = :person "
        f"WHERE {' AND '.join([seen, *tests])} ORDER BY s.last_seen DESC LIMIT :limit",
        **{
            "limit": asked.limit,
            "person": uow.actor.name,
            "admin": int(uow.actor.admin),
            **wanted,
            **({"disposition": ""} if wanted.get("disposition") == "held" else {}),
        },
    )
    called = called_by(uow.policy)
    return [
        SignalRow(
            r["fingerprint"], r["name"], r["service"], r["severity"], r["summary"], r["state"],
            r["disposition"] or "held", r["reason"], r["decided_by"], r["incident"], r["repeats"],
            rules.is_flapping(r["turns"], uow.policy) and uow.now - r["turns_since"] < HOUR,
            r["acknowledged_by"], silencing.sentence(r, called), told_of(uow, r["fingerprint"]) if r["disposition"] == "ticket" else "",
            r["intake_key"], r["starts_at"], r["last_seen"],
        )
        for r in rows
        if uow.may_see(r["incident"], bool(r["private"]))
    ]  # fmt: skip


class Triage(msgspec.Struct):
    """Decide by hand what a signal is: an incident, a ticket (normal work) or noise."""

    fingerprint: Annotated[str, msgspec.Meta(description="The signal's fingerprint, as 'stanch signals' shows it.")]
    disposition: Literal["incident", "ticket", "noise"]
    reason: Annotated[str, msgspec.Meta(description="Why; kept with the signal.")] = ""


@command(
    "triage",
    Triage,
    noun="signals",
    positional=("fingerprint", "disposition"),
    example="stanch triage 1a2b3c4d5e6f7a8b ticket --reason 'Can wait until tomorrow'",
    ahead=read_moved,
)
def triage(uow: UnitOfWork, asked: Triage) -> Done:
    """Turn a signal into another disposition (R1)."""
    row = signal_of(uow, asked.fingerprint)
    reason = asked.reason or f"{uow.actor.name} decided"
    if row["silence"]:  # what a person decides now stands in its place
        silencing.over(uow, row, f"{uow.actor.name} decided anew")
        row = signal_of(uow, asked.fingerprint)
    incident = dispose(uow, row, rules.SignalDecision(asked.disposition, reason), uow.actor.name)
    set_timer(uow)
    where = f" {incident}" if incident else ""
    if asked.disposition == "ticket":
        return Done(f"{row['name']} is normal work now: {told_of(uow, row['fingerprint'])}.")
    return Done(
        f"{row['name']} is now {'an' if asked.disposition == 'incident' else ''} {asked.disposition}{where}.".replace(
            "  ", " "
        ),
        incident,
    )


class Merge(msgspec.Struct):
    """Two incidents are one: its signals move to the other, and this one ends here."""

    incident: Annotated[str, msgspec.Meta(description="The incident that ends, such as INC-2.", max_length=40)]
    into: Annotated[str, msgspec.Meta(description="The incident that goes on, such as INC-1.", max_length=40)]
    reason: Annotated[str, msgspec.Meta(max_length=2_000)] = ""


@command(
    "merge",
    Merge,
    positional=("into",),
    example="stanch merge INC-2 INC-1 --reason 'The same release'",
    ahead=read_moved,
)
def merge(uow: UnitOfWork, asked: Merge) -> Done:
    """R1: nobody answers the same thing twice. Pages of the one that ends stop, since it is no longer live."""
    into = incident_id(asked.into)
    source, target = uow.record(asked.incident), uow.record(into)
    if source.id == target.id:
        raise Conflict(f"{source.id} cannot be merged into itself.", field="into")
    if source.private != target.private:
        raise Conflict("A private and an open incident cannot be merged.", hint="Copy over what may be known.")
    for each in (source, target):
        uow.live(each.id)
    for row in uow.tx.all("SELECT * FROM signals WHERE incident = :incident", incident=source.id):
        attach(uow, target.id, dict(row))
        silencing.copied(uow, dict(row), target.id)
    uow.tx.execute("UPDATE signals SET incident = :into WHERE incident = :source", into=target.id, source=source.id)
    uow.append(target.id, Merged(source=source.id, reason=asked.reason))
    uow.append(source.id, Merged(into=target.id, reason=asked.reason))
    return Done(f"{source.id} is merged into {target.id}.", target.id)


class Split(msgspec.Struct):
    """This signal is a thing of its own: it leaves its incident and becomes another."""

    fingerprint: Annotated[str, msgspec.Meta(description="The signal's fingerprint, as 'stanch signals' shows it.")]
    reason: Annotated[str, msgspec.Meta(max_length=2_000, description="Why; kept in both timelines.")] = ""


@command(
    "split",
    Split,
    noun="splits",
    positional=("fingerprint",),
    example="stanch split 1a2b3c4d5e6f7a8b --reason 'Another service'",
    ahead=read_moved,
)
def split(uow: UnitOfWork, asked: Split) -> Done:
    """R1: the new incident pages as any other; both timelines say why."""
    row = signal_of(uow, asked.fingerprint)
    if not row["incident"]:
        raise Conflict(f"{row['name']} belongs to no incident.", hint="'stanch triage' makes it one.")
    earlier = row["incident"]
    if row["silence"]:
        silencing.lifted(uow, row)
        row = signal_of(uow, asked.fingerprint)
    reason = asked.reason or f"split from {earlier}"
    fresh = uow.open(
        Declared(title_of(uow.policy, row), str(row["service"]), row["starts_at"], uow.record(earlier).private, reason)
    )
    attach(uow, fresh, row)
    uow.append(earlier, SignalDetached(row["fingerprint"], row["name"], asked.reason, fresh))
    uow.tx.execute(
        "UPDATE signals SET incident = :incident, reason = :reason, decided_by = :by WHERE fingerprint = :fingerprint",
        incident=fresh, reason=reason, by=uow.actor.name, fingerprint=row["fingerprint"],
    )  # fmt: skip
    return Done(f"{row['name']} is now {fresh}.", fresh)


def signal_of(uow: UnitOfWork, fingerprint: str) -> dict[str, Any]:
    """A signal that one may see. Raises ``NotFound``, the same for one of a private incident (P6)."""
    row = uow.tx.one("SELECT * FROM signals WHERE fingerprint = :fingerprint", fingerprint=fingerprint)
    if row is not None and row["incident"]:
        try:
            uow.record(row["incident"])
        except NotFound:
            row = None
    if row is None:
        raise NotFound(f"There is no signal {fingerprint}.", hint="'stanch signals' lists them.")
    return dict(row)


class Replay(msgspec.Struct):
    """Read kept bodies again that could not be read, after the sender's format or its mapping was put right."""

    post: Annotated[int, msgspec.Meta(ge=0, description="The number of one kept body; 0 for all.")] = 0
    key: Annotated[str, msgspec.Meta(max_length=200, description="Only those that came by this integration key.")] = ""


@command("replay", Replay, noun="replays", positional=("post",), example="stanch replay --key alertmanager")
def replay(uow: UnitOfWork, asked: Replay) -> Done:
    """P8: nothing is lost, so it can be tried again. Moments count from when a body was received."""
    some = (
        "state = 'unparsable'"
        + (" AND id = :id" if asked.post else "")
        + (" AND intake_key = :key" if asked.key else "")
    )
    values = {**({"id": asked.post} if asked.post else {}), **({"key": asked.key} if asked.key else {})}
    found = uow.tx.one(f"SELECT COUNT(*) AS n FROM intake WHERE {some}", **values)
    if not found or not found["n"]:
        raise NotFound("There is no such body that could not be read.", hint="The signals page lists them.")
    uow.tx.execute(f"UPDATE intake SET state = 'new', note = '' WHERE {some}", **values)
    uow.tx.after_commit(uow.application.received)
    return Done(f"{found['n']} {'body is' if found['n'] == 1 else 'bodies are'} read again.")
