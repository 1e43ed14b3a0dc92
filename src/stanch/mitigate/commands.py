"""Starting, undoing and listing mitigations; looking at the evidence."""

import hashlib
from typing import Annotated, Any

import msgspec

from stanch.kernel.clock import iso
from stanch.kernel.command import Done, command
from stanch.kernel.errors import Conflict, Invalid, NotFound
from stanch.kernel.ids import new_id
from stanch.kernel.policy import Mitigation
from stanch.mitigate.rules import warnings
from stanch.mitigate.toolkit import named, ranked_for
from stanch.timeline.desk import Desk
from stanch.timeline.entries import MitigationStarted
from stanch.timeline.record import Record

Confirmation = Annotated[
    str,
    msgspec.Meta(
        max_length=100,
        description=(
            "Any word of your own, new for each intended run: the same word twice is one run. On the CLI it is asked for."
        ),
    ),
]


class Mitigations(msgspec.Struct):
    """What can be done for this incident, ranked, with the reasons."""

    incident: str


@command("mitigations", Mitigations, group="mitigate", noun="mitigations", reading=True)
def mitigations(desk: Desk, asked: Mitigations) -> list[dict[str, Any]]:
    """R16: each with reversibility, blast radius, time to effect and to undo, and why it stands there."""
    return [
        {
            "place": r.place,
            "name": r.mitigation.name,
            "title": r.mitigation.title,
            "kind": r.mitigation.kind,
            "target": r.mitigation.target,
            "reversibility": r.mitigation.reversibility,
            "blast_radius": r.mitigation.blast_radius,
            "effect_seconds": r.effect_seconds,
            "undo_seconds": r.undo_seconds,
            "measured_runs": r.measured_runs,
            "reasons": r.reasons,
            "cautions": r.cautions,
        }
        for r in ranked_for(desk, desk.record(asked.incident))
    ]


class Mitigate(msgspec.Struct):
    """Start a mitigation. Without a confirmation it says what would happen and starts nothing."""

    incident: str
    mitigation: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    confirm: Confirmation = ""


@command("mitigate", Mitigate, group="mitigate", noun="mitigations", positional=("mitigation",))
def mitigate(desk: Desk, asked: Mitigate) -> Done:
    """R23: the confirmation names target, blast radius and undo. P4: at most one run for each confirmation."""
    record = desk.record(asked.incident)
    mitigation = named(record, desk.policy, asked.mitigation)
    if not record.live():
        raise Conflict(f"{asked.incident} is {record.status}.", hint="Reopen it first.")
    if not asked.confirm:
        raise Invalid(
            question(record, mitigation, desk.actor.name),
            field="confirm",
            hint="Repeat with --confirm and a word of your own.",
        )
    return _start(desk, record, mitigation, asked.confirm, undo_of="")


class Undo(msgspec.Struct):
    """Take a mitigation back."""

    incident: str
    run: Annotated[str, msgspec.Meta(description="The run to undo, such as run-1a2b3c4d5e; the newest by default.")] = (
        ""
    )
    confirm: Confirmation = ""


@command("undo", Undo, group="mitigate", noun="undos", positional=("run",))
def undo(desk: Desk, asked: Undo) -> Done:
    """R23: undo is a first-class action."""
    record = desk.record(asked.incident)
    done = [r for r in record.runs.values() if not r.undo_of and not r.undone_by]
    run = record.runs.get(asked.run) if asked.run else (done[-1] if done else None)
    if run is None:
        raise NotFound(f"{asked.incident} has no such mitigation to undo.")
    if run.undone_by:
        raise Conflict(f"{run.title} is undone already, by {run.undone_by}.")
    mitigation = named(record, desk.policy, run.mitigation)
    if not mitigation.undo:
        raise Conflict(f"'{run.title}' cannot be undone by stanch.", hint="The catalog declares no undo for it.")
    if not asked.confirm:
        raise Invalid(
            f"This undoes '{run.title}' on {run.target}: {recipe(mitigation.undo)}.",
            field="confirm",
            hint="Repeat with --confirm and a word of your own.",
        )
    return _start(desk, record, mitigation, asked.confirm, undo_of=run.run)


def question(record: Record, mitigation: Mitigation, actor: str) -> str:
    """What a person confirms: target, blast radius, undo, and what to think of first."""
    back = recipe(mitigation.undo) if mitigation.undo else "it cannot be undone by stanch"
    text = (
        f"'{mitigation.title}' acts on {mitigation.target} (blast radius: {mitigation.blast_radius}). To undo: {back}."
    )
    return " ".join([text, *warnings(record, actor)])


def recipe(arguments: dict[str, Any]) -> str:
    """Arguments of an adapter in one readable line."""
    argv = arguments.get("argv")
    if argv:
        return " ".join(argv)
    return " ".join(
        f"{key}={' '.join(value) if isinstance(value, list) else value}" for key, value in arguments.items()
    )


def _start(desk: Desk, record: Record, mitigation: Mitigation, confirm: str, undo_of: str) -> Done:
    """Numbered, because here a mistake runs something twice (P4).

    1. The confirmation is unique in the database: the second one finds the first one's run and starts nothing.
    2. ``MitigationStarted`` and the effect commit together.
    3. The engine leases the effect in a commit of its own before it runs anything; a crash after that is 'unknown'.
    """
    run = new_id("run")
    confirmation = hashlib.sha256(f"{record.id}\x1f{confirm}".encode()).hexdigest()
    inserted = desk.tx.execute(
        "INSERT INTO mitigation_runs (run, incident, service, mitigation, started_at, effect_seconds, outcome, confirmation) "
        "VALUES (:run, :incident, :service, :mitigation, :now, NULL, '', :confirmation) ON CONFLICT (confirmation) DO NOTHING",
        run=run,
        incident=record.id,
        service="" if undo_of else record.service,
        mitigation=mitigation.name,
        now=desk.now,
        confirmation=confirmation,
    )
    if not inserted:
        first = desk.tx.one("SELECT run, mitigation FROM mitigation_runs WHERE confirmation = :c", c=confirmation)
        assert first is not None
        return Done(
            f"That confirmation has started {first['mitigation']} already ({first['run']}); nothing more was started.",
            record.id,
            first["run"],
        )
    title = f"Undo: {mitigation.title}" if undo_of else mitigation.title
    desk.append(
        record.id,
        MitigationStarted(
            run,
            mitigation.name,
            title,
            mitigation.kind,
            mitigation.target,
            mitigation.blast_radius,
            "" if undo_of else recipe(mitigation.undo),
            mitigation.observe_seconds,
            undo_of,
        ),
    )
    payload = {"run": run, "mitigation": mitigation.name, "undo": bool(undo_of)}
    desk.effect(f"evidence:{run}", "evidence", record.id, payload)
    desk.effect(f"mitigation:{run}", "mitigation", record.id, payload)
    return Done(f"Started: {title} on {mitigation.target} ({run}).", record.id, run)


class ShowEvidence(msgspec.Struct):
    """The evidence that was captured beside each mitigation."""

    incident: str
    content: Annotated[bool, msgspec.Meta(description="With the content, not only names and digests.")] = False


@command("evidence", ShowEvidence, group="mitigate", noun="evidence", reading=True)
def evidence(desk: Desk, asked: ShowEvidence) -> list[dict[str, Any]]:
    """R24: content-addressed; the digest is checked each time it is shown."""
    desk.record(asked.incident)
    rows = desk.tx.all("SELECT * FROM evidence WHERE incident = :id ORDER BY captured_at, name", id=asked.incident)
    return [
        {
            "run": r["run"],
            "name": r["name"],
            "media_type": r["media_type"],
            "captured_at": iso(r["captured_at"]),
            "digest": r["digest"],
            "intact": hashlib.sha256(r["content"].encode()).hexdigest() == r["digest"],
            **({"content": r["content"]} if asked.content else {}),
        }
        for r in rows
    ]
