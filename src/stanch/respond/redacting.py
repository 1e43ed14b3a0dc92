"""Taking a secret or personal data out of the record (design, section 4)."""

import re
from typing import Annotated

import msgspec

from stanch.kernel.command import Done, command
from stanch.kernel.errors import Conflict, Denied, Invalid
from stanch.kernel.policy import ROLE_TITLES
from stanch.respond.commands import IncidentId
from stanch.respond.correcting import numbered
from stanch.timeline.entries import Entry, Facts
from stanch.timeline.facts.learn import PostmortemWritten
from stanch.timeline.record import Record
from stanch.timeline.redaction import copied_texts, redact, without
from stanch.timeline.unit_of_work import UnitOfWork


class Redact(msgspec.Struct):
    """Take the texts of an entry out for good: a secret, or personal data. Copies of them go as well."""

    incident: IncidentId
    position: Annotated[int, msgspec.Meta(ge=1, description="The number of the entry.")]
    reason: Annotated[
        str, msgspec.Meta(min_length=1, max_length=200, description="Why, without repeating what must go.")
    ]


@command(
    "redact",
    Redact,
    group="respond",
    noun="redactions",
    positional=("position", "reason"),
    example="stanch redact INC-1 12 'A password was pasted'",
)
def redact_entry(uow: UnitOfWork, asked: Redact) -> Done:
    """The Incident Commander or an administrator; who, when and why are an entry of their own."""
    record = uow.record(asked.incident)
    if not may_redact(record, uow):
        holder = record.holder("incident_commander") or "nobody yet"
        title = ROLE_TITLES["incident_commander"]
        raise Denied(f"Only the {title} ({holder}) or an administrator may redact.", hint="Ask one of them.")
    reason = asked.reason.strip()
    if not reason:
        raise Invalid("The reason is empty.", field="reason", hint="Say why, without repeating what must go.")
    entry = numbered(uow, record, asked.position, "position")
    entries = uow.entries(asked.incident)
    _check_texts(entry)
    _check_reason(reason, entry.facts)
    texts = copied_texts(entry.facts)
    copies = {x.position: without(x.facts, texts) for x in entries if x.position != entry.position}
    copies = {position: facts for position, facts in copies.items() if facts is not entries[position - 1].facts}
    copies |= {x.position: x.facts.redact() for x in _older_saves(entries, entry)}
    redact(uow, asked.incident, entry, reason, copies)
    also = f", and what {_listed(list(copies))} repeated of it" if copies else ""
    return Done(
        f"Entry {entry.position} is redacted{also}.{_look_at(uow, asked.incident, entry)} Whoever read it knows it still: a secret must be changed.",
        asked.incident,
        str(entry.position),
    )


def _older_saves(entries: list[Entry], entry: Entry) -> list[Entry]:
    """A part of the postmortem is saved each few seconds while it is typed: the saves that led to this one, which no page shows."""
    found: list[Entry] = []
    for x in reversed(entries[: entry.position - 1]):
        if not isinstance(x.facts, PostmortemWritten) or not isinstance(entry.facts, PostmortemWritten):
            break
        if (x.author, x.facts.part) != (entry.author, entry.facts.part):
            break
        found += [] if x.redacted else [x]
    return found


def may_redact(record: Record, uow: UnitOfWork) -> bool:
    """Whether whoever acts is an administrator or leads the response."""
    return uow.actor.admin or record.holder("incident_commander") == uow.actor.name


def redactable(entry: Entry) -> bool:
    """Whether it has texts that a redaction would remove."""
    return entry.facts.redact() != entry.facts


def _check_texts(entry: Entry) -> None:
    if redactable(entry):
        return
    if entry.redacted:
        raise Conflict(f"Entry {entry.position} is redacted already (entry {entry.redacted.entry}).", field="position")
    raise Invalid(
        f"Entry {entry.position} has no text: only states, numbers, and names by which others refer to it.",
        field="position",
        hint="Names of people who respond stay in the record.",
    )


def _check_reason(reason: str, facts: Facts) -> None:
    """The reason stays readable for good, so it must not say what it is about."""
    texts = " ".join(copied_texts(facts))
    if any(word in texts for word in _telling(reason)):
        raise Invalid(
            "The reason repeats a part of what must go.", field="reason", hint="Say what kind of thing it is."
        )


def _look_at(uow: UnitOfWork, incident: str, old: Entry) -> str:
    """Entries that share a word that could be the secret itself: a person must look at them."""
    words = {word for text in copied_texts(old.facts) for word in _telling(text)}
    sharing = [
        x.position
        for x in uow.entries(incident)
        if any(word in text for word in words for text in copied_texts(x.facts))
    ]
    if not sharing:
        return ""
    return f" Look at {_listed(sharing)} too: the same words stand there."


def _telling(text: str) -> set[str]:
    """Words that may be a secret: of six characters or more, with a digit or an @ among them."""
    return {word for word in re.findall(r"[^\s'\"(),;]{6,}", text) if re.search(r"[0-9@]", word)}


def _listed(positions: list[int]) -> str:
    shown = ", ".join(str(each) for each in positions[:20]) + (" ..." if len(positions) > 20 else "")
    return f"{'entry' if len(positions) == 1 else 'entries'} {shown}"
