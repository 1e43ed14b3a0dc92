"""Whether a text has content beyond placeholders. Pure."""

import re

# The placeholder in a drafted impact; a part that still contains it counts as not written.
WHO_WAS_HIT = "how many, and what did they see?"
_PLACEHOLDERS = frozenset(
    ["tbd", "todo", "to do", "n a", "na", "none", "nil", "null", "nothing", "xx", "xxx", "unknown", "later", "test"]
)


def worded(text: str) -> bool:
    """Whether a text says anything: a full stop or a placeholder does not."""
    words = re.findall(r"[^\W_]+", text.casefold())
    return any(len(re.sub(r"\d", "", word)) > 1 for word in words) and " ".join(words) not in _PLACEHOLDERS
