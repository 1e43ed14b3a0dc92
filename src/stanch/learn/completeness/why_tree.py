"""The root-cause path as a tree (R46): indented lines branch, lines without indentation follow one another. Pure."""

import msgspec

from stanch.communicate.wording.vocabulary import Vocabulary
from stanch.learn.completeness.why_leaf import Kind, kind_of, without_label

# Deeper nesting than this is drawn as this deep.
_DEEPEST = 20


class Why(msgspec.Struct):
    """One answer to "why?". ``parent``: the number of the line that it explains; None for a first line."""

    text: str
    kind: Kind
    parent: int | None


def indented_lines(text: str) -> list[str]:
    """The lines of a tree as typed, without list marks, each with two spaces for each level that it stands deeper."""
    levels: list[int] = []
    found = []
    for line in text.expandtabs(4).splitlines():
        bare = line.lstrip()
        if not bare:
            continue
        width = len(line) - len(bare)
        while levels and levels[-1] >= width:
            levels.pop()
        found.append("  " * min(len(levels), _DEEPEST) + bare)
        levels.append(width)
    return found


def tree(whys: list[str], people: Vocabulary = Vocabulary()) -> list[Why]:
    """The nodes in their order. With no line indented it is one chain, each line the reason of the one before."""
    chain = not any(why.startswith(" ") for why in whys)
    found: list[Why] = []
    path: list[int] = []
    for number, why in enumerate(whys):
        depth = number if chain else (len(why) - len(why.lstrip())) // 2
        path = path[:depth]
        text = why.strip()
        found.append(Why(without_label(text), kind_of(text, people), path[-1] if path else None))
        path.append(number)
    return found


def ends(nodes: list[Why]) -> list[Why]:
    """The last why of each branch."""
    parents = {node.parent for node in nodes}
    return [node for number, node in enumerate(nodes) if number not in parents]
