"""The command that lists playbooks."""

from typing import Annotated

import msgspec

from stanch.kernel.command import command
from stanch.kernel.errors import NotFound
from stanch.kernel.filling import incident_id
from stanch.prepare.playbooks.evidence import suggested
from stanch.prepare.playbooks.library import playbooks
from stanch.timeline.unit_of_work import UnitOfWork


class Playbooks(msgspec.Struct):
    """The first moves for six shapes that incidents come in: the list, one of them, or those that fit an incident."""

    playbook: Annotated[str, msgspec.Meta(max_length=200, description="One playbook, whole.")] = ""
    fits: Annotated[str, msgspec.Meta(max_length=50, description="An incident: only what fits it, and why.")] = ""


class PlaybookRow(msgspec.Struct, frozen=True):
    """A playbook of the list. ``reason``: why it may fit the incident that was asked about."""

    playbook: str
    title: str
    first: str
    reason: str = ""

    def line(self) -> str:
        """For chat."""
        return " · ".join(word for word in (f"{self.playbook}: {self.title}", self.reason, self.first) if word)


class Playbook(msgspec.Struct, frozen=True):
    """A playbook, whole."""

    playbook: str
    title: str
    text: str

    def line(self) -> str:
        """For chat."""
        return f"{self.title}\n{self.text}"


@command("playbooks", Playbooks, positional=("playbook",), reading=True, example="stanch playbooks --fits INC-1")
def show_playbooks(uow: UnitOfWork, asked: Playbooks) -> list[PlaybookRow] | Playbook:
    """R6. An unknown name is answered with the known ones; a private incident is unknown to who may not see it."""
    known = playbooks()
    if asked.playbook:
        book = known.get(asked.playbook)
        if book is None:
            raise NotFound(
                f"There is no playbook '{asked.playbook}'.", field="playbook", hint=f"Known: {', '.join(known)}."
            )
        return Playbook(book.name, book.title, book.text)
    if asked.fits:
        fitting = suggested(uow, uow.record(incident_id(asked.fits)))
        return [_row(book.name, found.reason) for book, found in fitting]
    return [_row(name) for name in known]


def _row(name: str, reason: str = "") -> PlaybookRow:
    book = playbooks()[name]
    return PlaybookRow(name, book.title, book.parts["First"][0], reason)
