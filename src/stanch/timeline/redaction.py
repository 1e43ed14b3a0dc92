"""Redaction (design, section 4): texts of an entry go for good, and with them the copies of those texts.

The order makes it whole: the entry that says it is appended first, and its reactions remove what their features copied
from the old facts, which can still be read then; last the facts are replaced. All of it is one transaction.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from stanch.timeline import store
from stanch.timeline.entries import Entry, Facts
from stanch.timeline.facts.respond import Redacted
from stanch.timeline.facts.statement import REDACTED, REFERENCES, redacted
from stanch.timeline.unit_of_work import UnitOfWork

# Shorter texts and single plain words are not searched for: they occur in unrelated sentences.
SHORTEST_COPY = 6
# Titles, receipts and outputs that are repeated elsewhere are cut at these lengths.
CUT_AT = (500, 300, 200)


def redact(uow: UnitOfWork, incident: str, entry: Entry, reason: str, copies: Mapping[int, Facts]) -> None:
    """Redact an entry, and where others repeated its texts: ``copies`` holds what is left of those, by position."""
    remains = [(entry.position, entry.facts.redact(), reason, 0)]
    remains += [(at, left, f"it repeated entry {entry.position}", entry.position) for at, left in copies.items()]
    said = [
        (uow.append(incident, store.redacting(uow.tx, incident, at, left, why, repeats)), left)
        for at, left, why, repeats in remains
    ]
    for telling, left in said:
        store.bury(uow.tx, telling, left)
        assert isinstance(telling.facts, Redacted)
        if isinstance(left, Redacted):
            _repeat_reason(uow, incident, telling.facts.position, left.position)
    uow.read_again(incident)


def _repeat_reason(uow: UnitOfWork, incident: str, said_at: int, position: int) -> None:
    """The reason of an earlier redaction was redacted, so the tombstone that repeats it is rewritten."""
    entries = uow.entries(incident)
    target = entries[position - 1]
    if target.redacted and target.redacted.entry == said_at:
        store.bury(uow.tx, entries[said_at - 1], target.facts)


def taken(uow: UnitOfWork, entry: Entry) -> tuple[Facts | None, list[str]]:
    """In a reaction to ``Redacted``: the facts as they still are, and the texts whose copies must go, longest first.

    None for an entry that only repeated another one: its own words stay.
    """
    assert isinstance(entry.facts, Redacted)
    if entry.facts.repeats:
        return None, []
    old = store.read(uow.tx, entry.incident, after=entry.facts.position - 1, most=1)[0].facts
    return old, copied_texts(old)


def copied_texts(old: Facts) -> list[str]:
    """The texts of an entry that a redaction takes and whose copies can be known, longest first."""
    left = set(_texts(msgspec.to_builtins(old.redact())))
    whole = [text for text in _texts(msgspec.to_builtins(old)) if text not in left]
    lines = [line for text in whole for line in text.splitlines()]
    cut = [text[:length] for text in (*whole, *lines) for length in CUT_AT if len(text) > length]
    found = {text.strip() for text in (*whole, *lines, *cut)}
    return sorted((x for x in found if len(x) >= SHORTEST_COPY and not x.isalpha()), key=len, reverse=True)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)


def masked(value: Any, texts: list[str]) -> Any:
    """Built-in values without the texts, wherever they stand in them; names of fields stay."""
    if isinstance(value, str):
        for text in texts:
            value = value.replace(text, REDACTED)
        return value
    if isinstance(value, dict):
        return {name: masked(each, texts) for name, each in value.items()}
    return [masked(each, texts) for each in value] if isinstance(value, list) else value


def masked_json(document: str, texts: list[str]) -> str:
    """The same of a JSON document; one that holds none of them is answered as it is, and one that is no JSON as text."""
    try:
        found = msgspec.json.decode(document)
    except msgspec.DecodeError:
        return str(masked(document, texts))
    left = masked(found, texts)
    return document if left == found else msgspec.json.encode(left).decode()


def without(facts: Facts, texts: list[str]) -> Facts:
    """Facts that copied the texts of another entry, without them; the same object when they hold none."""
    kinds = msgspec.inspect.type_info(type(facts))
    assert isinstance(kinds, msgspec.inspect.StructType)
    gone = {}
    for field, about in zip(msgspec.structs.fields(facts), kinds.fields, strict=True):
        value = getattr(facts, field.name)
        if field.name in REFERENCES or field.name in facts.KEPT or redacted(value, about.type) == value:
            continue
        built = msgspec.to_builtins(value)
        if (left := masked(built, texts)) != built:
            gone[field.name] = msgspec.convert(left, field.type)
    return msgspec.structs.replace(facts, **gone) if gone else facts
