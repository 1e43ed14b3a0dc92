"""Markdown as clean HTML. Pure."""

import re
from collections.abc import Iterator

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token

_FENCE = re.compile(r"^ {0,3}(```+|~~~+)")
_parser = MarkdownIt("commonmark").enable("table")
_TAGS = nh3.ALLOWED_TAGS - {"img", "map", "area"}


def clean_html(text: str, below: int = 0) -> str:
    """What nh3 leaves of CommonMark with tables: no script, no style, no form. Whatever shows the HTML fetches nothing: a picture is a link.

    ``below``: how many levels of headings the page around it has used; a text's own begin under them.
    """
    tokens = _parser.parse(text)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(6, int(token.tag[1]) + below)}"
        token.children = list(_linked(token.children or []))
    return nh3.clean(_parser.renderer.render(tokens, _parser.options, {}), tags=_TAGS)


def _linked(tokens: list[Token]) -> Iterator[Token]:
    """A picture as a link to it under its description, within a link as that alone; everything else as it is."""
    inside = 0
    for token in tokens:
        inside += token.nesting if token.type in ("link_open", "link_close") else 0
        if token.type != "image":
            yield token
            continue
        address = str(token.attrGet("src") or "")
        if not inside:
            yield Token("link_open", "a", 1, {"href": address})
        yield Token("text", "", 0, content=token.content or address)
        if not inside:
            yield Token("link_close", "a", -1)


def fenced(lines: list[str]) -> tuple[set[int], str]:
    """The lines, from 0, of code between fences with these themselves, and the fence that nothing closes; empty: each is closed."""
    inside, fence = set[int](), ""
    for at, line in enumerate(lines):
        mark = _FENCE.match(line)
        if fence or mark:
            inside.add(at)
        if mark and (not fence or (mark[1].startswith(fence) and not line.strip(" `~"))):
            fence = "" if fence else mark[1]
    return inside, fence
