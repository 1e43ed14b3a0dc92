"""What is printed at a terminal: its width, words that are not cut, and colour by meaning where somebody can see it."""

import os
import re
import shutil
import sys
from typing import Any

import click

from stanch.kernel.hidden_characters import visible

CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
NARROWEST = 30
# SGR codes by meaning. A word always stands beside the colour.
CODES = {"bad": "31", "worst": "1;31", "caution": "33", "good": "32", "faint": "2", "strong": "1"}
MEANINGS = {
    "bad": {"open", "firing", "fails", "failed", "silent", "worse", "incident", "overdue", "revoked"},
    "caution": {"mitigated", "investigating", "held", "unknown", "unsupported", "asleep", "warning", "degraded", "ticket"},
    "good": {"resolved", "closed", "ok", "done", "helped", "holds", "supported", "alive", "healthy", "active"},
    "faint": {"noise", "none", "—"},
}  # fmt: skip
MEANING = {word: meaning for meaning, words in MEANINGS.items() for word in words}
BY_RANK = {1: "worst", 2: "caution"}


def interactive() -> bool:
    """Whether a person looks at what is printed, rather than a program."""
    return sys.stdout.isatty()


def width() -> int:
    """Columns of the terminal."""
    return max(NARROWEST, shutil.get_terminal_size((80, 24)).columns)


def coloured() -> bool:
    """Colour is for a person at a terminal who has not asked for none (https://no-color.org)."""
    return interactive() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def paint(text: str, meaning: str) -> str:
    """The text in the colour of a meaning, or as it is."""
    code = CODES.get(meaning, "")
    return f"\x1b[{code}m{text}\x1b[0m" if code and text and coloured() else text


def by_meaning(text: str) -> str:
    """A word of the product in its colour; any other text as it is."""
    return paint(text, MEANING.get(text, ""))


def learn_severities(value: Any) -> None:
    """The severities of an answer get the colour of their rank: what a team calls them only its server knows (R2)."""
    if isinstance(value, list):
        for part in value:
            learn_severities(part)
    elif isinstance(value, dict):
        if value.get("rank") in BY_RANK:
            MEANING[value["severity"]] = BY_RANK[value["rank"]]
        learn_severities([part for part in value.values() if isinstance(part, list)])


def clean(text: object) -> str:
    """Removes control characters: texts of alerts are foreign and must not control the terminal."""
    return CONTROL.sub("\N{REPLACEMENT CHARACTER}", visible(str(text)))


def cells(text: str) -> int:
    """How many columns a text takes: East Asian characters take two, marks above others none."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


def padded(text: str, columns: int) -> str:
    """Blanks up to a number of columns."""
    return text + " " * (columns - cells(text))


def wrapped(text: str, columns: int) -> list[str]:
    """Lines of at most so many columns, broken between words; a longer word is broken where the line ends."""
    if cells(text) <= columns and "\n" not in text:
        return [text]
    from rich.console import Console
    from rich.text import Text

    return [line.plain.rstrip() for line in Text(text).wrap(Console(width=columns), columns)] or [""]


def shortened(text: str, columns: int) -> str:
    """One line of at most so many columns."""
    if cells(text) <= columns:
        return text
    from rich.text import Text

    line = Text(text)
    line.truncate(columns, overflow="ellipsis")
    return line.plain


def say(text: str, first: str = "", meaning: str = "") -> None:
    """A text behind a first word, broken at the terminal's width with the lines below each other; unbroken for a program."""
    if not interactive():
        click.echo(first + text)
        return
    indent = cells(first)
    lines = wrapped(text, max(NARROWEST // 2, width() - indent))
    click.echo(first + paint(lines[0], meaning))
    for line in lines[1:]:
        click.echo(" " * indent + paint(line, meaning))
