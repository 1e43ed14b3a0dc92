"""Merges concurrent changes of one part of a postmortem; a conflict shows both versions (R46). Pure."""

import re
from collections.abc import Sequence
from itertools import takewhile
from typing import NamedTuple

from merge3 import Merge3


class Hunk(NamedTuple):
    """What changed between two texts, as one place: ``base[start:end]`` became ``text``."""

    start: int
    end: int
    text: str


def merged(base: str, mine: str, theirs: str, *, by_line: bool = False) -> str | None:
    """What both made of ``base``, word by word (lists: line by line); None where both changed the same words.

    What both added at one place is kept one after the other, theirs first: nothing that somebody typed is lost.
    """
    if mine in (base, theirs):
        return theirs
    if theirs == base:
        return mine
    at_once = None if by_line else _two_places(base, mine, theirs)
    if at_once is not None:
        return at_once
    made: list[str] = []
    for region in Merge3(_tokens(base, by_line), _tokens(mine, by_line), _tokens(theirs, by_line)).merge_groups():
        together: Sequence[str] | None = region[1]
        if region[0] == "conflict":
            together = _within(*region[1:], by_line=by_line) if region[1] else _both(region[3], region[2])
        if together is None:
            return None
        # One of them took away the white space that kept these words apart.
        made += [" ", *together] if made and together and _glued(made[-1], together[0]) else together
    return "".join(made)


def _within(base: Sequence[str], mine: Sequence[str], theirs: Sequence[str], *, by_line: bool) -> list[str] | None:
    """Words that both changed, where one of them only added words around what the other changed, or to it, or letters at another place."""
    for changed, other in ((mine, theirs), (theirs, mine)):
        for start in range(len(other) - len(base) + 1):
            if other[start : start + len(base)] == base:
                return [*_both(_both(other[:start], changed), other[start + len(base) :])]
    for less, more in ((mine, theirs), (theirs, mine)):
        if "".join(less).strip() and any(more[at : at + len(less)] == less for at in range(len(more) - len(less) + 1)):
            return list(more)
    at_once = None if by_line else _two_places("".join(base), "".join(mine), "".join(theirs))
    return None if at_once is None else [at_once]


def hunk(before: str, after: str) -> Hunk:
    """The one place that differs, as far to the end of the text as it can be told; in whole words, unless letters were only added."""
    start = _alike(before, after)
    rest, grown = before[start:], after[start:]
    same = _alike(rest[::-1], grown[::-1])
    if same < len(rest):
        # A letter that two words happen to share at their ends tells nothing of what became of either.
        while start and not _between_words(before, start, after, start):
            start -= 1
        while same and not _between_words(before, len(before) - same, after, len(after) - same):
            same -= 1
    elif len(after) > len(before):
        start = _between_words_if_it_can(before, after, start)
        same = len(before) - start
    return Hunk(start, len(before) - same, after[start : len(after) - same])


def _between_words_if_it_can(before: str, after: str, at: int) -> int:
    """Where letters were added: the same texts come out of several places where words begin alike, and people rather write between words."""
    more, places = len(after) - len(before), [at]
    while at and before[at - 1] == after[at - 1 + more]:
        at -= 1
        places.append(at)
    free = [n for n in places if not _glued(before[n - 1 : n], before[n : n + 1])]
    clean = (n for n in free if _between_words(before, n, after, n) and _between_words(before, n, after, n + more))
    return next(clean, free[0] if free else places[0])


def _between_words(before: str, at: int, after: str, there: int) -> bool:
    return not _glued(before[at - 1 : at], before[at : at + 1]) and not _glued(
        after[there - 1 : there], after[there : there + 1]
    )


def _alike(left: str, right: str) -> int:
    """How many letters two texts begin with in common."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(left, right, strict=False)))


def _two_places(base: str, mine: str, theirs: str) -> str | None:
    """Both changes, where each is one place and white space keeps them apart: nobody's word is run into another's."""
    own, other = hunk(base, mine), hunk(base, theirs)
    if own.start == own.end == other.start == other.end:
        return _added_at_one_place(base, own, other)
    first, second = sorted((own, other))
    if first.end > second.start or not _apart(base, first, second):
        return None
    return base[: first.start] + first.text + base[first.end : second.start] + second.text + base[second.end :]


def _apart(base: str, first: Hunk, second: Hunk) -> bool:
    """Whether both fit in. Where they touch, neither may go on with a word that the other one would move away from it."""
    between, at = base[first.end : second.start], second.start
    if any(c.isspace() for c in between):
        return True
    if not between and (_glued(base[:at], second.text) or _glued(first.text, base[at:])):
        return False
    if between and _glued(base[: first.start], base[first.start :]) and _glued(base[:at], base[second.end :]):
        return False  # both within one word: where either went on cannot be told
    return first.text[-1:].isspace() or second.text[:1].isspace()


def _added_at_one_place(base: str, own: Hunk, other: Hunk) -> str | None:
    """Two additions between the same letters: the one that goes on with the word before stands first, else theirs."""
    before, after = base[: own.start], base[own.start :]
    begins = [_glued(before, text) for text in (other.text, own.text)]
    ends = [_glued(text, after) for text in (other.text, own.text)]
    mine_first = begins[1] or ends[0]
    if all(begins) or all(ends) or (mine_first and (begins[0] or ends[1])):
        return None
    first, second = (own.text, other.text) if mine_first else (other.text, own.text)
    return before + first + (" " if _glued(first, second) else "") + second + after


def _glued(left: str, right: str) -> bool:
    """Whether one word would be made of the end of the one and the beginning of the other."""
    return bool(left) and bool(right) and not left[-1].isspace() and not right[0].isspace()


def _tokens(text: str, by_line: bool) -> list[str]:
    # Every line gets a line end, so that the last line compares equal when another one follows it.
    return [f"{line}\n" for line in text.splitlines()] if by_line else re.findall(r"\s+|[^\s]+", text)


def _both(first: Sequence[str], second: Sequence[str]) -> list[str]:
    """Two additions, with a blank between them where they would run into each other."""
    apart = first and second and _glued(first[-1], second[0])
    return [*first, *([" "] if apart else []), *second]
