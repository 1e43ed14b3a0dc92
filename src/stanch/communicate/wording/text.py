"""A text cut into words and sentences once, so that every rule can look at it cheaply. Pure."""

import re
from functools import cached_property

import msgspec

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
# A sentence ends at . ! ? or a line break; not inside a number, an abbreviation or an address.
_END = re.compile(r"(?<!\be\.g)(?<!\bi\.e)(?<!\bapprox)(?<!\ba\.m)(?<!\bp\.m)[.!?]+(?=\s|$)|\n+")


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
            part = self.raw[start:end]
            if part.strip():
                lead = len(part) - len(part.lstrip())
                found.append(Span(start + lead, start + len(part.rstrip()), part.strip()))
            start = end
        return found

    def sentence_of(self, position: int) -> Span:
        """The sentence that a position lies in."""
        for sentence in self.sentences:
            if sentence.start <= position < sentence.end:
                return sentence
        return Span(0, len(self.raw), self.raw)

    def paragraphs(self) -> list[Span]:
        """Parts between empty lines."""
        return [Span(m.start(), m.end(), m.group()) for m in re.finditer(r"(?:[^\n]+\n?)+", self.raw)]
