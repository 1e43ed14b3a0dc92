"""Merges concurrent changes of one part of a postmortem; a conflict shows both versions (R46). Pure."""

import re
from collections.abc import Sequence

from merge3 import Merge3


def merged(base: str, mine: str, theirs: str, *, by_line: bool = False) -> str | None:
    """What both made of ``base``, word by word (lists: line by line); None where both changed the same words.

    What both added at one place is kept one after the other, theirs first: nothing that somebody typed is lost.
    """
    if mine in (base, theirs):
        return theirs
    if theirs == base:
        return mine
    made: list[str] = []
    for region in Merge3(_tokens(base, by_line), _tokens(mine, by_line), _tokens(theirs, by_line)).merge_groups():
        if region[0] != "conflict":
            made += region[1]
        elif region[1]:
            return None
        else:
            made += _both(region[3], region[2])
    return "".join(made)


def _tokens(text: str, by_line: bool) -> list[str]:
    # Every line gets a line end, so that the last line compares equal when another one follows it.
    return [f"{line}\n" for line in text.splitlines()] if by_line else re.findall(r"\s+|[^\s]+", text)


def _both(first: Sequence[str], second: Sequence[str]) -> list[str]:
    """Two additions, with a blank between them where they would run into each other."""
    apart = first and second and not first[-1][-1].isspace() and not second[0][0].isspace()
    return [*first, *([" "] if apart else []), *second]
