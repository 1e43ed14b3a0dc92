"""Writes parts of a postmortem: by name, several at once, as somebody types, or confirmed as drafted (R46)."""

import re
from collections.abc import Mapping, Sequence

from stanch.kernel.errors import Conflict, Invalid
from stanch.learn.completeness.why_tree import indented_lines
from stanch.learn.completeness.words import WHO_WAS_HIT
from stanch.learn.merging import merged
from stanch.learn.postmortem import LISTS, draft, listed
from stanch.timeline.entries import Entry
from stanch.timeline.facts.learn import PostmortemWritten, lines_of, part_name
from stanch.timeline.record import Record
from stanch.timeline.unit_of_work import UnitOfWork

LONGEST, LONGEST_LINE, MOST_LINES = 50_000, 2_000, 500


def write(
    uow: UnitOfWork, record: Record, given: Mapping[str, str | list[str]], confirm: Sequence[str], seen: list[str]
) -> list[str]:
    """Append an entry for each part that is new, and answer with their names.

    ``seen``: what the writer's form showed. A part that still reads so was not touched: a draft stays a draft, and what somebody
    else wrote meanwhile stays. One that both changed is merged. ``confirm``: parts that are right as drafted.
    Raises ``Invalid``, and ``Conflict`` where both changed the same words.
    """
    entries = uow.entries(record.id)
    drafted = draft(record, entries, uow.policy)
    shown = {_squeezed(text) for text in seen}
    written: list[str] = []
    for part in drafted:
        if part not in given and part not in confirm:
            continue
        if part not in given and not drafted[part]:
            raise Invalid(f"There is no draft of the {part}.", field="confirm", hint="Write it.")
        facts = facts_of(part, given.get(part, ""), drafted[part] if part in confirm else "")
        if part not in confirm and _squeezed(facts.text) in shown:
            continue
        facts = _with_theirs(part, facts, drafted[part], _versions(entries, part), shown)
        same = facts.items == record.lists.get(part, []) if part in LISTS else facts.text == record.parts.get(part)
        if not same:
            uow.append(record.id, facts)
            written.append(part)
    return written


def write_as_typed(uow: UnitOfWork, record: Record, part: str, text: str, base: str, save: str = "") -> list[str]:
    """Save one part letter for letter while somebody types it; ``base``: the text that theirs started from.

    ``save``: a name of the writer's; what was written under it is not written again, however long ago that was: a browser sends what
    it had no answer to when it is opened again. What others wrote since is merged into it. Raises ``Invalid``, and ``Conflict`` where both changed the same words:
    its ``repeat`` has the text that is there now, which whoever has put both together has seen.
    """
    if save and _saved(uow, record, part, save):
        return [part]
    text, base = text.replace("\r\n", "\n"), base.replace("\r\n", "\n")
    current = as_typed(uow, record, part)
    together = merged(base, text, current)
    if together is None:
        raise both_changed(part, current, record.written.get(part, (0, "the record"))[1])
    if len(together) > LONGEST:
        raise Invalid(f"The {part_name(part)} has more than {LONGEST:,} characters.", field="text", hint="Shorten it.")
    if together == current:
        return []
    items = (_tree_lines(together) if part == "whys" else _list_lines(together)) if part in LISTS else []
    uow.append(record.id, PostmortemWritten(part, together, items, save=save))
    return [part]


def _saved(uow: UnitOfWork, record: Record, part: str, save: str) -> bool:
    written = ((x.facts, x.author) for x in reversed(uow.entries(record.id)) if isinstance(x.facts, PostmortemWritten))
    return any((facts.part, facts.save, author) == (part, save, uow.actor.name) for facts, author in written)


def as_typed(uow: UnitOfWork, record: Record, part: str) -> str:
    """A part as an editor shows it: as it was typed, else its draft; a list that was given as one has no marks."""
    if part not in record.parts:
        return draft(record, uow.entries(record.id), uow.policy)[part]
    text, items = record.parts[part], record.lists.get(part, [])
    return "\n".join(items) if part in LISTS and text == listed(items) else text


def both_changed(part: str, current: str, author: str) -> Conflict:
    return Conflict(
        f"{author} changed the same words of the {part_name(part)} meanwhile. It reads now: {current[:500]}",
        hint="What you typed is still in the form: put both together and save again.",
        repeat={"base": current, "seen": current},
    )


def _versions(entries: list[Entry], part: str) -> list[tuple[str, str]]:
    """Every text that a part has had, with its author; the newest last."""
    found = [(x.facts, x.author) for x in entries if isinstance(x.facts, PostmortemWritten) and x.facts.part == part]
    return [(listed(x.items or lines_of(x.text)) if part in LISTS else x.text, author) for x, author in found]


def _with_theirs(
    part: str, facts: PostmortemWritten, current: str, versions: list[tuple[str, str]], shown: set[str]
) -> PostmortemWritten:
    """The facts with what somebody else wrote since the version that the writer saw."""
    base = next((text for text, _ in reversed(versions) if _squeezed(text) in shown), None)
    if base is None and shown and versions and not facts.confirmed and part not in LISTS:
        # The writer's form showed the draft, and meanwhile somebody wrote the part.
        base = ""
    if base is None or base == current:
        return facts
    text = merged(base, facts.text, current, by_line=part in LISTS)
    if text is None:
        raise both_changed(part, current, versions[-1][1])
    return facts_of(part, text, "")


def facts_of(part: str, given: str | list[str], drafted: str) -> PostmortemWritten:
    if not given and drafted:
        given = drafted
    if isinstance(given, list) or part in LISTS:
        items = _tree_lines("\n".join(_entries(given))) if part == "whys" else _list_lines(given)
        _check_lines(part, items)
        return PostmortemWritten(part, listed(items), items)
    text = given.strip()
    if not text:
        raise Invalid(f"The {part_name(part)} is empty.", field=part, hint="Write it, or leave it out.")
    confirmed = bool(drafted) and _squeezed(text) == _squeezed(drafted)
    if confirmed and WHO_WAS_HIT in text:
        raise Conflict(
            f"The draft still asks of the customers: {WHO_WAS_HIT}", field="confirm", hint="Write the answer."
        )
    return PostmortemWritten(part, text, confirmed=confirmed)


def _check_lines(part: str, items: list[str]) -> None:
    if len(items) > MOST_LINES:
        raise Invalid(f"The {part} have more than {MOST_LINES} lines.", field=part, hint="Shorten them.")
    for number, item in enumerate(items, 1):
        if len(item) > LONGEST_LINE:
            raise Invalid(
                f"Line {number} of the {part} has more than {LONGEST_LINE:,} characters.",
                field=part,
                hint="Shorten it.",
            )


def _entries(given: str | list[str]) -> list[str]:
    return [given] if isinstance(given, str) else given


def _list_lines(given: str | list[str]) -> list[str]:
    """Of a list each entry is one; a form's field, which is a single text, has one a line."""
    entries = _entries(given)
    lines = lines_of(entries[0]) if len(entries) == 1 else entries
    return [" ".join(item.split()) for item in lines if item.strip()]


def _tree_lines(text: str) -> list[str]:
    """Lines keep their indentation: an indented line is a branch of the tree."""
    return [
        re.sub(r"^(\s*)(?:[-*\u2022]|\d{1,3}[.)])(?:\s+|$)", r"\1", line).rstrip()
        for line in indented_lines(text)
        if line.strip(" -*")
    ]


def _squeezed(text: str) -> str:
    return " ".join(text.split())
