"""Writing the postmortem, and what was learned."""

from typing import Annotated

import msgspec

from stanch.communicate.wording.vocabulary import of_policy
from stanch.kernel.command import Done, command
from stanch.kernel.errors import Conflict, Invalid
from stanch.learn.blameless import Hint, hints
from stanch.learn.completeness.gap import Gap
from stanch.learn.completeness.of_record import gaps_of
from stanch.learn.figures.factors import proposed
from stanch.learn.layout import written_part
from stanch.learn.postmortem import PARTS
from stanch.learn.sections import tag_of
from stanch.learn.writing import write, write_as_typed
from stanch.timeline.facts.learn import Part, PostmortemDecided, PostmortemPublished, part_name
from stanch.timeline.record import Record
from stanch.timeline.unit_of_work import UnitOfWork

Whole = Annotated[str, msgspec.Meta(max_length=50_000)]
Entries = Annotated[list[Whole], msgspec.Meta(max_length=500)]


class Postmortem(msgspec.Struct):
    """Write parts of the postmortem, ask for a full one, or publish it. 'stanch export INC-1' reads it."""

    incident: str
    part: Annotated[
        str,
        msgspec.Meta(
            max_length=200,
            description="One part: summary, impact, factors, whys, lessons, or a section of your own template by key or title.",
        ),
    ] = ""
    text: Annotated[Whole, msgspec.Meta(description="Its text; of a list one entry a line.")] = ""
    base: Annotated[
        Whole | None,
        msgspec.Meta(
            description="With part and text: the text that yours started from. What others wrote since is merged with yours, which is saved letter for letter."
        ),
    ] = None
    save: Annotated[
        str,
        msgspec.Meta(
            max_length=100,
            description="With base: a name of your own for this save; what you wrote under it is never written twice.",
        ),
    ] = ""
    summary: Whole | None = None
    impact: Whole | None = None
    factors: Annotated[Entries | None, msgspec.Meta(description="The contributing factors, all of them.")] = None
    whys: Annotated[Entries | None, msgspec.Meta(description="The why-chain, in its order.")] = None
    lessons: Whole | None = None
    confirm: Annotated[list[Part], msgspec.Meta(max_length=5, description="Parts that are right as drafted.")] = []
    seen: Annotated[
        list[Whole],
        msgspec.Meta(
            max_length=10, description="The texts that a form showed: a part that still reads so is left alone."
        ),
    ] = []
    publish: Annotated[bool, msgspec.Meta(description="Publish it; refused while it is incomplete.")] = False
    override: Annotated[
        str, msgspec.Meta(max_length=2_000, description="Publish it as it is, with this reason, which is kept.")
    ] = ""
    request: Annotated[
        str, msgspec.Meta(max_length=2_000, description="Ask for a full postmortem, with the reason.")
    ] = ""


@command(
    "postmortem",
    Postmortem,
    positional=("part", "text"),
    example="stanch postmortem INC-1 summary 'Release v2 failed three of ten checkouts'",
    tag=tag_of,
)
def postmortem(uow: UnitOfWork, asked: Postmortem) -> Done:
    """R43, R46: anyone may ask for one; an incomplete one is not published."""
    record = uow.record(asked.incident)
    if record.drill is not None:
        raise Conflict(
            f"{record.id} is a drill: it has a debrief and no postmortem.",
            hint=f"'stanch debrief {record.id}' shows it.",
        )
    part = written_part(asked.part, uow.policy, record) if asked.part else ""
    if asked.base is not None and part:
        typed = write_as_typed(uow, record, part, asked.text, asked.base, asked.save)
        return Done(f"Postmortem of {asked.incident}: {'saved' if typed else 'nothing new to save'}.", asked.incident)
    given = _given(asked, part)
    publish = asked.publish or bool(asked.override)
    if not (given or asked.confirm or publish or asked.request):
        found = gaps_of(uow, record)
        return Done(f"{asked.incident}: " + (f"missing: {_told(found)}" if found else "complete") + ".", asked.incident)
    if asked.request:
        uow.append(
            asked.incident,
            PostmortemDecided("postmortem", [*record.postmortem_reasons, f"{uow.actor.name} asked: {asked.request}"]),
        )
    written = write(uow, record, given, asked.confirm, asked.seen)
    if publish:
        _publish(uow, record, asked.override.strip())
    done = [*([f"{', '.join(map(part_name, written))} saved"] if written else []), *(["published"] if publish else [])]
    done += ["a full one is due"] if asked.request else []
    return Done(f"Postmortem of {asked.incident}: {'; '.join(done) or 'nothing new to save'}.", asked.incident)


def _publish(uow: UnitOfWork, record: Record, override: str) -> None:
    """R46: an incomplete one is published with a reason only, and the entry keeps what was missing."""
    if record.status != "closed":
        raise Conflict(f"{record.id} is {record.status}.", hint="Close it first.")
    found = gaps_of(uow, record)
    if found and not override:
        raise Conflict(
            f"Not complete: {_told(found)}.",
            hint=f"Write the rest, then publish; or publish it as it is, with a reason: 'stanch postmortem {record.id} --override REASON'.",
        )
    uow.append(record.id, PostmortemPublished(override if found else "", [gap.what for gap in found]))


def _told(found: list[Gap]) -> str:
    return "; ".join(f"{gap.what} ({gap.why})" for gap in found)


def _given(asked: Postmortem, named: str) -> dict[str, str | list[str]]:
    """The parts that were given, by name. Raises ``Invalid`` for one without text."""
    given: dict[str, str | list[str]] = {part: value for part in PARTS if (value := getattr(asked, part)) is not None}
    if named:
        if not asked.text.strip() and named not in asked.confirm:
            raise Invalid("The text is empty.", field="text", hint="Write it, or confirm the draft.")
        given[named] = asked.text
    return given


class Review(msgspec.Struct):
    """What keeps a postmortem from being published, and what to reword so that it blames nobody. Nothing is changed."""

    incident: str


class ProposedKind(msgspec.Struct, frozen=True):
    """A factor that names no kind yet, and the one that its words suggest."""

    factor: str
    kind: str


class Reviewed(msgspec.Struct, frozen=True):
    """``gaps``: it is published without them, or with a reason. ``wording`` and ``kinds``: suggestions, which block nothing."""

    gaps: list[Gap]
    wording: list[Hint]
    kinds: list[ProposedKind]

    def line(self) -> str:
        """For chat."""
        missing = "; ".join(gap.what for gap in self.gaps)
        reword = "; ".join(f"'{hint.text}'" for hint in self.wording)
        return f"Missing: {missing or 'nothing'}. To reword: {reword or 'nothing'}."


@command("review", Review, group="learn", noun="review", reading=True, example="stanch review INC-1")
def review(uow: UnitOfWork, asked: Review) -> Reviewed:
    """R44, R46: completeness by structure, language by the rules of blameless wording."""
    record = uow.record(asked.incident)
    proposals = [(factor, proposed(factor)) for factor in record.lists.get("factors", [])]
    kinds = [ProposedKind(factor, f"#{kind}") for factor, kind in proposals if kind]
    return Reviewed(gaps_of(uow, record), hints(record, of_policy(uow.policy)), kinds)
