"""Contributing without being known, and reading it as the one who leads the postmortem (R44)."""

from typing import Annotated

import msgspec

from stanch.kernel.command import Done, command
from stanch.kernel.errors import Conflict, Denied, Invalid
from stanch.kernel.ids import new_id
from stanch.learn.confidential.rules import FEWEST, next_day, today, took_part
from stanch.prepare.known_people import same_person
from stanch.prepare.oncall.people import contact_key
from stanch.respond.commands import IncidentId
from stanch.timeline.record import Record, fold
from stanch.timeline.unit_of_work import UnitOfWork


class Contribute(msgspec.Struct):
    """Tell what you know of an incident that you took part in, without anybody being able to tell that it was you."""

    incident: IncidentId
    text: Annotated[
        str, msgspec.Meta(min_length=1, max_length=10_000, description="In words that do not give you away.")
    ]


@command(
    "contribute",
    Contribute,
    noun="contributions",
    positional=("text",),
    example="stanch contribute INC-1 'The alert had been silenced for weeks, because it was never right'",
    secret=True,  # an Idempotency-Key would keep the moment, and a digest of the words
)
def contribute(uow: UnitOfWork, asked: Contribute) -> Done:
    """R44: kept are the words, the incident and the day. It is in no timeline, and of an author nothing is stored anywhere."""
    text = asked.text.strip()
    if not text:
        raise Invalid("There is nothing to tell.", field="text", hint="Write what the others should know.")
    if uow.source == "chat":
        raise Invalid(
            "A line in a chat shows who wrote it.", field="text", hint="Write it on the page, or at a terminal."
        )
    entries = uow.entries(asked.incident)
    record = fold(entries)
    contacts = uow.policy.contacts
    people = {contact_key(contacts, name) or name.casefold() for name in took_part(record, entries)}
    if (contact_key(contacts, uow.actor.name) or uow.actor.name.casefold()) not in people:
        raise Denied(f"Only who took part in {record.id} contributes to its postmortem.", hint="Tell somebody who did.")
    if len(people) < FEWEST:
        count = "Only one person" if len(people) == 1 else f"Only {len(people)} people"
        raise Conflict(
            f"{count} took part in {record.id}: whoever reads it would know who wrote it.",
            hint="Nothing was kept. Write it into the postmortem under your name, or talk to who leads it.",
        )
    known = uow.tx.one(
        "SELECT 1 AS yes FROM contributions WHERE incident = :id AND text = :text", id=record.id, text=text
    )
    if not known:
        uow.tx.execute(
            "INSERT INTO contributions (id, incident, day, text) VALUES (:key, :id, :day, :text)",
            key=new_id("told"), id=record.id, day=today(uow.now), text=text,
        )  # fmt: skip
        uow.timer("contributions", next_day(uow.now))
    return Done(
        "It is kept without your name. Whoever leads the postmortem reads it from tomorrow (UTC) on.", record.id
    )


class Contributions(msgspec.Struct):
    """What people told without being known, for whoever leads the postmortem."""

    incident: IncidentId


class Contribution(msgspec.Struct, frozen=True):
    """What one person told. Two of one day may be one person's, or not."""

    day: str
    text: str

    def line(self) -> str:
        """For chat, where others read along: nothing of it."""
        return f"{self.day}: something was told in confidence. It is read on the page, or at a terminal."


@command("contributions", Contributions, reading=True, example="stanch contributions INC-1")
def contributions(uow: UnitOfWork, asked: Contributions) -> list[Contribution]:
    """R44: by the day, and within it in an order that says nothing. Those of today are not shown yet."""
    record = uow.record(asked.incident)
    if not leads(uow, record):
        raise Denied(
            f"Only who leads the postmortem of {record.id} reads what was told in confidence.",
            hint=f"That is {record.facilitator}." if record.facilitator else "'stanch plan' says who leads it.",
        )
    rows = uow.tx.all(
        "SELECT day, text FROM contributions WHERE incident = :id AND day < :today ORDER BY day, id",
        id=record.id,
        today=today(uow.now),
    )
    return [Contribution(row["day"], row["text"]) for row in rows]


def leads(uow: UnitOfWork, record: Record) -> bool:
    """Whether whoever asks leads the postmortem."""
    return bool(record.facilitator) and same_person(uow, record.facilitator, uow.actor.name)
