"""A text cut into words and sentences once, so that every rule can look at it cheaply. Pure."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from functools import cached_property

import msgspec

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
# A sentence ends at . ! ? or a line break; not inside a number, an abbreviation or an address.
_END = re.compile(
    r"[.!?](?<![.!?][.!?])[.!?]*+(?=\s|$)(?<!\be\.g\.)(?<!\bi\.e\.)(?<!\bapprox\.)(?<!\ba\.m\.)(?<!\bp\.m\.)(?<!\b[DM][rs]\.)(?<!\bMrs\.)(?<!\bProf\.)(?<!\bvs\.)|\n++"
)


# Beyond so many characters a sentence is cut between two words: nobody reads it as one, and patterns would look at all of it.
LONGEST = 500


class Span(msgspec.Struct, frozen=True):
    """A part of the text: characters from ``start`` up to ``end``."""

    start: int
    end: int
    text: str


class Text:
    """The raw text with its words (lower case) and sentences."""

    def __init__(self, raw: str) -> None:
        self.raw = raw.replace("’", "'")

    @cached_property
    def words(self) -> list[Span]:
        """Words in order, in lower case."""
        return [Span(m.start(), m.end(), m.group().lower()) for m in _WORD.finditer(self.raw)]

    @cached_property
    def known(self) -> frozenset[str]:
        """The words that occur at all."""
        return frozenset(word.text for word in self.words)

    @cached_property
    def sentences(self) -> list[Span]:
        """Sentences in order, without the white space around them."""
        found, start = [], 0
        for m in [*_END.finditer(self.raw), None]:
            end = m.end() if m else len(self.raw)
            while start < end:
                cut = end if end - start <= LONGEST else self.raw.rfind(" ", start + 1, start + LONGEST) + 1
                cut = cut or start + LONGEST
                part = self.raw[start:cut]
                if part.strip():
                    lead = len(part) - len(part.lstrip())
                    found.append(Span(start + lead, start + len(part.rstrip()), part.strip()))
                start = cut
        return found

    @cached_property
    def _places(self) -> dict[str, set[int]]:
        """The sentences that a word stands in, by their number."""
        found: dict[str, set[int]] = {}
        number, ends = 0, [sentence.end for sentence in self.sentences]
        for word in self.words:
            while number < len(ends) - 1 and word.start >= ends[number]:
                number += 1
            found.setdefault(word.text, set()).add(number)
        return found

    def sentences_with(self, words: frozenset[str]) -> list[Span]:
        """The sentences that hold one of the words, in order: a slow pattern need look at no other."""
        places = self._places
        numbers = sorted({number for word in words & self.known for number in places[word]})
        return [self.sentences[number] for number in numbers]

    def sentence_of(self, position: int) -> Span:
        """The sentence that a position lies in."""
        number = bisect_right(self.sentences, position, key=lambda sentence: sentence.start) - 1
        if number >= 0 and position < self.sentences[number].end:
            return self.sentences[number]
        return Span(0, len(self.raw), self.raw)

    def count_words(self, start: int, end: int) -> int:
        """How many words begin between two positions."""
        starts = self._starts
        return bisect_left(starts, end) - bisect_left(starts, start)

    @cached_property
    def _starts(self) -> list[int]:
        return [word.start for word in self.words]

    def paragraphs(self) -> list[Span]:
        """Parts between empty lines."""
        return [Span(m.start(), m.end(), m.group()) for m in re.finditer(r"(?:[^\n]+\n?)+", self.raw)]


class Taken:
    """Places of a text that do not overlap. A text may hold thousands, so that one more is not compared with each."""

    def __init__(self, places: Iterable[tuple[int, int]] = ()) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []
        for start, end in places:
            self.take(start, end)

    def free(self, start: int, end: int) -> bool:
        """Whether a place overlaps none of them."""
        number = bisect_right(self._ends, start)
        return number == len(self._starts) or self._starts[number] >= end

    def take(self, start: int, end: int) -> bool:
        """Take a place, if it is free."""
        if not self.free(start, end):
            return False
        number = bisect_right(self._ends, start)
        self._starts.insert(number, start)
        self._ends.insert(number, end)
        return True
