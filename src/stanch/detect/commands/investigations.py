"""Investigations: a triage that nobody has declared yet, under a one-hour clock (R5), and its three questions (R14)."""

from typing import Annotated

import msgspec

from stanch.kernel.answers import Moment
from stanch.kernel.clock import spell
from stanch.kernel.command import Done, command
from stanch.kernel.errors import Conflict
from stanch.kernel.filling import title_of
from stanch.prepare.known_people import known_person
from stanch.timeline.facts.detect import TRIAGE_QUESTIONS, Concluded, Investigating, TriageAnswered, TriageQuestion
from stanch.timeline.unit_of_work import UnitOfWork

IncidentId = Annotated[str, msgspec.Meta(description="The investigation or incident, such as INC-1.", max_length=40)]


class Investigate(msgspec.Struct):
    """Look into something that may be nothing. Nobody is paged; after an hour you are asked to declare or say why not."""

    title: Annotated[str, msgspec.Meta(min_length=1, max_length=300, description="What looks odd, in a few words.")]
    service: Annotated[str, msgspec.Meta(max_length=200)] = ""
    owner: Annotated[str, msgspec.Meta(max_length=200, description="Who looks into it; you by default.")] = ""
    private: Annotated[bool, msgspec.Meta(description="Only you and admins see it.")] = False


@command(
    "investigate",
    Investigate,
    noun="investigations",
    positional=("title",),
    example="stanch investigate 'Latency in zone-b looks odd' --service shop",
)
def investigate(uow: UnitOfWork, asked: Investigate) -> Done:
    """R5: it has a number and a timeline from the start, so that declaring loses nothing."""
    title = title_of(asked.title, "Say in a few words what looks odd.")
    owner = known_person(uow, asked.owner, "owner")
    incident = uow.open(Investigating(title, asked.service, owner, asked.private))
    if asked.private:
        uow.admit(incident, owner)
    hint = f"'stanch declare TITLE --investigation {incident}' makes it an incident."
    return Done(f"{incident}: {owner} looks into it.", incident, hint=hint)


class Conclude(msgspec.Struct):
    """End an investigation that was no incident, and say what it was."""

    incident: IncidentId
    text: Annotated[str, msgspec.Meta(min_length=1, max_length=2_000, description="What it was.")]


@command(
    "conclude",
    Conclude,
    noun="conclusion",
    positional=("text",),
    example="stanch conclude INC-1 'A load test that nobody had announced'",
)
def conclude(uow: UnitOfWork, asked: Conclude) -> Done:
    """R1: it ends in one disposition too."""
    record = uow.record(asked.incident)
    if record.status != "investigating":
        raise Conflict(f"{record.id} is {record.status}.", hint="Only an investigation is concluded.")
    uow.append(record.id, Concluded(asked.text.strip()))
    return Done(f"{record.id} was no incident: {asked.text.strip()}", record.id)


class AnswerTriage(msgspec.Struct):
    """Answer one of the three questions of triage: is it real, how bad is it, who needs to be involved?"""

    incident: IncidentId
    question: TriageQuestion
    text: Annotated[str, msgspec.Meta(min_length=1, max_length=2_000)]


@command(
    "answer",
    AnswerTriage,
    noun="answers",
    positional=("question", "text"),
    example="stanch answer INC-1 real 'Yes: three customers say the same'",
)
def answer(uow: UnitOfWork, asked: AnswerTriage) -> Done:
    """R14: each answer is an entry; a later one replaces it, and both stay in the timeline."""
    record = uow.record(asked.incident)
    uow.append(record.id, TriageAnswered(asked.question, asked.text.strip()))
    left = [text for key, text in TRIAGE_QUESTIONS.items() if key not in record.answers]
    return Done("Noted." + (f" Still open: {' '.join(left)}" if left else " All three are answered."), record.id)


class Investigations(msgspec.Struct):
    """Investigations that are neither declared nor concluded."""


class InvestigationRow(msgspec.Struct, frozen=True):
    """An investigation under way, and what its questions were answered with."""

    id: str
    title: str
    service: str
    owner: str
    since: Moment
    age: str
    answers: dict[str, str]

    def line(self) -> str:
        """For chat."""
        return f"{self.id} · {self.title} · {self.owner} looks into it for {self.age}"


def investigating(uow: UnitOfWork) -> list[str]:
    """The investigations that one may see, the newest first."""
    rows = uow.tx.all("SELECT id, private FROM incidents WHERE status = 'investigating' ORDER BY number DESC LIMIT 200")
    return [row["id"] for row in rows if uow.may_see(row["id"], bool(row["private"]))]


@command("investigations", Investigations, reading=True, example="stanch investigations")
def investigations(uow: UnitOfWork, _asked: Investigations) -> list[InvestigationRow]:
    """R5. Only those that one may see (P6)."""
    found = uow.records(investigating(uow))
    return [
        InvestigationRow(
            record.id, record.title, record.service, record.owner, record.detected_at or 0,
            spell(uow.now - (record.detected_at or uow.now)), record.answers,
        )
        for record in found
    ]  # fmt: skip
