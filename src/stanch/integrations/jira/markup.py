"""Our plain texts as Jira wants them: a document (ADF) in the Cloud, wiki text in a Data Center (formats/19, 19.7). Pure."""

import re
from typing import Any

from stanch.ports.message_text import printable

_ADDRESS = re.compile(r"https?://[^\s<>|\]]+")


def document(text: str) -> dict[str, Any]:
    """Paragraphs with line breaks and links. An empty text node would be refused, and with it the whole ticket."""
    blocks = [block for block in re.split(r"\n\s*\n", printable(text)) if block.strip()]
    return {"type": "doc", "version": 1, "content": [_paragraph(block) for block in blocks]}


def wiki(text: str) -> str:
    """The same as wiki text: nothing but the addresses is markup."""
    text, done, place = printable(text), "", 0
    for found in _ADDRESS.finditer(text):
        done += _escaped(text[place : found.start()]) + found[0]
        place = found.end()
    return done + _escaped(text[place:])


def _escaped(text: str) -> str:
    return re.sub(r"([{}\[\]*_+^~|!#\\-])", r"\\\1", text)


def _paragraph(block: str) -> dict[str, Any]:
    nodes: list[dict[str, Any]] = []
    for number, line in enumerate(block.strip().split("\n")):
        if number:
            nodes.append({"type": "hardBreak"})
        place = 0
        for found in _ADDRESS.finditer(line):
            nodes += _text(line[place : found.start()])
            nodes.append({"type": "text", "text": found[0], "marks": [{"type": "link", "attrs": {"href": found[0]}}]})
            place = found.end()
        nodes += _text(line[place:])
    return {"type": "paragraph", "content": nodes}


def _text(text: str) -> list[dict[str, Any]]:
    return [{"type": "text", "text": text}] if text else []
