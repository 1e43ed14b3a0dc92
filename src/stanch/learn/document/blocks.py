"""Markdown as plain blocks, for the PDF renderer. Pure."""

from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token

Block = dict[str, Any]


def blocks(text: str) -> list[Block]:
    """Paragraphs, headings, list items, code and table rows: ``{"kind", "depth", "runs": [{"text", "style"}]}``.

    Other Markdown (a quote, an image, raw HTML) becomes plain text.
    """
    found: list[Block] = []
    depth, kind = 0, "paragraph"
    cells: list[list[dict[str, str]]] | None = None
    for token in MarkdownIt("commonmark").enable("table").parse(text):
        if token.type in ("bullet_list_open", "ordered_list_open"):
            depth += 1
        elif token.type in ("bullet_list_close", "ordered_list_close"):
            depth -= 1
        elif token.type == "heading_open":
            kind = "heading"
        elif token.type == "heading_close":
            kind = "paragraph"
        elif token.type == "tr_open":
            cells = []
        elif token.type == "tr_close":
            found.append({"kind": "row", "depth": 0, "cells": cells or []})
            cells = None
        elif token.type in ("fence", "code_block", "html_block"):
            found.append({"kind": "code", "depth": depth, "runs": [{"text": token.content, "style": "code"}]})
        elif token.type == "inline":
            if cells is not None:
                cells.append(_runs(token))
            else:
                found.append({"kind": "item" if depth else kind, "depth": depth, "runs": _runs(token)})
    return found


def _runs(inline: Token) -> list[dict[str, str]]:
    runs: list[dict[str, str]] = []
    style = ""
    for child in inline.children or []:
        if child.type in ("strong_open", "em_open"):
            style = child.type.removesuffix("_open")
        elif child.type in ("strong_close", "em_close"):
            style = ""
        elif child.type in ("softbreak", "hardbreak"):
            runs.append({"text": " ", "style": ""})
        elif child.content:
            runs.append({"text": child.content, "style": "code" if child.type == "code_inline" else style})
    return runs
