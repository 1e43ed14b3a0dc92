"""Writes parts of a postmortem: by name, several at once, or confirmed as drafted (R46)."""

import re
from collections.abc import Mapping

from stanch.kernel.errors import Conflict, Invalid
from stanch.learn.completeness.why_tree import indented_lines
from stanch.learn.completeness.words import WHO_WAS_HIT
from stanch.learn.merging import merged
from stanch.learn.postmortem import PARTS, draft
from stanch.timeline.entries import Entry
from stanch.timeline.facts.learn import Part, PostmortemWritten, lines_of
from stanch.timeline.record import Record
from stanch.timeline.unit_of_work import UnitOfWork

LISTS = ("factors", "whys")


def write(
    uow: UnitOfWork, record: Record, given: Mapping[Part, str | list[str]], confirm: list[Part], seen: list[str]
) -> list[Part]:
    """Append an entry for each part that is new, and answer with their names.

    ``seen``: what the writer's form showed. A part that still reads so was not touched: a draft stays a draft, and what somebody
    else wrote meanwhile stays. One that both changed is merged. ``confirm``: parts that are right as drafted.
    Raises ``Invalid``, and ``Conflict`` where both changed the same words.
    """
    entries = uow.entries(record.id)
    drafted = draft(record, entries, uow.policy)
    shown = {_squeezed(text) for text in seen}
    written: list[Part] = []
    for part in PARTS:
        if part not in given and part not in confirm:
            continue
        if part not in given and not drafted[part]:
            raise Invalid(f"There is no draft of the {part}.", field="confirm", hint="Write it.")
        facts = _facts(part, given.get(part, ""), drafted[part] if part in confirm else "")
        if part not in confirm and _squeezed(facts.text) in shown:
            continue
        facts = _with_theirs(part, facts, record, _versions(entries, part), shown)
        same = facts.items == record.lists.get(part, []) if part in LISTS else facts.text == record.parts.get(part)
        if not same:
            uow.append(record.id, facts)
            written.append(part)
    return written


def _versions(entries: list[Entry], part: Part) -> list[tuple[str, str]]:
    """Every text that a part has had, with its author; the newest last."""
    return [
        (x.facts.text, x.author) for x in entries if isinstance(x.facts, PostmortemWritten) and x.facts.part == part
    ]


def _with_theirs(
    part: Part, facts: PostmortemWritten, record: Record, versions: list[tuple[str, str]], shown: set[str]
) -> PostmortemWritten:
    """The facts with what somebody else wrote since the version that the writer saw."""
    current = record.parts.get(part, "")
    base = next((text for text, _ in reversed(versions) if _squeezed(text) in shown), None)
    if base is None and shown and versions and not facts.confirmed and part not in LISTS:
        # The writer's form showed the draft, and meanwhile somebody wrote the part.
        base = ""
    if base is None or base == current:
        return facts
    text = merged(base, facts.text, current, by_line=part in LISTS)
    if text is None:
        author = versions[-1][1]
        raise Conflict(
            f"{author} changed the same words of the {part} meanwhile. It reads now: {current[:500]}",
            hint="What you typed is still in the form: put both together and save again.",
        )
    return _facts(part, text, "")


def _facts(part: Part, given: str | list[str], drafted: str) -> PostmortemWritten:
    if not given and drafted:
        given = drafted
    if isinstance(given, list) or part in LISTS:
        items = _tree_lines(given) if part == "whys" else _list_lines(given)
        return PostmortemWritten(part, listed(items), items)
    text = given.strip()
    if not text:
        raise Invalid(f"The {part} is empty.", field=part, hint="Write it, or leave it out.")
    confirmed = bool(drafted) and _squeezed(text) == _squeezed(drafted)
    if confirmed and WHO_WAS_HIT in text:
        raise Conflict(
            f"The draft still asks of the customers: {WHO_WAS_HIT}", field="confirm", hint="Write the answer."
        )
    return PostmortemWritten(part, text, confirmed=confirmed)


def _list_lines(given: str | list[str]) -> list[str]:
    lines = given if isinstance(given, list) else lines_of(given)
    return [" ".join(item.split()) for item in lines if item.strip()]


def _tree_lines(given: str | list[str]) -> list[str]:
    """Lines keep their indentation: an indented line is a branch of the tree."""
    text = given if isinstance(given, str) else "\n".join(given)
    return [
        re.sub(r"^(\s*)(?:[-*\u2022]|\d{1,3}[.)])(?:\s+|$)", r"\1", line).rstrip()
        for line in indented_lines(text)
        if line.strip(" -*")
    ]


def listed(items: list[str]) -> str:
    """A list as Markdown, nested as its lines are indented."""
    return "\n".join(f"{' ' * (len(item) - len(item.lstrip()))}- {item.lstrip()}" for item in items)


def _squeezed(text: str) -> str:
    return " ".join(text.split())
