"""What the author of a Markdown text says in words of their own (R44): no code, no quoted lines, no marks. Pure.

Quoted lines of a chat and output of commands are evidence; a name in a code span judges nobody, whatever it is called.
"""

import re
from bisect import bisect_right

import msgspec

_FENCE = re.compile(r"\s{0,3}(?:```|~~~)")
_LEFT_OUT = re.compile(r"\s{0,3}>|\s{0,3}\|?(?:\s{0,9}:?-{3,}+:?\s{0,9}\|)+")
# Marks at the beginning of a line: headings and items of a list, with a checkbox.
_LEAD = re.compile(r"\s*(?:#{1,6}\s+|(?:[-*+•]|\d{1,3}[.)])\s+(?:\[[ xX]\]\s+)?)?")
_BEGINS = re.compile(r"\s*(?:#{1,6}\s|[-*+•]\s|\d{1,3}[.)]\s|>|\||```|~~~|$)")
_ENDED = re.compile(r"[.!?:;]['\")*_]*\s*$")
# A line of so many characters that ends within a sentence was wrapped.
WRAPPED = 60
_INLINE = re.compile(
    r"(?P<code>`[^`\n]{1,200}`)|!?\[(?P<text>[^\]\n]{0,200})\]\([^)\s]{0,300}\)|(?P<address>\bhttps?://\S{1,300})|(?P<spoken>\"[^\"\n]{1,40}\")|(?P<mark>(?<!\w)[*_]{1,3}(?=\S)|(?<=\S)[*_]{1,3}(?!\w))|(?P<cell>\|)"
)
# A word that is spoken of and not used: the label "human error", or "sloppy" is not among the options.
_BEFORE = re.compile(r"\b(?:words?|terms?|phrases?|labels?|label(?:l)?ed|reads?|called|named|titled|tagged|category|categories|options?|field|title|button|says|not|never|avoid|consider|accept|wrote|write|grep for|(?:search|look)(?:ed|ing)? for|count(?:ed)?|replaced?|ban(?:ned)?|instead of|rather than)[ :,]*$", re.I)  # fmt: skip
_AFTER = re.compile(r",? (?:(?:is|was|are|were) (?:not|no longer|never|shown|displayed|printed|logged|returned|written|the (?:name|label|text|title|message))|isn't|wasn't|never|tells?|explains?|names|st(?:ands|ood)|appears?|appeared)\b", re.I)  # fmt: skip
_STANDS_FOR = "xx"


class Prose(msgspec.Struct, frozen=True):
    """The words, with where each piece of them stands in the raw text."""

    text: str
    starts: list[int]
    raw_starts: list[int]

    def raw_place(self, position: int, *, end: bool = False) -> int:
        """Where a position of ``text`` is in the raw text; ``end``: the position after a character."""
        number = bisect_right(self.starts, position - 1 if end else position) - 1
        return self.raw_starts[number] + position - self.starts[number]


def prose_of(raw: str) -> Prose:
    """The author's words of a Markdown text. Linear in its length."""
    raw = raw.replace("’", "'").replace("“", '"').replace("”", '"')
    out = _Pieces()
    fenced, at, before = False, 0, ""
    for line in raw.splitlines(keepends=True):
        body = line.rstrip("\r\n")
        fence = bool(_FENCE.match(body))
        if fence or fenced or _LEFT_OUT.match(body):
            fenced = fenced != fence
            out.add("\n", at)
            before = ""
        else:
            wrapped = before and not _BEGINS.match(body) and not _ENDED.search(before) and _goes_on(before, body)
            if before and not wrapped:
                out.add("\n", at - 1)
            elif wrapped:
                out.add(" ", at - 1)
            lead = _LEAD.match(body)
            skipped = lead.end() if lead else 0
            _inline(body, skipped, at, out)
            before = body
            if not body.strip():
                out.add("\n", at)
        at += len(line)
    return Prose("".join(out.parts), out.starts or [0], out.raw_starts or [0])


def _goes_on(before: str, body: str) -> bool:
    first = body.lstrip()[:1]
    return first.islower() or (len(before) >= WRAPPED and first.isalpha())


class _Pieces:
    def __init__(self) -> None:
        self.parts: list[str] = []
        self.starts: list[int] = []
        self.raw_starts: list[int] = []
        self._length = 0

    def add(self, text: str, raw_start: int) -> None:
        """A piece that stands at ``raw_start``."""
        if text:
            self.parts.append(text)
            self.starts.append(self._length)
            self.raw_starts.append(raw_start)
            self._length += len(text)


def _inline(body: str, begin: int, at: int, out: _Pieces) -> None:
    """Add a line without its marks, code and addresses."""
    done = begin
    for m in _INLINE.finditer(body, begin):
        if m["spoken"] and not (_BEFORE.search(body, max(0, m.start() - 30), m.start()) or _AFTER.match(body, m.end())):
            continue
        out.add(body[done : m.start()], at + done)
        if m["code"] or m["address"] or m["spoken"]:
            out.add(_STANDS_FOR, at + m.start())
        elif m["text"]:
            out.add(m["text"], at + m.start("text"))
        elif m["cell"]:
            out.add("\n", at + m.start())
        done = m.end()
    out.add(body[done:], at + done)
