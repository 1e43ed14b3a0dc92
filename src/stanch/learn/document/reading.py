"""Reads a postmortem that is written as Markdown: what the export writes, and what people write by hand (R46). Pure."""

import re
from collections.abc import Mapping
from typing import NamedTuple

from markdown_it import MarkdownIt

from stanch.kernel.markdown import fenced
from stanch.learn.completeness.words import bare, unwritten
from stanch.learn.document.markdown import DRAFT
from stanch.prepare.postmortem_template import GATE, found_headings, squeezed

_FRONT = re.compile(r"(incident|version|names|drafts):(?:\"([^\"]*)\"|([^\"]*))")
_UNDERLINE = re.compile(r"^ {0,3}(=+|--+)[ \t]*$")
_PARSER = MarkdownIt("commonmark")
# The export's placeholder on one line with what somebody typed before or after it.
_BESIDE = re.compile(
    r"^(\s*(?:[-*+] +)?)([*_]{1,3})not written yet\.?\2\s+|(?<!\s)\s+([*_]{1,3})not written yet\.?\3\s*$", re.IGNORECASE
)
_SIGN = re.compile(r"(?<!\\)\\*+<")
# How often what was hidden by HTML is looked through again.
_ROUNDS = 5


class Front(NamedTuple):
    """What the front matter says. ``version``: the last entry that the export had; None: it is no export of ours. ``ends``: lines.

    ``drafts``: whether drafts are marked in the file.
    """

    incident: str
    version: int | None
    names: str
    ends: int
    drafts: bool = False


class Piece(NamedTuple):
    """What stands under one heading. ``part``: empty where the heading names none. ``line``: of the first line of ``lines``, from 1."""

    part: str
    line: int
    lines: list[str]


def front_of(lines: list[str]) -> Front:
    """The front matter between two lines of dashes; without one all is empty."""
    if not lines or lines[0].rstrip() != "---":
        return Front("", None, "", 0)
    ends = next((n for n, line in enumerate(lines[1:100], 1) if line.rstrip() == "---"), 0)
    tight = (re.sub(r":\s+", ":", line.rstrip(), count=1) for line in lines[1:ends])
    said = {match[1]: match[2] or match[3] or "" for line in tight if (match := _FRONT.fullmatch(line))}
    version = said.get("version", "")
    number = int(version) if version.isascii() and version.isdecimal() and len(version) < 10 else None
    return Front(said.get("incident", ""), number, said.get("names", ""), ends + 1 if ends else 0, "drafts" in said)


def normal(text: str) -> str:
    """A body as two are compared: without blanks at the ends of lines and of the whole."""
    return "\n".join(line.rstrip() for line in text.replace("\r\n", "\n").split("\n")).strip("\n")


def pieces(lines: list[str], front: Front, titles: Mapping[str, str], base: Mapping[str, str]) -> list[Piece]:
    """The document cut at its headings. ``titles``: a title, squeezed -> its part; ``base``: the bodies as they were exported."""
    heads = _heads(lines, front.ends)
    levels = [level for _, level, title, _ in heads if squeezed(title) in titles]
    deepest = 2 if front.version is not None else min(levels, default=0)
    found, within = [Piece("", front.ends + 1, [])], list[str]()
    at = front.ends
    for start, level, title, after in heads:
        part = titles.get(squeezed(title), "")
        if level > deepest or lines[start].rstrip() in within:
            if level <= deepest:
                within.remove(lines[start].rstrip())
            continue
        found[-1].lines.extend(lines[at:start])
        is_title = not part and level == 1 and len(found) == 1 and not "".join(found[0].lines).strip()
        at = after if part or is_title else start
        found.append(Piece(part, at + 1, []))
        # A heading that stood in the part's own text is no section.
        own = base.get(part, "").split("\n")
        within = [own[place].rstrip() for place, _, _, _ in _heads(own, 0)]
    found[-1].lines.extend(lines[at:])
    return [piece for piece in found if "".join(piece.lines).strip() or piece.part]


def _heads(lines: list[str], begins: int) -> list[tuple[int, int, str, int]]:
    """Each heading: its line from 0, level, title, and the line after it. An underlined one, too."""
    found = [(at, level, title, at + 1) for at, level, title in found_headings(lines) if at >= begins]
    code, _ = fenced(lines)
    for at in range(max(begins, 0), len(lines) - 1):
        line, mark = lines[at], _UNDERLINE.match(lines[at + 1])
        before = lines[at - 1].strip() if at > begins else ""
        if mark and at not in code and not before and re.match(r" {0,3}[^\s#>|*+-]", line):
            found.append((at, 1 if mark[1][0] == "=" else 2, line.strip(), at + 2))
    return sorted(found)


def titles_of(shown: Mapping[str, str]) -> dict[str, str]:
    """A title, squeezed -> its part. ``shown``: part -> its title here."""
    every = {squeezed(name): part for part, names in GATE.items() for name in (part, *names)}
    return every | {squeezed(title): part for part, title in shown.items()} | {"comments": "comments"}


def written(body: str) -> str:
    """The text of a part as it stands in a document: without the marks of the export, and without what stands where nothing is written yet."""
    lines = normal(body).replace("@\u200b", "@").split("\n")
    code, _ = fenced(lines)
    kept = [
        line if at in code else _BESIDE.sub(r"\1", line)
        for at, line in enumerate(lines)
        if at in code or not _mark(line)
    ]
    return "\n".join(kept).strip("\n")


def marked(body: str) -> bool:
    """Whether a part is marked as a draft that nobody has confirmed."""
    return any(bare(line) == bare(DRAFT) for line in body.split("\n"))


def _mark(line: str) -> bool:
    return unwritten(line) or bare(line) == bare(DRAFT)


def list_lines(text: str) -> str:
    """The entries of a list one a line, indented by their depth; an entry that an editor broke into lines is one."""
    tokens = _PARSER.parse(text)
    if not any(token.type in ("bullet_list_open", "ordered_list_open") for token in tokens):
        return "\n".join(text.split("\n"))
    found, depth = [], 0
    for token in tokens:
        if token.type.endswith("_list_open"):
            depth += 1
        elif token.type.endswith("_list_close"):
            depth -= 1
        elif token.type == "inline":
            lines = [" ".join(token.content.split())] if depth else token.content.split("\n")
            found += [f"{'  ' * max(0, depth - 1)}- {line.strip()}" for line in lines if line.strip()]
        elif token.content.strip():  # code, or HTML
            found += [
                f"{'  ' * max(0, depth - 1)}- {line.strip()}" for line in token.content.split("\n") if line.strip()
            ]
    return "\n".join(found)


def without_html(text: str, base: str) -> str:
    """The text with its HTML as words; HTML that stood there before stays, and is cleaned where it is shown."""
    for _ in range(_ROUNDS):
        raw = [each for each in _html(text) if each[2] not in base]
        if not raw:
            return text
        lines = text.split("\n")
        within: dict[tuple[int, int], set[str]] = {}
        for start, end, content in raw:
            within.setdefault((start, end), set()).add(content)
        for (start, end), pieces_of in within.items():
            if any("\n" in content for content in pieces_of):
                lines[start:end] = [_escaped(line) for line in lines[start:end]]
            else:
                lines[start:end] = [_escaped(line, pieces_of) for line in lines[start:end]]
        text = "\n".join(lines)
    return text.replace("<", "&lt;") if [each for each in _html(text) if each[2] not in base] else text


def _escaped(line: str, pieces_of: set[str] | None = None) -> str:
    """A line without HTML: every ``<``, or those of these pieces of it, as a sign. Each place is looked at once, however many pieces there are."""
    found, done, until = list[str](), 0, 0
    lengths = sorted({len(each) for each in pieces_of or ()}, reverse=True)
    for match in _SIGN.finditer(line):
        at = match.end() - 1
        if at >= until and len(match[0]) % 2:  # an even number of backslashes stands before it
            until = at + (1 if pieces_of is None else next((n for n in lengths if line[at : at + n] in pieces_of), 0))
        if at < until and len(match[0]) % 2:
            found += [line[done:at], "\\"]
            done = at
    return "".join(found) + line[done:]


def _html(text: str) -> list[tuple[int, int, str]]:
    """Each piece of raw HTML with the lines, from 0, between which it stands."""
    found = []
    for token in _PARSER.parse(text):
        start, end = token.map or (0, 0)
        if token.type == "html_block":
            found.append((start, end, token.content.rstrip("\n") + "\n"))
        found += [(start, end, child.content) for child in token.children or [] if child.type == "html_inline"]
    return found
