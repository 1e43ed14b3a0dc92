"""Markdown as clean HTML. Pure."""

import re

import nh3
from markdown_it import MarkdownIt

_FENCE = re.compile(r"^ {0,3}(```+|~~~+)")
_parser = MarkdownIt("commonmark").enable("table")


def clean_html(text: str) -> str:
    """What nh3 leaves of CommonMark with tables: no script, no style, no form."""
    return nh3.clean(_parser.render(text))


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
