"""Listing, trying, starting and undoing mitigations; looking at the evidence."""

import hashlib
from typing import Annotated, Any

import msgspec

from stanch.kernel.command import Done, command
from stanch.kernel.errors import Conflict, Denied, Invalid, NotFound
from stanch.kernel.ids import new_id
from stanch.kernel.policy import Mitigation
from stanch.mitigate.history import likeness
from stanch.mitigate.ranking.rank import Ranked
from stanch.mitigate.rules import may_start, recipe, warnings
from stanch.mitigate.survey import Tool, action_key, digest, newest, tools
from stanch.mitigate.timeboxes import not_as_agreed
from stanch.mitigate.toolkit import named, ranked_for
from stanch.timeline.facts.mitigate import MitigationStarted
from stanch.timeline.record import Record
from stanch.timeline.run import Run
from stanch.timeline.unit_of_work import UnitOfWork

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Confirmation = Annotated[
    str,
    msgspec.Meta(
        max_length=100,
        description=(
            "Any word of your own, new for each intended run: the same word twice is one run. On the CLI it is asked for."
        ),
    ),
]


class Mitigate(msgspec.Struct):
    """Start a mitigation. Without a confirmation it says what would happen and starts nothing."""

    incident: str
    mitigation: Name
    confirm: Confirmation = ""
    seen: Annotated[
        str,
        msgspec.Meta(
            max_length=64, description="Its 'seen' in the list: refused when it would do something else by now."
        ),
    ] = ""
    hypothesis: Annotated[str, msgspec.Meta(max_length=100, description="The hypothesis that it rests on.")] = ""
    timebox: Annotated[
        str,
        msgspec.Meta(
            max_length=100,
            description="The time-box whose fallback it is: not started when it would do something else than was agreed.",
        ),
    ] = ""


@command("mitigate", Mitigate, noun="mitigations", positional=("mitigation",), example="stanch mitigate INC-1 rollback")
def mitigate(uow: UnitOfWork, asked: Mitigate) -> Done:
    """R23: the confirmation names target, blast radius and undo. P4: at most one run for each confirmation."""
    record = uow.live(asked.incident)
    if asked.confirm and (started := _started_by(uow, record, asked.confirm, mitigation=asked.mitigation)):
        return started
    if asked.confirm and (refused := not_as_agreed(uow, record, asked.timebox, asked.mitigation, asked.seen)):
        return refused
    tool = named(uow, record, asked.mitigation)
    if refusal := may_start(record, tool.mitigation, uow.actor.name):
        raise Denied(f"{refusal}.", hint="Ask one of them, or take the role.")
    if asked.seen and asked.seen != digest(tool.mitigation):
        raise Conflict(
            f"'{tool.mitigation.title}' is not what you saw: by now it does {recipe(tool.mitigation.run)}.",
            hint="Look at it again; nothing was started.",
        )
    if asked.hypothesis and asked.hypothesis not in record.hypotheses:
        raise Invalid(f"{asked.incident} has no hypothesis '{asked.hypothesis}'.", field="hypothesis")
    if asked.timebox and asked.timebox not in record.timeboxes:
        raise Invalid(f"{asked.incident} has no time-box '{asked.timebox}'.", field="timebox")
    if not asked.confirm:
        ranked = next((r for r in ranked_for(uow, record) if r.mitigation.name == tool.mitigation.name), None)
        raise Invalid(
            question(record, tool.mitigation, uow.actor.name, ranked),
            field="confirm",
            hint="Repeat with --confirm and a word of your own.",
            repeat={"seen": digest(tool.mitigation)},
        )
    leading = record.leading()
    behind = asked.hypothesis or (leading.hypothesis if leading else "")
    return _start(uow, record, tool, asked.confirm, tool.mitigation.run, hypothesis=behind, timebox=asked.timebox)


class Undo(msgspec.Struct):
    """Take a mitigation back."""

    incident: str
    run: Annotated[str, msgspec.Meta(description="The run to undo, such as run-1a2b3c4d5e; the newest by default.")] = (
        ""
    )
    confirm: Confirmation = ""


@command("undo", Undo, noun="undos", positional=("run",), example="stanch undo INC-1")
def undo(uow: UnitOfWork, asked: Undo) -> Done:
    """R23: undo is a first-class action. It puts back what was found, where the adapter knows it."""
    record = uow.record(asked.incident)
    if asked.confirm and (started := _started_by(uow, record, asked.confirm, undo_of=asked.run)):
        return started
    run = to_undo(record, asked.run)
    tool, arguments = undoing(uow, record, run)
    if refusal := may_start(record, tool.mitigation, uow.actor.name):
        raise Denied(f"{refusal}.", hint="Ask one of them, or take the role.")
    if not asked.confirm:
        raise Invalid(
            f"This undoes '{run.title}' on {run.target}: {recipe(arguments)}.",
            field="confirm",
            hint="Repeat with --confirm and a word of your own.",
        )
    return _start(uow, record, tool, asked.confirm, arguments, undo_of=run.run)


def to_undo(record: Record, name: str) -> Run:
    """The run that is to be taken back: the named one, else the newest that is still in place. Raises ``Problem``."""
    in_place = [
        r
        for r in record.runs.values()
        if not r.undo_of and not r.undone_by and (r.ok is not False or r.undo) and r.changed
    ]
    run = record.runs.get(name) if name else (in_place[-1] if in_place else None)
    if run is None or run.undo_of:
        raise NotFound(f"{record.id} has no such mitigation to undo.")
    if run.undone_by:
        raise Conflict(f"{run.title} is undone already, by {run.undone_by}.")
    if not run.answered:
        raise Conflict(
            f"{run.title} is still running.", hint="Undo it when its answer is there, or is given up as unknown."
        )
    return run


def undoing(uow: UnitOfWork, record: Record, run: Run) -> tuple[Tool, dict[str, Any]]:
    """How a run is taken back: what the adapter found before it, else what the catalog declared when it was started.

    It goes where the run went, under the run's title, whatever is offered under its name by now; who may start it is what
    the catalog says today.
    """
    row = uow.tx.one("SELECT * FROM mitigation_runs WHERE run = :run", run=run.run)
    arguments = msgspec.json.decode(row["undo"]) if row else {}
    if row is None or not run.changed or not arguments:
        why = "It changed nothing." if not run.changed else "The catalog declares no undo for it."
        raise Conflict(f"'{run.title}' cannot be undone by stanch.", hint=why)
    key = action_key(row["service"], run.mitigation)
    at_hand = tools(record, uow.policy, newest(uow, record.id))
    now = next((tool.mitigation for tool in at_hand if tool.key() == key), None)
    if now is None:  # the catalog has changed, or it is not offered any more: what was done can still be taken back
        now = Mitigation(run.mitigation, run.title, row["kind"], row["adapter"], run.target, {})
    adapter = row["adapter"] or now.adapter
    return Tool(
        msgspec.structs.replace(now, title=run.title, adapter=adapter, target=run.target), row["service"]
    ), arguments


def question(record: Record, mitigation: Mitigation, actor: str, ranked: Ranked | None = None) -> str:
    """What a person confirms: target, blast radius, undo, and what to think of first."""
    undo = recipe(mitigation.undo) or "stanch puts back what it found"
    back = undo if mitigation.reversible() else "it cannot be undone by stanch"
    reach = f", {ranked.reach()}" if ranked and ranked.extent else ""
    text = f"'{mitigation.title}' acts on {mitigation.target} (blast radius: {mitigation.blast_radius}{reach}). To undo: {back}."
    first = f"First make sure: {'; '.join(mitigation.needs)}." if mitigation.needs else ""
    lost = f"It destroys: {'; '.join(mitigation.destroys)}." if mitigation.destroys else ""
    cautions = f"Caution: {'; '.join(ranked.cautions)}." if ranked and ranked.cautions else ""
    return " ".join(part for part in (text, first, lost, cautions, *warnings(record, actor)) if part)


def _confirmation(record: Record, confirm: str) -> str:
    return hashlib.sha256(f"{record.id}\x1f{confirm}".encode()).hexdigest()


def _started_by(
    uow: UnitOfWork, record: Record, confirm: str, *, mitigation: str = "", undo_of: str = ""
) -> Done | None:
    """The run that this confirmation has started already, whatever is offered under its name by now (P4).

    ``mitigation``: what is to be started; empty: something is to be undone, the run ``undo_of`` where it is named. Raises
    ``Conflict`` where the confirmation has started something else: nobody means an undo by the word that started it.
    """
    first = uow.tx.one(
        "SELECT run, service, mitigation, undo_of FROM mitigation_runs WHERE confirmation = :c",
        c=_confirmation(record, confirm),
    )
    if first is None:
        return None
    run = record.runs.get(first["run"])
    title = run.title if run else first["mitigation"]
    names = {first["mitigation"], action_key(first["service"], first["mitigation"]), run.mitigation if run else ""}
    same = mitigation in names if mitigation else undo_of in ("", first["undo_of"])
    if bool(first["undo_of"]) == bool(mitigation) or not same:
        raise Conflict(
            f"'{confirm}' has confirmed something else before: '{title}' ({first['run']}). Nothing was started.",
            hint="Repeat with another word.",
        )
    return Done(
        f"That confirmation has started '{title}' already ({first['run']}); nothing more was started.",
        record.id,
        first["run"],
    )


def _start(
    uow: UnitOfWork,
    record: Record,
    tool: Tool,
    confirm: str,
    arguments: dict[str, Any],
    *,
    undo_of: str = "",
    hypothesis: str = "",
    timebox: str = "",
) -> Done:
    """Numbered, because here a mistake runs something twice (P4).

    1. The confirmation is unique in the database: the second one finds the first one's run and starts nothing.
    2. Two people with two confirmations: the second one is told that it is running already.
    3. ``MitigationStarted`` and the effect, with what will run in it, commit together.
    4. The engine leases the effect in a commit of its own before it runs anything; a crash after that is 'unknown'.
    """
    mitigation, run = tool.mitigation, new_id("run")
    title = f"Undo: {mitigation.title}" if undo_of else mitigation.title
    if not _confirmed_first(uow, record, tool, run, confirm, undo_of):
        name = "" if undo_of else mitigation.runs_as or mitigation.name
        first = _started_by(uow, record, confirm, mitigation=name, undo_of=undo_of)
        assert first is not None
        return first
    _refuse_second_run(record, title, mitigation.target)
    back = "" if undo_of else recipe(mitigation.undo) or ("puts back what it finds" if mitigation.own_undo else "")
    started = MitigationStarted(
        run, mitigation.name, title, mitigation.kind, mitigation.target, mitigation.blast_radius, back,
        mitigation.observe_seconds, undo_of, hypothesis, timebox,
    )  # fmt: skip
    uow.append(record.id, started)
    payload = {
        "run": run,
        "mitigation": mitigation.name,
        "adapter": mitigation.adapter,
        "arguments": arguments,
        "undo_of": undo_of,
    }
    if record.drill is not None:
        return Done(f"Simulated by the drill: {title} ({run}). Nothing real is touched.", record.id, run)
    uow.effect(f"evidence:{run}", "evidence", record.id, payload)
    uow.effect(f"mitigation:{run}", "mitigation", record.id, payload)
    return Done(f"Started: {title} on {mitigation.target} ({run}).", record.id, run)


def _refuse_second_run(record: Record, title: str, target: str) -> None:
    for other in record.runs.values():
        if other.title == title and other.target == target and not other.answered:
            raise Conflict(
                f"'{title}' is being run already: {other.by} started it ({other.run}).", hint="Wait for its answer."
            )


def _confirmed_first(uow: UnitOfWork, record: Record, tool: Tool, run: str, confirm: str, undo_of: str) -> bool:
    """Keep the run under its confirmation. False: that confirmation has started another one already."""
    mitigation = tool.mitigation
    return bool(
        uow.tx.execute(
            "INSERT INTO mitigation_runs (run, incident, service, mitigation, started_at, effect_seconds, outcome, confirmation, "
            "kind, adapter, target, undo_of, undo, likeness) VALUES (:run, :incident, :service, :mitigation, :now, NULL, '', "
            ":confirmation, :kind, :adapter, :target, :undo_of, :undo, :likeness) ON CONFLICT (confirmation) DO NOTHING",
            run=run,
            incident=record.id,
            service=tool.service,
            mitigation=mitigation.runs_as or mitigation.name,
            now=uow.now,
            confirmation=_confirmation(record, confirm),
            kind=mitigation.kind,
            adapter=mitigation.adapter,
            target=mitigation.target,
            undo_of=undo_of,
            undo="{}" if undo_of else msgspec.json.encode(mitigation.undo).decode(),
            likeness=msgspec.json.encode(likeness(record)).decode(),
        )
    )
