"""What people may ask about signals, probes and deploys."""

from typing import Annotated, Any, Literal

import msgspec

from stanch.detect import changes, rules, signals
from stanch.kernel.clock import iso, parse_moment
from stanch.kernel.command import Done, command
from stanch.kernel.errors import Invalid, NotFound
from stanch.ports import Change
from stanch.timeline.desk import Desk


class Signals(msgspec.Struct):
    """The newest signals, what became of each, and why."""

    limit: Annotated[int, msgspec.Meta(ge=1, le=1000, description="How many, newest first.")] = 50
    disposition: Annotated[str, msgspec.Meta(description="Only these: incident, ticket, noise or held.")] = ""


@command("signals", Signals, group="detect", noun="signals", reading=True)
def list_signals(desk: Desk, asked: Signals) -> list[dict[str, Any]]:
    """Signals (R1). Those of a private incident one may not see are left out (P6)."""
    where = "" if not asked.disposition else "WHERE s.disposition = :disposition"
    rows = desk.tx.all(
        "SELECT s.*, COALESCE(i.private, 0) AS private FROM signals s LEFT JOIN incidents i ON i.id = s.incident "
        f"{where} ORDER BY s.last_seen DESC LIMIT :limit",
        limit=asked.limit,
        **({"disposition": asked.disposition.replace("held", "")} if asked.disposition else {}),
    )
    return [
        {
            "fingerprint": r["fingerprint"],
            "name": r["name"],
            "service": r["service"],
            "severity": r["severity"],
            "summary": r["summary"],
            "state": r["state"],
            "disposition": r["disposition"] or "held",
            "reason": r["reason"],
            "decided_by": r["decided_by"],
            "incident": r["incident"],
            "repeats": r["repeats"],
            "from": r["intake_key"],
            "starts_at": iso(r["starts_at"]),
            "last_seen": iso(r["last_seen"]),
        }
        for r in rows
        if desk.may_see(r["incident"], bool(r["private"]))
    ]


class Triage(msgspec.Struct):
    """Decide by hand what a signal is: an incident, a ticket (normal work) or noise."""

    fingerprint: Annotated[str, msgspec.Meta(description="The signal's fingerprint, as 'stanch signals' shows it.")]
    disposition: Literal["incident", "ticket", "noise"]
    reason: Annotated[str, msgspec.Meta(description="Why; kept with the signal.")] = ""


@command("triage", Triage, group="detect", noun="signals", positional=("fingerprint", "disposition"))
def triage(desk: Desk, asked: Triage) -> Done:
    """Turn a signal into another disposition (R1)."""
    row = desk.tx.one("SELECT * FROM signals WHERE fingerprint = :fingerprint", fingerprint=asked.fingerprint)
    if row is None:
        raise NotFound(f"There is no signal {asked.fingerprint}.", hint="'stanch signals' lists them.")
    if row["incident"]:
        desk.record(row["incident"])
    reason = asked.reason or f"{desk.actor.name} decided"
    incident = signals.dispose(desk, dict(row), rules.Verdict(asked.disposition, reason), desk.actor.name)
    signals.set_timer(desk)
    where = f" {incident}" if incident else ""
    return Done(
        f"{row['name']} is now {'an' if asked.disposition == 'incident' else ''} {asked.disposition}{where}.".replace(
            "  ", " "
        ),
        incident,
    )


class Deploy(msgspec.Struct):
    """Record that a release went out, so that it is known when symptoms begin shortly after."""

    service: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    release: Annotated[str, msgspec.Meta(min_length=1, max_length=200, description="The version that is now running.")]
    previous: Annotated[str, msgspec.Meta(description="The version before.")] = ""
    irreversible: Annotated[bool, msgspec.Meta(description="It cannot be rolled back cleanly.")] = False
    reason: Annotated[str, msgspec.Meta(description="What makes it irreversible, such as a dropped column.")] = ""
    at: Annotated[str, msgspec.Meta(description="When it went out; now by default.")] = ""


@command("deploy", Deploy, group="detect", noun="deploys", positional=("service", "release"))
def deploy(desk: Desk, asked: Deploy) -> Done:
    """Record a deploy (R17)."""
    try:
        at = parse_moment(asked.at) if asked.at else desk.now
    except ValueError as error:
        raise Invalid(str(error), field="at") from None
    reversible = not asked.irreversible
    change = Change(
        asked.service, asked.release, at, previous=asked.previous, reversible=reversible, reason=asked.reason
    )
    identity = changes.record(desk, change, desk.actor.name)
    return Done(f"Recorded: {asked.service} runs {asked.release} since {iso(at)}.", id=identity)


class Probes(msgspec.Struct):
    """The built-in probes and what each saw last."""


@command("probes", Probes, group="detect", noun="probes", reading=True)
def list_probes(desk: Desk, _asked: Probes) -> list[dict[str, Any]]:
    """Probes (R13)."""
    return [
        {
            "probe": r["probe"],
            "service": r["service"],
            "ok": bool(r["ok"]),
            "failures": r["failures"],
            "detail": r["detail"],
            "checked_at": iso(r["checked_at"]),
            "took_ms": r["took_ms"],
        }
        for r in desk.tx.all("SELECT * FROM probe_results ORDER BY probe")
    ]
