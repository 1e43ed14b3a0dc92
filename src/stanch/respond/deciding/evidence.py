"""What speaks for and against a hypothesis (R36). One transaction each."""

import re
from typing import Annotated, Literal

import msgspec

from stanch.kernel.command import Done, command
from stanch.kernel.errors import Conflict, Invalid, NotFound
from stanch.respond.commands import IncidentId, Line
from stanch.timeline.facts.deciding import EvidenceStated
from stanch.timeline.record import Record
from stanch.timeline.unit_of_work import UnitOfWork

MOST_CITED = 50
Cites = Annotated[
    str, msgspec.Meta(max_length=500, description="Numbers of entries that it rests on, such as '12, 14'.")
]
Which = Annotated[
    str, msgspec.Meta(max_length=100, description="The hypothesis, such as H1; the leading one by default.")
]


class _CitedText(msgspec.Struct):
    incident: IncidentId
    text: Line
    hypothesis: Which = ""
    cites: Cites = ""


class For(_CitedText):
    """State what speaks for a hypothesis, citing entries."""


class Against(_CitedText):
    """State what speaks against a hypothesis, citing entries."""


@command(
    "for",
    For,
    noun="evidence-for",
    positional=("text",),
    example="stanch for INC-1 'Errors began with v2' --cites 12,14",
)
def evidence_for(uow: UnitOfWork, asked: For) -> Done:
    """R36: what supports it is an entry of its own."""
    return _state(uow, asked, "for")


@command(
    "against",
    Against,
    noun="evidence-against",
    positional=("text",),
    example="stanch against INC-1 'Zone-a runs v1 and fails too'",
)
def evidence_against(uow: UnitOfWork, asked: Against) -> Done:
    """R36: what contradicts it is worth more."""
    return _state(uow, asked, "against")


def _state(uow: UnitOfWork, asked: _CitedText, stance: Literal["for", "against"]) -> Done:
    record = uow.record(asked.incident)
    text = asked.text.strip()
    if not text:
        raise Invalid("There is no evidence.", field="text", hint="Say what you see.")
    identity = which(record, asked.hypothesis)
    uow.append(record.id, EvidenceStated(identity, stance, text, _cited(record, asked.cites)))
    return Done(f"Noted {stance} {identity}: {record.hypotheses[identity].text}", record.id, identity)


def which(record: Record, name: str) -> str:
    """A hypothesis by its id, the leading one by default. Raises ``Problem`` that says which there are."""
    if not name:
        leading = record.leading()
        if leading is None:
            raise Conflict("No hypothesis leads.", field="hypothesis", hint="Name one, or state one first.")
        return leading.hypothesis
    found = name.strip().upper()
    if found not in record.hypotheses:
        known = ", ".join(record.hypotheses) or "none is stated yet"
        raise NotFound(f"{record.id} has no hypothesis '{name}'.", field="hypothesis", hint=f"Known: {known}.")
    return found


def _cited(record: Record, text: str) -> list[int]:
    """The numbers of entries in a text, each once. Raises ``Invalid`` for what is no entry."""
    words = [word.removeprefix("#") for word in re.split(r"[,;\s]+", text.strip()) if word]
    for word in words:
        known = word.isascii() and word.isdecimal() and len(word) < 9 and 0 < int(word) <= record.entries
        if not known:
            raise Invalid(
                f"{record.id} has no entry '{word[:40]}'.",
                field="cites",
                hint=f"'stanch show {record.id}' numbers them, from 1 to {record.entries}.",
            )
    if len(words) > MOST_CITED:
        raise Invalid(f"At most {MOST_CITED} entries are cited.", field="cites")
    return list(dict.fromkeys(int(word) for word in words))
