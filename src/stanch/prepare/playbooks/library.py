"""Loads the playbooks: Markdown files in this folder, each with the same four parts."""

import re
from functools import lru_cache
from pathlib import Path

import msgspec

# What every playbook answers, in the order in which one needs it: mitigation stands before diagnosis.
PARTS = ("How you recognise it", "First", "Not", "It worked when")


class Playbook(msgspec.Struct, frozen=True):
    """First moves for one shape. ``parts``: lines of text by the headings of ``PARTS``; ``text``: all of it as Markdown."""

    name: str
    title: str
    parts: dict[str, list[str]]
    text: str


@lru_cache(maxsize=1)
def playbooks() -> dict[str, Playbook]:
    """Every playbook by its name, which is its file's."""
    return {path.stem: read(path.stem, path.read_text("utf-8")) for path in sorted(Path(__file__).parent.glob("*.md"))}


def read(name: str, text: str) -> Playbook:
    """A playbook from Markdown. Raises ``ValueError`` when its parts are not the four, in their order."""
    title = re.match(r"# (.+)\n", text)
    found = re.findall(r"^## (.+)\n((?:.*\n?)*?)(?=^## |\Z)", text, re.MULTILINE)
    parts = {heading.strip(): re.findall(r"^- (.+)$", body, re.MULTILINE) for heading, body in found}
    if title is None or tuple(parts) != PARTS or not all(parts.values()):
        raise ValueError(f"The playbook {name} must have a title and, with a line or more each: {', '.join(PARTS)}.")
    return Playbook(name, title[1].strip(), parts, text[title.end() :].strip())
