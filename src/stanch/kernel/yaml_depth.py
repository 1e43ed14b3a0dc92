"""How deeply YAML is nested, seen before it is parsed: its parser takes time by the square of open brackets. Pure."""

import re

_BRACKETS = re.compile(r"[\[{]+|[\]}]+")
DEEPEST = 200


def too_deep(text: str) -> str:
    """Why a text is not parsed, as the end of a sentence; empty when it can be. Brackets in words count as well, where they are never closed."""
    depth = 0
    for found in _BRACKETS.finditer(text):
        run = found[0]
        depth = depth + len(run) if run[0] in "[{" else max(0, depth - len(run))
        if depth > DEEPEST:
            return f"more than {DEEPEST} brackets are open at once"
    return ""
