"""The sections of a postmortem one by one, each with its version, for whoever edits it together with others (R46)."""

from typing import Annotated, Any
from urllib.parse import quote

import msgspec

from stanch.kernel.command import command
from stanch.learn.layout import COMPUTED, layout, written_part
from stanch.learn.writing import as_typed
from stanch.timeline.record import Record
from stanch.timeline.unit_of_work import UnitOfWork


class Sections(msgspec.Struct):
    """The sections of a postmortem as they are edited, each with its version."""

    incident: str
    part: Annotated[
        str,
        msgspec.Meta(max_length=200, description="Only this one; its ETag is what If-Match takes when it is written."),
    ] = ""


class Section(msgspec.Struct, frozen=True):
    """One of them. ``version``: the entry that wrote it last; 0: ``text`` is the draft from the record. ``by``: who wrote it last.

    ``hint``: what to write there.
    """

    part: str
    title: str
    text: str
    version: int
    by: str
    hint: str = ""

    def line(self) -> str:
        """For chat."""
        return f"{self.title}: {self.text or 'nothing yet'}"


def tag_of(uow: UnitOfWork, asked: Any) -> str:
    """The version of the one section that is asked for, such as ``summary-v17``."""
    if not asked.part:
        return ""
    record = uow.record(asked.incident)
    part = written_part(asked.part, uow.policy, record)
    # A header holds ASCII only; the key of an own section may be in any script.
    return f"{quote(part)}-v{_written(record, part)[0]}"


@command(
    "sections",
    Sections,
    group="learn",
    noun="sections",
    positional=("part",),
    reading=True,
    example="stanch sections INC-1 summary",
    tag=tag_of,
)
def sections(uow: UnitOfWork, asked: Sections) -> list[Section]:
    """In the order of the document."""
    record = uow.record(asked.incident)
    only = written_part(asked.part, uow.policy, record) if asked.part else ""
    return [
        Section(x.part, x.shown(), as_typed(uow, record, x.part), *_written(record, x.part), x.hint)
        for x in layout(uow.policy, record)
        if x.part not in COMPUTED and only in ("", x.part)
    ]


class PostmortemTemplate(msgspec.Struct):
    """The sections that every postmortem has here, in their order: those of your template, and the parts of the gate."""


class TemplateSection(msgspec.Struct, frozen=True):
    """``source``: template or built in. ``kind``: gate, own, or computed from the record. ``hint``: what to write there."""

    part: str
    title: str
    kind: str
    source: str
    hint: str

    def line(self) -> str:
        """For chat."""
        return f"{self.title} ({self.kind}, {self.source})"


@command("postmortem-template", PostmortemTemplate, reading=True, example="stanch postmortem-template")
def postmortem_template(uow: UnitOfWork, asked: PostmortemTemplate) -> list[TemplateSection]:
    """R46: seen before the first postmortem is written by it."""
    return [
        TemplateSection(
            x.part, x.shown(), "computed" if x.part in COMPUTED else "own" if x.own else "gate",
            "template" if x.title else "built in", x.hint,
        )
        for x in layout(uow.policy)
    ]  # fmt: skip


def _written(record: Record, part: str) -> tuple[int, str]:
    return record.written.get(part, (0, ""))
