"""Rule objects and how they are applied. Pure. A rule has a name, what it finds, why that matters and a better wording."""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from itertools import accumulate

import msgspec

from stanch.communicate.wording.text import Taken, Text
from stanch.communicate.wording.vocabulary import Vocabulary


class Finding(msgspec.Struct, frozen=True):
    """Something to reword: characters ``start`` to ``end`` of the text. ``better``: one wording that could replace it.

    ``second_yes``: so likely a leak (an internal host, a person's name, a blank) that posting it must be confirmed.
    """

    rule: str
    start: int
    end: int
    text: str
    why: str
    better: str
    second_yes: bool = False

    def line(self) -> str:
        """For chat."""
        return f"'{self.text}': {self.why}{' · better: ' + self.better if self.better else ''}"


class Hit(msgspec.Struct, frozen=True):
    """What a rule found before it becomes a finding; empty ``why`` or ``better``: those of the rule."""

    start: int
    end: int
    better: str = ""
    why: str = ""
    second_yes: bool = False


class Rule(msgspec.Struct, frozen=True):
    """A rule. ``before`` and ``after`` are its example for the documentation, and tested."""

    name: str
    title: str
    why: str
    better: str
    find: Callable[[Text, Vocabulary], Iterable[Hit]]
    before: str
    after: str


class Phrase(msgspec.Struct, frozen=True):
    """A pattern that is only tried on sentences in which one of its ``words`` (lower case, separated by spaces) occurs."""

    words: str
    pattern: str
    better: str = ""
    why: str = ""


def phrases(*table: Phrase) -> Callable[[Text, Vocabulary], Iterator[Hit]]:
    """A rule's search from a table of phrases; overlapping hits are one, the earlier row counts."""
    compiled = [(frozenset(p.words.split()), re.compile(p.pattern, re.IGNORECASE), p) for p in table]

    def find(text: Text, vocabulary: Vocabulary) -> Iterator[Hit]:
        taken = Taken()
        for words, pattern, phrase in compiled:
            for sentence in text.sentences_with(words):
                for m in pattern.finditer(sentence.text):
                    start, end = sentence.start + m.start(), sentence.start + m.end()
                    if taken.take(start, end):
                        yield Hit(start, end, phrase.better, phrase.why)

    return find


def check(raw: str, rules: Iterable[Rule], vocabulary: Vocabulary) -> list[Finding]:
    """Everything that the rules find in a text, in order of its place. Allowed words of the catalog are never found."""
    return list(_checked(raw, tuple(rules), vocabulary))


@lru_cache(maxsize=500)
def _checked(raw: str, rules: tuple[Rule, ...], vocabulary: Vocabulary) -> list[Finding]:
    """Worked out once: the drafts of an incident are looked at far more often than they change."""
    text = Text(raw)
    names = _product_names(text.raw.lower(), vocabulary)
    found = [
        Finding(
            rule.name,
            hit.start,
            hit.end,
            text.raw[hit.start : hit.end],
            hit.why or rule.why,
            hit.better or rule.better,
            hit.second_yes,
        )
        for rule in rules
        for hit in rule.find(text, vocabulary)
        if not vocabulary.allows(text.raw[hit.start : hit.end]) and not _within(names, hit)
    ]
    return sorted(found, key=lambda f: (f.start, f.end, f.rule))


def _product_names(lowered: str, vocabulary: Vocabulary) -> list[tuple[int, int]]:
    """Where allowed names of several words stand: nothing inside them is found. Each with the last end of all up to it."""
    several = [name for name in vocabulary.allowed if " " in name and name in lowered]
    spans = sorted(m.span() for name in several for m in re.finditer(re.escape(name), lowered))
    return list(zip((start for start, _ in spans), accumulate((end for _, end in spans), max), strict=True))


def _within(names: list[tuple[int, int]], hit: Hit) -> bool:
    number = bisect_right(names, hit.start, key=lambda name: name[0])
    return number > 0 and names[number - 1][1] >= hit.end
