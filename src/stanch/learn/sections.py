"""The sections of a postmortem one by one, each with its version, for whoever edits it together with others (R46)."""

from typing import Annotated, Any, Literal

import msgspec

from stanch.kernel.command import command
from stanch.learn.postmortem import PARTS, TITLES
from stanch.learn.writing import as_typed
from stanch.timeline.record import Record
from stanch.timeline.unit_of_work import UnitOfWork


class Sections(msgspec.Struct):
    """The sections of a postmortem as they are edited, each with its version."""

    incident: str
    part: Annotated[
        Literal["", "summary", "impact", "factors", "whys", "lessons"],
        msgspec.Meta(description="Only this one; its ETag is what If-Match takes when it is written."),
    ] = ""


class Section(msgspec.Struct, frozen=True):
    """One of them. ``version``: the entry that wrote it last; 0: ``text`` is the draft from the record. ``by``: who wrote it last."""

    part: str
    title: str
    text: str
    version: int
    by: str

    def line(self) -> str:
        """For chat."""
        return f"{self.title}: {self.text or 'nothing yet'}"


def tag_of(uow: UnitOfWork, asked: Any) -> str:
    """The version of the one section that is asked for, such as ``summary-v17``."""
    return f"{asked.part}-v{_written(uow.record(asked.incident), asked.part)[0]}" if asked.part else ""


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
    return [
        Section(part, TITLES[part], as_typed(uow, record, part), *_written(record, part))
        for part in PARTS
        if asked.part in ("", part)
    ]


def _written(record: Record, part: str) -> tuple[int, str]:
    return record.written.get(part, (0, ""))
