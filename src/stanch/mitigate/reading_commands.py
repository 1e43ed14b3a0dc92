"""Reading commands: the ranked mitigations, what each would change, and the captured evidence."""

from typing import Annotated

import msgspec

from stanch.kernel.answers import Moment
from stanch.kernel.command import command
from stanch.kernel.errors import Conflict
from stanch.mitigate import dry_runs
from stanch.mitigate.commands import Name
from stanch.mitigate.evidence import store as evidence_store
from stanch.mitigate.ranking.rank import Ranked
from stanch.mitigate.ranking.value import Term
from stanch.mitigate.rules import Waiting, waiting
from stanch.mitigate.survey import digest
from stanch.mitigate.toolkit import named, ranked_for
from stanch.ports import Extent, Failed
from stanch.timeline.unit_of_work import UnitOfWork


class Mitigations(msgspec.Struct):
    """What can be done for this incident, ranked, with the reasons."""

    incident: str


class MitigationRow(msgspec.Struct, frozen=True):
    """A mitigation at its place. ``seen``: its fingerprint, to be sent with the order that starts it.

    ``terms`` add up to ``score``, in minutes of harm that customers are spared. ``standing``: supported, a safe guess or
    unsupported. While a run is watched the first line is ``wait``: ``wait_until`` says until when, ``run`` for which.
    """

    place: int
    name: str
    seen: str
    title: str
    why: str
    would_move: str
    kind: str
    service: str
    adapter: str
    target: str
    reversibility: str
    blast_radius: str
    reach: str
    effect_seconds: float
    effect_worst_seconds: float | None
    measured_runs: int
    undo_seconds: float
    undo_worst_seconds: float | None
    measured_undos: int
    reversible_by_stanch: bool
    needs: list[str]
    destroys: list[str]
    users_lose: str
    reasons: list[str]
    cautions: list[str]
    offered_by: str
    score: float = 0.0
    chance: float = 0.0
    standing: str = ""
    terms: list[Term] = []
    wait_until: Moment | None = None
    run: str = ""

    def line(self) -> str:
        """For chat."""
        return f"{self.place}. {self.name}: {self.title} · {self.why}"


@command(
    "mitigations",
    Mitigations,
    reading=True,
    example="stanch mitigations INC-1",
    nothing=(
        "No mitigation is declared or offered for this incident. Declare one under 'mitigations' of a service that it affects: "
        "docs/how-to/mitigations.md."
    ),
)
def mitigations(uow: UnitOfWork, asked: Mitigations) -> list[MitigationRow]:
    """R16: each with reversibility, blast radius, time to effect and to undo, why it stands there, and what would move it."""
    record = uow.record(asked.incident)
    rows = [_row(ranked) for ranked in ranked_for(uow, record)]
    wait = waiting(record, uow.now) if record.live() else None
    if wait is None or not rows:
        return rows
    return [_wait(wait), *(msgspec.structs.replace(row, place=row.place + 1) for row in rows)]


def _wait(wait: Waiting) -> MitigationRow:
    """The first line while a run is watched: nothing that could be started."""
    move = "Then it is measured whether that helped."
    return MitigationRow(
        1, "wait", "", wait.title(), wait.why(), move, "wait", "", "", wait.run.target, "instant", "component", "touches nothing",
        0.0, None, 0, 0.0, None, 0, True, [], [], "", [wait.why()], [], "", wait_until=wait.until, run=wait.run.run,
    )  # fmt: skip


def _row(r: Ranked) -> MitigationRow:
    m = r.mitigation
    return MitigationRow(
        r.place,
        m.name,
        digest(m),
        m.title,
        r.why,
        r.would_move,
        m.kind,
        r.service,
        m.adapter,
        m.target,
        m.reversibility,
        m.blast_radius,
        r.reach(),
        r.effect.seconds,
        r.effect.worst,
        r.effect.count,
        r.undo.seconds,
        r.undo.worst,
        r.undo.count,
        m.reversible(),
        m.needs,
        m.destroys,
        m.users_lose,
        r.reasons,
        r.cautions,
        r.offered_by,
        r.score,
        round(r.chance, 3),
        r.standing,
        r.terms,
    )


class DryRun(msgspec.Struct):
    """What a mitigation would change, asked of the real system now. Changes nothing."""

    incident: str
    mitigation: Name


class WouldChange(msgspec.Struct, frozen=True):
    """What a mitigation would change. ``objections``: why it would be refused, or is dangerous now; ``cautions``: what to know."""

    mitigation: str
    target: str
    would: str
    extent: Extent | None
    objections: list[str]
    cautions: list[str]

    def line(self) -> str:
        """For chat."""
        return " · ".join([f"{self.mitigation} on {self.target}: {self.would}", *self.objections, *self.cautions])


@command(
    "dry-run",
    DryRun,
    noun="dry-runs",
    positional=("mitigation",),
    reading=True,
    example="stanch dry-run INC-1 rollback",
)
def dry_run(uow: UnitOfWork, asked: DryRun) -> WouldChange:
    """R22: each action has a dry run. ``objections``: why it would be refused, or is dangerous now."""
    record = uow.record(asked.incident)
    tool = named(uow, record, asked.mitigation)
    if record.drill is not None:
        raise Conflict(
            "In a drill mitigations are simulated: there is no real system to ask.", hint="Start it, and watch."
        )
    mitigator = uow.application.world.mitigators.get(tool.mitigation.adapter)
    if mitigator is None:
        raise Conflict(f"No adapter '{tool.mitigation.adapter}' is configured.", hint="See 'stanch doctor'.")
    try:
        preview = dry_runs.preview(uow, mitigator, tool.mitigation)
    except Failed as failed:
        raise Conflict(f"The dry run failed: {failed.detail}.", hint="Nothing was changed.") from None
    return WouldChange(
        tool.mitigation.name, tool.mitigation.target, preview.text, preview.extent, preview.objections, preview.cautions
    )


class ShowEvidence(msgspec.Struct):
    """The evidence that was captured beside each mitigation."""

    incident: str
    content: Annotated[bool, msgspec.Meta(description="With the content of texts, not only names and digests.")] = False


class EvidenceRow(msgspec.Struct, frozen=True, omit_defaults=True):
    """A piece of evidence. ``intact``: it is still what was captured. ``content``: only of texts, and only when asked for."""

    run: str
    name: str
    media_type: str
    captured_at: Moment
    digest: str
    bytes: int
    intact: bool
    content: str | None = None
    redacted: bool = False

    def line(self) -> str:
        """For chat."""
        state = " · redacted" if self.redacted else "" if self.intact else " · NOT what was captured"
        return f"{self.name} · {self.bytes} bytes{state}"


@command("evidence", ShowEvidence, reading=True, example="stanch evidence INC-1")
def evidence(uow: UnitOfWork, asked: ShowEvidence) -> list[EvidenceRow]:
    """R24: content-addressed; the digest is checked each time it is shown. ``evidence.zip`` beside it is the whole bundle."""
    uow.record(asked.incident)
    shown = []
    for row in evidence_store.of(uow, asked.incident):
        found = evidence_store.content(uow, asked.incident, row["digest"]) or b""
        text = asked.content and not row["media_type"].startswith("image/png")
        shown.append(
            EvidenceRow(
                row["run"], row["name"], row["media_type"], row["captured_at"], row["digest"], row["size"],
                evidence_store.intact(found, row["digest"]), found.decode("utf-8", "replace") if text else None,
                found == evidence_store.REDACTED,
            )
        )  # fmt: skip
    return shown
