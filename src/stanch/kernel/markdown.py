"""Markdown as clean HTML. Pure."""

import re

import nh3
from markdown_it import MarkdownIt

_FENCE = re.compile(r"^ {0,3}(```+|~~~+)")
_parser = MarkdownIt("commonmark").enable("table")


def clean_html(text: str, below: int = 0) -> str:
    """What nh3 leaves of CommonMark with tables: no script, no style, no form.

    ``below``: how many levels of headings the page around it has used; a text's own begin under them.
    """
    tokens = _parser.parse(text)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(6, int(token.tag[1]) + below)}"
    return nh3.clean(_parser.renderer.render(tokens, _parser.options, {}))


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
